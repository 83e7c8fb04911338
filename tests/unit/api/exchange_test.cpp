#include "api/exchange.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "rig.hpp"

namespace alforis::api {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Rig;
using ::testing::StartsWith;
using Want = Exchange::Want;

/// Feeds bytes and collects what comes out, as a connection would.
class ExchangeTest : public ::testing::Test {
 protected:
  /// In pieces of that many bytes; the answers so far.
  std::string feed(std::string_view bytes, std::size_t step = 1U << 20) {
    std::string out;
    while (true) {
      want = exchange.advance();
      if (want == Want::write) {
        for (const auto& piece : exchange.output()) out.append(static_cast<const char*>(piece.data()), piece.size());
        ++writes;
        exchange.written();
      } else if (want == Want::read && !bytes.empty()) {
        const auto room = exchange.room();
        const std::size_t size = std::min({room.size(), bytes.size(), step});
        std::memcpy(room.data(), bytes.data(), size);
        exchange.received(size);
        bytes.remove_prefix(size);
      } else {
        left = bytes.size();
        return out;
      }
    }
  }

  static std::string get(std::string_view target, std::string_view more = "") {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: x\r\n" + std::string(more) + "\r\n";
  }
  static std::string post(std::string_view body, std::string_view more = "") {
    return "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n" + std::string(more) + "\r\n" + std::string(body);
  }
  static std::string chunked(std::string_view chunks) {
    return "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" +
           std::string(chunks);
  }
  static std::size_t count(const std::string& text, std::string_view what) {
    std::size_t found = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
    return found;
  }

