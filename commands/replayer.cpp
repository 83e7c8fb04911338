#include "commands/replayer.hpp"

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

#include "commands/bulk_fold.hpp"
#include "commands/state_store.hpp"

namespace alforis::commands {

namespace {

/// Commits handed over at once.
constexpr std::size_t k_batch = 256;
constexpr std::size_t k_batches_ahead = 8;
/// Entities and entries folded before they are written: some hundred megabytes.
constexpr std::size_t k_most_held = 100'000;

}  // namespace

class Replayer::Folding {
 public:
  Folding(StateStore& store, std::int64_t now_us) : store_(store), fold_(store, now_us) {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }

  void add(const eventstore::Commit& commit) {
    reached_ = {commit.position, commit.epoch, commit.sequence, commit.chain};
    batch_.commits.push_back(decode_commit(commit));
    if (batch_.commits.size() == k_batch) hand_over();
  }

  void finish(const eventstore::Cursor& reached) {
    reached_ = reached;
    batch_.last = true;
    hand_over();
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return done_ || failure_; });
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  struct Batch {
    std::vector<DecodedCommit> commits;
    eventstore::Cursor reached;
    bool last = false;
  };

  void hand_over() {
    batch_.reached = reached_;
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return batches_.size() < k_batches_ahead || failure_; });
    if (failure_) std::rethrow_exception(failure_);
    batches_.push_back(std::exchange(batch_, {}));
    batch_.commits.reserve(k_batch);
    changed_.notify_all();
  }

  void run(const std::stop_token& stop) {
    try {
      while (auto batch = next(stop)) fold(*batch);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      failure_ = std::current_exception();
      changed_.notify_all();
    }
  }

  std::optional<Batch> next(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait(lock, stop, [this] { return !batches_.empty(); })) return std::nullopt;
    Batch batch = std::move(batches_.front());
    batches_.pop_front();
    changed_.notify_all();
    return batch;
  }

  void fold(const Batch& batch) {
    for (const DecodedCommit& commit : batch.commits) {
      fold_.add(commit);
      time_us_ = commit.outcome.time_us;
    }
    if (fold_.size() < k_most_held && !batch.last) return;
    store_.load(fold_.take(), batch.reached, time_us_);
    if (!batch.last) return;
    const std::lock_guard lock(mutex_);
    done_ = true;
    changed_.notify_all();
  }

  StateStore& store_;
  BulkFold fold_;
  std::int64_t time_us_ = 0;

  Batch batch_;  // of the thread that reads
  eventstore::Cursor reached_;

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Batch> batches_;
  bool done_ = false;
  std::exception_ptr failure_;
  std::jthread thread_;  // last: it uses everything above
};

Replayer::Replayer(StateStore& store, std::int64_t now_us) : folding_(std::make_unique<Folding>(store, now_us)) {}
Replayer::~Replayer() = default;

void Replayer::add(const eventstore::Commit& commit) { folding_->add(commit); }
void Replayer::finish(const eventstore::Cursor& reached) { folding_->finish(reached); }

}  // namespace alforis::commands
