#include "api/openapi.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <simdjson.h>

#include <set>

#include "api/health.hpp"
#include "rig.hpp"

namespace alforis::api {
namespace {

using testing::fast_route;
using ::testing::HasSubstr;
namespace json = simdjson::dom;

std::string thing_schema() {
  return R"({"type":"object","properties":{"name":{"type":"string"}},"required":["name"]})";
}

void add_things(Router& router) {
  const auto nothing = [](RequestContext&) { return std::optional<Response>(Response()); };
  Route list = fast_route(Method::get, "/api/v1/things", Access::any_user, nothing);
  list.query = {{"q", "text", R"({"type":"string"})", false, "bank"}};
  list.response = {"Thing", &thing_schema};
  list.response_is_list = true;
  list.reads = true;
  router.add(std::move(list));
  Route create = fast_route(Method::post, "/api/v1/things", Access::sales, nothing);
  create.request = {"NewThing", &thing_schema};
  create.response = {"Thing", &thing_schema};
  create.success = 201;
  create.command = true;
  create.problems = {"already_exists"};
  create.examples = {{"A thing", R"({"name":"a \"thing\""})", R"({"name":"a"})"}};
  router.add(std::move(create));
  Route change = fast_route(Method::patch, "/api/v1/things/{id}", Access::sales, nothing);
  change.request = {"ThingPatch", &thing_schema};
  change.response = {"Thing", &thing_schema};
  change.if_match = true;
  change.etag = true;
  change.deprecated = true;
  router.add(std::move(change));
}

class OpenApiTest : public ::testing::Test {
 protected:
  OpenApiTest() {
    add_things(router);
    router.add(health_routes(health));
    router.add(metrics_route(metrics));
    text = openapi_document(router, {});
    document = parser.parse(text).value();
  }

  void collect_references(json::element at) {
    json::object object;
    json::array array;
    if (at.get(object) == simdjson::SUCCESS) {
      for (const auto [key, value] : object) {
        std::string_view target;
        if (key == "$ref" && value.get(target) == simdjson::SUCCESS) references.emplace(target);
        collect_references(value);
      }
    } else if (at.get(array) == simdjson::SUCCESS) {
      for (const json::element element : array) collect_references(element);
    }
  }

