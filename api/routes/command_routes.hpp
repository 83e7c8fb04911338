#pragma once
// Rows that give commands, made from the pieces that differ: the body, the command, the paths.

#include <string>

#include "api/routes/bodies.hpp"
#include "api/routes/common.hpp"

namespace alforis::api {

/// What every command row shares.
inline Route command_row(Method method, std::string pattern, Access access, std::string_view tag, std::string summary) {
  Route route;
  route.method = method;
  route.pattern = std::move(pattern);
  route.access = access;
  route.tag = tag;
  route.summary = std::move(summary);
  route.command = true;
  route.problems = {"invalid_input", "forbidden"};
  return route;
}

/// Names what the row's command may be refused with, besides what rows of its form imply.
inline void may_answer(Route& route, std::initializer_list<std::string_view> codes) {
  route.problems.insert(route.problems.end(), codes.begin(), codes.end());
}

/// What new_request() may know of the body.
template <class Body>
std::string_view told_body(const Request& request) {
  static_assert(!HasSecrets<Body>, "a body with secrets is told by without_secrets()");
  return request.body();
}

/// `POST collection`. `make(id, body)` gives the command. The id may be proposed; then it is the natural key.
template <class Body, class Make>
Route creation_row(Services& services, std::string_view collection, Access access, std::string_view tag,
                   std::string summary, Schema request, Schema response, Make make) {
  Route route = command_row(Method::post, std::string(collection), access, tag, std::move(summary));
  route.request = request;
  route.response = response;
  route.success = 201;
  may_answer(route, {"already_exists"});
  route.handler = [&services, collection, make](RequestContext& context) -> Task<Response> {
    Body body = read_body<Body>(context.request).value();
    const domain::Uuid id = body.id ? body.id->uuid() : services.new_id();
    const auto told = told_body<Body>(context.request);
    auto command = new_request(services, context, told, body.id ? "create/" + id.text() : std::string()).value();
    command.command = make(id, std::move(body));
    auto giving = give_command(services, context, std::move(command), collection);
    co_return co_await std::move(giving);
  };
  return route;
}

/// A change of the entity `{id}` with a body: PATCH, or POST of a verb. `make(id, if_match, body)` gives the command.
/// The body may be left out where `optional_body`.
template <class Body, class Make>
Route change_row(Services& services, Method method, std::string pattern, std::string_view collection,
                 std::string_view tag, std::string summary, Schema request, Schema response, bool optional_body,
                 Make make) {
  Route route = command_row(method, std::move(pattern), Access::any_user, tag, std::move(summary));
  route.request = request;
  route.response = response;
  route.body_optional = optional_body;
  route.if_match = true;
  route.handler = [&services, collection, optional_body, make](RequestContext& context) -> Task<Response> {
    const domain::Uuid id = path_id(context).value();
    const auto if_match = if_match_version(context.request).value();
    Body body = (optional_body ? read_optional_body<Body>(context.request) : read_body<Body>(context.request)).value();
    auto command = new_request(services, context, told_body<Body>(context.request)).value();
    command.command = make(id, if_match, std::move(body));
    auto giving = give_command(services, context, std::move(command), collection);
    co_return co_await std::move(giving);
  };
  return route;
}

}  // namespace alforis::api