  Rig rig;
  Exchange exchange{rig.dispatcher, 16U << 10, "192.0.2.1", 0};
  Want want = Want::read;
  std::size_t writes = 0;
  std::size_t left = 0;
};

TEST_F(ExchangeTest, AnswersAndWaitsForTheNext) {
  const auto out = feed(get("/hello"));
  EXPECT_THAT(out, StartsWith("HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 5\r\n"));
  EXPECT_THAT(out, ::testing::EndsWith("\r\n\r\nhello"));
  EXPECT_THAT(out, AllOf(HasSubstr("\r\nX-Content-Type-Options: nosniff\r\n"), HasSubstr("\r\nX-Request-Id: "),
                         HasSubstr("\r\nDate: "), Not(HasSubstr("Server:")), Not(HasSubstr("Connection:"))));
  EXPECT_EQ(want, Want::read);
}

TEST_F(ExchangeTest, BytesMayComeOneByOne) {
  const std::string all = get("/hello") + post(R"({"a":1})") + get("/hello");
  const auto out = feed(all, 1);
  EXPECT_EQ(count(out, "HTTP/1.1 200 OK"), 3U);
  EXPECT_THAT(out, HasSubstr("\r\n\r\n{\"a\":1}"));
}

TEST_F(ExchangeTest, PipelinedRequestsAreAnsweredInOrderByOneWrite) {
  const auto out = feed(post("1") + post("2") + post("3") + get("/hello"));
  EXPECT_EQ(writes, 1U);
  EXPECT_LT(out.find("\r\n\r\n1"), out.find("\r\n\r\n2"));
  EXPECT_LT(out.find("\r\n\r\n2"), out.find("\r\n\r\n3"));
  EXPECT_LT(out.find("\r\n\r\n3"), out.find("hello"));
}

TEST_F(ExchangeTest, AnswersBeforeASlowOneDoNotWaitForIt) {
  const auto out = feed(get("/hello") + get("/slow") + get("/hello"));
  EXPECT_EQ(want, Want::handler);
  EXPECT_EQ(count(out, "HTTP/1.1 200"), 1U);
  exchange.answered(Response::text(k_plain_text, "slow"));
  const auto rest = feed("");
  EXPECT_LT(rest.find("slow"), rest.find("hello"));
}

TEST_F(ExchangeTest, ManyPipelinedRequestsAreSentInBatches) {
  std::string all;
  for (int i = 0; i < 1000; ++i) all += get("/large");
  EXPECT_EQ(count(feed(all), "HTTP/1.1 200 OK"), 1000U);
  EXPECT_GT(writes, 100U);
}

TEST_F(ExchangeTest, ReadsBodiesOfAnySizeInAnyPieces) {
  for (const std::size_t size : {0, 1, 4000, 5000, 70'000, 200'000}) {
    const std::string body(size, 'b');
    const auto out = feed(post(body) + get("/hello"), 777);
    EXPECT_THAT(out, HasSubstr("Content-Length: " + std::to_string(size) + "\r\n"));
    EXPECT_NE(out.find("\r\n\r\n" + body), std::string::npos) << size;
    EXPECT_EQ(count(out, "HTTP/1.1 200 OK"), 2U) << size;
  }
}

TEST_F(ExchangeTest, ReadsChunks) {
  const std::string body = chunked("5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\nTrailer: x\r\n\r\n");
  for (const std::size_t step : {1, 3, 1000}) {
    const auto out = feed(body + get("/hello"), step);
    EXPECT_THAT(out, HasSubstr("\r\n\r\nhello world")) << step;
    EXPECT_EQ(count(out, "HTTP/1.1 200 OK"), 2U) << step;
  }
}

TEST_F(ExchangeTest, RefusesWrongChunks) {
  for (const char* chunks :
       {"x\r\nhello\r\n0\r\n\r\n", "5\r\nhelloo\r\n0\r\n\r\n", "-1\r\n\r\n", "fffffffffffffffff\r\n"}) {
    Exchange fresh(rig.dispatcher, 16U << 10, "192.0.2.1", 0);
    const std::string all = chunked(chunks);
    fresh.advance();
    const auto room = fresh.room();
    std::memcpy(room.data(), all.data(), all.size());
    fresh.received(all.size());
    EXPECT_EQ(fresh.advance(), Want::write) << chunks;
    EXPECT_THAT(std::string(static_cast<const char*>(fresh.output()[0].data()), 12), "HTTP/1.1 400") << chunks;
  }
}

TEST_F(ExchangeTest, ChunksBeyondTheLimitAre413) {
  std::string chunks;
  for (int i = 0; i < 21; ++i) chunks += "2710\r\n" + std::string(10'000, 'c') + "\r\n";
  const auto out = feed(chunked(chunks + "0\r\n\r\n"));
  EXPECT_THAT(out, AllOf(StartsWith("HTTP/1.1 413"), HasSubstr("Connection: close")));
  EXPECT_EQ(want, Want::close);
  EXPECT_TRUE(exchange.lingers());
}

TEST_F(ExchangeTest, OversizeBodiesAreNotRead) {
  const auto out = feed(post(std::string(1'000'000, 'b')));
  EXPECT_THAT(out, AllOf(StartsWith("HTTP/1.1 413"), HasSubstr("Connection: close"), HasSubstr("body_too_large")));
  EXPECT_EQ(want, Want::close);
  EXPECT_GT(left, 900'000U);
}

TEST_F(ExchangeTest, SmallUnwantedBodiesAreDroppedAndTheConnectionGoesOn) {
  const std::string unwanted =
      "POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 30000\r\n\r\n" + std::string(30'000, 'b');
  const auto out = feed(unwanted + get("/hello"), 1000);
  EXPECT_THAT(out, AllOf(StartsWith("HTTP/1.1 404"), HasSubstr("hello")));
  EXPECT_EQ(want, Want::read);
}

TEST_F(ExchangeTest, AsksForABodyThatWaits) {
  const std::string head =
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\nExpect: "
      "100-continue\r\n\r\n";
  EXPECT_EQ(feed(head), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_THAT(feed("{}"), StartsWith("HTTP/1.1 200 OK"));
}

TEST_F(ExchangeTest, DoesNotAskForABodyThatItRefuses) {
  const auto out = feed("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_THAT(out, StartsWith("HTTP/1.1 413"));
  EXPECT_EQ(want, Want::close);
}

TEST_F(ExchangeTest, UnknownExpectationsFail) {
  EXPECT_THAT(feed(get("/hello", "Expect: magic\r\n")), StartsWith("HTTP/1.1 417"));
}

TEST_F(ExchangeTest, MalformedRequestsGetAProblemAndTheEnd) {
  for (const char* bytes :
       {"\x16\x03\x01\x02", "GET / HTTP/1.1\nHost: x\n\n", "GARBAGE\r\n\r\n", "GET /hello HTTP/2.0\r\nHost: x\r\n\r\n",
        "GET /hello HTTP/1.1\r\n\r\n", "GET /hello HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        "GET /hello HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n", "GET /hello HTTP/1.1\r\nHost: x\r\nA: b\r\n folded\r\n\r\n",
        "GET /hel lo HTTP/1.1\r\nHost: x\r\n\r\n", "GET /hello HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
        "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    Exchange fresh(rig.dispatcher, 16U << 10, "192.0.2.1", 0);
    fresh.advance();
    const auto room = fresh.room();
    std::memcpy(room.data(), bytes, std::strlen(bytes));
    fresh.received(std::strlen(bytes));
    ASSERT_EQ(fresh.advance(), Want::write) << bytes;
    const std::string out(static_cast<const char*>(fresh.output()[0].data()), fresh.output()[0].size());
    EXPECT_THAT(out, AllOf(StartsWith("HTTP/1.1 400"), HasSubstr("malformed_request"), HasSubstr("Connection: close")));
    fresh.written();
    EXPECT_EQ(fresh.advance(), Want::close) << bytes;
  }
}

TEST_F(ExchangeTest, HeadersBeyondTheLimitAre431) {
  const auto out = feed("GET /hello HTTP/1.1\r\nHost: x\r\nA: " + std::string(20'000, 'a') + "\r\n\r\n");
  EXPECT_THAT(out, AllOf(StartsWith("HTTP/1.1 431"), HasSubstr("Connection: close")));
}

TEST_F(ExchangeTest, TooManyHeadersAre431) {
  std::string flood;
  for (int i = 0; i < 200; ++i) flood += "A: b\r\n";
  EXPECT_THAT(feed(get("/hello", flood)), StartsWith("HTTP/1.1 431"));
}

TEST_F(ExchangeTest, HeadHasTheLengthWithoutTheBody) {
  const auto out = feed("HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(out, AllOf(HasSubstr("Content-Length: 5\r\n"), ::testing::EndsWith("\r\n\r\n")));
}

TEST_F(ExchangeTest, OldClientsGetTheEndUnlessTheyAskForMore) {
  EXPECT_THAT(feed("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), HasSubstr("Connection: keep-alive\r\n"));
  EXPECT_EQ(want, Want::read);
  EXPECT_THAT(feed("GET /hello HTTP/1.0\r\n\r\n"), HasSubstr("Connection: close\r\n"));
  EXPECT_EQ(want, Want::close);
}

TEST_F(ExchangeTest, CloseIsHonoured) {
  EXPECT_THAT(feed(get("/hello", "Connection: close\r\n")), HasSubstr("Connection: close\r\n"));
  EXPECT_EQ(want, Want::close);
  EXPECT_FALSE(exchange.lingers());
}

TEST_F(ExchangeTest, DrainingEndsAfterTheNextAnswer) {
  exchange.drain();
  EXPECT_THAT(feed(get("/hello")), HasSubstr("Connection: close\r\n"));
  EXPECT_EQ(want, Want::close);
}

TEST_F(ExchangeTest, CompressesLargeBodiesForThoseWhoCan) {
  const auto out = feed(get("/large", "Accept-Encoding: gzip\r\n"));
  EXPECT_THAT(out, AllOf(HasSubstr("Content-Encoding: gzip\r\n"), HasSubstr("Vary: Accept-Encoding\r\n"),
                         HasSubstr("ETag: \"1\"\r\n"), HasSubstr("\r\n\r\n\x1f\x8b")));
  EXPECT_LT(out.size(), 2000U);
  EXPECT_THAT(feed(get("/hello", "Accept-Encoding: gzip\r\n")), Not(HasSubstr("Content-Encoding")));
  EXPECT_GT(feed(get("/large")).size(), 100'000U);
}

TEST_F(ExchangeTest, NotModifiedHasNoBody) {
  const auto out = feed(get("/tagged", "If-None-Match: \"7\"\r\n"));
  EXPECT_THAT(out, AllOf(StartsWith("HTTP/1.1 304 Not Modified\r\n"), HasSubstr("ETag: \"7\"\r\n"),
                         Not(HasSubstr("Content-Length")), ::testing::EndsWith("\r\n\r\n")));
}

TEST_F(ExchangeTest, GivesTheRequestIdBack) {
  EXPECT_THAT(feed(get("/hello", "X-Request-Id: mine-1\r\n")), HasSubstr("X-Request-Id: mine-1\r\n"));
}

TEST_F(ExchangeTest, NoHeaderIsSmuggledThroughAValue) {
  exchange.advance();
  feed(get("/slow"));
  Response response = Response::no_content();
  response.header("Location", "/x\r\nSet-Cookie: a=b");
  exchange.answered(std::move(response));
  EXPECT_THAT(feed(""), HasSubstr("Location: /xSet-Cookie: a=b\r\n"));
}

TEST_F(ExchangeTest, SlowHeadsAndBodiesTimeOut) {
  feed("GET /hel");
  EXPECT_EQ(exchange.phase(), Exchange::Phase::head);
  exchange.expire();
  EXPECT_THAT(feed(""), AllOf(StartsWith("HTTP/1.1 408"), HasSubstr("request_timeout")));
  EXPECT_EQ(want, Want::close);
}

TEST_F(ExchangeTest, SlowBodiesTimeOutWithTheirRequestId) {
  feed(
      "POST /echo HTTP/1.1\r\nHost: x\r\nX-Request-Id: r7\r\nContent-Type: application/json\r\nContent-Length: "
      "9\r\n\r\n12");
  EXPECT_EQ(exchange.phase(), Exchange::Phase::body);
  EXPECT_EQ(exchange.body_expected(), 7U);
  exchange.expire();
  EXPECT_THAT(feed(""), AllOf(StartsWith("HTTP/1.1 408"), HasSubstr("\"request_id\":\"r7\"")));
}

TEST_F(ExchangeTest, IdleConnectionsEndInSilence) {
  feed(get("/hello"));
  EXPECT_EQ(exchange.phase(), Exchange::Phase::idle);
  exchange.expire();
  EXPECT_EQ(feed(""), "");
  EXPECT_EQ(want, Want::close);
}

TEST_F(ExchangeTest, EmptyLinesBetweenRequestsAreSkipped) {
  EXPECT_EQ(count(feed("\r\n" + get("/hello") + "\r\n\r\n" + get("/hello"), 1), "HTTP/1.1 200 OK"), 2U);
}

}  // namespace
}  // namespace alforis::api
