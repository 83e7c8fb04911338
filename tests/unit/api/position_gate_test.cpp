// Reads that wait for a position.
#include "api/cache/position_gate.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <future>

namespace alforis::api {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct PositionGateTest : ::testing::Test {
  std::future<bool> wait(PositionGate::Position position, milliseconds timeout) {
    auto future = boost::asio::co_spawn(io, gate.wait(position, timeout), boost::asio::use_future);
    io.poll();
    io.restart();
    return future;
  }

  boost::asio::io_context io;
  PositionGate gate;
};

TEST_F(PositionGateTest, LetsThroughWhatIsThereAndWhatComes) {
  gate.move_to(5);
  auto past = wait(5, milliseconds(0));
  auto next = wait(6, seconds(30));
  auto later = wait(9, milliseconds(20));
  gate.move_to(7);
  io.run();
  EXPECT_TRUE(past.get());
  EXPECT_TRUE(next.get());
  EXPECT_FALSE(later.get());
}

TEST_F(PositionGateTest, MovesBackWhenTheTablesLostCommits) {
  gate.move_to(9);
  gate.move_to(4);
  auto lost = wait(8, milliseconds(20));
  auto again = wait(6, seconds(30));
  gate.move_to(6);
  gate.move_to(5);  // who was let through stays so
  io.run();
  EXPECT_FALSE(lost.get());
  EXPECT_TRUE(again.get());
}

TEST_F(PositionGateTest, IsNotTakenBackByWhoIsLate) {
  gate.move_to(9);
  gate.advance(4);
  EXPECT_EQ(gate.position(), 9U);
  auto waiting = wait(11, seconds(30));
  gate.advance(11);
  io.run();
  EXPECT_TRUE(waiting.get());
}

}  // namespace
}  // namespace alforis::api
