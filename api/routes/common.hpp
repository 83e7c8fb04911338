#pragma once
// What the routes of all resources have in common: waiting for a position, reading a record, a list or a history,
// giving a command.

#include <string>

#include "api/json_body.hpp"
#include "api/route.hpp"
#include "api/services.hpp"
#include "api/submit.hpp"

namespace alforis::api {

/// 503, to be tried again in a second.
Problem unavailable(std::string_view detail);

/// 400 that names every parameter that is wrong: the problems' pointers.
Problem parameter_problem(const domain::Problems& problems);

/// A blocking question to the query tables, asked on the pool. Throws ProblemException 503 while they can't be read.
template <class F>
Task<std::invoke_result_t<F&, projections::QueryReader&>> ask(Services& services, F question) {
  auto job = [&services, question = std::move(question)]() mutable {
    try {
      return services.readers.with(question);
    } catch (const projections::DatabaseUnavailable&) {
      throw ProblemException(unavailable("the query tables can't be read at the moment"));
    }
  };
  auto pending = services.pool.run(std::move(job));
  co_return co_await std::move(pending);
}

/// The position of Alforis-After; 0 when absent. 400 `invalid_header` when it is no number.
Expected<eventstore::Position> after_position(const Request& request);

/// `limit`: 1 to 200, 50 when absent. 400 `invalid_value` for anything else.
Expected<std::size_t> page_limit(const Request& request);

/// A page's cursor as it goes out: good for this asker and this path only.
std::string sealed_cursor(const Services& services, const RequestContext& context, const std::string& payload);
/// What a cursor holds. 400 `invalid_cursor` for one that was not sealed for this asker and path.
Expected<std::string> opened_cursor(const Services& services, const RequestContext& context, std::string_view cursor);

/// A query string's parameters, as a request's would be read. Fails with `invalid_value` for wrong percent-encoding.
domain::Result<projections::Parameters> read_query_string(std::string_view text);

/// `{"items":[…],"next":…}` with the Link to the next page. `items`: JSON; `next`: the payload of its cursor.
Response answer_items(const Services& services, const RequestContext& context, const std::vector<std::string>& items,
                      const std::optional<std::string>& next);

/// The id in the path; ids that are none are simply not found.
Expected<domain::Uuid> path_id(const RequestContext& context, std::size_t index = 0);

/// Waits for Alforis-After, and asks again then who the asker is. Throws ProblemException 503 when the tables are not
/// there in time, 401 when the asker has gone meanwhile.
Task<void> wait_for_position(Services& services, RequestContext& context);
/// The same for a position that the route itself needs.
Task<void> wait_for(Services& services, RequestContext& context, eventstore::Position position);

/// The point in the past that `as_of_position` or `as_of` asks for; nullopt: the present. Waits until the tables know
/// it. 400 for what is still to come.
Task<std::optional<eventstore::Position>> asked_moment(Services& services, RequestContext& context);
/// The query parameters that asked_moment() reads.
std::vector<QueryParameter> moment_parameters();

/// The record from the cache when it is there, may be seen and is new enough; nullopt: ask the database.
std::optional<Response> cached_record(Services& services, domain::EntityKind kind, const RequestContext& context);
/// The record, from the cache or the database. Deleted records are found by who may restore them, with `deleted=true`.
Task<Response> read_record(Services& services, domain::EntityKind kind, domain::Uuid id, RequestContext& context);
/// A page of a list: `{"items":[…],"next":…,"total":…}`.
Task<Response> read_list(Services& services, domain::EntityKind kind, RequestContext& context);
Task<Response> read_history(Services& services, domain::EntityKind kind, domain::Uuid id, RequestContext& context);

/// What tells a request from another under the same idempotency key: a digest of method, target and body. It is kept in
/// the Log for ever, where an erasure does not reach it: without the server's key nobody can try out on it what
/// somebody was called. `body` must hold no secret: see without_secrets().
std::string request_hash(const TokenKey& key, const Request& request, std::string_view body);

/// A request for the writer with everything but the command: idempotency key, actor, hash of the request, metadata.
/// `body`: the request's, without secrets. `natural_key`: what makes the command the same one when the client sent no
/// key (a proposed id); empty: every request is a new command. 400 for a key that is empty or longer than 255
/// characters.
Expected<commands::CommandRequest> new_request(const Services& services, const RequestContext& context,
                                               std::string_view body, std::string_view natural_key = {});

/// A request by somebody who showed who they are by what they sent (a password, a link) and is no asker otherwise. Sent
/// again it is another command.
commands::CommandRequest request_by(const Services& services, const RequestContext& context, const domain::Uuid& user);

/// Gives the command. Throws ProblemException with why it was refused.
Task<commands::Outcome> outcome_of(Services& services, commands::CommandRequest request);

/// 201 with Location for a new entity where the row says so, else 200; with the position of the commit. `collection` is
/// the path of the resource, such as `/api/v1/organisations`.
Response answer_outcome(const RequestContext& context, const commands::Outcome& outcome, std::string document,
                        std::string_view collection);

/// Gives the command and answers with its subject's document, as answer_outcome() does.
Task<Response> give_command(Services& services, RequestContext& context, commands::CommandRequest request,
                            std::string_view collection);

/// The GET row of a history, whose path and handler are to be added.
Route history_row(std::string_view tag);

/// GET rows (one, list, history) of a kind of entity.
std::vector<Route> read_routes(Services& services, domain::EntityKind kind, std::string_view collection, Schema schema,
                               std::string_view tag, std::string_view singular);

}  // namespace alforis::api
