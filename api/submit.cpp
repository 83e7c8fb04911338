#include "api/submit.hpp"

#include <algorithm>
#include <atomic>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <iterator>
#include <memory>

namespace alforis::api {

namespace {

using Results = std::vector<commands::CommandResult>;

constexpr std::size_t k_at_once = 500;

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

/// Resumes its coroutine when the last of the commands is answered. Answers come from the writer's thread.
template <class Waiter>
struct Gathering {
  Gathering(std::size_t count, Waiter w) : results(count), open(count), waiter(std::move(w)) {}

  void answered(std::size_t index, commands::CommandResult result) {
    results[index] = std::move(result);
    if (open.fetch_sub(1) != 1) return;
    const auto executor = boost::asio::get_associated_executor(waiter);
    boost::asio::post(executor, [waiter = std::move(waiter), results = std::move(results)]() mutable {
      std::move(waiter)(std::move(results));
    });
  }

  Results results;
  std::atomic<std::size_t> open;
  Waiter waiter;
};

/// `requests` is not empty.
Task<Results> submit_together(commands::Writer& writer, std::vector<commands::CommandRequest> requests) {
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<Executor>, void(Results)>(
      [](auto waiter, commands::Writer* to, std::vector<commands::CommandRequest> all) {
        using Shared = Gathering<decltype(waiter)>;
        const auto gathering = std::make_shared<Shared>(all.size(), std::move(waiter));
        for (std::size_t i = 0; i < all.size(); ++i) {
          to->submit(std::move(all[i]),
                     [gathering, i](commands::CommandResult result) { gathering->answered(i, std::move(result)); });
        }
      },
      use_task, &writer, std::move(requests));
}

}  // namespace

Task<commands::CommandResult> submit(commands::Writer& writer, commands::CommandRequest request) {
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<Executor>, void(commands::CommandResult)>(
      StartSubmission{}, use_task, &writer, std::move(request));
}

Task<std::vector<commands::CommandResult>> submit_all(commands::Writer& writer,
                                                      std::vector<commands::CommandRequest> requests) {
  Results all;
  all.reserve(requests.size());
  for (std::size_t at = 0; at < requests.size(); at += k_at_once) {
    const auto first = requests.begin() + static_cast<std::ptrdiff_t>(at);
    const auto last = first + static_cast<std::ptrdiff_t>(std::min(k_at_once, requests.size() - at));
    auto submitting = submit_together(writer, {std::make_move_iterator(first), std::make_move_iterator(last)});
    Results some = co_await std::move(submitting);
    std::move(some.begin(), some.end(), std::back_inserter(all));
  }
  co_return all;
}

bool concerns_all(const commands::Rejection& rejection) {
  return rejection.kind == commands::RejectionKind::unavailable ||
         rejection.kind == commands::RejectionKind::key_reused;
}

}  // namespace alforis::api
