#include "api/cache/position_gate.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

namespace alforis::api {

struct PositionGate::Waiter {
  using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                  boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

  Waiter(Executor the_executor, std::chrono::milliseconds timeout)
      : executor(std::move(the_executor)), timer(executor, timeout) {}

  Executor executor;
  Timer timer;
  bool reached = false;  ///< taken out of the waiters; under the gate's mutex
};

PositionGate::Waiters PositionGate::reach(Position position) {
  Waiters ready;
  position_.store(position, std::memory_order_release);
  const auto end = waiters_.upper_bound(position);
  for (auto waiter = waiters_.begin(); waiter != end; ++waiter) {
    waiter->second->reached = true;
    ready.push_back(std::move(waiter->second));
  }
  waiters_.erase(waiters_.begin(), end);
  return ready;
}

void PositionGate::wake(const Waiters& ready) {
  for (const auto& waiter : ready) boost::asio::post(waiter->executor, [waiter] { waiter->timer.cancel(); });
}

void PositionGate::move_to(Position position) {
  std::unique_lock lock(mutex_);
  Waiters ready = reach(position);
  lock.unlock();
  wake(ready);
}

void PositionGate::advance(Position position) {
  std::unique_lock lock(mutex_);
  if (position <= this->position()) return;
  Waiters ready = reach(position);
  lock.unlock();
  wake(ready);
}

Task<bool> PositionGate::wait(Position position, std::chrono::milliseconds timeout) {
  if (this->position() >= position) co_return true;
  const Executor executor = co_await boost::asio::this_coro::executor;
  const auto waiter = std::make_shared<Waiter>(executor, timeout);
  std::multimap<Position, std::shared_ptr<Waiter>>::iterator place;
  {
    const std::lock_guard lock(mutex_);
    if (this->position() >= position) co_return true;
    place = waiters_.emplace(position, waiter);
  }
  boost::system::error_code ended;
  co_await waiter->timer.async_wait(boost::asio::redirect_error(use_task, ended));
  const std::lock_guard lock(mutex_);
  if (!waiter->reached) waiters_.erase(place);
  co_return waiter->reached;
}

}  // namespace alforis::api
