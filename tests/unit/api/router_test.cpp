#include "api/router.hpp"

#include <gtest/gtest.h>

#include <array>

namespace alforis::api {
namespace {

Route row(Method method, std::string pattern) {
  Route route;
  route.method = method;
  route.pattern = std::move(pattern);
  route.fast = [](RequestContext&) { return std::optional<Response>(Response()); };
  return route;
}

struct Found {
  std::string pattern;  ///< of the row; empty: none
  std::string parameters;
  std::string allowed;
};

class RouterTest : public ::testing::Test {
 protected:
  RouterTest() {
    router.add(row(Method::get, "/api/v1/organisations"));
    router.add(row(Method::post, "/api/v1/organisations"));
    router.add(row(Method::get, "/api/v1/organisations/{id}"));
    router.add(row(Method::patch, "/api/v1/organisations/{id}"));
    router.add(row(Method::post, "/api/v1/organisations/bulk"));
    router.add(row(Method::get, "/api/v1/organisations/{id}/history"));
    router.add(row(Method::get, "/{a}/{b}/{c}/{d}/end"));
    router.add(row(Method::get, "/"));
  }

  Found find(Method method, std::string_view path) const {
    std::array<std::string_view, Router::k_max_parameters> parameters;
    const auto match = router.find(method, path, parameters.data());
    Found found;
    if (match.route != nullptr) found.pattern = match.route->pattern;
    for (std::size_t i = 0; i < match.parameter_count; ++i) found.parameters.append(parameters[i]).append(";");
    found.allowed = allow_header(match.allowed);
    return found;
  }

  Router router;
};

TEST_F(RouterTest, FindsLiteralsAndParameters) {
  EXPECT_EQ(find(Method::get, "/api/v1/organisations").pattern, "/api/v1/organisations");
  EXPECT_EQ(find(Method::get, "/").pattern, "/");
  const auto found = find(Method::get, "/api/v1/organisations/42/history");
  EXPECT_EQ(found.pattern, "/api/v1/organisations/{id}/history");
  EXPECT_EQ(found.parameters, "42;");
}

TEST_F(RouterTest, LiteralsWinAndFallBackToParameters) {
  EXPECT_EQ(find(Method::post, "/api/v1/organisations/bulk").pattern, "/api/v1/organisations/bulk");
  const auto found = find(Method::get, "/api/v1/organisations/bulk/history");
  EXPECT_EQ(found.pattern, "/api/v1/organisations/{id}/history");
  EXPECT_EQ(found.parameters, "bulk;");
}

TEST_F(RouterTest, BacktracksOverSeveralLevels) {
  const auto found = find(Method::get, "/api/v1/organisations/bulk/end");
  EXPECT_EQ(found.pattern, "/{a}/{b}/{c}/{d}/end");
  EXPECT_EQ(found.parameters, "api;v1;organisations;bulk;");
}

TEST_F(RouterTest, UnknownPathsAllowNothing) {
  for (const char* path : {"/api", "/api/v1/organisations/", "/api/v1/organisations//history", "//",
                           "/API/v1/organisations", "", "*", "/api/v1/organisations/1/history/2"}) {
    const auto found = find(Method::get, path);
    EXPECT_EQ(found.pattern, "") << path;
    EXPECT_EQ(found.allowed, "") << path;
  }
}

TEST_F(RouterTest, WrongMethodsSayWhatIsAllowed) {
  const auto found = find(Method::delete_, "/api/v1/organisations/1");
  EXPECT_EQ(found.pattern, "");
  EXPECT_EQ(found.allowed, "GET, HEAD, PATCH, OPTIONS");
  EXPECT_EQ(find(Method::other, "/api/v1/organisations").allowed, "GET, HEAD, POST, OPTIONS");
}

TEST_F(RouterTest, HeadFindsTheRowOfGet) {
  EXPECT_EQ(find(Method::head, "/api/v1/organisations").pattern, "/api/v1/organisations");
  EXPECT_EQ(find(Method::head, "/api/v1/organisations/bulk").allowed, "POST, OPTIONS");
}

TEST_F(RouterTest, RefusesRowsThatCannotWork) {
  EXPECT_THROW(router.add(row(Method::get, "/api/v1/organisations")), std::invalid_argument);
  EXPECT_THROW(router.add(row(Method::get, "/api/v1/organisations/{other}")), std::invalid_argument);
  EXPECT_THROW(router.add(row(Method::get, "no/slash")), std::invalid_argument);
  EXPECT_THROW(router.add(row(Method::head, "/x")), std::invalid_argument);
  EXPECT_THROW(router.add(row(Method::get, "/x/{id}.json")), std::invalid_argument);
  Route without_handler = row(Method::get, "/y");
  without_handler.fast = nullptr;
  EXPECT_THROW(router.add(std::move(without_handler)), std::invalid_argument);
}

}  // namespace
}  // namespace alforis::api
