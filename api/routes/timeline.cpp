#include "api/routes/timeline.hpp"

#include <algorithm>

#include "api/routes/common.hpp"
#include "domain/wire/enums.hpp"

namespace alforis::api {

using domain::EntityKind;
using domain::Uuid;
using projections::QueryReader;
using projections::TimelineKind;
using projections::TimelinePage;
using projections::TimelineQuery;

namespace {

std::string names_of(const std::vector<TimelineKind>& kinds) {
  std::string names;
  for (const TimelineKind kind : kinds) names += (names.empty() ? "" : ", ") + std::string(domain::enum_text(kind));
  return names;
}

/// All there are, or those between the commas of `kinds`.
Expected<std::vector<TimelineKind>> asked_kinds(const RequestContext& context, EntityKind around) {
  const auto known = projections::timeline_kinds(around);
  const auto asked = context.request.parameter("kinds");
  if (!asked) return known;
  std::vector<TimelineKind> kinds;
  for (std::size_t at = 0; at <= asked->size();) {
    const std::size_t end = std::min(asked->find(',', at), asked->size());
    const auto kind = domain::enum_from_text<TimelineKind>(asked->substr(at, end - at));
    if (!kind || std::find(known.begin(), known.end(), *kind) == known.end()) {
      return Problem::parameter("kinds", "invalid_value", "one or more of " + names_of(known));
    }
    if (std::find(kinds.begin(), kinds.end(), *kind) == kinds.end()) kinds.push_back(*kind);
    at = end + 1;
  }
  return kinds;
}

/// The page; nullopt when the asker may not know of the record, which is there no more once it is deleted.
std::optional<domain::Result<TimelinePage>> page_around(QueryReader& reader, TimelineQuery query) {
  const auto record = reader.find(query.around, query.id);
  if (!record || record->deleted || !projections::visible(query.viewer, query.around, *record)) return std::nullopt;
  const auto members = domain::wire::members_of(record->document);
  if (const std::string* name = domain::wire::value_of(members, "name")) query.name = *name;
  return reader.timeline(query);
}

Task<Response> read_timeline(Services& services, EntityKind around, RequestContext& context) {
  TimelineQuery query;
  query.around = around;
  query.id = path_id(context).value();
  query.kinds = asked_kinds(context, around).value();
  query.limit = page_limit(context.request).value();
  if (const auto cursor = context.request.parameter("after")) {
    query.after = opened_cursor(services, context, *cursor).value();
  }
  co_await wait_for_position(services, context);
  query.viewer = context.viewer();
  auto question = [query](QueryReader& reader) { return page_around(reader, query); };
  auto asking = ask(services, std::move(question));
  const auto page = co_await std::move(asking);
  if (!page) co_return context.answer(Problem::of("not_found"));
  if (!*page) co_return context.answer(parameter_problem(page->error()));
  co_return answer_items(services, context, (*page)->items, (*page)->next);
}

}  // namespace

Route timeline_row(Services& services, EntityKind around, std::string_view collection, std::string_view tag) {
  const std::string names = names_of(projections::timeline_kinds(around));
  Route route;
  route.method = Method::get;
  route.pattern = std::string(collection) + "/{id}/timeline";
  route.tag = tag;
  route.summary = "What happened around it, newest first";
  route.description =
      "Interactions when they took place, tasks when they were completed or else made, moves and links when they were "
      "told. Only what the asker may see, and nothing that is deleted.";
  route.reads = true;
  route.response = {"TimelineItem", &projections::timeline_item_schema};
  route.response_is_list = true;
  route.problems = {"not_found"};
  route.query = {{"kinds", "only these, of " + names, R"({"type":"string"})", false, "interaction,task"},
                 {"limit", "1 to 200", R"({"type":"integer","minimum":1,"maximum":200,"default":50})", false, "50"},
                 {"after", "cursor of the page before", R"({"type":"string"})", false, ""}};
  route.handler = [&services, around](RequestContext& context) { return read_timeline(services, around, context); };
  return route;
}

}  // namespace alforis::api
