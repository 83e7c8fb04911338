#pragma once
// Read what you wrote: a read that carries a position waits here until the query tables, and with them the caches, are
// there.

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "api/task.hpp"
#include "eventstore/commit.hpp"

namespace alforis::api {

/// Thread-safe.
class PositionGate {
 public:
  using Position = eventstore::Position;

  Position position() const { return position_.load(std::memory_order_acquire); }
  /// Where the query tables are: further on, or further back when a crash took their last commits. Caches must have
  /// been dropped before: who is let through reads at least this.
  void move_to(Position position);
  /// The same for who does not follow the tables himself and may be late: never back.
  void advance(Position position);

  /// True once the gate stands at `position` or later; false after `timeout`.
  Task<bool> wait(Position position, std::chrono::milliseconds timeout);

 private:
  /// One that waits, shared with whoever wakes it.
  struct Waiter;
  using Waiters = std::vector<std::shared_ptr<Waiter>>;

  /// Stands there and takes out who waited for it; under the mutex.
  Waiters reach(Position position);
  static void wake(const Waiters& ready);

  std::atomic<Position> position_{0};
  std::mutex mutex_;
  std::multimap<Position, std::shared_ptr<Waiter>> waiters_;
};

}  // namespace alforis::api
