#include "commands/writer.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <iterator>
#include <mutex>
#include <thread>

#include "commands/auto_tasks.hpp"
#include "commands/decision.hpp"
#include "commands/outcomes.hpp"
#include "commands/refusals.hpp"
#include "commands/replayer.hpp"
#include "commands/schedule.hpp"
#include "commands/sealer.hpp"
#include "commands/state_store.hpp"
#include "domain/values/text.hpp"
#include "domain/values/time_zone.hpp"

namespace alforis::commands {

using eventstore::Commit;
using eventstore::CommitDraft;

namespace {

/// A command on its way: taken from the queue, its answer not given yet.
struct Taken {
  CommandRequest request;
  OnResult done;
};

/// A command decided upon within a batch. `draft` is its place among the batch's drafts; none: nothing to write.
struct Decided1 {
  CommandResult result;
  std::optional<std::size_t> draft;
  std::size_t drafts_before = 0;  ///< what it was decided upon beside the state
};

/// When a batch is decided: the same for all in it.
struct BatchTime {
  domain::Instant now;
  domain::Date today;
};

/// A client's key of 255 characters, and room for whose it is and which record of an import.
constexpr std::size_t k_max_command_id = 320;
constexpr std::size_t k_max_metadata = 64 << 10;
/// What the policies do at once, each.
constexpr std::size_t k_most_due = 200;

/// The log takes only text: a key or metadata that is none would spoil the batch for everybody in it.
std::optional<domain::Problems> unwritable(const CommandRequest& request) {
  if (auto key = domain::checked_text(request.command_id, k_max_command_id, domain::Lines::one); !key)
    return key.error();
  auto metadata = domain::checked_text(request.metadata, k_max_metadata, domain::Lines::many);
  return metadata ? std::nullopt : std::optional(metadata.error());
}

Rejection unavailable(std::string detail) {
  return {RejectionKind::unavailable, "unavailable", std::move(detail), {}, {}, {}};
}

domain::Date date_of(domain::Instant now) { return domain::local_time(now, domain::k_default_time_zone).date; }

}  // namespace

class Writer::Core {
 public:
  Core(eventstore::Log& log, StateStore& store, privacy::KeySupply& keys, WriterOptions options)
      : log_(log), store_(store), keys_(keys), options_(std::move(options)), overlay_(store_), refusals_(store_) {
    thread_ = std::jthread([this](std::stop_token stop) { run(stop); });
  }

  ~Core() {
    thread_.request_stop();
    wake_.notify_all();
    thread_.join();
  }

  void submit(CommandRequest request, OnResult done) {
    {
      const std::lock_guard lock(mutex_);
      if ((status_.ready || (request.patient && !closed_)) && queue_.size() < options_.queue_limit) {
        queue_.push_back({std::move(request), std::move(done)});
        wake_.notify_one();
        return;
      }
    }
    const auto now = status();
    done(unavailable(now.ready ? "too many commands are waiting" : "the log can't be written: " + now.trouble));
  }

  WriterStatus status() const {
    const std::lock_guard lock(mutex_);
    WriterStatus copy = status_;
    copy.queued = queue_.size();
    copy.replaying_to = replaying_to_;
    if (copy.replaying_to != 0) copy.position = replayed_;
    return copy;
  }

 private:
  using Batch = std::vector<Taken>;

  void run(const std::stop_token& stop) {
    set_trouble("replaying the log");
    Batch unanswered;
    while (!stop.stop_requested()) {
      try {
        open(stop);
        serve(stop, unanswered);
      } catch (const eventstore::Deposed& deposed) {
        step_down(deposed.what(), unanswered);
        pause(stop);
      } catch (const std::exception& trouble) {
        step_down(trouble.what(), unanswered);
        if (!stop.stop_requested()) say(trouble.what());
        pause(stop);
      }
    }
    refuse(unanswered, Waiting::no);
    store_.flush();
  }

