// The client: access, retries, words for people.
#include "programs/http_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/unit/programs/fake_server.hpp"

namespace alforis::programs {
namespace {

using testing::HasSubstr;
using testing::SizeIs;
using testing::ThrowsMessage;

HttpClientOptions impatient() {
  HttpClientOptions options;
  options.patience = std::chrono::milliseconds(3000);
  options.first_pause = std::chrono::milliseconds(1);
  return options;
}

HttpClient client_of(const FakeServer& server) {
  return HttpClient(std::make_shared<ServerSession>(ServerAccess{server.url(), "", "me@firm.example", "se\"cret"}),
                    impatient());
}

TEST(HttpClient, LogsInOnceAndKeepsItsConnection) {
  FakeServer server([](const FakeRequest& request) { return fake_login(request).value_or(FakeAnswer{.body = "{}"}); });
  auto client = client_of(server);
  EXPECT_EQ(client.send({"POST", "/api/v1/teams", "{}", "k1"}).status, 200U);
  EXPECT_EQ(client.send({"GET", "/api/v1/teams", "", ""}).status, 200U);
  const auto requests = server.requests();
  ASSERT_THAT(requests, SizeIs(3));
  EXPECT_EQ(requests[0].body, R"({"email":"me@firm.example","password":"se\"cret"})");
  EXPECT_EQ(requests[1].authorization, "Bearer the-token");
  EXPECT_EQ(requests[1].key, "k1");
  EXPECT_EQ(requests[2].method, "GET");
  EXPECT_EQ(server.connections(), 1U);
}

TEST(HttpClient, WaitsOutABusyServerWithTheSameKey) {
  int busy = 2;
  FakeServer server([&busy](const FakeRequest& request) {
    if (auto login = fake_login(request)) return *login;
    return busy-- > 0 ? FakeAnswer{.status = 503, .body = "{}", .retry_after = busy == 0 ? "1" : ""}
                      : FakeAnswer{.body = "done"};
  });
  auto client = client_of(server);
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(client.send({"POST", "/x", "{}", "key"}).body, "done");
  EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(1000)) << "Retry-After counts";
  const auto requests = server.requests();
  ASSERT_THAT(requests, SizeIs(4));
  for (std::size_t i = 1; i < 4; ++i) EXPECT_EQ(requests[i].key, "key");
}

TEST(HttpClient, GivesTheBusyAnswerBackWhenItsPatienceEnds) {
  FakeServer server([](const FakeRequest& request) {
    return fake_login(request).value_or(FakeAnswer{.status = 503, .body = "{}", .retry_after = "9"});
  });
  auto client = client_of(server);
  EXPECT_EQ(client.send({"POST", "/x", "{}", "key"}).status, 503U);
}

TEST(HttpClient, SendsAgainWhenTheConnectionIsLost) {
  int drops = 2;
  FakeServer server([&drops](const FakeRequest& request) {
    if (auto login = fake_login(request)) return *login;
    return drops-- > 0 ? FakeAnswer{.drop = true} : FakeAnswer{.body = "done", .close = true};
  });
  auto client = client_of(server);
  EXPECT_EQ(client.send({"POST", "/x", "{}", "key"}).body, "done");
  EXPECT_EQ(client.send({"POST", "/x", "{}", "key"}).body, "done");
}

TEST(HttpClient, LogsInAgainWhenTheTokenHasExpired) {
  int logins = 0;
  FakeServer server([&logins](const FakeRequest& request) {
    if (auto login = fake_login(request, "token-" + std::to_string(logins + 1))) {
      ++logins;
      return *login;
    }
    return request.authorization == "Bearer token-2" ? FakeAnswer{.body = "in"}
                                                     : FakeAnswer{.status = 401, .body = "{}"};
  });
  auto client = client_of(server);
  EXPECT_EQ(client.send({"GET", "/x", "", ""}).body, "in");
  EXPECT_EQ(logins, 2);
}

TEST(HttpClient, SaysWhyNobodyIsLetIn) {
  FakeServer server([](const FakeRequest&) {
    return FakeAnswer{.status = 401,
                      .body = R"({"title":"Wrong e-mail or password","status":401,"code":"invalid_credentials"})"};
  });
  auto client = client_of(server);
  EXPECT_THAT(
      [&] {
        client.send({"GET", "/x", "", ""});
      },
      ThrowsMessage<LoginError>(HasSubstr("Wrong e-mail or password")));
  HttpClient with_token(std::make_shared<ServerSession>(ServerAccess{server.url(), "old", "", ""}), impatient());
  EXPECT_THAT([&] { with_token.send({"GET", "/x", "", ""}); }, ThrowsMessage<LoginError>(HasSubstr("token")));
}

