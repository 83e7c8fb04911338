// Many records at once: one command each, all on their way to the writer together.

#include "api/routes/command_routes.hpp"
#include "api/routes/resources.hpp"
#include "commands/organisation.hpp"
#include "domain/import_batch.hpp"

namespace alforis::api {

using namespace domain;
using commands::CommandRequest;
using commands::CommandResult;

namespace {

using Results = std::vector<CommandResult>;

std::vector<RecordProblem> shown(const Problems& problems) {
  std::vector<RecordProblem> all;
  for (const domain::Problem& problem : problems) all.push_back({problem.code, problem.pointer, problem.detail});
  return all;
}

ImportOutcome outcome_of(const CommandResult& result, bool dry_run) {
  ImportOutcome answer;
  if (const auto* rejection = std::get_if<commands::Rejection>(&result)) {
    answer.outcome = ImportOutcomeKind::refused;
    answer.problems = shown(rejection->problems);
    if (answer.problems.empty()) answer.problems.push_back({rejection->code, "", rejection->detail});
    return answer;
  }
  const auto& outcome = std::get<commands::Outcome>(result);
  answer.outcome = outcome.created   ? ImportOutcomeKind::created
                   : outcome.changed ? ImportOutcomeKind::updated
                                     : ImportOutcomeKind::unchanged;
  if (!dry_run || !outcome.created) answer.id = outcome.id;
  answer.problems = shown(outcome.warnings);
  return answer;
}

/// Where the history of what the record changes says it came from (projections::ImportOrigin): the file's name and
/// place, nothing of what stands in it.
std::string import_metadata(const ImportBatch& batch, const ImportRecord& record, const std::string& base) {
  std::string json =
      base.substr(0, base.size() - 1) + R"(,"import":")" + batch.import_id->text() + R"(","imported_from":)";
  wire::quote(json, batch.source->text());
  if (!record.lines.empty()) json += R"(,"imported_line":)" + std::to_string(record.lines.front());
  json.push_back('}');
  return json;
}

Expected<std::vector<CommandRequest>> requests_of(Services& services, RequestContext& context, ImportBatch& batch) {
  const auto base = new_request(services, context, context.request.body());
  if (!base) return base.error();
  std::vector<CommandRequest> requests;
  requests.reserve(batch.records.size());
  for (ImportRecord& record : batch.records) {
    CommandRequest request = *base;
    request.command_id += '/' + std::to_string(requests.size());
    request.metadata = import_metadata(batch, record, base->metadata);
    request.dry_run = batch.dry_run;
    request.command = commands::ImportOrganisation{services.new_id(), *record.record, batch.on_existing};
    requests.push_back(std::move(request));
  }
  return requests;
}

Task<Response> import_organisations(Services& services, RequestContext& context) {
  ImportBatch batch = read_body<ImportBatch>(context.request).value();
  ImportBatchResult answer;
  eventstore::Position written = 0;
  eventstore::Position decided_upon = services.gate.position();
  if (!batch.records.empty()) {
    auto requests = requests_of(services, context, batch).value();
    auto submitting = submit_all(services.writer, std::move(requests));
    const Results results = co_await std::move(submitting);
    for (const CommandResult& result : results) {
      const auto* rejection = std::get_if<commands::Rejection>(&result);
      // Some may be done: the same batch with the same key does the rest. A key of another batch is no record's fault.
      if (rejection && concerns_all(*rejection)) co_return context.answer(Problem::of(*rejection));
      if (const auto* outcome = std::get_if<commands::Outcome>(&result)) {
        auto& newest = outcome->changed && !batch.dry_run ? written : decided_upon;
        newest = std::max(newest, outcome->position);
        if (outcome->changed && !batch.dry_run) services.on_acknowledged(*outcome);
      }
      answer.outcomes.push_back(outcome_of(result, batch.dry_run));
    }
  }
  // What was written stays where it is, so that the same batch with the same key gets the same answer.
  answer.position = static_cast<std::int64_t>(written != 0 ? written : decided_upon);
  Response response = Response::json(wire::to_json(answer));
  response.header("Alforis-Position", std::to_string(answer.position));
  co_return response;
}

}  // namespace

std::vector<Route> import_routes(Services& services) {
  Route route = command_row(Method::post, "/api/v1/imports/organisations", Access::manager, "imports",
                            "Import organisations: created, or found again and filled");
  route.description =
      "Each record is a command of its own: some may be refused while the others are done. The problems of those that "
      "were done are warnings: what had no place in its field, and is in the notes where there was room. Send the same "
      "batch with the same Idempotency-Key after a failure.";
  route.request = {"ImportBatch", &wire::input_schema<ImportBatch>};
  route.response = {"ImportBatchResult", &wire::json_schema<ImportBatchResult>};
  route.max_body = 16U << 20;
  route.handler = [&services](RequestContext& context) { return import_organisations(services, context); };
  return {std::move(route)};
}

}  // namespace alforis::api