  void step_down(const std::string& trouble, Batch& unanswered) {
    set_trouble(trouble);
    epoch_.reset();
    overlay_.clear();
    refuse(unanswered, Waiting::patiently);
  }

  /// Replays what the store does not know yet and opens an epoch.
  void open(const std::stop_token& stop) {
    const eventstore::Cursor reached = store_.cursor();
    const Position end = log_.end();
    if (reached.position > end) {
      throw std::runtime_error("the log ends at position " + std::to_string(end) + ", before position " +
                               std::to_string(reached.position) +
                               " that the state store knows: it has lost commits, or the store belongs to another log");
    }
    overlay_.clear();
    Replayer replayer(store_, keys_, options_.now_us());
    replayed_ = reached.position;
    if (reached.position < end) replaying_to_ = end;
    epoch_.emplace(
        log_, reached, options_.name,
        [&](const Commit& commit) {
          replayer.add(commit);
          replayed_.store(commit.position, std::memory_order_relaxed);
        },
        stop);
    replayer.finish(epoch_->cursor());
    {
      const std::lock_guard lock(mutex_);
      replaying_to_ = 0;
      status_.ready = true;
      status_.trouble.clear();
      status_.epoch = epoch_->cursor().epoch;
      status_.position = epoch_->cursor().position;
    }
    say("");
  }

  void serve(const std::stop_token& stop, Batch& batch) {
    while (true) {
      batch = take(stop);
      if (batch.empty()) {
        if (stop.stop_requested()) return;
        continue;
      }
      auto results = execute(batch);
      for (std::size_t i = 0; i < batch.size(); ++i) batch[i].done(std::move(results[i]));
      batch.clear();
    }
  }

  /// Waits for commands, or until the policies look at the clock. Empty when there is nothing to do: also when the
  /// writer is to stop and the queue is done.
  Batch take(const std::stop_token& stop) {
    Batch batch;
    if (!stop.stop_requested()) add_due(batch);
    std::unique_lock lock(mutex_);
    if (batch.empty()) wait_for_commands(lock, stop);
    while (!queue_.empty() && batch.size() < options_.batch_limit) {
      batch.push_back(std::move(queue_.front()));
      queue_.pop_front();
    }
    return batch;
  }

  void wait_for_commands(std::unique_lock<std::mutex>& lock, const std::stop_token& stop) {
    const auto some = [this] { return !queue_.empty(); };
    if (options_.policy_interval.count() == 0) {
      wake_.wait(lock, stop, some);
    } else {
      wake_.wait_until(lock, stop, next_policies_, some);
    }
  }

  /// What the policies find due. While there is more than fits and something comes of it, they look again at once.
  void add_due(Batch& batch) {
    const auto now = std::chrono::steady_clock::now();
    const bool again = more_due_ && policies_did_ > 0;
    if (options_.policy_interval.count() == 0 || (now < next_policies_ && !again)) return;
    next_policies_ = now + options_.policy_interval;
    policies_did_ = 0;
    const domain::Date today = date_of(domain::Instant::from_micros(options_.now_us()));
    for (ScheduledCommand& due : due_commands(StateView(store_), today, k_most_due)) {
      CommandRequest request;
      request.command_id = std::move(due.command_id);
      request.actor = domain::system_actor();
      request.metadata = R"({"policy":")" + due.policy + "\"}";
      request.command = std::move(due.command);
      batch.push_back({std::move(request), [this](const CommandResult& result) {
                         const auto* outcome = std::get_if<Outcome>(&result);
                         if (outcome != nullptr && outcome->changed && !outcome->replayed) ++policies_did_;
                       }});
    }
    more_due_ = batch.size() >= k_most_due;
  }

