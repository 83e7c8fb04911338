#include "api/cache/position_gate.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

namespace alforis::api {

void PositionGate::advance(Position position) {
  std::vector<Waiter> ready;
  {
    const std::lock_guard lock(mutex_);
    if (position <= this->position()) return;
    position_.store(position, std::memory_order_release);
    const auto end = waiters_.upper_bound(position);
    for (auto waiter = waiters_.begin(); waiter != end; ++waiter) ready.push_back(std::move(waiter->second));
    waiters_.erase(waiters_.begin(), end);
  }
  for (const Waiter& waiter : ready) waiter();
}

Task<bool> PositionGate::wait(Position position, std::chrono::milliseconds timeout) {
  if (this->position() >= position) co_return true;
  using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                  boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;
  const Executor executor = co_await boost::asio::this_coro::executor;
  // Shared with the waiter, which may fire while, or after, the timer does.
  const auto timer = std::make_shared<Timer>(executor, timeout);
  std::multimap<Position, Waiter>::iterator place;
  {
    const std::lock_guard lock(mutex_);
    if (this->position() >= position) co_return true;
    Waiter waiter = [timer, executor] { boost::asio::post(executor, [timer] { timer->cancel(); }); };
    place = waiters_.emplace(position, std::move(waiter));
  }
  boost::system::error_code ended;
  co_await timer->async_wait(boost::asio::redirect_error(use_task, ended));
  const std::lock_guard lock(mutex_);
  if (this->position() >= position) co_return true;  // advance() has taken the waiter out
  waiters_.erase(place);
  co_return false;
}

}  // namespace alforis::api
