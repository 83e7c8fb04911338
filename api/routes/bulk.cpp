#include "api/routes/bulk.hpp"

#include <set>

#include "api/routes/command_routes.hpp"
#include "domain/wire/codec.hpp"

namespace alforis::api {

using namespace domain;
using commands::CommandRequest;
using commands::CommandResult;
using projections::ListQuery;
using projections::QueryReader;

namespace {

Problem wrong(std::string_view code, std::string_view detail, std::string_view pointer) {
  return Problem::of(problem(code, detail, pointer));
}

/// What the change is, read once.
MakeCommand read_change(const BulkChange& body, const std::vector<BulkVerb>& verbs) {
  if (body.patch.has_value() == body.verb.has_value()) {
    throw ProblemException(wrong("required", "either patch or verb says what to do", "/patch"));
  }
  if (body.with && !body.verb) throw ProblemException(wrong("unknown_member", "only a verb has a body", "/with"));
  const std::string name = body.patch ? "patch" : body.verb->text();
  const auto verb = std::find_if(verbs.begin(), verbs.end(), [&](const BulkVerb& known) { return known.name == name; });
  if (verb == verbs.end() || (body.verb && name == "patch")) {
    std::string choices;
    for (const BulkVerb& known : verbs) {
      if (known.name != "patch") choices += (choices.empty() ? "" : ", ") + known.name;
    }
    throw ProblemException(wrong("unknown_value", "expected one of " + choices, "/verb"));
  }
  return verb->read(body.patch ? body.patch->text() : body.with ? body.with->text() : "{}");
}

ListQuery filter_query(EntityKind kind, const BulkChange& body, const RequestContext& context) {
  const auto parameters = read_query_string(body.filter->text());
  if (!parameters) throw ProblemException(wrong("invalid_value", parameters.error().front().detail, "/filter"));
  auto query = projections::parse_list_query(kind, *parameters, context.viewer());
  if (query && query->after.empty()) return std::move(*query);
  Problems problems = query ? problem("unknown_parameter", "a filter has no pages", "after") : query.error();
  for (domain::Problem& found : problems) found.pointer = "/filter/" + found.pointer;
  throw ProblemException(Problem::of(problems));
}

std::vector<Uuid> named_ids(const std::vector<RecordId>& ids) {
  std::set<Uuid> seen;
  std::vector<Uuid> all;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (!seen.insert(ids[i]).second) {
      throw ProblemException(wrong("duplicate_element", "this id appears more than once", "/ids/" + std::to_string(i)));
    }
    all.push_back(ids[i]);
  }
  return all;
}

Task<Response> change_many(Services& services, EntityKind kind, const std::vector<BulkVerb>& verbs,
                           RequestContext& context) {
  const BulkChange body = read_body<BulkChange>(context.request).value();
  const MakeCommand make = read_change(body, verbs);
  if (body.ids.has_value() == body.filter.has_value()) {
    throw ProblemException(wrong("required", "either ids or filter says which", "/ids"));
  }
  auto base = new_request(services, context, context.request.body()).value();
  if (body.filter && base.keyed) {
    throw ProblemException(wrong("invalid_value",
                                 "with an Idempotency-Key name the ids: a filter may find others when it is sent again",
                                 "/filter"));
  }
  base.dry_run = body.dry_run;
  std::vector<Uuid> ids;
  if (body.ids) {
    ids = named_ids(*body.ids);
  } else {
    // All that was acknowledged counts.
    auto waiting = wait_for(services, context, services.writer.status().position);
    co_await std::move(waiting);
    auto listing = listed_ids(services, filter_query(kind, body, context), RecordId::k_max_in_list);
    ids = co_await std::move(listing);
  }
  std::vector<RecordCommand> all;
  all.reserve(ids.size());
  for (const Uuid& id : ids) all.push_back({id, make(id)});
  auto giving = give_commands(services, std::move(base), std::move(all));
  const BulkResult result = co_await std::move(giving);
  Response response = Response::json(wire::to_json(result));
  response.header("Alforis-Position", std::to_string(result.position));
  co_return response;
}

BulkOutcome outcome_of(const Uuid& id, const CommandResult& result) {
  BulkOutcome told;
  told.id = id;
  if (const auto* rejection = std::get_if<commands::Rejection>(&result)) {
    told.outcome = BulkOutcomeKind::refused;
    told.problems = problems_of(*rejection);
  } else {
    const auto& outcome = std::get<commands::Outcome>(result);
    told.outcome = outcome.changed ? BulkOutcomeKind::changed : BulkOutcomeKind::unchanged;
    told.version = outcome.version;
  }
  return told;
}

}  // namespace

