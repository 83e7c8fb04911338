#include "api/submit.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <memory>

namespace alforis::api {

namespace {

/// Hands the request over and leaves a callback that posts the result to the waiting coroutine. std::function wants to
/// copy what it holds, a coroutine's handler can only move: hence the shared pointer.
struct StartSubmission {
  template <class Waiter>
  void operator()(Waiter waiter, commands::Writer* writer, commands::CommandRequest&& request) const {
    auto shared = std::make_shared<Waiter>(std::move(waiter));
    writer->submit(std::move(request), [shared](commands::CommandResult result) {
      const auto executor = boost::asio::get_associated_executor(*shared);
      boost::asio::post(executor, [shared, result = std::move(result)]() mutable {
        Waiter ready = std::move(*shared);
        std::move(ready)(std::move(result));
      });
    });
  }
};

}  // namespace

Task<commands::CommandResult> submit(commands::Writer& writer, commands::CommandRequest request) {
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<Executor>, void(commands::CommandResult)>(
      StartSubmission{}, use_task, &writer, std::move(request));
}

}  // namespace alforis::api
