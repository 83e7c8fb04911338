// What an access log says, and what it keeps to itself.
#include "api/access_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rig.hpp"

namespace alforis::api {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class AccessLogTest : public ::testing::Test {
 protected:
  void open(AccessLogOptions options = {}) {
    options.now_us = [] { return std::int64_t{1'750'000'000'123'456}; };
    options.sink = [this](std::string_view lines) { written_ += lines; };
    log_ = std::make_unique<AccessLog>(2, std::move(options));
    DispatcherOptions dispatching;
    dispatching.access_log = log_.get();
    rig_ = std::make_unique<testing::Rig>(dispatching);
  }
  void send(Method method, const std::string& target, const std::string& authorization, std::size_t worker = 0) {
    RequestContext context;
    context.request.set_method(method);
    context.request.add_header("X-Request-Id", "request-7");
    context.request.add_header("Authorization", authorization);
    context.request.add_header("Content-Type", "application/json");
    context.request.headers_complete();
    ASSERT_FALSE(context.request.set_target(target));
    auto response = rig_->dispatcher.admit(context);
    if (!response) {
      if (method == Method::post) context.request.set_body(R"({"name":"Dupont"})");
      response = rig_->dispatcher.try_fast(context);
    }
    ASSERT_TRUE(response);
    rig_->dispatcher.finish(context, *response, std::chrono::microseconds(153), worker);
  }
  /// Everything that was written to the end.
  std::string close() {
    log_.reset();
    return written_;
  }

  std::string written_;
  std::unique_ptr<AccessLog> log_;
  std::unique_ptr<testing::Rig> rig_;
};

TEST_F(AccessLogTest, ALineSaysWhatWasAskedAndHowItEnded) {
  open();
  send(Method::get, "/hello", "");
  EXPECT_EQ(close(), "2025-06-15T15:06:40.123456Z GET /hello 200 153us - request-7\n");
}

TEST_F(AccessLogTest, ALineNamesTheUser) {
  open();
  send(Method::get, "/item/7", "Bearer admin");
  EXPECT_THAT(close(), HasSubstr(" GET /item/{id} 200 153us 018f0000-0000-7000-8000-00000000000a request-7\n"));
}

TEST_F(AccessLogTest, WhatNoRouteTakesHasNoPattern) {
  open();
  send(Method::get, "/nowhere/Jean.Dupont", "");
  EXPECT_THAT(close(), HasSubstr(" GET - 404 153us - request-7\n"));
}

TEST_F(AccessLogTest, NeitherTargetNorQueryNorBodyIsWritten) {
  open();
  send(Method::get, "/item/Dupont", "Bearer admin");
  send(Method::get, "/list?q=Dupont", "");
  send(Method::get, "/list?Dupont=1", "");
  send(Method::post, "/echo", "");
  const std::string lines = close();
  EXPECT_EQ(std::ranges::count(lines, '\n'), 4);
  EXPECT_THAT(lines, Not(HasSubstr("Dupont")));
}

TEST_F(AccessLogTest, AFullBufferDropsLinesAndCountsThem) {
  AccessLogOptions options;
  options.most_waiting = 1100;
  options.interval = std::chrono::hours(1);
  open(std::move(options));
  for (int i = 0; i < 10; ++i) send(Method::get, "/hello", "");
  send(Method::get, "/hello", "", 1);
  EXPECT_EQ(log_->dropped(), 8U);
  EXPECT_EQ(std::ranges::count(close(), '\n'), 3);
}

}  // namespace
}  // namespace alforis::api
