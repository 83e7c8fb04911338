#include "api/dispatcher.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "api/json_body.hpp"
#include "api/negotiation.hpp"
#include "api/networks.hpp"
#include "projections/query/reader.hpp"

namespace alforis::api {

namespace {

constexpr std::string_view k_exposed_headers =
    "Alforis-As-Of, Alforis-Position, ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id";
constexpr std::string_view k_allowed_headers =
    "Accept, Accept-Language, Alforis-After, Alforis-On-Behalf-Of, Authorization, Content-Type, Idempotency-Key, "
    "If-Match, If-None-Match, "
    "traceparent, X-CSRF-Token, X-Request-Id";

std::string known_names(const std::vector<QueryParameter>& query) {
  std::string names;
  for (const QueryParameter& parameter : query) names.append(names.empty() ? "" : ", ").append(parameter.name);
  return names.empty() ? "none" : names;
}

bool consumes(const Route& route, std::string_view media_type) {
  if (route.consumes.empty()) {
    return equals_ignoring_case(media_type, k_json) ||
           (route.method == Method::patch && equals_ignoring_case(media_type, "application/merge-patch+json"));
  }
  return std::any_of(route.consumes.begin(), route.consumes.end(),
                     [media_type](std::string_view accepted) { return equals_ignoring_case(accepted, media_type); });
}

}  // namespace

std::string_view text(Access access) {
  static constexpr std::string_view k_names[] = {"public", "any_user", "sales", "manager", "admin"};
  return k_names[static_cast<std::size_t>(access)];
}

bool allows(Access access, domain::Role role) {
  switch (access) {
    case Access::public_:
    case Access::any_user:
      return true;
    case Access::sales:
      return role >= domain::Role::sales;
    case Access::manager:
      return role >= domain::Role::manager;
    case Access::admin:
      return role == domain::Role::admin;
  }
  return false;
}

Dispatcher::Dispatcher(const Router& router, Authenticator* authenticator, Metrics& metrics, DispatcherOptions options)
    : router_(router), authenticator_(authenticator), metrics_(metrics), options_(std::move(options)) {
  if (options_.rate_limit.quota != 0) rate_limit_ = std::make_unique<RateLimit>(options_.rate_limit);
}

Dispatcher::~Dispatcher() = default;

std::optional<Response> Dispatcher::admit(RequestContext& context) const {
  Request& request = context.request;
  std::array<std::string_view, Router::k_max_parameters> raw;
  const auto match = router_.find(request.method(), request.path(), raw.data());
  if (request.method() == Method::options && (match.allowed != 0 || request.path() == "*")) {
    return answer_options(context, match.allowed);
  }
  if (match.allowed == 0) return context.answer(Problem::of("not_found"));
  if (match.route == nullptr) {
    Problem problem = Problem::of("method_not_allowed");
    problem.headers.push_back({"Allow", allow_header(match.allowed)});
    return context.answer(problem);
  }
  context.route = match.route;
  auto problem = request.set_path_parameters(std::span(raw).first(match.parameter_count));
  try {
    if (!problem) problem = check_access(context);
  } catch (...) {
    return answer_exception(context, std::current_exception());
  }
  if (!problem) problem = check_negotiation(context);
  if (!problem && !context.route->open_query) problem = check_query_names(context);
  if (problem) return context.answer(*problem);
  return std::nullopt;
}

std::optional<Problem> Dispatcher::check_access(RequestContext& context) const {
  std::optional<Problem> refused;
  if (context.route->access != Access::public_) {
    if (authenticator_ == nullptr) return Problem::of("unauthenticated");
    auto outcome = authenticator_->authenticate(context.request);
    if (auto* problem = std::get_if<Problem>(&outcome)) {
      refused = std::move(*problem);
    } else {
      context.session = std::get<Session>(outcome);
      if (context.route->login_only && context.session.by_api_key()) {
        refused = Problem::of("login_required");
      } else if (!allows(context.route->access, context.viewer().role)) {
        refused = Problem::of("forbidden",
                              "this needs the role " + std::string(text(context.route->access)) + " or a higher one");
      }
    }
  }
  // Guesses count too: whoever fails to say who they are is counted by address.
  if (rate_limit_) {
    if (auto limited = check_rate(context)) return limited;
  }
  return refused;
}

std::optional<Problem> Dispatcher::check_rate(RequestContext& context) const {
  // A user has one budget, however many sessions; an API key its own.
  const auto id = (context.session.by_api_key() ? context.session.id : context.viewer().id).chars();
  const bool known = !context.session.id.is_nil();
  const std::string network = known ? std::string() : network_of(context.request.remote_address(), k_subscriber);
  const auto decision =
      rate_limit_->take(known ? std::string_view(id.data(), id.size()) : network, std::chrono::steady_clock::now());
  context.rate_limit = RateLimit::header(decision);
  if (decision.allowed) return std::nullopt;
  Problem problem = Problem::of("too_many_requests");
  problem.retry_after = decision.reset_seconds;
  return problem;
}

std::optional<Problem> Dispatcher::check_negotiation(const RequestContext& context) const {
  const auto accept = context.request.header("Accept");
  if (!accept || *accept == "*/*" || accepts_media_type(*accept, context.route->produces)) return std::nullopt;
  return Problem::of("not_acceptable", "this route answers " + std::string(context.route->produces));
}

std::optional<Problem> Dispatcher::check_query_names(const RequestContext& context) const {
  const auto& known = context.route->query;
  const auto parameters = context.request.parameters();
  Problem problem = Problem::of("invalid_parameter");
  for (auto at = parameters.begin(); at != parameters.end(); ++at) {
    const auto same_name = [at](const auto& other) { return other.name == at->name; };
    if (std::none_of(known.begin(), known.end(), same_name)) {
      problem.code = "unknown_parameter";
      problem.errors.push_back({"unknown_parameter", {}, std::string(at->name), "known here: " + known_names(known)});
    } else if (std::any_of(parameters.begin(), at, same_name)) {
      problem.errors.push_back({"duplicate_parameter", {}, std::string(at->name), {}});
    }
    if (problem.errors.size() == domain::wire::k_max_problems) break;
  }
  if (problem.errors.empty()) return std::nullopt;
  return problem;
}

std::optional<Problem> Dispatcher::check_content_type(const RequestContext& context) const {
  const Request& request = context.request;
  if (request.body().empty()) return std::nullopt;
  const Route& route = *context.route;
  if (!consumes(route, request.media_type())) {
    Problem problem = Problem::of("unsupported_media_type");
    if (route.method == Method::patch) problem.headers.push_back({"Accept-Patch", "application/merge-patch+json"});
    return problem;
  }
  if (!route.request && route.consumes.empty()) return check_no_body(request);
  return std::nullopt;
}

std::optional<Response> Dispatcher::try_fast(RequestContext& context) const {
  if (const auto problem = check_content_type(context)) return context.answer(*problem);
  if (!context.route->fast) return std::nullopt;
  try {
    return context.route->fast(context);
  } catch (...) {
    return answer_exception(context, std::current_exception());
  }
}

Task<Response> Dispatcher::run(RequestContext& context) const {
  std::exception_ptr exception;
  try {
    co_return co_await context.route->handler(context);
  } catch (...) {
    exception = std::current_exception();
  }
  co_return answer_exception(context, exception);
}

Response RequestContext::answer(const Problem& problem) const {
  Response response = to_response(problem, request.locale(), request.request_id());
  constexpr unsigned k_moved = 301;
  if (response.status == k_moved && problem.conflict) {
    const std::string_view old = path_parameter(0);
    std::string target(request.path());
    if (const auto at = target.find(old); at != std::string::npos)
      target.replace(at, old.size(), problem.conflict->text());
    if (!request.raw_query().empty()) target += '?' + std::string(request.raw_query());
    response.header("Location", target);
  }
  return response;
}

Response Dispatcher::answer_exception(const RequestContext& context, std::exception_ptr exception) const {
  try {
    std::rethrow_exception(std::move(exception));
  } catch (const ProblemException& thrown) {
    return context.answer(thrown.problem());
  } catch (const projections::DatabaseUnavailable&) {
    Problem problem = Problem::of("unavailable", "the query tables can't be read at the moment");
    problem.retry_after = 1;
    return context.answer(problem);
  } catch (const std::exception& error) {
    spdlog::error("request {} to {} {}: {}", context.request.request_id(), text(context.request.method()),
                  context.route->pattern, error.what());
  } catch (...) {
    spdlog::error("request {} to {} {}: an exception of unknown type", context.request.request_id(),
                  text(context.request.method()), context.route->pattern);
  }
  return context.answer(Problem::of("internal_error"));
}

Response Dispatcher::answer_options(const RequestContext& context, std::uint8_t allowed) const {
  Response response = Response::no_content();
  const std::string methods = allowed == 0 ? "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS" : allow_header(allowed);
  response.header("Allow", methods);
  const auto origin = context.request.header("Origin");
  if (origin && context.request.header("Access-Control-Request-Method") &&
      std::find(options_.allowed_origins.begin(), options_.allowed_origins.end(), *origin) !=
          options_.allowed_origins.end()) {
    response.header("Access-Control-Allow-Methods", methods);
    response.header("Access-Control-Allow-Headers", std::string(k_allowed_headers));
    response.header("Access-Control-Max-Age", "7200");
  }
  return response;
}

void Dispatcher::add_cors(const Request& request, Response& response) const {
  const auto origin = request.header("Origin");
  response.header("Vary", "Origin");
  if (!origin || std::find(options_.allowed_origins.begin(), options_.allowed_origins.end(), *origin) ==
                     options_.allowed_origins.end()) {
    return;
  }
  response.header("Access-Control-Allow-Origin", std::string(*origin));
  response.header("Access-Control-Allow-Credentials", "true");
  response.header("Access-Control-Expose-Headers", std::string(k_exposed_headers));
}

void Dispatcher::finish(const RequestContext& context, Response& response, std::chrono::steady_clock::duration took,
                        std::size_t worker) const {
  const Request& request = context.request;
  if (!response.etag.empty() && response.status == 200 &&
      (request.method() == Method::get || request.method() == Method::head)) {
    const auto known = request.header("If-None-Match");
    if (known && etag_matches(*known, response.etag)) {
      response.status = 304;
      response.body = std::string();
    }
  }
  if (!options_.allowed_origins.empty()) add_cors(request, response);
  if (options_.tls) response.header("Strict-Transport-Security", "max-age=31536000");
  if (!context.rate_limit.empty()) {
    response.header("RateLimit-Policy", rate_limit_->policy());
    response.header("RateLimit", context.rate_limit);
  }
  if (context.route != nullptr && context.route->deprecated) {
    response.header("Deprecation", context.route->deprecation);
    if (!context.route->sunset.empty()) response.header("Sunset", context.route->sunset);
  }
  constexpr unsigned k_forbidden = 403;
  if (response.status == k_forbidden && options_.refused && context.route != nullptr && !context.viewer().id.is_nil()) {
    options_.refused(context, response.problem);
  }
  metrics_.count(context.route, response.status, took, worker);
  if (options_.access_log != nullptr) options_.access_log->write(context, response.status, took, worker);
}

}  // namespace alforis::api
