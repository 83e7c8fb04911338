#include "api/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <thread>

#include "client.hpp"
#include "rig.hpp"

namespace alforis::api {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using testing::Certificate;
using testing::Client;
using ::testing::HasSubstr;
using testing::Rig;
using ::testing::StartsWith;
using testing::TlsClient;
using Time = std::chrono::steady_clock;

constexpr std::string_view k_hello = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr std::string_view k_last_hello = "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
constexpr std::string_view k_slow = "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n";

ServerOptions quick_options() {
  ServerOptions options;
  options.port = 0;
  options.threads = 2;
  return options;
}

/// A real server on a free port of the loopback.
class ServerTest : public ::testing::Test {
 protected:
  ~ServerTest() override {
    if (server) server->stop();
    rig.pool.stop();
  }

  Server& start(ServerOptions options = quick_options()) {
    server = std::make_unique<Server>(rig.dispatcher, std::move(options));
    server->start();
    return *server;
  }

  void wait_until_open(std::size_t connections) {
    for (int i = 0; i < 500 && server->status().connections != connections; ++i) std::this_thread::sleep_for(10ms);
    EXPECT_EQ(server->status().connections, connections);
  }

  static std::size_t count(const std::string& text, std::string_view what) {
    std::size_t found = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
    return found;
  }

  Rig rig;
  std::unique_ptr<Server> server;
};

TEST_F(ServerTest, KeepsConnectionsAlive) {
  Client client(start().port());
  for (int i = 0; i < 100; ++i) {
    client.received.clear();
    ASSERT_TRUE(client.send(k_hello));
    ASSERT_TRUE(client.wait_for("hello"));
  }
  EXPECT_EQ(server->status().accepted, 1U);
  client.send(k_last_hello);
  EXPECT_THAT(client.wait_for_end(), HasSubstr("Connection: close"));
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  Client client(start().port());
  client.send(std::string(k_slow) + std::string(k_hello) + std::string(k_slow) + std::string(k_last_hello));
  const std::string& all = client.wait_for_end();
  EXPECT_EQ(count(all, "HTTP/1.1 200 OK"), 4U);
  EXPECT_LT(all.find("\r\n\r\nslow"), all.find("\r\n\r\nhello"));
  EXPECT_LT(all.find("\r\n\r\nhello"), all.rfind("\r\n\r\nslow"));
}

TEST_F(ServerTest, ManyConnectionsAtOnce) {
  const auto port = start().port();
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 200; ++i) clients.push_back(std::make_unique<Client>(port));
  for (auto& client : clients) client->send(k_hello);
  for (auto& client : clients) EXPECT_TRUE(client->wait_for("hello"));
  EXPECT_EQ(server->status().connections, 200U);
  clients.clear();
  wait_until_open(0);
}

