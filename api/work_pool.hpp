#pragma once
// Threads for work that blocks (PostgreSQL) or takes long (Argon2), so that the threads of the connections never wait.

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "api/task.hpp"

namespace alforis::api {

/// Thread-safe. Jobs hand their results to a server's threads: stop the pool after Server::stop() and before the server
/// is destroyed.
class WorkPool {
 public:
  /// `queue_limit`: jobs waiting for a thread; more are refused.
  WorkPool(std::size_t threads, std::size_t queue_limit);
  ~WorkPool();  ///< stops
  WorkPool(const WorkPool&) = delete;
  WorkPool& operator=(const WorkPool&) = delete;

  /// Runs the job on a thread of the pool and resumes the caller on its own executor with what it returned or threw.
  /// Throws ProblemException 503 `overloaded` when the queue is full. Name the job before the co_await (see task.hpp).
  template <class F>
  Task<std::invoke_result_t<F&>> run(F job) {
    using Result = std::invoke_result_t<F&>;
    auto pending = start<F, Result>(std::move(job));
    Outcome<Result> outcome = co_await std::move(pending);
    if (outcome.exception) std::rethrow_exception(outcome.exception);
    if constexpr (!std::is_void_v<Result>) co_return std::move(*outcome.value);
  }

  /// Does what was taken, then ends the threads. Once.
  void stop();

  /// Jobs waiting now, for metrics.
  std::size_t queued() const;

 private:
  struct Job {
    virtual ~Job() = default;
    virtual void run() = 0;
    /// Instead of run(), when there is no room. It resumes the waiter later: an initiating function must not throw.
    virtual void refuse(std::exception_ptr why) = 0;
  };

  template <class Result>
  struct Outcome {
    std::exception_ptr exception;
    std::optional<std::conditional_t<std::is_void_v<Result>, std::monostate, Result>> value;
  };

  /// A job with the coroutine that waits for it.
  template <class F, class Result, class Waiter>
  struct WaitedJob final : Job {
    WaitedJob(F f, Waiter w) : work(std::move(f)), waiter(std::move(w)) {}

    void run() override {
      Outcome<Result> outcome;
      try {
        if constexpr (std::is_void_v<Result>) {
          work();
        } else {
          outcome.value.emplace(work());
        }
      } catch (...) {
        outcome.exception = std::current_exception();
      }
      finish(std::move(outcome));
    }

    void refuse(std::exception_ptr why) override {
      Outcome<Result> outcome;
      outcome.exception = std::move(why);
      finish(std::move(outcome));
    }

    void finish(Outcome<Result> outcome) {
      const auto executor = boost::asio::get_associated_executor(waiter);
      boost::asio::post(executor, [waiter = std::move(waiter), outcome = std::move(outcome)]() mutable {
        std::move(waiter)(std::move(outcome));
      });
    }

    F work;
    Waiter waiter;
  };

  template <class F, class Result>
  Task<Outcome<Result>> start(F job) {
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<Executor>, void(Outcome<Result>)>(
        [](auto waiter, WorkPool* pool, F work) {
          using Waiting = WaitedJob<F, Result, decltype(waiter)>;
          pool->push(std::make_unique<Waiting>(std::move(work), std::move(waiter)));
        },
        use_task, this, std::move(job));
  }

  /// Refuses the job when the queue is full.
  void push(std::unique_ptr<Job> job);
  void work();

  const std::size_t queue_limit_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::unique_ptr<Job>> jobs_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace alforis::api
