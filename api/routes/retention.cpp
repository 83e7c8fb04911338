#include "api/routes/retention.hpp"

#include <chrono>

#include "api/json_writer.hpp"
#include "api/routes/common.hpp"
#include "domain/wire/json.hpp"
#include "domain/workspace.hpp"

namespace alforis::api {

using domain::EntityKind;
using domain::Instant;
using projections::ForgettablePage;
using projections::QueryReader;
using projections::RetentionQuery;

namespace {

/// The beginning of the same day, so many years earlier.
Instant years_before(Instant now, std::int64_t years) {
  using namespace std::chrono;
  const auto day = floor<days>(sys_time<microseconds>(microseconds(now.micros())));
  year_month_day date = year_month_day(day) - std::chrono::years(years);
  if (!date.ok()) date = date.year() / date.month() / last;  // 29 February
  return Instant::from_micros(duration_cast<microseconds>(sys_days(date).time_since_epoch()).count());
}

std::int64_t retention_years(QueryReader& reader) {
  const auto record = reader.find(EntityKind::workspace, domain::workspace_id());
  if (!record) return domain::untouched_workspace().retention_years;
  return domain::wire::from_stored<domain::Workspace>(record->document).value().retention_years;
}

std::string item_of(const projections::Forgettable& person) {
  JsonWriter json;
  json.begin_object().member("last_contact_at", person.last_contact.text()).key("person").raw(person.document);
  return json.end_object().str();
}

Task<Response> read_forgettable(Services& services, RequestContext& context) {
  RetentionQuery query;
  query.limit = page_limit(context.request).value();
  if (const auto cursor = context.request.parameter("after")) {
    query.after = opened_cursor(services, context, *cursor).value();
  }
  co_await wait_for_position(services, context);
  auto question = [query, now = Instant::from_micros(services.now_us())](QueryReader& reader) mutable {
    query.before = years_before(now, retention_years(reader));
    return reader.forgettable(query);
  };
  auto asking = ask(services, std::move(question));
  const domain::Result<ForgettablePage> page = co_await std::move(asking);
  if (!page) co_return context.answer(parameter_problem(page.error()));
  std::vector<std::string> items;
  for (const auto& person : page->people) items.push_back(item_of(person));
  co_return answer_items(services, context, items, page->next);
}

std::string item_schema() {
  return R"({"type":"object","required":["last_contact_at","person"],"properties":{)"
         R"("last_contact_at":{"type":"string","format":"date-time"},"person":{"type":"object"}}})";
}

}  // namespace

Route retention_row(Services& services) {
  Route route;
  route.method = Method::get;
  route.pattern = "/api/v1/people/retention";
  route.access = Access::admin;
  route.tag = "people";
  route.summary = "People without contact for so long that they should be erased";
  route.description =
      "The last contact is the latest interaction with them, or else when they were made; it is older than the "
      "workspace's `retention_years`. People who are linked to an organisation with a mandat that is signed or runs "
      "are "
      "kept. Nothing is erased by itself: `POST /people/{id}/erase` does it.";
  route.reads = true;
  route.response = {"Forgettable", &item_schema};
  route.response_is_list = true;
  route.query = {{"limit", "1 to 200", R"({"type":"integer","minimum":1,"maximum":200,"default":50})", false, "50"},
                 {"after", "cursor of the page before", R"({"type":"string"})", false, ""}};
  route.handler = [&services](RequestContext& context) { return read_forgettable(services, context); };
  return route;
}

}  // namespace alforis::api
