#include "api/patient_submit.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "api/submit.hpp"

namespace alforis::api {

namespace {

constexpr std::chrono::milliseconds k_pause{50};

using Clock = std::chrono::steady_clock;
using Timer = boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, Executor>;

}  // namespace

Task<commands::CommandResult> submit_patiently(commands::Writer& writer, commands::CommandRequest request) {
  const Executor executor = co_await boost::asio::this_coro::executor;
  Timer timer(executor);
  const auto deadline = Clock::now() + k_patience;
  while (true) {
    auto submitting = submit(writer, request);
    auto result = co_await std::move(submitting);
    const auto* rejection = std::get_if<commands::Rejection>(&result);
    const bool later = rejection != nullptr && rejection->kind == commands::RejectionKind::unavailable;
    if (!later || Clock::now() + k_pause > deadline) co_return result;
    timer.expires_after(k_pause);
    auto waiting = timer.async_wait(use_task);
    co_await std::move(waiting);
  }
}

}  // namespace alforis::api
