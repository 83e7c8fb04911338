#include "api/request.hpp"

#include <gtest/gtest.h>

#include "api/problem.hpp"

namespace alforis::api {
namespace {

std::string code_of(const std::optional<Problem>& problem) { return problem ? problem->code : ""; }

std::string decoded(std::string_view target) {
  Request request;
  if (const auto problem = request.set_target(target)) return "! " + problem->code;
  std::string out;
  for (const NameValue& parameter : request.parameters()) {
    out.append(parameter.name).append("=").append(parameter.value).append(";");
  }
  return out;
}

TEST(Query, KeepsOrderAndRepeatedNames) { EXPECT_EQ(decoded("/x?b=2&a=1&b=3"), "b=2;a=1;b=3;"); }

TEST(Query, DecodesPercentAndPlus) { EXPECT_EQ(decoded("/x?q=a+b%2Bc&n%C3%A9=%E2%82%AC"), "q=a b+c;né=€;"); }

TEST(Query, ViewsStayGoodWhenManyValuesAreEncoded) {
  std::string target = "/x?";
  std::string expected;
  for (int i = 0; i < 200; ++i) {
    target += "k%20" + std::to_string(i) + "=v%20" + std::to_string(i) + "&";
    expected += "k " + std::to_string(i) + "=v " + std::to_string(i) + ";";
  }
  EXPECT_EQ(decoded(target), expected);
}

TEST(Query, EmptyPartsAreNothing) {
  EXPECT_EQ(decoded("/x?"), "");
  EXPECT_EQ(decoded("/x?&&a&=b&c="), "a=;=b;c=;");
}

TEST(Query, WrongEncodingIsAProblem) {
  for (const char* target : {"/x?a=%", "/x?a=%4", "/x?a=%zz", "/x?a=%00", "/x?a=%ff", "/x?%c3=1", "/x?a=%ED%A0%80"}) {
    EXPECT_EQ(decoded(target), "! invalid_encoding") << target;
  }
}

TEST(Target, HasToBeAPath) {
  Request request;
  EXPECT_EQ(code_of(request.set_target("x")), "invalid_target");
  EXPECT_EQ(code_of(request.set_target("")), "invalid_target");
  EXPECT_EQ(code_of(request.set_target("/a#b")), "invalid_target");
  EXPECT_EQ(code_of(request.set_target("ftp://host/a")), "invalid_target");
  EXPECT_EQ(code_of(request.set_target("*")), "");
}

TEST(Target, MayBeAbsolute) {
  Request request;
  EXPECT_EQ(code_of(request.set_target("http://example.org/a/b?c=d")), "");
  EXPECT_EQ(request.path(), "/a/b");
  EXPECT_EQ(request.parameter("c"), "d");
  request.clear();
  EXPECT_EQ(code_of(request.set_target("http://example.org")), "");
  EXPECT_EQ(request.path(), "/");
}

TEST(Target, AnUrlInsideAPathIsNoAuthority) {
  Request request;
  EXPECT_EQ(code_of(request.set_target("/go/http://example.org")), "");
  EXPECT_EQ(request.path(), "/go/http://example.org");
}

TEST(Headers, AreFoundInAnyCase) {
  Request request;
  request.add_header("CONTENT-type", "application/json; charset=utf-8");
  EXPECT_EQ(request.header("Content-Type"), "application/json; charset=utf-8");
  EXPECT_EQ(request.media_type(), "application/json");
  EXPECT_EQ(request.header("Content"), std::nullopt);
}

std::string request_id(std::string_view given) {
  Request request;
  request.add_header("X-Request-Id", given);
  request.headers_complete();
  return std::string(request.request_id());
}

TEST(RequestId, IsKeptWhenSane) { EXPECT_EQ(request_id("abc-123"), "abc-123"); }

TEST(RequestId, IsMadeWhenMissingOrStrange) {
  for (const std::string& given : {std::string(), std::string("a b"), std::string("\x01"), std::string(129, 'a')}) {
    EXPECT_NE(request_id(given), given);
    EXPECT_EQ(request_id(given).size(), 32U);
  }
  EXPECT_NE(request_id(""), request_id(""));
}

std::string trace(std::string_view given) {
  Request request;
  request.add_header("Traceparent", given);
  request.headers_complete();
  return std::string(request.traceparent());
}

TEST(Traceparent, IsTakenOnlyWhenWellFormed) {
  const std::string good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  EXPECT_EQ(trace(good), good);
  EXPECT_EQ(trace("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more").substr(0, 3), "cc-");
  for (const char* bad : {"", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
                          "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                          "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                          "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                          "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                          "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7_01"}) {
    EXPECT_EQ(trace(bad), "") << bad;
  }
}

}  // namespace
}  // namespace alforis::api
