#include "api/routes/agenda.hpp"

#include <algorithm>
#include <array>

#include "domain/values/time_zone.hpp"

namespace alforis::api {

using domain::Date;
using domain::EntityKind;
using domain::Instant;
using domain::Uuid;
using projections::AgendaPart;
using projections::QueryReader;

namespace {

constexpr std::array<std::string_view, 4> k_parts = {"overdue", "today", "this_week", "later"};

Date day_after(const Date& day, int days) {
  const auto later = Date::from_ymd(day.days() + std::chrono::days(days));
  return later ? *later : day;
}

Instant midnight(const Date& day, std::string_view zone) { return domain::instant_of({day, 0}, zone); }

/// The Monday of the day's week (ISO 8601).
Date monday_of(const Date& day) {
  const std::chrono::weekday weekday(day.days());
  return day_after(day, 1 - static_cast<int>(weekday.iso_encoding()));
}

bool is_page_parameter(std::string_view name) {
  return name == "sort" || name == "after" || name == "count" || name == "deleted";
}

/// The parameter's field, without an operator such as `.gte`.
std::string_view field_of(std::string_view parameter) { return parameter.substr(0, parameter.find('.')); }

Expected<projections::ListQuery> agenda_query(const AgendaOf& what, const RequestContext& context) {
  projections::Parameters parameters;
  for (const auto& [name, value] : context.request.parameters()) {
    if (is_page_parameter(name)) {
      return Problem::parameter(name, "unknown_parameter", "an agenda has the filters of the list, and limit");
    }
    parameters.emplace_back(name, value);
  }
  const auto said = [&parameters](std::string_view field) {
    return std::any_of(parameters.begin(), parameters.end(),
                       [&](const auto& parameter) { return field_of(parameter.first) == field; });
  };
  for (const auto& [name, value] : what.open) {
    if (!said(field_of(name))) parameters.emplace_back(name, value);
  }
  if (std::none_of(what.says_whose.begin(), what.says_whose.end(), said)) {
    parameters.emplace_back(what.whose, "me");
  }
  auto query = projections::parse_list_query(what.kind, parameters, context.viewer());
  if (!query) return parameter_problem(query.error());
  return std::move(*query);
}

std::string agenda_body(const std::vector<AgendaPart>& parts, const Date& today, std::string_view zone) {
  std::string body = R"({"date":")" + today.text() + R"(","time_zone":")" + std::string(zone) + '"';
  for (std::size_t i = 0; i < k_parts.size(); ++i) {
    body += ",\"" + std::string(k_parts[i]) + R"(":{"total":)" + std::to_string(parts[i].total) + R"(,"items":[)";
    for (const std::string& document : parts[i].documents) {
      if (body.back() != '[') body.push_back(',');
      body += document;
    }
    body += "]}";
  }
  body.push_back('}');
  return body;
}

Task<Response> read_agenda(Services& services, const AgendaOf& what, RequestContext& context) {
  co_await wait_for_position(services, context);
  auto query = agenda_query(what, context).value();
  const std::string zone = services.directory.time_zone(context.viewer().id);
  const Instant now = Instant::from_micros(services.now_us());
  const Date today = domain::local_time(now, zone).date;
  const std::vector<Instant> edges = {now, midnight(day_after(today, 1), zone),
                                      midnight(day_after(monday_of(today), 7), zone)};
  auto question = [query = std::move(query), field = std::string(what.field), edges](QueryReader& reader) {
    return reader.agenda(query, field, edges);
  };
  auto asking = ask(services, std::move(question));
  const auto parts = co_await std::move(asking);
  if (!parts) co_return context.answer(parameter_problem(parts.error()));
  co_return Response::json(agenda_body(*parts, today, zone));
}

// ---- a team's week

Expected<Date> asked_week(const RequestContext& context, const Date& today) {
  const auto asked = context.request.parameter("week_of");
  if (!asked) return today;
  const auto day = Date::parse(*asked);
  if (!day) return Problem::parameter("week_of", "invalid_value", "a day of the week: YYYY-MM-DD");
  return *day;
}

std::string week_body(const std::vector<projections::Workload>& loads, const Date& monday, std::string_view zone) {
  std::string body = R"({"from":")" + monday.text() + R"(","to":")" + day_after(monday, 6).text() +
                     R"(","time_zone":")" + std::string(zone) + R"(","members":[)";
  std::optional<Uuid> member;
  for (const auto& load : loads) {
    if (load.user != member) {
      if (member) body += "]},";
      member = load.user;
      body += R"({"user_id":")" + load.user.text() + R"(","days":[)";
    } else {
      body.push_back(',');
    }
    body += R"({"date":)" + (load.day ? '"' + load.day->text() + '"' : "null");
    body += R"(,"open":)" + std::to_string(load.open) + R"(,"overdue":)" + std::to_string(load.overdue) +
            R"(,"done":)" + std::to_string(load.done) + '}';
  }
  body += member ? "]}]}" : "]}";
  return body;
}

Task<Response> read_team_week(Services& services, RequestContext& context) {
  co_await wait_for_position(services, context);
  const Uuid team = path_id(context).value();
  if (!domain::can_see_team(context.viewer(), team)) co_return context.answer(Problem::of("not_found"));
  const std::string zone = services.directory.time_zone(context.viewer().id);
  const Instant now = Instant::from_micros(services.now_us());
  const Date monday = monday_of(asked_week(context, domain::local_time(now, zone).date).value());
  const projections::Week week{midnight(monday, zone), midnight(day_after(monday, 7), zone), now, zone};
  auto question = [viewer = context.viewer(), team,
                   week](QueryReader& reader) -> std::optional<std::vector<projections::Workload>> {
    if (!reader.find(EntityKind::team, team)) return std::nullopt;
    return reader.week(viewer, team, week);
  };
  auto asking = ask(services, std::move(question));
  const auto loads = co_await std::move(asking);
  if (!loads) co_return context.answer(Problem::of("not_found"));
  co_return Response::json(week_body(*loads, monday, zone));
}

std::string team_week_schema() {
  return R"({"type":"object","required":["from","to","time_zone","members"],"properties":{)"
         R"("from":{"type":"string","format":"date"},"to":{"type":"string","format":"date"},)"
         R"("time_zone":{"type":"string"},"members":{"type":"array","items":{"type":"object",)"
         R"("required":["user_id","days"],"properties":{"user_id":{"type":"string","format":"uuid"},)"
         R"("days":{"type":"array","items":{"type":"object","required":["date","open","overdue","done"],)"
         R"("properties":{"date":{"type":["string","null"],"format":"date","description":"null: before this week"},)"
         R"("open":{"type":"integer"},"overdue":{"type":"integer","description":"of the open ones"},)"
         R"("done":{"type":"integer"}}}}}}}}})";
}

}  // namespace