TEST_F(ServerTest, LargeAnswersArriveWholeAtASlowReader) {
  Client client(start().port());
  for (int i = 0; i < 100; ++i) client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  client.send(k_last_hello);
  std::this_thread::sleep_for(200ms);  // The kernel's buffers fill up meanwhile: the server has to wait for room.
  const std::string& all = client.wait_for_end();
  EXPECT_EQ(count(all, "HTTP/1.1 200 OK"), 101U);
  EXPECT_GT(all.size(), 100U * 100'000U);
  EXPECT_THAT(all, ::testing::EndsWith("hello"));
}

TEST_F(ServerTest, BugsAre500WithoutDetails) {
  Client client(start().port());
  client.send("GET /bug HTTP/1.1\r\nHost: x\r\nX-Request-Id: r1\r\n\r\n");
  ASSERT_TRUE(client.wait_for("\"request_id\":\"r1\""));
  EXPECT_THAT(client.received, StartsWith("HTTP/1.1 500"));
  EXPECT_EQ(client.received.find("secret"), std::string::npos);
  client.received.clear();
  client.send("GET /refusal HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(client.wait_for("HTTP/1.1 409"));
}

TEST_F(ServerTest, AFullWorkPoolIs503) {
  const auto port = start().port();
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 12; ++i) {
    clients.push_back(std::make_unique<Client>(port));
    clients.back()->send(k_slow);
  }
  std::size_t answered = 0;
  std::size_t refused = 0;
  for (auto& client : clients) {
    ASSERT_TRUE(client->wait_for("\r\n\r\n"));
    answered += count(client->received, "HTTP/1.1 200");
    refused += count(client->received, "HTTP/1.1 503");
    EXPECT_EQ(count(client->received, "HTTP/1.1 503"), count(client->received, "Retry-After: 1\r\n"));
  }
  EXPECT_GE(answered, 4U);
  EXPECT_GE(refused, 1U);
  EXPECT_EQ(answered + refused, 12U);
}

TEST_F(ServerTest, MalformedRequestsAreToldAndClosedWithoutAReset) {
  Client client(start().port());
  client.send("NONSENSE\r\n\r\n" + std::string(100'000, 'z'));
  EXPECT_THAT(client.wait_for_end(), AllOf(StartsWith("HTTP/1.1 400"), HasSubstr("malformed_request")));
  EXPECT_FALSE(client.reset);
}

TEST_F(ServerTest, HeaderFloodsEndIn431) {
  Client client(start().port());
  client.send("GET /hello HTTP/1.1\r\nHost: x\r\n");
  for (int i = 0; i < 1000; ++i) {
    if (!client.send("X-Flood: " + std::string(100, 'f') + "\r\n")) break;
  }
  EXPECT_THAT(client.wait_for_end(), StartsWith("HTTP/1.1 431"));
}

TEST_F(ServerTest, OversizeBodiesAreToldBeforeTheyAreRead) {
  Client client(start().port());
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10000000\r\n\r\n");
  EXPECT_THAT(client.wait_for_end(), AllOf(StartsWith("HTTP/1.1 413"), HasSubstr("Connection: close")));
}

TEST_F(ServerTest, OversizeBodiesThatKeepComingStillGetTheirAnswer) {
  Client client(start().port());
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 600000\r\n\r\n");
  client.send(std::string(600'000, 'b'));
  EXPECT_THAT(client.wait_for_end(), StartsWith("HTTP/1.1 413"));
}

TEST_F(ServerTest, SlowHeadersEndIn408) {
  auto options = quick_options();
  options.header_timeout = 150ms;
  Client client(start(options).port());
  const auto begin = Time::now();
  std::thread dripping([&client] {
    // A byte now and then must not buy time.
    for (const char c : std::string_view("GET /hello HTTP/1.1\r\nHost: x\r\nA: bbbbbbbbbbbbbbbbbbbbbbbbb")) {
      if (!client.send(std::string_view(&c, 1))) return;
      std::this_thread::sleep_for(20ms);
    }
  });
  EXPECT_TRUE(client.wait_for("HTTP/1.1 408"));
  EXPECT_LT(Time::now() - begin, 1s);
  dripping.join();
  EXPECT_THAT(client.wait_for_end(), HasSubstr("request_timeout"));
}

TEST_F(ServerTest, SlowBodiesEndIn408) {
  auto options = quick_options();
  options.body_timeout = 100ms;
  Client client(start(options).port());
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n12");
  EXPECT_THAT(client.wait_for_end(), StartsWith("HTTP/1.1 408"));
}

TEST_F(ServerTest, IdleConnectionsAreClosedInSilence) {
  auto options = quick_options();
  options.idle_timeout = 100ms;
  Client client(start(options).port());
  EXPECT_EQ(client.wait_for_end(), "");
  Client used(server->port());
  used.send(k_hello);
  EXPECT_THAT(used.wait_for_end(), ::testing::EndsWith("hello"));
}

TEST_F(ServerTest, PeersThatDoNotReadAreDropped) {
  auto options = quick_options();
  options.write_timeout = 200ms;
  options.min_rate = 1U << 30;
  Client client(start(options).port());
  for (int i = 0; i < 500; ++i) {
    if (!client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n")) break;
  }
  wait_until_open(0);
}

TEST_F(ServerTest, ConnectionsBeyondTheLimitAreRefused) {
  auto options = quick_options();
  options.max_connections = 2;
  const auto port = start(options).port();
  Client first(port);
  Client second(port);
  wait_until_open(2);
  Client third(port);
  EXPECT_THAT(third.wait_for_end(), AllOf(StartsWith("HTTP/1.1 503"), HasSubstr("too_many_connections")));
  EXPECT_EQ(server->status().refused, 1U);
  first.send(k_hello);
  EXPECT_TRUE(first.wait_for("hello"));
}

TEST_F(ServerTest, StopFinishesWhatItTook) {
  const auto port = start().port();
  Client busy(port);
  Client idle(port);
  wait_until_open(2);
  busy.send(k_slow);
  std::this_thread::sleep_for(50ms);
  const auto begin = Time::now();
  server->stop();
  EXPECT_LT(Time::now() - begin, 5s);
  EXPECT_THAT(busy.wait_for_end(),
              AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("Connection: close"), ::testing::EndsWith("slow")));
  EXPECT_EQ(idle.wait_for_end(), "");
  EXPECT_THROW(Client{port}, std::runtime_error);
}

TEST_F(ServerTest, StopDoesNotWaitForeverForHalfRequests) {
  auto options = quick_options();
  options.drain_timeout = 100ms;
  Client client(start(options).port());
  client.send("GET /hello HTTP/1.1\r\n");
  wait_until_open(1);
  std::this_thread::sleep_for(50ms);
  const auto begin = Time::now();
  server->stop();
  EXPECT_LT(Time::now() - begin, 2s);
  EXPECT_EQ(server->status().connections, 0U);
}

// ---- TLS
// -------------------------------------------------------------------------------------------------------------

class TlsServerTest : public ServerTest {
 protected:
  std::uint16_t start_tls() {
    auto options = quick_options();
    options.certificate_file = certificate.certificate_file();
    options.key_file = certificate.key_file();
    return start(std::move(options)).port();
  }

  Certificate certificate;
};

TEST_F(TlsServerTest, ServesOverTls13AndTls12) {
  const auto port = start_tls();
  for (const int version : {TLS1_3_VERSION, TLS1_2_VERSION}) {
    TlsClient client(port, version);
    ASSERT_TRUE(client.handshake());
    client.send(std::string(k_hello) + "GET /large HTTP/1.1\r\nHost: x\r\n\r\n" + std::string(k_last_hello));
    const auto all = client.receive_until_end();
    EXPECT_EQ(count(all, "HTTP/1.1 200 OK"), 3U) << client.version();
    EXPECT_NE(all.find(std::string(100'000, 'x')), std::string::npos);
    EXPECT_TRUE(client.orderly);
  }
}

TEST_F(TlsServerTest, RefusesOlderVersions) {
  TlsClient client(start_tls(), TLS1_1_VERSION);
  EXPECT_FALSE(client.handshake());
}

TEST_F(TlsServerTest, PlainRequestsAreClosed) {
  Client client(start_tls());
  client.send(k_hello);
  client.wait_for_end();
  EXPECT_EQ(client.received.find("HTTP/"), std::string::npos);
}

TEST_F(TlsServerTest, StopsWhileConnectionsAreOpen) {
  TlsClient client(start_tls());
  ASSERT_TRUE(client.handshake());
  wait_until_open(1);
  server->stop();
  EXPECT_EQ(client.receive_until_end(), "");
}

TEST_F(TlsServerTest, AnUnreadableCertificateIsSaidAtOnce) {
  auto options = quick_options();
  options.certificate_file = "/nonexistent.pem";
  options.key_file = certificate.key_file();
  EXPECT_THROW(Server(rig.dispatcher, options), std::runtime_error);
}

}  // namespace
}  // namespace alforis::api
