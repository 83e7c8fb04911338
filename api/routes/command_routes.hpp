#pragma once
// Rows that give commands, made from the pieces that differ: the body, the command, the paths.

#include <deque>
#include <iterator>
#include <string>

#include "api/routes/bodies.hpp"
#include "api/routes/bulk.hpp"
#include "api/routes/common.hpp"
#include "commands/decision.hpp"

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
  static_assert(!domain::HasSecrets<Body>, "a body with secrets is told by without_secrets()");
  return request.body();
}

template <class Body>
Schema input(std::string_view name) {
  return {name, &domain::wire::input_schema<Body>};
}

/// The rows of one resource, put together from the pieces that differ.
class ResourceRows {
 public:
  /// Begins with the GET rows. `collection`: the path, such as `/api/v1/organisations`; `singular` for sentences.
  ResourceRows(Services& services, domain::EntityKind kind, std::string_view collection, Schema answer,
               std::string_view tag, std::string_view singular)
      : services_(services), collection_(collection), answer_(answer), tag_(tag) {
    for (Route& route : read_routes(services, kind, collection, answer, tag, singular)) add(std::move(route));
  }

  /// `POST collection`. `make(id, body)` gives the command. The id may be proposed; then it is the natural key.
  template <class Body, class Make>
  Route& create(Access access, std::string summary, Schema request, Make make) {
    Route& route = add(Method::post, "", access, std::move(summary), request);
    route.success = 201;
    may_answer(route, {"already_exists"});
    route.handler = [&services = services_, collection = collection_, make](RequestContext& context) -> Task<Response> {
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

  /// A change of the entity `{id}`; `suffix`: what follows it in the path. `make(id, if_match, body)` gives the
  /// command, or `make(id, if_match, body, second)` where the path has a second id.
  template <class Body, class Make>
  Route& change(Method method, std::string_view suffix, std::string summary, Schema request, bool optional_body,
                Make make) {
    Route& route = add(method, "/{id}" + std::string(suffix), Access::any_user, std::move(summary), request);
    route.body_optional = optional_body;
    route.if_match = true;
    if constexpr (std::is_invocable_v<Make, domain::Uuid, commands::IfMatch, Body>) {
      const std::string verb = method == Method::patch     ? "patch"
                               : method == Method::delete_ ? "delete"
                                                           : std::string(suffix.substr(suffix.empty() ? 0 : 1));
      const std::string where = method == Method::patch ? "/patch" : "/with";
      verbs_.push_back({verb, [make, where](std::string_view json) -> MakeCommand {
                          return [make, body = read_part<Body>(json, where)](domain::Uuid id) -> commands::Command {
                            return make(id, commands::IfMatch{}, body);
                          };
                        }});
    }
    route.handler = [&services = services_, collection = collection_, optional_body,
                     make](RequestContext& context) -> Task<Response> {
      const domain::Uuid id = path_id(context).value();
      const auto if_match = if_match_version(context.request).value();
      Body body =
          (optional_body ? read_optional_body<Body>(context.request) : read_body<Body>(context.request)).value();
      auto command = new_request(services, context, told_body<Body>(context.request)).value();
      if constexpr (std::is_invocable_v<Make, domain::Uuid, commands::IfMatch, Body, domain::Uuid>) {
        command.command = make(id, if_match, std::move(body), path_id(context, 1).value());
      } else {
        command.command = make(id, if_match, std::move(body));
      }
      auto giving = give_command(services, context, std::move(command), collection);
      co_return co_await std::move(giving);
    };
    return route;
  }

  /// `PATCH {id}`.
  template <class Command, class Body>
  Route& patch(std::string summary, std::string_view body_name) {
    return change<Body>(Method::patch, "", std::move(summary), input<Body>(body_name), false, &made<Command, Body>);
  }
  /// `DELETE {id}`.
  template <class Command>
  Route& remove(std::string summary) {
    return change<Removal>(Method::delete_, "", std::move(summary), input<Removal>("Removal"), true,
                           [](domain::Uuid id, commands::IfMatch if_match, Removal removal) {
                             return Command{id, if_match, std::move(removal.reason)};
                           });
  }
  /// `POST {id}/restore`.
  template <class Command>
  Route& restore() {
    return change<Removal>(Method::post, "/restore", "Restore what was deleted", input<Removal>("Removal"), true,
                           [](domain::Uuid id, commands::IfMatch if_match, const Removal&) {
                             return Command{id, if_match};
                           });
  }

  /// `POST bulk`: the changes so far, of many records at once.
  void bulk(domain::EntityKind kind) { add(bulk_row(services_, kind, collection_, tag_, verbs_)); }

  void add(Route route) { rows_.push_back(std::move(route)); }
  std::vector<Route> done() && {
    return {std::make_move_iterator(rows_.begin()), std::make_move_iterator(rows_.end())};
  }

 private:
  template <class Command, class Body>
  static Command made(domain::Uuid id, commands::IfMatch if_match, Body body) {
    return {id, if_match, std::move(body)};
  }

  Route& add(Method method, std::string_view suffix, Access access, std::string summary, Schema request) {
    Route& route = rows_.emplace_back(
        command_row(method, std::string(collection_) + std::string(suffix), access, tag_, std::move(summary)));
    route.request = request;
    route.response = answer_;
    return route;
  }

  Services& services_;
  std::string_view collection_;
  Schema answer_;
  std::string_view tag_;
  std::vector<BulkVerb> verbs_;
  std::deque<Route> rows_;  // rows stay where they are while more are added
};

}  // namespace alforis::api
