#include "api/routes/kpis.hpp"

#include <array>
#include <map>

#include "api/json_writer.hpp"
#include "api/routes/common.hpp"
#include "api/routes/periods.hpp"
#include "domain/wire/enums.hpp"

namespace alforis::api {

using domain::Date;
using domain::EntityKind;
using domain::Uuid;
using projections::Measure;
using projections::QueryReader;
using projections::TallyQuery;

namespace {

constexpr std::array k_measures = {Measure::rdv, Measure::pitchs, Measure::due_diligences, Measure::closings};
constexpr int k_months_in_year = 12;

struct PeriodLength {
  std::string_view name;
  int months;
};
constexpr std::array<PeriodLength, 3> k_lengths = {{{"month", 1}, {"quarter", 3}, {"year", k_months_in_year}}};

/// What was asked.
struct KpiQuestion {
  TallyQuery tallies;
  std::optional<Uuid> team;  ///< as tallies.worked
  PeriodLength length = k_lengths.front();
  Date first;  ///< of the first period
  Date last;   ///< a day of the last
  bool compare = false;
};

Expected<PeriodLength> asked_length(const RequestContext& context) {
  const auto asked = context.request.parameter("period").value_or("month");
  for (const PeriodLength& length : k_lengths) {
    if (length.name == asked) return length;
  }
  return Problem::parameter("period", "invalid_value", "month, quarter or year");
}

Expected<bool> asked_compare(const RequestContext& context) {
  const auto asked = context.request.parameter("compare");
  if (asked && *asked != "previous_year")
    return Problem::parameter("compare", "invalid_value", "the only one is previous_year");
  return asked.has_value();
}

/// The first day of the period that the day lies in.
Date first_of_period(const Date& day, int months) {
  const int month = static_cast<int>(static_cast<unsigned>(day.ymd().month())) - 1;
  return first_of_month(day, -(month % months));
}

Expected<KpiQuestion> question_of(const Services& services, const RequestContext& context) {
  const PeriodLength length = asked_length(context).value();
  const Date today = firm_today(services);
  const DayRange range = asked_range(context, {first_of_period(today, k_months_in_year), today}).value();
  KpiQuestion question{{}, {}, length, first_of_period(range.from, length.months), range.to, false};
  question.compare = asked_compare(context).value();
  TallyQuery& tallies = question.tallies;
  tallies.organisation = asked_id(context, "organisation_id").value();
  tallies.user = asked_id(context, "user_id").value();
  tallies.worked = question.team = asked_id(context, "team_id").value();
  if (tallies.organisation.has_value() + tallies.user.has_value() + question.team.has_value() != 1) {
    return Problem::parameter("organisation_id", "invalid_value", "whose: one of organisation_id, user_id and team_id");
  }
  tallies.measures.assign(k_measures.begin(), k_measures.end());
  tallies.from = question.compare ? first_of_month(question.first, -k_months_in_year) : question.first;
  tallies.before = first_of_month(first_of_period(question.last, length.months), length.months);
  return question;
}

/// Whether the asker may know of whom they ask about.
bool may_ask(QueryReader& reader, const KpiQuestion& question) {
  const domain::Viewer& viewer = question.tallies.viewer;
  if (question.team) {
    return domain::can_see_team(viewer, *question.team) && reader.find(EntityKind::team, *question.team);
  }
  const EntityKind kind = question.tallies.user ? EntityKind::user : EntityKind::organisation;
  const auto record =
      reader.find(kind, question.tallies.user ? *question.tallies.user : *question.tallies.organisation);
  return record && !record->deleted && projections::visible(viewer, kind, *record);
}

/// Counts by the first day of their period.
using Counts = std::map<Date, std::array<std::int64_t, k_measures.size()>>;

Counts counts_by_period(const std::vector<projections::TallyRow>& rows, int months) {
  Counts counts;
  for (const auto& row : rows) {
    const auto place = static_cast<std::size_t>(std::ranges::find(k_measures, row.measure) - k_measures.begin());
    counts[first_of_period(row.period, months)][place] += row.n;
  }
  return counts;
}

void write_counts(JsonWriter& json, const Counts& counts, const Date& period) {
  const auto found = counts.find(period);
  for (std::size_t i = 0; i < k_measures.size(); ++i) {
    json.key(domain::enum_text(k_measures[i])).begin_object();
    json.key("derived").number(found == counts.end() ? 0 : found->second[i]).end_object();
  }
}

std::string body_of(const KpiQuestion& question, const std::vector<projections::TallyRow>& rows) {
  const int months = question.length.months;
  const Counts counts = counts_by_period(rows, months);
  JsonWriter json;
  json.begin_object().member("period", question.length.name).key("items").begin_array();
  for (Date first = question.first; first <= question.last; first = first_of_month(first, months)) {
    json.begin_object().member("from", first.text());
    write_counts(json, counts, first);
    if (question.compare) {
      const Date before = first_of_month(first, -k_months_in_year);
      json.key("year_before").begin_object().member("from", before.text());
      write_counts(json, counts, before);
      json.end_object();
    }
    json.end_object();
  }
  json.end_array().end_object();
  return json.str();
}

Task<Response> read_kpis(Services& services, RequestContext& context) {
  KpiQuestion asked = question_of(services, context).value();
  co_await wait_for_position(services, context);
  asked.tallies.viewer = context.viewer();
  auto question = [asked](QueryReader& reader) -> std::optional<std::vector<projections::TallyRow>> {
    if (!may_ask(reader, asked)) return std::nullopt;
    return reader.tallies(asked.tallies);
  };
  auto asking = ask(services, std::move(question));
  const auto rows = co_await std::move(asking);
  if (!rows) co_return context.answer(Problem::of("not_found"));
  co_return Response::json(body_of(asked, *rows));
}

std::string kpis_schema() {
  std::string figures = R"("from":{"type":"string","format":"date"})";
  for (const Measure measure : k_measures) {
    figures += ",\"" + std::string(domain::enum_text(measure)) +
               R"(":{"type":"object","required":["derived"],"properties":{"derived":{"type":"integer"}}})";
  }
  return R"({"type":"object","required":["period","items"],"properties":{"period":{"type":"string"},"items":)"
         R"({"type":"array","items":{"type":"object","required":["from"],"properties":{)" +
         figures + R"(,"year_before":{"type":"object","properties":{)" + figures + "}}}}}}}";
}

}  // namespace