TEST(HttpClient, AServerThatIsNotThereIsSaidAtOnce) {
  std::string url;
  {
    FakeServer gone([](const FakeRequest&) { return FakeAnswer{}; });
    url = gone.url();
  }
  HttpClient client(std::make_shared<ServerSession>(ServerAccess{url, "t", "", ""}));
  EXPECT_THAT([&] { client.send({"GET", "/x", "", ""}); }, ThrowsMessage<ConnectionError>(HasSubstr(url)));
  EXPECT_THROW(HttpClient(std::make_shared<ServerSession>(ServerAccess{"ftp://x", "t", "", ""})), std::runtime_error);
  EXPECT_THROW(HttpClient(std::make_shared<ServerSession>(ServerAccess{"localhost:8080", "t", "", ""})),
               std::runtime_error);
}

TEST(Explain, TellsEveryErrorOfAProblemDocument) {
  const std::string text =
      explain({422,
               R"({"title":"Invalid input","detail":"2 members are wrong","status":422,"request_id":"r",)"
               R"("errors":[{"pointer":"/siret","code":"invalid_luhn","detail":"wrong digit"},)"
               R"({"parameter":"limit","code":"out_of_range","detail":"too much"}]})",
               {}});
  EXPECT_EQ(text,
            "HTTP 422 Invalid input: 2 members are wrong\n"
            "  /siret: wrong digit (invalid_luhn)\n"
            "  limit: too much (out_of_range)");
  EXPECT_EQ(explain({502, "<html>", {}}), "HTTP 502: <html>");
  EXPECT_THAT(explain({500, R"({"title":"Bug","request_id":"r-1"})", {}}), HasSubstr("request id r-1"));
}

// Each test has a directory and an environment of its own.
class Access : public testing::Test {
 protected:
  void SetUp() override {
    before_ = std::filesystem::current_path();
    folder_ = std::filesystem::temp_directory_path() / ("alforis-access-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_ / "var");
    std::filesystem::current_path(folder_);
    for (const char* name : {"ALFORIS_SERVER", "ALFORIS_TOKEN", "ALFORIS_ADMIN_EMAIL", "ALFORIS_ADMIN_PASSWORD"})
      ::unsetenv(name);
  }
  void TearDown() override {
    for (const char* name : {"ALFORIS_TOKEN", "ALFORIS_ADMIN_EMAIL", "ALFORIS_ADMIN_PASSWORD"}) ::unsetenv(name);
    std::filesystem::current_path(before_);
    std::filesystem::remove_all(folder_);
  }
  static void write(const std::string& file, std::string_view text, ::mode_t mode = 0600) {
    std::ofstream(file) << text;
    ::chmod(file.c_str(), mode);
  }

  std::filesystem::path before_;
  std::filesystem::path folder_;
};

TEST_F(Access, ComesFromTheFileThatRunLeaves) {
  write("var/credentials",
        "# made by "
        "tools/run\nALFORIS_SERVER=http://"
        "127.0.0.1:9999\nALFORIS_ADMIN_EMAIL=a@b.fr\nALFORIS_ADMIN_PASSWORD='it'\\''s'\n");
  const auto access = resolve_access({});
  EXPECT_EQ(access.server, "http://127.0.0.1:9999");
  EXPECT_EQ(access.email, "a@b.fr");
  EXPECT_EQ(access.password, "it's");
  EXPECT_EQ(resolve_access({"https://crm.example", ""}).server, "https://crm.example");
}

TEST_F(Access, OfTheEnvironmentCountsMore) {
  write("var/credentials", "ALFORIS_TOKEN=old\n");
  ::setenv("ALFORIS_ADMIN_EMAIL", "env@b.fr", 1);
  ::setenv("ALFORIS_ADMIN_PASSWORD", "p", 1);
  EXPECT_EQ(resolve_access({}).email, "env@b.fr");
  EXPECT_EQ(resolve_access({}).token, "");
  EXPECT_EQ(resolve_access({}).server, k_default_server);
  ::setenv("ALFORIS_TOKEN", "new", 1);
  EXPECT_EQ(resolve_access({}).token, "new");
}

TEST_F(Access, IsRefusedFromAFileThatOthersCanRead) {
  write("var/credentials", "ALFORIS_TOKEN=t\n", 0640);
  EXPECT_THAT([] { resolve_access({}); }, ThrowsMessage<std::runtime_error>(HasSubstr("chmod 600")));
}

TEST_F(Access, ThatIsNowhereIsExplained) {
  EXPECT_THAT([] { resolve_access({}); }, ThrowsMessage<std::runtime_error>(HasSubstr("ALFORIS_TOKEN")));
  EXPECT_THAT([] { resolve_access({"", "missing"}); }, ThrowsMessage<std::runtime_error>(HasSubstr("missing")));
}

}  // namespace
}  // namespace alforis::programs
