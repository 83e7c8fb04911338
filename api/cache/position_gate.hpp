#pragma once
// Read what you wrote: a read that carries a position waits here until the query tables, and with them the caches, are
// there.

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>

#include "api/task.hpp"
#include "eventstore/commit.hpp"

namespace alforis::api {

/// Thread-safe.
class PositionGate {
 public:
  using Position = eventstore::Position;

  Position position() const { return position_.load(std::memory_order_acquire); }
  /// Caches must have been dropped before: who is let through reads at least this.
  void advance(Position position);

  /// True once the gate stands at `position` or later; false after `timeout`.
  Task<bool> wait(Position position, std::chrono::milliseconds timeout);

 private:
  using Waiter = std::function<void()>;

  std::atomic<Position> position_{0};
  std::mutex mutex_;
  std::multimap<Position, Waiter> waiters_;
};

}  // namespace alforis::api
