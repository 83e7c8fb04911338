#include "commands/undo.hpp"

#include <charconv>

#include "api/routes/bulk.hpp"
#include "api/routes/command_routes.hpp"
#include "api/routes/resources.hpp"
#include "domain/wire/codec.hpp"

namespace alforis::api {

using namespace domain;
using commands::CommandRequest;
using commands::CommandResult;
using eventstore::Position;
using projections::QueryReader;

namespace {

/// What the path names: one commit by its position, or a batch.
struct Named {
  std::optional<Position> position;
  Uuid batch;
};

Named named(const RequestContext& context) {
  const std::string_view text = context.path_parameter(0);
  Position position = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), position);
  if (error == std::errc() && end == text.data() + text.size() && std::in_range<std::int64_t>(position)) {
    return {position, {}};
  }
  return {std::nullopt, path_id(context).value()};
}

/// The commits, the newest first, with what they did.
std::vector<commands::UndoneCommit> told(QueryReader& reader, const Named& what) {
  const auto positions = what.position ? std::vector{*what.position} : reader.batch(what.batch);
  std::vector<commands::UndoneCommit> commits;
  for (const Position position : positions) {
    auto changes = reader.command_changes(position);
    if (!changes.empty()) commits.push_back({static_cast<std::int64_t>(position), std::move(changes)});
  }
  return commits;
}

UndoOutcome outcome_of(std::int64_t position, const CommandResult& result) {
  UndoOutcome told{position, UndoOutcomeKind::refused, {}};
  if (const auto* rejection = std::get_if<commands::Rejection>(&result)) {
    told.problems = problems_of(*rejection);
  } else {
    const bool changed = std::get<commands::Outcome>(result).changed;
    told.outcome = changed ? UndoOutcomeKind::undone : UndoOutcomeKind::unchanged;
  }
  return told;
}

std::vector<CommandRequest> requests_of(const CommandRequest& base,
                                        const std::vector<commands::UndoneCommit>& commits) {
  std::vector<CommandRequest> requests;
  for (const auto& commit : commits) {
    CommandRequest request = base;
    const std::string position = std::to_string(commit.position);
    request.command_id += '/' + position;
    request.metadata = with_member(base.metadata, "undoes", position);
    request.command = commands::undo(commit);
    requests.push_back(std::move(request));
  }
  return requests;
}

Task<Response> undo(Services& services, RequestContext& context) {
  const Named what = named(context);
  const auto base = new_request(services, context, context.request.body()).value();
  if (!what.position && context.viewer().role < Role::manager) co_return context.answer(Problem::of("forbidden"));
  if (what.position && *what.position > services.writer.status().position) {
    co_return context.answer(Problem::of("not_found"));
  }
  // The history has to know the commit, and what has been changed since.
  auto waiting = wait_for(services, context, services.writer.status().position);
  co_await std::move(waiting);
  auto question = [what](QueryReader& reader) { return told(reader, what); };
  auto asking = ask(services, std::move(question));
  const auto commits = co_await std::move(asking);
  if (commits.empty()) co_return context.answer(Problem::of("not_found"));
  auto submitting = submit_all(services.writer, requests_of(base, commits));
  const auto results = co_await std::move(submitting);
  UndoResult answer;
  answer.position = static_cast<std::int64_t>(services.gate.position());
  for (std::size_t i = 0; i < results.size(); ++i) {
    const auto* rejection = std::get_if<commands::Rejection>(&results[i]);
    // Of what one may not see one is not told that it is there.
    if (rejection != nullptr && rejection->kind == commands::RejectionKind::not_found) continue;
    if (rejection != nullptr && (what.position || concerns_all(*rejection))) {
      co_return context.answer(Problem::of(*rejection));
    }
    if (const auto* outcome = std::get_if<commands::Outcome>(&results[i])) {
      answer.position = std::max(answer.position, static_cast<std::int64_t>(outcome->position));
      if (outcome->changed) services.on_acknowledged(*outcome);
    }
    answer.outcomes.push_back(outcome_of(commits[i].position, results[i]));
  }
  if (answer.outcomes.empty()) co_return context.answer(Problem::of("not_found"));
  Response response = Response::json(wire::to_json(answer));
  response.header("Alforis-Position", std::to_string(answer.position));
  co_return response;
}

}  // namespace

std::vector<Route> undo_routes(Services& services) {
  Route route = command_row(Method::post, "/api/v1/undo/{command}", Access::sales, "undo",
                            "Take a command back, or a whole bulk change or import");
  route.description =
      "`{command}`: the number that `Alforis-Position` gave or that a history shows; or a bulk change's `batch`, or an "
      "import's id. What the command changed is again as it was, what it made goes into the trash. A field that has "
      "been "
      "changed since is a conflict (409 `changed_since`) that names it, and then nothing is taken back; of a batch "
      "each "
      "command is for itself. Undoing is a command, too, and can be taken back.";
  route.body_optional = true;
  route.request = input<NoMembers>("NoMembers");
  route.response = {"UndoResult", &wire::json_schema<UndoResult>};
  may_answer(route, {"changed_since", "cannot_undo", "deleted", "in_running_mandats", "mandat_running", "last_admin",
                     "too_many_views"});
  route.handler = [&services](RequestContext& context) -> Task<Response> {
    if (auto problem = check_no_body(context.request)) co_return context.answer(*problem);
    auto undoing = undo(services, context);
    co_return co_await std::move(undoing);
  };
  return {std::move(route)};
}

}  // namespace alforis::api

ALFORIS_WIRE(alforis::api::UndoResult)
