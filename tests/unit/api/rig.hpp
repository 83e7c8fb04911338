#pragma once
// A small set of routes with everything the core distinguishes, for tests of the dispatcher, the exchange and the
// server.

#include <string>

#include "api/dispatcher.hpp"
#include "api/router.hpp"
#include "api/work_pool.hpp"

namespace alforis::api::testing {

/// `Bearer <role>` is a session of that role; `Bearer throw` is a bug; anything else is nobody.
class RoleAuthenticator final : public Authenticator {
 public:
  std::variant<Session, Problem> authenticate(const Request& request) override {
    const auto field = request.header("Authorization");
    if (!field) return Problem::of("unauthenticated");
    if (*field == "Bearer throw") throw std::runtime_error("the authenticator broke");
    Session session;
    session.id = domain::Uuid::parse("018f0000-0000-7000-8000-000000000001").value();
    session.viewer.id = domain::Uuid::parse("018f0000-0000-7000-8000-00000000000a").value();
    if (*field == "Bearer admin") {
      session.viewer.role = domain::Role::admin;
    } else if (*field == "Bearer manager") {
      session.viewer.role = domain::Role::manager;
    } else if (*field == "Bearer sales") {
      session.viewer.role = domain::Role::sales;
    } else if (*field == "Bearer viewer") {
      session.viewer.role = domain::Role::viewer;
    } else {
      return Problem::of("invalid_token");
    }
    return session;
  }
};

inline std::optional<Response> echo(RequestContext& context) {
  return Response::text(k_plain_text, std::string(context.request.body()));
}

inline std::string any_schema() { return "{}"; }

inline Route fast_route(Method method, std::string pattern, Access access, FastHandler fast) {
  Route route;
  route.method = method;
  route.pattern = std::move(pattern);
  route.access = access;
  route.summary = "for tests";
  route.tag = "tests";
  route.fast = std::move(fast);
  return route;
}

inline Route slow_route(std::string pattern, Handler handler) {
  Route route;
  route.pattern = std::move(pattern);
  route.access = Access::public_;
  route.handler = std::move(handler);
  return route;
}

/// The routes, ready to serve. A thread of the pool sleeps in /slow.
class Rig {
 public:
  explicit Rig(DispatcherOptions options = {}, std::size_t workers = 2)
      : pool(1, 4), dispatcher(add_routes(), &authenticator, metrics, std::move(options)) {
    metrics.prepare(router, workers);
  }

  Router router;
  RoleAuthenticator authenticator;
  Metrics metrics;
  WorkPool pool;
  SharedBodyPtr large = std::make_shared<SharedBody>(std::string(100'000, 'x'));
  Dispatcher dispatcher;

 private:
  const Router& add_routes();
};

inline const Router& Rig::add_routes() {
  router.add(fast_route(Method::get, "/hello", Access::public_, [](RequestContext&) {
    return std::optional<Response>(Response::text(k_plain_text, "hello"));
  }));
  router.add(fast_route(Method::get, "/tagged", Access::public_, [](RequestContext&) {
    Response response = Response::json(std::string(R"({"a":1})"));
    response.etag = "7";
    return std::optional<Response>(std::move(response));
  }));
  router.add(fast_route(Method::get, "/large", Access::public_,
                        [this](RequestContext&) { return std::optional<Response>(Response::json(large, "1")); }));
  Route echoes = fast_route(Method::post, "/echo", Access::public_, echo);
  echoes.request = {"Any", &any_schema};
  echoes.max_body = 200'000;
  router.add(std::move(echoes));
  router.add(fast_route(Method::get, "/item/{id}", Access::any_user, [](RequestContext& context) {
    return std::optional<Response>(Response::text(k_plain_text, std::string(context.path_parameter(0))));
  }));
  Route patch = fast_route(Method::patch, "/item/{id}", Access::sales, echo);
  patch.request = {"Any", &any_schema};
  router.add(std::move(patch));
  router.add(fast_route(Method::post, "/item/{id}/restore", Access::manager,
                        [](RequestContext&) { return std::optional<Response>(Response::no_content()); }));
  Route filtered = fast_route(Method::get, "/list", Access::public_, [](RequestContext& context) {
    return std::optional<Response>(
        Response::text(k_plain_text, std::string(context.request.parameter("q").value_or("-"))));
  });
  filtered.query = {{"q", "text"}, {"limit", "how many"}};
  router.add(std::move(filtered));
  router.add(slow_route("/slow", [this](RequestContext&) -> Task<Response> {
    auto job = [] { std::this_thread::sleep_for(std::chrono::milliseconds(150)); };
    auto pending = pool.run(job);
    co_await std::move(pending);
    co_return Response::text(k_plain_text, "slow");
  }));
  router.add(slow_route("/bug", [](RequestContext&) -> Task<Response> {
    throw std::runtime_error("secret detail");
    co_return Response();
  }));
  router.add(slow_route("/refusal", [](RequestContext&) -> Task<Response> {
    throw ProblemException(Problem::of("conflict"));
    co_return Response();
  }));
  return router;
}

}  // namespace alforis::api::testing
