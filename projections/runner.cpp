#include "projections/runner.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include "projections/applier.hpp"

namespace alforis::projections {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {

/// Asking a log for its end may be a question over the network: once a second is enough for a lag.
constexpr std::chrono::seconds k_end_interval{1};

}  // namespace

class Runner::Core {
 public:
  Core(eventstore::Log& log, Projection& projection, RunnerOptions options)
      : log_(log), options_(std::move(options)), applier_(projection) {
    status_.projection = projection.name();
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }

  RunnerStatus status() const {
    const std::lock_guard lock(mutex_);
    RunnerStatus status = status_;
    status.log_end = std::max(status.log_end, status.position);
    status.lag = status.log_end - status.position;
    return status;
  }

  Position position() const { return position_.load(std::memory_order_acquire); }

  void subscribe(Listener listener) {
    const std::lock_guard lock(listeners_mutex_);
    listeners_.push_back(std::move(listener));
  }

  bool wait_for(Position position, milliseconds timeout) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, timeout, [&] { return this->position() >= position; });
  }

  void pause() {
    std::unique_lock lock(mutex_);
    pause_wanted_ = true;
    changed_.notify_all();
    changed_.wait(lock, [&] { return status_.paused || status_.stopped || !pause_wanted_; });
  }

  void resume() {
    const std::lock_guard lock(mutex_);
    pause_wanted_ = false;
    changed_.notify_all();
  }

  Retried retry_parked() {
    std::unique_lock lock(mutex_);
    if (status_.stopped || pause_wanted_ || !status_.connected) {
      throw StoreUnavailable("the projection " + status_.projection + " is not running");
    }
    const std::uint64_t ticket = ++retries_wanted_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return retries_done_ >= ticket || status_.stopped || !status_.connected; });
    if (retries_done_ < ticket) throw StoreUnavailable("the projection " + status_.projection + " lost its store");
    return retried_;
  }

 private:
  void run(const std::stop_token& stop) {
    // Of this thread alone; where it is not possible nobody is worse off.
    if (options_.niceness > 0) setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), options_.niceness);
    milliseconds backoff = options_.first_backoff;
    while (!stop.stop_requested()) {
      try {
        follow(stop, backoff);
        return;
      } catch (const Superseded& superseded) {
        say(std::string("opening again: ") + superseded.what());
        continue;
      } catch (const eventstore::LogDamaged& damaged) {
        return give_up(std::string("the log is damaged: ") + damaged.what(), damaged.position);
      } catch (const NewerLayout& newer) {
        return give_up(newer.what(), std::nullopt);
      } catch (const std::exception& trouble) {
        if (stop.stop_requested()) return;
        lose(trouble.what());
      }
      sleep(stop, Clock::now() + backoff);
      backoff = std::min(backoff * 2, options_.max_backoff);
    }
  }

  /// Opens the projection and keeps it up to date until something goes wrong.
  void follow(const std::stop_token& stop, milliseconds& backoff) {
    untold_ = applier_.open(stop) || untold_;
    eventstore::Reader reader(log_, applier_.cursor());
    connect();
    // Another runner, or a transaction whose answer was lost, moved the checkpoint: what it changed nobody knows.
    publish({}, untold_ || applier_.cursor() != told_);
    if (!retried_at_start_) retry();
    retried_at_start_ = true;
    Clock::time_point last_start{};
    while (!stop.stop_requested()) {
      if (hold_while_paused(stop)) continue;
      serve_retries();
      sleep(stop, last_start + options_.min_interval);
      const auto commits = reader.read(options_.batch_limit, options_.poll);
      refresh_end();
      if (reader.cursor() == applier_.cursor()) {
        check();
        continue;
      }
      last_start = Clock::now();
      Applied applied = applier_.apply(commits, reader.cursor());
      backoff = options_.first_backoff;
      count(applied, commits.size(), Clock::now() - last_start);
      publish(applied, applied.everything_touched);
    }
  }

  /// While nothing is written, only asking tells that a rebuilt version took over.
  void check() {
    if (Clock::now() - last_check_ < options_.check_interval) return;
    last_check_ = Clock::now();
    applier_.check();
  }

  // ---- parked entities

  void serve_retries() {
    std::uint64_t ticket = 0;
    {
      const std::lock_guard lock(mutex_);
      if (retries_done_ == retries_wanted_) return;
      ticket = retries_wanted_;
    }
    const Retried retried = retry();
    const std::lock_guard lock(mutex_);
    retried_ = retried;
    retries_done_ = ticket;
    changed_.notify_all();
  }

  Retried retry() {
    if (applier_.parked().empty()) return {};
    Applied applied;
    const auto start = Clock::now();
    untold_ = true;  // if it breaks off, some may have been replayed
    const Retried retried = applier_.retry_parked(applied);
    say("replayed parked entities: " + std::to_string(retried.unparked) + " done, " +
        std::to_string(retried.still_parked) + " still parked");
    count(applied, 0, Clock::now() - start);
    publish(applied, applied.everything_touched);
    return retried;
  }

  // ---- what is told

  void count(const Applied& applied, std::size_t commits, Clock::duration duration) {
    for (const ParkedEntity& entity : applied.newly_parked) {
      say("parked entity " + entity.id + " at position " + std::to_string(entity.position) + ": " + entity.reason);
    }
    const std::lock_guard lock(mutex_);
    ++status_.batches;
    status_.commits += commits;
    status_.events += applied.events;
    status_.rows += applied.rows;
    status_.last_batch = std::chrono::duration_cast<std::chrono::microseconds>(duration);
    status_.last_batch_commits = commits;
    show_parked();
  }

  void show_parked() {
    status_.parked.clear();
    for (const auto& [id, entity] : applier_.parked()) {
      if (status_.parked.size() == RunnerStatus::k_most_parked_shown) break;
      status_.parked.push_back(entity);
    }
    status_.parked_entities = applier_.parked().size();
  }

  /// Listeners first: who waits for a position may rely on caches being told of it.
  void publish(const Applied& applied, bool everything) {
    const Position position = applier_.cursor().position;
    {
      const std::lock_guard lock(listeners_mutex_);
      for (const Listener& listener : listeners_) {
        listener({position, applied.touched, applied.types, everything});
      }
    }
    told_ = applier_.cursor();
    untold_ = false;
    const std::lock_guard lock(mutex_);
    status_.position = position;
    position_.store(position, std::memory_order_release);
    changed_.notify_all();
  }

  void connect() {
    {
      const std::lock_guard lock(mutex_);
      status_.connected = true;
      status_.trouble.clear();
      show_parked();
    }
    last_end_ = {};
    refresh_end();
    say("connected at position " + std::to_string(applier_.cursor().position));
  }

  void lose(const std::string& trouble) {
    bool news = false;
    {
      const std::lock_guard lock(mutex_);
      news = status_.connected || status_.trouble != trouble;
      status_.connected = false;
      status_.trouble = trouble;
      changed_.notify_all();
    }
    if (news) say("interrupted, trying again: " + trouble);
  }

  void give_up(const std::string& trouble, std::optional<Position> damaged_at) {
    {
      const std::lock_guard lock(mutex_);
      status_.stopped = true;
      status_.connected = false;
      status_.trouble = trouble;
      status_.damaged_at = damaged_at;
      changed_.notify_all();
    }
    say("stopped: " + trouble);
  }

  void refresh_end() {
    if (Clock::now() - last_end_ < k_end_interval) return;
    const Position end = log_.end();
    last_end_ = Clock::now();
    const std::lock_guard lock(mutex_);
    status_.log_end = end;
  }

  void say(const std::string& message) {
    if (options_.say) options_.say("projection " + status_.projection + ": " + message);
  }

  // ---- waiting

  /// True when it held.
  bool hold_while_paused(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    if (!pause_wanted_) return false;
    status_.paused = true;
    changed_.notify_all();
    changed_.wait(lock, stop, [&] { return !pause_wanted_; });
    status_.paused = false;
    return true;
  }

  void sleep(const std::stop_token& stop, Clock::time_point until) {
    if (until <= Clock::now()) return;
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, stop, until, [] { return false; });
  }

  eventstore::Log& log_;
  RunnerOptions options_;
  Applier applier_;
  bool retried_at_start_ = false;
  eventstore::Cursor told_;  ///< listeners know of what changed up to here
  bool untold_ = false;      ///< something changed that listeners were not told of
  Clock::time_point last_end_{};
  Clock::time_point last_check_{};

  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;
  RunnerStatus status_;
  std::atomic<Position> position_{0};
  bool pause_wanted_ = false;
  std::uint64_t retries_wanted_ = 0;
  std::uint64_t retries_done_ = 0;
  Retried retried_;

  std::mutex listeners_mutex_;
  std::vector<Listener> listeners_;

  std::jthread thread_;  // last: it uses everything above
};

Runner::Runner(eventstore::Log& log, Projection& projection, RunnerOptions options)
    : core_(std::make_unique<Core>(log, projection, std::move(options))) {}
Runner::~Runner() = default;

RunnerStatus Runner::status() const { return core_->status(); }
Position Runner::position() const { return core_->position(); }
void Runner::subscribe(Listener listener) { core_->subscribe(std::move(listener)); }
bool Runner::wait_for(Position position, milliseconds timeout) const { return core_->wait_for(position, timeout); }
void Runner::pause() { core_->pause(); }
void Runner::resume() { core_->resume(); }
Retried Runner::retry_parked() { return core_->retry_parked(); }

}  // namespace alforis::projections
