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
/// From so many on, files of their own are cheaper than entries in memory that are written later.
constexpr std::size_t k_worth_files = 20'000;

class FewChanges : public ChangeSink {
 public:
  void put(std::string_view key, std::string_view value) override {
    changes_.emplace_hint(changes_.end(), key, std::string(value));
  }
  void erase(std::string_view key) override { changes_.emplace_hint(changes_.end(), key, std::nullopt); }
  const Overlay::Changes& changes() const { return changes_; }

 private:
  Overlay::Changes changes_;
};

}  // namespace

class Replayer::Pipeline {
 public:
  Pipeline(StateStore& store, const privacy::Keys& keys, std::int64_t now_us)
      : store_(store), keys_(keys), fold_(store, now_us) {
    folding_ = std::jthread([this](const std::stop_token& stop) {
      guarded([&] {
        while (auto batch = next(batches_, stop)) fold(*batch, stop);
      });
    });
    writing_ = std::jthread([this](const std::stop_token& stop) {
      guarded([&] {
        while (auto piece = next(pieces_, stop)) write(*piece);
      });
    });
  }

  void add(const eventstore::Commit& commit) {
    batch_.reached = {commit.position, commit.epoch, commit.sequence, commit.chain};
    batch_.time_us = commit.time_us;
    batch_.commits.push_back(decode_commit(commit, keys_));
    if (batch_.commits.size() == k_batch) hand_over();
  }

  void finish(const eventstore::Cursor& reached) {
    batch_.reached = reached;
    batch_.last = true;
    hand_over();
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return done_ || failure_; });
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  /// Where the state stands with what comes along.
  struct Place {
    eventstore::Cursor reached;
    std::int64_t time_us = 0;
    bool last = false;
  };
  struct Batch : Place {
    std::vector<DecodedCommit> commits;
  };
  struct Piece : Place {
    std::shared_ptr<Folded> folded;
  };

  // ---- the thread that reads

  void hand_over() {
    Batch next;
    static_cast<Place&>(next) = batch_;
    next.commits.reserve(k_batch);
    std::swap(next, batch_);
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return batches_.size() < k_batches_ahead || failure_; });
    if (failure_) std::rethrow_exception(failure_);
    batches_.push_back(std::move(next));
    changed_.notify_all();
  }

  // ---- the thread that folds

  void fold(Batch& batch, const std::stop_token& stop) {
    for (DecodedCommit& commit : batch.commits) fold_.add(std::move(commit));
    if (fold_.size() < k_most_held && !batch.last) return;
    std::unique_lock lock(mutex_);
    // One piece at a time: the store must have what was taken before.
    if (!changed_.wait(lock, stop, [this] { return written_ == taken_; })) return;
    ++taken_;
    pieces_.push_back({batch, fold_.take()});
    changed_.notify_all();
  }

  // ---- the thread that writes

  void write(Piece& piece) {
    if (piece.folded->size() < k_worth_files) {
      FewChanges few;
      piece.folded->write(store_, few);
      store_.write(few.changes(), piece.reached, piece.time_us);
    } else {
      StateStore::Load load(store_);
      piece.folded->write(store_, load);
      load.finish(piece.reached, piece.time_us);
    }
    const std::lock_guard lock(mutex_);
    ++written_;
    done_ = piece.last;
    changed_.notify_all();
  }

  // ---- all

  template <class T>
  std::optional<T> next(std::deque<T>& waiting, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait(lock, stop, [&] { return !waiting.empty(); })) return std::nullopt;
    T first = std::move(waiting.front());
    waiting.pop_front();
    changed_.notify_all();
    return first;
  }

  template <class Work>
  void guarded(const Work& work) {
    try {
      work();
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
      changed_.notify_all();
    }
  }

  StateStore& store_;
  const privacy::Keys& keys_;
  BulkFold fold_;  // of the thread that folds
  Batch batch_;    // of the thread that reads

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Batch> batches_;
  std::deque<Piece> pieces_;
  std::uint64_t taken_ = 0;
  std::uint64_t written_ = 0;
  bool done_ = false;
  std::exception_ptr failure_;
  // Last: they use everything above.
  std::jthread folding_;
  std::jthread writing_;
};

Replayer::Replayer(StateStore& store, const privacy::Keys& keys, std::int64_t now_us)
    : pipeline_(std::make_unique<Pipeline>(store, keys, now_us)) {}
Replayer::~Replayer() = default;

void Replayer::add(const eventstore::Commit& commit) { pipeline_->add(commit); }
void Replayer::finish(const eventstore::Cursor& reached) { pipeline_->finish(reached); }

}  // namespace alforis::commands