Route kpi_row(Services& services) {
  Route route;
  route.method = Method::get;
  route.pattern = "/api/v1/kpis";
  route.tag = "kpis";
  route.summary = "Meetings, pitches, due diligences and closings of an organisation, a user or a team";
  route.description =
      "`derived`: counted from interactions, tasks and stage moves. A user's and a team's are of the organisations "
      "that the asker sees. Periods are whole, in Paris; `from` is the first day of each.";
  route.response = {"KpiSeries", &kpis_schema};
  route.reads = true;
  route.problems = {"not_found"};
  const std::string id = R"({"type":"string"})";
  route.query = {
      {"organisation_id", "of this organisation", id, false, "0195c2a0-0000-7000-8000-000000000001"},
      {"user_id", "of what this user did; `me`", id, false, ""},
      {"team_id", "of what this team's members did", id, false, ""},
      {"period", "", R"({"type":"string","enum":["month","quarter","year"],"default":"month"})", false, "quarter"},
      {"compare", "`previous_year`: the year before beside each", R"({"type":"string","enum":["previous_year"]})",
       false, "previous_year"}};
  for (QueryParameter& parameter : range_parameters("the year's first day")) route.query.push_back(parameter);
  route.handler = [&services](RequestContext& context) { return read_kpis(services, context); };
  return route;
}

}  // namespace alforis::api
