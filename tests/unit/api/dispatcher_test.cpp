#include "api/dispatcher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rig.hpp"

namespace alforis::api {
namespace {

using ::testing::HasSubstr;
using testing::Rig;

struct Sent {
  Method method = Method::get;
  std::string target;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

/// A request's way through the dispatcher, without its coroutine handlers.
class DispatcherTest : public ::testing::Test {
 protected:
  Response send(const Rig& rig, const Sent& sent) {
    context = RequestContext();
    Request& request = context.request;
    request.set_remote_address("192.0.2.1");
    request.set_method(sent.method);
    for (const auto& [name, value] : sent.headers) request.add_header(name, value);
    request.headers_complete();
    Response response = answer(rig, sent);
    rig.dispatcher.finish(context, response, std::chrono::microseconds(100), 0);
    return response;
  }

  Response send(const Sent& sent) { return send(rig, sent); }

  Rig rig;
  RequestContext context;

 private:
  Response answer(const Rig& on, const Sent& sent) {
    if (const auto problem = context.request.set_target(sent.target)) return context.answer(*problem);
    if (auto early = on.dispatcher.admit(context)) return std::move(*early);
    context.request.set_body(sent.body);
    auto fast = on.dispatcher.try_fast(context);
    return fast ? std::move(*fast) : Response::text(k_plain_text, "slow", 599);
  }
};

std::string code_of(const Response& response) {
  const std::string text(response.bytes());
  const auto at = text.find("\"code\":\"");
  if (at == std::string::npos) return "";
  return text.substr(at + 8, text.find('"', at + 8) - at - 8);
}

TEST_F(DispatcherTest, AnswersPublicRoutesToAnybody) {
  const auto response = send({Method::get, "/hello", {}, ""});
  EXPECT_EQ(response.status, 200U);
  EXPECT_EQ(response.bytes(), "hello");
}

TEST_F(DispatcherTest, AsksWhoItIsElsewhere) {
  EXPECT_EQ(send({Method::get, "/item/1", {}, ""}).status, 401U);
  EXPECT_EQ(code_of(send({Method::get, "/item/1", {{"Authorization", "Bearer forged"}}, ""})), "invalid_token");
  EXPECT_EQ(send({Method::get, "/item/1", {{"Authorization", "Bearer viewer"}}, ""}).bytes(), "1");
}

TEST_F(DispatcherTest, EachRoleReachesWhatItsRankAllows) {
  struct Row {
    Method method;
    const char* target;
    unsigned viewer, sales, manager, admin;
  };
  for (const Row& row :
       {Row{Method::get, "/item/1", 200, 200, 200, 200}, Row{Method::patch, "/item/1", 403, 200, 200, 200},
        Row{Method::post, "/item/1/restore", 403, 403, 204, 204}}) {
    const std::pair<const char*, unsigned> roles[] = {
        {"viewer", row.viewer}, {"sales", row.sales}, {"manager", row.manager}, {"admin", row.admin}};
    for (const auto& [role, status] : roles) {
      const Sent sent{row.method, row.target, {{"Authorization", std::string("Bearer ") + role}}, ""};
      EXPECT_EQ(send(sent).status, status) << row.target << " as " << role;
    }
  }
}

TEST_F(DispatcherTest, ABrokenAuthenticatorIsOurFault) {
  const auto response = send({Method::get, "/item/1", {{"Authorization", "Bearer throw"}}, ""});
  EXPECT_EQ(response.status, 500U);
  EXPECT_EQ(std::string(response.bytes()).find("broke"), std::string::npos);
}

TEST_F(DispatcherTest, WrongMethodsNameTheRightOnes) {
  const auto response = send({Method::delete_, "/hello", {}, ""});
  EXPECT_EQ(response.status, 405U);
  EXPECT_EQ(response.find_header("Allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(send({Method::get, "/hello/", {}, ""}).status, 404U);
}

TEST_F(DispatcherTest, DecodesPathParametersStrictly) {
  const Sent good{Method::get, "/item/a%20b%2Fc", {{"Authorization", "Bearer admin"}}, ""};
  EXPECT_EQ(send(good).bytes(), "a b/c");
  EXPECT_EQ(code_of(send({Method::get, "/item/%ff", {{"Authorization", "Bearer admin"}}, ""})), "invalid_encoding");
  EXPECT_EQ(code_of(send({Method::get, "/item/%00", {{"Authorization", "Bearer admin"}}, ""})), "invalid_encoding");
}

TEST_F(DispatcherTest, RefusesParametersThatTheRowDoesNotList) {
  EXPECT_EQ(send({Method::get, "/list?q=x&limit=2", {}, ""}).bytes(), "x");
  const auto response = send({Method::get, "/list?q=x&stag=signe", {{"Accept-Language", "en"}}, ""});
  EXPECT_EQ(response.status, 400U);
  EXPECT_THAT(std::string(response.bytes()), HasSubstr(R"("parameter":"stag")"));
  EXPECT_THAT(std::string(response.bytes()), HasSubstr("known here: q, limit"));
}

TEST_F(DispatcherTest, RefusesParametersThatAreGivenTwice) {
  const auto response = send({Method::get, "/list?q=x&limit=2&q=y", {}, ""});
  EXPECT_EQ(response.status, 400U);
  EXPECT_EQ(code_of(response), "invalid_parameter");
  EXPECT_THAT(std::string(response.bytes()), HasSubstr(R"({"parameter":"q","code":"duplicate_parameter")"));
}

TEST_F(DispatcherTest, BodiesNeedTheRightType) {
  EXPECT_EQ(send({Method::post, "/echo", {{"Content-Type", "application/json"}}, "{}"}).bytes(), "{}");
  EXPECT_EQ(send({Method::post, "/echo", {{"Content-Type", "APPLICATION/json;charset=utf-8"}}, "{}"}).status, 200U);
  EXPECT_EQ(send({Method::post, "/echo", {{"Content-Type", "text/plain"}}, "{}"}).status, 415U);
  EXPECT_EQ(send({Method::post, "/echo", {}, "{}"}).status, 415U);
  EXPECT_EQ(send({Method::post, "/echo", {}, ""}).status, 200U);
  const auto merge = [this](const char* type) {
    return send({Method::patch, "/item/1", {{"Content-Type", type}, {"Authorization", "Bearer admin"}}, "{}"});
  };
  EXPECT_EQ(merge("application/merge-patch+json").status, 200U);
  EXPECT_EQ(merge("application/json").status, 200U);
  EXPECT_EQ(merge("application/json-patch+json").status, 415U);
  EXPECT_EQ(merge("application/json-patch+json").find_header("Accept-Patch"), "application/merge-patch+json");
}

TEST_F(DispatcherTest, RoutesWithoutABodyTakeNoneOrAnEmptyOne) {
  const auto restore = [this](const char* body) {
    return send({Method::post,
                 "/item/1/restore",
                 {{"Content-Type", "application/json"}, {"Authorization", "Bearer admin"}},
                 body});
  };
  EXPECT_EQ(restore("").status, 204U);
  EXPECT_EQ(restore("{}").status, 204U);
  EXPECT_EQ(restore(R"({"a":1})").status, 422U);
  EXPECT_EQ(restore("[]").status, 422U);
  EXPECT_EQ(restore("{").status, 400U);
  EXPECT_EQ(code_of(restore((std::string(100, '[') + std::string(100, ']')).c_str())), "too_deep");
}

TEST_F(DispatcherTest, RefusesFormatsItDoesNotHave) {
  EXPECT_EQ(send({Method::get, "/hello", {{"Accept", "image/png"}}, ""}).status, 406U);
  EXPECT_EQ(send({Method::get, "/hello", {{"Accept", "text/html, */*;q=0.1"}}, ""}).status, 200U);
}

TEST_F(DispatcherTest, KnowsWhatTheClientHas) {
  const auto response = send({Method::get, "/tagged", {{"If-None-Match", "\"6\", \"7\""}}, ""});
  EXPECT_EQ(response.status, 304U);
  EXPECT_EQ(response.bytes(), "");
  EXPECT_EQ(response.etag, "7");
  EXPECT_EQ(send({Method::get, "/tagged", {{"If-None-Match", "\"8\""}}, ""}).status, 200U);
}

TEST_F(DispatcherTest, AnswersOptions) {
  const auto response = send({Method::options, "/hello", {}, ""});
  EXPECT_EQ(response.status, 204U);
  EXPECT_EQ(response.find_header("Allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(send({Method::options, "*", {}, ""}).status, 204U);
  EXPECT_EQ(send({Method::options, "/nothing", {}, ""}).status, 404U);
}

TEST_F(DispatcherTest, CrossOriginOnlyForListedOrigins) {
  const Rig open({{"https://crm.example.org"}, {}});
  const std::vector<std::pair<std::string, std::string>> known = {{"Origin", "https://crm.example.org"},
                                                                  {"Access-Control-Request-Method", "GET"}};
  const auto preflight = send(open, {Method::options, "/hello", known, ""});
  EXPECT_EQ(preflight.find_header("Access-Control-Allow-Origin"), "https://crm.example.org");
  EXPECT_EQ(preflight.find_header("Access-Control-Allow-Methods"), "GET, HEAD, OPTIONS");
  const auto got = send(open, {Method::get, "/hello", {{"Origin", "https://crm.example.org"}}, ""});
  EXPECT_EQ(got.find_header("Access-Control-Allow-Origin"), "https://crm.example.org");
  const auto stranger = send(open, {Method::get, "/hello", {{"Origin", "https://evil.example"}}, ""});
  EXPECT_EQ(stranger.find_header("Access-Control-Allow-Origin"), "");
  EXPECT_EQ(stranger.find_header("Vary"), "Origin");
  EXPECT_EQ(send({Method::get, "/hello", known, ""}).find_header("Access-Control-Allow-Origin"), "");
}

TEST_F(DispatcherTest, LimitsTheRatePerAsker) {
  const Rig limited({{}, {2, std::chrono::seconds(3600)}});
  const auto first = send(limited, {Method::get, "/hello", {}, ""});
  EXPECT_EQ(first.status, 200U);
  EXPECT_EQ(first.find_header("RateLimit-Policy"), "\"default\";q=2;w=3600");
  EXPECT_THAT(std::string(first.find_header("RateLimit")), HasSubstr("\"default\";r=1;t="));
  EXPECT_EQ(send(limited, {Method::get, "/hello", {}, ""}).status, 200U);
  const auto third = send(limited, {Method::get, "/hello", {}, ""});
  EXPECT_EQ(third.status, 429U);
  EXPECT_NE(third.find_header("Retry-After"), "");
  EXPECT_EQ(send(limited, {Method::get, "/item/1", {{"Authorization", "Bearer admin"}}, ""}).status, 200U);
  EXPECT_EQ(send(limited, {Method::get, "/item/1", {{"Authorization", "Bearer guess"}}, ""}).status, 429U);
}

TEST_F(DispatcherTest, CountsByRowAndStatus) {
  send({Method::get, "/item/1", {{"Authorization", "Bearer admin"}}, ""});
  send({Method::get, "/item/2", {}, ""});
  send({Method::get, "/nowhere", {}, ""});
  const std::string text = rig.metrics.text();
  EXPECT_THAT(text, HasSubstr(R"(alforis_http_requests_total{method="GET",route="/item/{id}",status="2xx"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(alforis_http_requests_total{method="GET",route="/item/{id}",status="4xx"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(alforis_http_requests_total{method="",route="none",status="4xx"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(duration_seconds_bucket{method="GET",route="/item/{id}",le="0.00025"} 2)"));
  EXPECT_THAT(text, HasSubstr(R"(duration_seconds_count{method="GET",route="/item/{id}"} 2)"));
}

}  // namespace
}  // namespace alforis::api