std::vector<RecordProblem> problems_of(const commands::Rejection& rejection) {
  std::vector<RecordProblem> all;
  for (const domain::Problem& found : rejection.problems) all.push_back({found.code, found.pointer, found.detail});
  if (all.empty()) all.push_back({rejection.code, "", rejection.detail});
  return all;
}

std::string with_member(std::string_view object, std::string_view name, std::string_view value) {
  std::string json(object.substr(0, object.size() - 1));
  if (json.size() > 1) json.push_back(',');
  wire::quote(json, name);
  return json + ':' + std::string(value) + '}';
}

Task<std::vector<Uuid>> listed_ids(Services& services, ListQuery query, std::size_t most) {
  query.limit = projections::k_max_limit;
  query.count = projections::Count::none;
  auto question = [query = std::move(query), most](QueryReader& reader) mutable {
    std::vector<Uuid> ids;
    while (true) {
      const auto page = reader.list(query);
      if (!page) throw ProblemException(parameter_problem(page.error()));
      for (const std::string& document : page->documents) {
        const auto members = wire::members_of(document);
        ids.push_back(
            Uuid::parse(std::string_view(*wire::value_of(members, "id")).substr(1, Uuid::k_text_length)).value());
      }
      if (!page->next) return ids;
      if (ids.size() >= most) {
        throw ProblemException(wrong("too_many", "at most 5000 records at once: narrow the filter", "/filter"));
      }
      query.after = *page->next;
    }
  };
  auto asking = ask(services, std::move(question));
  co_return co_await std::move(asking);
}

Task<BulkResult> give_commands(Services& services, CommandRequest base, std::vector<RecordCommand> all) {
  BulkResult result;
  // The same for a retry of the same request.
  result.batch = Uuid::v5(workspace_id(), "batch/" + base.command_id);
  result.position = static_cast<std::int64_t>(services.gate.position());
  const std::string metadata = with_member(base.metadata, "batch", '"' + result.batch.text() + '"');
  std::vector<CommandRequest> requests;
  requests.reserve(all.size());
  for (RecordCommand& record : all) {
    CommandRequest request = base;
    request.command_id += '/' + record.id.text();
    request.metadata = metadata;
    request.command = std::move(record.command);
    requests.push_back(std::move(request));
  }
  auto submitting = submit_all(services.writer, std::move(requests));
  const auto results = co_await std::move(submitting);
  for (std::size_t i = 0; i < results.size(); ++i) {
    const auto* rejection = std::get_if<commands::Rejection>(&results[i]);
    // Some may be done: the same request with the same key does the rest.
    if (rejection != nullptr && concerns_all(*rejection)) throw ProblemException(Problem::of(*rejection));
    if (const auto* outcome = std::get_if<commands::Outcome>(&results[i])) {
      result.position = std::max(result.position, static_cast<std::int64_t>(outcome->position));
      if (outcome->changed && !base.dry_run) services.on_acknowledged(*outcome);
    }
    result.outcomes.push_back(outcome_of(all[i].id, results[i]));
  }
  co_return result;
}

Route bulk_row(Services& services, EntityKind kind, std::string_view collection, std::string_view tag,
               std::vector<BulkVerb> verbs) {
  Route route = command_row(Method::post, std::string(collection) + "/bulk", Access::manager, tag,
                            "Change many: one outcome each, one undo for all");
  std::string moves;
  for (const BulkVerb& verb : verbs) {
    if (verb.name != "patch") moves += (moves.empty() ? "`" : ", `") + verb.name + '`';
  }
  route.description =
      "`ids` or `filter` (a query string as for the list) say which, at most 5000; `patch`, or `verb` with the body of "
      "that "
      "move in `with`, say what. Verbs: " +
      moves +
      ". Each record is a command of its own: some may be refused while the others are done. `batch` of the answer is "
      "what `/api/v1/undo/{command}` takes.";
  route.request = input<BulkChange>("BulkChange");
  route.response = {"BulkResult", &wire::json_schema<BulkResult>};
  route.examples = {{"", R"({"ids":["0195c2a0-0000-7000-8000-000000000001"],"verb":"delete"})", ""}};
  route.handler = [&services, kind, verbs = std::move(verbs)](RequestContext& context) {
    return change_many(services, kind, verbs, context);
  };
  return route;
}

}  // namespace alforis::api

ALFORIS_WIRE(alforis::api::BulkChange)
ALFORIS_WIRE(alforis::api::BulkResult)
