#include "api/work_pool.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <string>

#include "api/problem.hpp"

namespace alforis::api {
namespace {

/// Runs coroutines to their end on this thread; the pool ends before the io_context, as its threads call into it.
class WorkPoolTest : public ::testing::Test {
 protected:
  template <class T>
  T finish(Task<T> task) {
    auto future = boost::asio::co_spawn(io, std::move(task), boost::asio::use_future);
    io.run();
    return future.get();
  }

  boost::asio::io_context io;
  WorkPool pool{1, 10};
};

Task<std::string> named(WorkPool& pool) {
  const auto before = std::this_thread::get_id();
  auto job = [] { return std::this_thread::get_id(); };
  const auto inside = co_await pool.run(job);
  co_return std::string(inside != before ? "elsewhere" : "here") +
      (std::this_thread::get_id() == before ? " and back" : " and away");
}

TEST_F(WorkPoolTest, RunsElsewhereAndResumesHere) { EXPECT_EQ(finish(named(pool)), "elsewhere and back"); }

Task<std::unique_ptr<int>> move_only(WorkPool& pool) {
  auto job = [value = std::make_unique<int>(7)]() mutable { return std::move(value); };
  auto result = co_await pool.run(std::move(job));
  co_return result;
}

TEST_F(WorkPoolTest, CarriesResultsThatOnlyMove) { EXPECT_EQ(*finish(move_only(pool)), 7); }

Task<void> failing(WorkPool& pool) {
  auto job = [] { throw std::runtime_error("the database is gone"); };
  co_await pool.run(job);
}

TEST_F(WorkPoolTest, CarriesExceptions) { EXPECT_THROW(finish(failing(pool)), std::runtime_error); }

TEST_F(WorkPoolTest, RefusesWhenTheQueueIsFull) {
  WorkPool full(1, 0);
  try {
    finish(failing(full));
    FAIL() << "it took the job";
  } catch (const ProblemException& refused) {
    EXPECT_EQ(refused.problem().code, "overloaded");
    EXPECT_EQ(refused.problem().retry_after, 1U);
  }
}

}  // namespace
}  // namespace alforis::api