  /// Decides, appends, reads back, folds. Throws when the outcome of anything is unknown; then nobody was answered.
  std::vector<CommandResult> execute(const Batch& batch) {
    const auto now = domain::Instant::from_micros(options_.now_us());
    const domain::Date today = date_of(now);
    std::vector<CommitDraft> drafts;
    std::vector<Decided1> decided;
    decided.reserve(batch.size());
    overlay_.clear();
    refusals_.clear();
    forgotten_.clear();
    for (const Taken& taken : batch) decided.push_back(decide_one(taken.request, {now, today}, drafts));
    std::vector<Commit> commits;
    if (drafts.empty()) {
      epoch_->confirm();  // refused upon what another writer may have changed meanwhile
    } else {
      commits = epoch_->commit(drafts, options_.append_timeout);
    }
    std::vector<CommandResult> results;
    results.reserve(decided.size());
    for (std::size_t i = 0; i < decided.size(); ++i) {
      finish(batch[i].request, decided[i], commits, now);
      results.push_back(std::move(decided[i].result));
    }
    if (!commits.empty()) store_.write(overlay_.changes(), epoch_->cursor(), now.micros());
    if (!forgotten_.empty()) store_.forget(std::exchange(forgotten_, {}));
    if (!refusals_.changes().empty()) store_.remember(refusals_.changes());
    count(commits.size(), results);
    return results;
  }

  Decided1 decide_one(const CommandRequest& request, const BatchTime& time, std::vector<CommitDraft>& drafts) {
    if (auto problems = unwritable(request)) return {invalid(std::move(*problems)), std::nullopt};
    const StateView state(overlay_);
    if (const auto known = overlay_.get(outcome_key(request.command_id))) {
      StoredOutcome stored = decode_outcome(*known);
      stored.outcome.warnings = remembered_warnings(request);
      return {replayed(request, stored.request_hash, stored.kind, std::move(stored.outcome), state), std::nullopt};
    }
    if (const auto known = request.keyed ? refusals_.get(refusal_key(request.command_id)) : std::nullopt) {
      StoredRefusal stored = decode_refusal(*known);
      return {replayed(request, stored.request_hash, stored.kind, std::move(stored.result), state), std::nullopt,
              drafts.size()};
    }
    auto actor = state.viewer(request.actor);
    if (actor && request.scope) actor->role = std::min(actor->role, *request.scope);
    if (!actor) return {forbidden("the user is unknown or inactive"), std::nullopt};
    Decided1 decided = decide_now(request, state, *actor, time, drafts);
    if (!decided.draft) remember(request, decided.result, time.now);
    return decided;
  }

  Decided1 decide_now(const CommandRequest& request, const StateView& state, const domain::Viewer& actor,
                      const BatchTime& time, std::vector<CommitDraft>& drafts) {
    const domain::Instant now = time.now;
    const DecisionContext context{state, actor, now, time.today};
    auto decision = request.command.decide(context);
    if (!decision) return {std::move(decision).error(), std::nullopt};
    add_auto_tasks(*decision, request.command_id, context);
    Outcome outcome;
    outcome.id = decision->subject;
    outcome.changed = !decision->events.empty();
    outcome.warnings = std::move(decision->warnings);
    outcome.position = drafts.empty() ? epoch_->cursor().position : 0;  // known when the batch is read back
    outcome.created = outcome.changed && domain::event_type(decision->events.front().event).ends_with(".created.v1");
    const auto kind = request.command.kind();
    if (!outcome.changed || request.dry_run) {
      outcome.version = request.command.version(outcome.id, state);
      outcome.document = state.document(kind, outcome.id, outcome.version);
      return {std::move(outcome), std::nullopt, drafts.size()};
    }
    Sealer sealer(state, keys_);
    CommitDraft draft;
    try {
      draft = make_draft(request, *decision, now, sealer);
    } catch (const privacy::KeysUnavailable& away) {
      return {unavailable(away.what()), std::nullopt};
    } catch (const privacy::KeyMissing& missing) {
      return {unavailable(missing.what()), std::nullopt};  // this command's trouble, nobody else's
    }
    if (too_large(draft)) {
      return {invalid(domain::problem("too_large", "the command is larger than the log takes")), std::nullopt};
    }
    outcome.position = 0;
    for (const NewEvent& happened : decision->events) {
      const auto version = fold(overlay_, happened.event, {happened.id, actor.id, now});
      if (happened.id == outcome.id) outcome.version = version;
    }
    sealer.remember(overlay_);
    note_forgotten(*decision);
    outcome.document = state.document(kind, outcome.id, outcome.version);
    // A retry within the same batch must find it already.
    overlay_.put(outcome_key(request.command_id), encode_outcome({now.micros(), request.request_hash, kind, outcome}));
    drafts.push_back(std::move(draft));
    CommandResult result = std::move(outcome);
    // Its commit stands for the outcome, but says nothing of warnings.
    if (!std::get<Outcome>(result).warnings.empty()) remember(request, result, now);
    return {std::move(result), drafts.size() - 1};
  }

