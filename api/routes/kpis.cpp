#include "api/routes/kpis.hpp"

#include <array>
#include <map>

#include "api/json_writer.hpp"
#include "api/routes/common.hpp"
#include "api/routes/periods.hpp"
#include "domain/kpi.hpp"
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

/// What was found: the counts of each month, and what people entered instead.
struct KpiAnswer {
  std::vector<projections::TallyRow> counted;
  std::vector<domain::Kpi> entered;
};

/// One measure of a period.
struct Figure {
  std::int64_t derived = 0;
  std::int64_t value = 0;  ///< what was entered, in months where something was, else what was counted
  bool manual = false;     ///< something was entered in one of the months
};

/// All of a month, or of a period.
struct Figures {
  std::array<Figure, k_measures.size()> measures;
  std::map<std::string, std::int64_t> revenue;  ///< cents by currency
};
using FiguresByDay = std::map<Date, Figures>;

std::array<std::optional<std::int64_t>, k_measures.size()> entered_counts(const domain::Kpi& kpi) {
  return {kpi.rdv, kpi.pitchs, kpi.due_diligences, kpi.closings};
}

FiguresByDay figures_by_month(const KpiAnswer& answer) {
  FiguresByDay months;
  for (const auto& row : answer.counted) {
    const auto place = static_cast<std::size_t>(std::ranges::find(k_measures, row.measure) - k_measures.begin());
    Figure& figure = months[row.period].measures[place];
    figure.value = figure.derived += row.n;
  }
  for (const domain::Kpi& kpi : answer.entered) {
    const auto first = Date::from_ymd(std::chrono::year(static_cast<int>(*kpi.year)) /
                                      std::chrono::month(static_cast<unsigned>(*kpi.month)) / 1);
    Figures& month = months[first.value()];
    const auto counts = entered_counts(kpi);
    for (std::size_t i = 0; i < counts.size(); ++i) {
      if (!counts[i]) continue;
      month.measures[i].value = *counts[i];
      month.measures[i].manual = true;
    }
    if (kpi.revenue) month.revenue[std::string(kpi.revenue->currency.text())] += kpi.revenue->amount;
  }
  return months;
}

/// Sums of the months, by the first day of their period.
FiguresByDay figures_by_period(const KpiAnswer& answer, int months) {
  FiguresByDay periods;
  for (const auto& [month, figures] : figures_by_month(answer)) {
    Figures& sum = periods[first_of_period(month, months)];
    for (std::size_t i = 0; i < sum.measures.size(); ++i) {
      sum.measures[i].derived += figures.measures[i].derived;
      sum.measures[i].value += figures.measures[i].value;
      sum.measures[i].manual = sum.measures[i].manual || figures.measures[i].manual;
    }
    for (const auto& [currency, amount] : figures.revenue) sum.revenue[currency] += amount;
  }
  return periods;
}

void write_figures(JsonWriter& json, const FiguresByDay& periods, const Date& period) {
  const auto found = periods.find(period);
  const Figures figures = found == periods.end() ? Figures{} : found->second;
  for (std::size_t i = 0; i < k_measures.size(); ++i) {
    json.key(domain::enum_text(k_measures[i])).begin_object();
    json.key("derived").number(figures.measures[i].derived);
    json.key("value").number(figures.measures[i].value);
    json.key("manual").boolean(figures.measures[i].manual).end_object();
  }
  json.key("revenue").begin_array();
  for (const auto& [currency, amount] : figures.revenue) {
    json.begin_object().key("amount").number(amount).member("currency", currency).end_object();
  }
  json.end_array();
}

std::string body_of(const KpiQuestion& question, const KpiAnswer& answer) {
  const int months = question.length.months;
  const FiguresByDay periods = figures_by_period(answer, months);
  JsonWriter json;
  json.begin_object().member("period", question.length.name).key("items").begin_array();
  for (Date first = question.first; first <= question.last; first = first_of_month(first, months)) {
    json.begin_object().member("from", first.text());
    write_figures(json, periods, first);
    if (question.compare) {
      const Date before = first_of_month(first, -k_months_in_year);
      json.key("year_before").begin_object().member("from", before.text());
      write_figures(json, periods, before);
      json.end_object();
    }
    json.end_object();
  }
  json.end_array().end_object();
  return json.str();
}

/// What people enter is about organisations; users and teams have what is counted.
std::vector<domain::Kpi> entered(QueryReader& reader, const TallyQuery& asked) {
  if (!asked.organisation) return {};
  const auto year = [](const Date& day) { return static_cast<int>(day.ymd().year()); };
  auto kpis = reader.kpis(*asked.organisation, year(*asked.from), year(*asked.before));
  std::erase_if(kpis, [&](const domain::Kpi& kpi) {
    const auto month = std::chrono::sys_days(std::chrono::year(static_cast<int>(*kpi.year)) /
                                             std::chrono::month(static_cast<unsigned>(*kpi.month)) / 1);
    return month < asked.from->days() || month >= asked.before->days();
  });
  return kpis;
}

Task<Response> read_kpis(Services& services, RequestContext& context) {
  KpiQuestion asked = question_of(services, context).value();
  co_await wait_for_position(services, context);
  asked.tallies.viewer = context.viewer();
  auto question = [asked](QueryReader& reader) -> std::optional<KpiAnswer> {
    if (!may_ask(reader, asked)) return std::nullopt;
    return KpiAnswer{reader.tallies(asked.tallies), entered(reader, asked.tallies)};
  };
  auto asking = ask(services, std::move(question));
  const auto answer = co_await std::move(asking);
  if (!answer) co_return context.answer(Problem::of("not_found"));
  co_return Response::json(body_of(asked, *answer));
}

std::string kpis_schema() {
  std::string figures = R"("from":{"type":"string","format":"date"})";
  for (const Measure measure : k_measures) {
    figures += ",\"" + std::string(domain::enum_text(measure)) +
               R"(":{"type":"object","required":["derived","value","manual"],"properties":{"derived":)"
               R"({"type":"integer"},"value":{"type":"integer"},"manual":{"type":"boolean"}}})";
  }
  figures += R"(,"revenue":{"type":"array","items":{"type":"object","required":["amount","currency"],"properties":)"
             R"({"amount":{"type":"integer","description":"cents"},"currency":{"type":"string"}}}})";
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
      "`derived`: counted from interactions, tasks and stage moves. `value`: what was entered by hand "
      "(/api/v1/manual-kpis) in the months where something was, else what was counted; `manual` says whether there was "
      "such a month. `revenue`: what was entered, by currency. A user's and a team's figures are counted only, of the "
      "organisations that the asker sees. Periods are whole, in Paris; `from` is the first day of each.";
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