  Health health;
  Metrics metrics;
  Router router;
  std::string text;
  json::parser parser;
  json::element document;
  std::set<std::string> references;
};

TEST_F(OpenApiTest, SaysItsVersion) {
  EXPECT_EQ(document["openapi"].get_string().value(), "3.1.0");
  EXPECT_EQ(text, openapi_document(router, {})) << "the same rows give the same bytes";
}

TEST_F(OpenApiTest, EveryReferenceLeadsSomewhere) {
  collect_references(document);
  EXPECT_TRUE(references.contains("#/components/schemas/ThingList"));
  EXPECT_TRUE(references.contains("#/components/parameters/IdempotencyKey"));
  for (const std::string& reference : references) {
    EXPECT_EQ(document.at_pointer(reference.substr(1)).error(), simdjson::SUCCESS) << reference;
  }
}

TEST_F(OpenApiTest, EveryRowIsAnOperationWithItsOwnName) {
  std::set<std::string_view> ids;
  std::size_t operations = 0;
  for (const auto [path, methods] : document["paths"].get_object()) {
    for (const auto [method, operation] : methods.get_object()) {
      ++operations;
      ids.insert(operation["operationId"].get_string().value());
      EXPECT_EQ(operation["responses"].error(), simdjson::SUCCESS) << path;
    }
  }
  EXPECT_EQ(operations, router.routes().size());
  EXPECT_EQ(ids.size(), operations);
}

TEST_F(OpenApiTest, TellsWhatTheRowImplies) {
  const auto create = document.at_pointer("/paths/~1api~1v1~1things/post").value();
  EXPECT_EQ(create.at_pointer("/x-access").get_string().value(), "sales");
  for (const char* status :
       {"/201", "/400", "/401", "/403", "/406", "/409", "/413", "/415", "/422", "/429", "/500", "/503"}) {
    EXPECT_EQ(create["responses"].at_pointer(status).error(), simdjson::SUCCESS) << status;
  }
  EXPECT_EQ(
      create.at_pointer("/requestBody/content/application~1json/examples/example1/value/name").get_string().value(),
      "a \"thing\"");
  const auto change = document.at_pointer("/paths/~1api~1v1~1things~1{id}/patch").value();
  EXPECT_EQ(change["requestBody"].at_pointer("/content/application~1merge-patch+json").error(), simdjson::SUCCESS);
  EXPECT_EQ(change["responses"].at_pointer("/412").error(), simdjson::SUCCESS);
  EXPECT_TRUE(change["deprecated"].get_bool().value());
  EXPECT_EQ(change.at_pointer("/parameters/0/name").get_string().value(), "id");
  EXPECT_EQ(document.at_pointer("/paths/~1health~1live/get/security").get_array().value().size(), 0U);
}

TEST_F(OpenApiTest, RefusesRowsWithBrokenJsonOrUnknownCodes) {
  Route broken = fast_route(Method::get, "/broken", Access::public_, testing::echo);
  broken.examples = {{"", "", "{no json"}};
  router.add(std::move(broken));
  EXPECT_THROW(add_documentation(router, {}), std::invalid_argument);
  Router other;
  Route unknown = fast_route(Method::get, "/unknown", Access::public_, testing::echo);
  unknown.problems = {"never_heard_of"};
  other.add(std::move(unknown));
  EXPECT_THROW(add_documentation(other, {}), std::invalid_argument);
}

std::optional<Response> get(const Router& router, std::string_view path) {
  RequestContext context;
  std::array<std::string_view, Router::k_max_parameters> parameters;
  const auto match = router.find(Method::get, path, parameters.data());
  if (match.route == nullptr) return std::nullopt;
  context.route = match.route;
  context.request.headers_complete();
  context.request.set_path_parameters(std::span(parameters).first(match.parameter_count));
  return match.route->fast(context);
}

std::string policy_hash(std::string_view page, std::string_view open, std::string_view close) {
  const auto begin = page.find(open) + open.size();
  const auto inside = page.substr(begin, page.find(close, begin) - begin);
  std::array<unsigned char, 32> digest{};
  EVP_Digest(inside.data(), inside.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  std::array<unsigned char, 48> base64{};
  EVP_EncodeBlock(base64.data(), digest.data(), 32);
  return "'sha256-" + std::string(reinterpret_cast<const char*>(base64.data())) + "'";
}

TEST_F(OpenApiTest, IsServedWithItsPages) {
  add_documentation(router, {});
  const auto served = get(router, "/openapi.json");
  ASSERT_TRUE(served);
  EXPECT_EQ(served->bytes(), text);
  EXPECT_EQ(served->etag.size(), 16U);
  const auto problem = get(router, "/problems/not_found");
  ASSERT_TRUE(problem);
  EXPECT_EQ(problem->status, 200U);
  EXPECT_EQ(get(router, "/problems/no-such")->status, 404U);
}

TEST_F(OpenApiTest, TheDocsPageMayRunItsOwnScriptAndNothingElse) {
  add_documentation(router, {});
  const auto page = get(router, "/docs");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->content_type, k_html);
  const auto bytes = page->bytes();
  EXPECT_THAT(page->content_security_policy,
              HasSubstr("script-src " + policy_hash(bytes, "<script>", "</script>") + ";"));
  EXPECT_THAT(page->content_security_policy, HasSubstr("style-src " + policy_hash(bytes, "<style>", "</style>") + ";"));
  EXPECT_EQ(bytes.find("http://"), std::string_view::npos);
  EXPECT_EQ(bytes.find("https://"), std::string_view::npos);
  EXPECT_EQ(bytes.find(" style="), std::string_view::npos) << "the policy would ignore it";
}

}  // namespace
}  // namespace alforis::api