  /// What erasures leave behind in the store's files.
  void note_forgotten(const Decision& decision) {
    for (const NewEvent& happened : decision.events) {
      if (!domain::erases(domain::event_type(happened.event))) continue;
      const auto kind = domain::entity_kind(happened.event);
      forgotten_.push_back(entity_key(kind, happened.id));
      forgotten_.push_back(replaced_prefix(kind, happened.id));
    }
  }

  /// The warnings of a command that was done before.
  domain::Problems remembered_warnings(const CommandRequest& request) const {
    const auto known = request.keyed ? refusals_.get(refusal_key(request.command_id)) : std::nullopt;
    if (!known) return {};
    auto first = decode_refusal(*known).result;
    auto* outcome = std::get_if<Outcome>(&first);
    return outcome != nullptr ? std::move(outcome->warnings) : domain::Problems{};
  }

  /// The first answer to a request, if it is the same request.
  static CommandResult replayed(const CommandRequest& request, const std::string& request_hash, domain::EntityKind kind,
                                CommandResult first, const StateView& state) {
    if (!request.request_hash.empty() && request_hash != request.request_hash) {
      return Rejection{RejectionKind::key_reused,
                       "idempotency_key_reused",
                       "this idempotency key belongs to another request",
                       {},
                       {},
                       {}};
    }
    if (auto* outcome = std::get_if<Outcome>(&first)) {
      outcome->replayed = true;
      outcome->document = state.document(kind, outcome->id, outcome->version);
    }
    return first;
  }

  /// An answer, or a part of one, that no commit stands for.
  void remember(const CommandRequest& request, const CommandResult& result, domain::Instant now) {
    if (!request.keyed || request.dry_run) return;
    refusals_.put(refusal_key(request.command_id),
                  encode_refusal({now.micros(), request.request_hash, request.command.kind(), result}));
  }

  static CommitDraft make_draft(const CommandRequest& request, const Decision& decision, domain::Instant now,
                                Sealer& sealer) {
    CommitDraft draft;
    draft.command_id = request.command_id;
    draft.actor = request.actor.text();
    draft.time_us = now.micros();
    draft.metadata = with_request_hash(request.metadata, request.request_hash);
    draft.events.reserve(decision.events.size());
    for (const NewEvent& happened : decision.events) {
      draft.events.push_back(
          {std::string(domain::event_type(happened.event)), happened.id.text(), sealer.data_of(happened)});
    }
    return draft;
  }

  bool too_large(const CommitDraft& draft) const {
    constexpr std::size_t k_envelope = 1024;
    std::size_t bytes = k_envelope + draft.metadata.size() + 6 * k_max_command_id;
    for (const eventstore::Event& event : draft.events) bytes += event.data.size() + k_envelope;
    return bytes > log_.max_record_bytes();
  }