std::string agenda_schema(std::string_view record) {
  const std::string part = R"({"type":"object","required":["total","items"],"properties":{"total":{"type":"integer"},)"
                           R"("items":{"type":"array","items":{"$ref":"#/components/schemas/)" +
                           std::string(record) + R"("}}}})";
  std::string schema = R"({"type":"object","required":["date","time_zone")";
  for (const auto name : k_parts) schema += ",\"" + std::string(name) + '"';
  schema += R"(],"properties":{"date":{"type":"string","format":"date"},"time_zone":{"type":"string"})";
  for (const auto name : k_parts) schema += ",\"" + std::string(name) + "\":" + part;
  return schema + "}}";
}

Route agenda_row(Services& services, AgendaOf what) {
  Route route;
  route.method = Method::get;
  route.pattern = std::string(what.collection) + "/agenda";
  route.tag = what.tag;
  route.summary = what.summary;
  route.description =
      "In four parts by the asker's clock: overdue, the rest of today, the rest of the week to Sunday, "
      "later. Each has its total and its earliest records. Takes the filters of the list; without `" +
      std::string(what.whose) + "` it is one's own.";
  route.response = what.answer;
  route.reads = true;
  route.open_query = true;
  route.query = {{"limit", "records of each part, 1 to 200",
                  R"({"type":"integer","minimum":1,"maximum":200,"default":50})", false, "50"}};
  route.handler = [&services, what = std::move(what)](RequestContext& context) {
    return read_agenda(services, what, context);
  };
  return route;
}

Route team_week_row(Services& services) {
  Route route;
  route.method = Method::get;
  route.pattern = "/api/v1/teams/{id}/week";
  route.tag = "teams";
  route.summary = "What the members have to do this week, day by day";
  route.description =
      "Counts the tasks that the asker may see, on the days they are due; what was due before and is "
      "still open stands under no date. The tasks themselves: `/api/v1/tasks/agenda?assignee_team=…`.";
  route.response = {"TeamWeek", &team_week_schema};
  route.reads = true;
  route.query = {{"week_of", "a day of another week", R"({"type":"string","format":"date"})", false, "2026-03-02"}};
  route.handler = [&services](RequestContext& context) { return read_team_week(services, context); };
  return route;
}

}  // namespace alforis::api