  void finish(const CommandRequest& request, Decided1& decided, const std::vector<Commit>& commits,
              domain::Instant now) {
    auto* outcome = std::get_if<Outcome>(&decided.result);
    if (outcome == nullptr) return;
    if (decided.draft) {
      outcome->position = commits[*decided.draft].position;
      overlay_.put(
          outcome_key(request.command_id),
          encode_outcome({commits[*decided.draft].time_us, request.request_hash, request.command.kind(), *outcome}));
    } else if (outcome->position == 0 && decided.drafts_before != 0) {
      outcome->position = commits[decided.drafts_before - 1].position;
      if (!outcome->replayed) remember(request, decided.result, now);
    } else if (outcome->replayed && outcome->position == 0) {
      // A retry that came in one batch with the first attempt: its position is known by now.
      outcome->position = decode_outcome(*overlay_.get(outcome_key(request.command_id))).outcome.position;
    }
  }

  void count(std::size_t commits, const std::vector<CommandResult>& results) {
    const std::lock_guard lock(mutex_);
    status_.commits += commits;
    ++status_.batches;
    status_.position = epoch_->cursor().position;
    for (const CommandResult& result : results) status_.rejections += std::holds_alternative<Rejection>(result) ? 1 : 0;
  }

  void set_trouble(const std::string& what) {
    const std::lock_guard lock(mutex_);
    replaying_to_ = 0;
    status_.ready = false;
    status_.trouble = what;
  }

  /// Says a trouble that was not said last, and that it is over when there is none.
  void say(const std::string& trouble) {
    if (trouble == said_) return;
    said_ = trouble;
    if (options_.say)
      options_.say(trouble.empty() ? "the log can be written again" : "the log can't be written: " + trouble);
  }

  /// Whether those who are patient go on waiting.
  enum class Waiting { no, patiently };

  /// Whose outcome stays unknown is told to ask again with the same key; so is everybody who waits.
  void refuse(Batch& batch, Waiting waiting) {
    std::deque<Taken> all(std::make_move_iterator(batch.begin()), std::make_move_iterator(batch.end()));
    batch.clear();
    {
      const std::lock_guard lock(mutex_);
      status_.ready = false;
      closed_ = waiting == Waiting::no;
      std::move(queue_.begin(), queue_.end(), std::back_inserter(all));
      queue_.clear();
      if (waiting == Waiting::patiently) {
        const auto from =
            std::stable_partition(all.begin(), all.end(), [](const Taken& taken) { return !taken.request.patient; });
        std::move(from, all.end(), std::back_inserter(queue_));
        all.erase(from, all.end());
      }
    }
    for (Taken& taken : all) {
      taken.done(unavailable("the log can't be written at the moment: retry with the same key"));
    }
  }

  void pause(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, options_.retry_pause, [] { return false; });
  }

  eventstore::Log& log_;
  StateStore& store_;
  privacy::KeySupply& keys_;
  WriterOptions options_;
  Overlay overlay_;
  Overlay refusals_;
  std::vector<std::string> forgotten_;  ///< of the batch
  std::optional<eventstore::WriterEpoch> epoch_;
  std::string said_;
  bool closed_ = false;  ///< by the mutex; nobody takes anything from the queue any more
  std::chrono::steady_clock::time_point next_policies_{};
  bool more_due_ = false;              ///< the policies found as much as they take at once
  std::size_t policies_did_ = 0;       ///< of what they found last
  std::atomic<Position> replayed_{0};  ///< how far a replay is
  std::atomic<Position> replaying_to_{0};

  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<Taken> queue_;
  WriterStatus status_;
  std::jthread thread_;
};

Writer::Writer(eventstore::Log& log, StateStore& store, privacy::KeySupply& keys, WriterOptions options)
    : core_(std::make_unique<Core>(log, store, keys, std::move(options))) {}
Writer::~Writer() = default;

void Writer::submit(CommandRequest request, OnResult done) { core_->submit(std::move(request), std::move(done)); }
WriterStatus Writer::status() const { return core_->status(); }

}  // namespace alforis::commands
