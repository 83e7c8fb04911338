// Dashboards: figures over all organisations that the asker sees, each from the tallies or from one index.

#include <algorithm>
#include <map>

#include "api/json_writer.hpp"
#include "api/routes/common.hpp"
#include "api/routes/kpis.hpp"
#include "api/routes/periods.hpp"
#include "api/routes/resources.hpp"
#include "domain/interaction.hpp"
#include "domain/mandat.hpp"
#include "domain/organisation.hpp"
#include "domain/wire/enums.hpp"

namespace alforis::api {

using namespace domain;
using projections::Measure;
using projections::QueryReader;
using projections::TallyQuery;
using projections::TallyRow;
using TallyRows = std::vector<TallyRow>;

namespace {

constexpr std::string_view k_path = "/api/v1/dashboards/";
constexpr std::string_view k_tag = "dashboards";
constexpr std::size_t k_top = 10;
constexpr std::size_t k_most_top = 50;

/// Stages in the order of a sale; the others are ways out of it.
constexpr int k_last_of_sale = static_cast<int>(PipelineStage::signe);
constexpr std::string_view k_open_stages[] = {"prospect", "qualification", "proposition", "negociation"};

/// A section that is made from tallies.
struct Section {
  std::string_view name;
  std::string_view summary;
  std::string_view description = {};
  Schema answer;
  std::vector<Measure> measures = {};           ///< of all time
  std::vector<Measure> measures_in_range = {};  ///< from `from` to `to`
  bool by_week = false;                         ///< the range is of whole weeks, else of months
  std::string (*body)(const TallyRows& rows, const DayRange& range) = nullptr;
};

template <class E, class F>
void for_each_bucket(F&& f) {
  int bucket = 0;
  for_each_enumerator<E>([&](std::string_view name) { f(bucket++, name); });
}

std::int64_t count_of(const TallyRows& rows, Measure measure, int bucket) {
  std::int64_t n = 0;
  for (const TallyRow& row : rows) {
    if (row.measure == measure && row.bucket == bucket) n += row.n;
  }
  return n;
}

/// A number in tenths, as JSON has it: 12.5
std::string tenths(std::int64_t number) {
  return std::to_string(number / 10) + (number % 10 == 0 ? "" : '.' + std::to_string(number % 10));
}

/// Of the stays in a stage, by their days, which come in order.
std::string median_days(const TallyRows& rows, int stage) {
  std::vector<std::pair<int, std::int64_t>> stays;
  std::int64_t all = 0;
  for (const TallyRow& row : rows) {
    if (row.measure != Measure::stage_days || row.bucket != stage) continue;
    stays.emplace_back(row.value, row.n);
    all += row.n;
  }
  if (all == 0) return "null";
  const auto stay = [&](std::int64_t place) {
    auto at = stays.begin();
    for (; place >= at->second; ++at) place -= at->second;
    return std::int64_t{at->first};
  };
  return tenths((stay((all - 1) / 2) + stay(all / 2)) * 5);
}

/// In percent of those that entered the stage before.
std::string conversion(const TallyRows& rows, int stage) {
  if (stage == 0 || stage > k_last_of_sale) return "null";
  const std::int64_t before = count_of(rows, Measure::entered, stage - 1);
  if (before == 0) return "null";
  return tenths((count_of(rows, Measure::entered, stage) * 1000 + before / 2) / before);
}

void write_range(JsonWriter& json, const DayRange& range) {
  json.member("from", range.from.text()).member("to", range.to.text());
}

std::string funnel_body(const TallyRows& rows, const DayRange& range) {
  JsonWriter json;
  json.begin_object();
  write_range(json, range);
  json.key("stages").begin_array();
  for_each_bucket<PipelineStage>([&](int stage, std::string_view name) {
    json.begin_object().member("stage", name);
    json.key("organisations").number(count_of(rows, Measure::pipeline, stage));
    json.key("entered").number(count_of(rows, Measure::entered, stage));
    json.key("conversion").raw(conversion(rows, stage));
    json.key("median_days").raw(median_days(rows, stage)).end_object();
  });
  json.end_array().end_object();
  return json.str();
}

void write_money(JsonWriter& json, std::string_view name, std::int64_t amount, std::string_view currency) {
  json.key(name).begin_object().key("amount").number(amount).member("currency", currency).end_object();
}

std::string pipeline_body(const TallyRows& rows, const DayRange&) {
  JsonWriter json;
  json.begin_object().key("stages").begin_array();
  for_each_bucket<PipelineStage>([&](int stage, std::string_view name) {
    json.begin_object().member("stage", name);
    json.key("organisations").number(count_of(rows, Measure::pipeline, stage));
    json.key("amounts").begin_array();
    for (const TallyRow& row : rows) {
      if (row.bucket != stage || row.currency.empty()) continue;
      json.begin_object().key("organisations").number(row.n);
      write_money(json, "potential", row.amount, row.currency);
      write_money(json, "weighted", row.weighted, row.currency);
      json.end_object();
    }
    json.end_array().end_object();
  });
  json.end_array().end_object();
  return json.str();
}

std::string mandats_body(const TallyRows& rows, const DayRange&) {
  JsonWriter json;
  json.begin_object().key("statuses").begin_array();
  for_each_bucket<MandatStatus>([&](int status, std::string_view name) {
    json.begin_object().member("status", name);
    json.key("mandats").number(count_of(rows, Measure::mandats, status)).end_object();
  });
  json.end_array().end_object();
  return json.str();
}

std::string aum_body(const TallyRows& rows, const DayRange&) {
  JsonWriter json;
  json.begin_object().key("categories").begin_array();
  for (const TallyRow& row : rows) {
    json.begin_object().key("category");
    if (row.bucket == projections::k_no_category) {
      json.raw("null");
    } else {
      json.text(enum_text(static_cast<OrganisationCategory>(row.bucket)));
    }
    json.key("organisations").number(row.n);
    write_money(json, "aum", row.amount, row.currency);
    json.end_object();
  }
  json.end_array().end_object();
  return json.str();
}

std::string activity_body(const TallyRows& rows, const DayRange& range) {
  JsonWriter json;
  json.begin_object();
  write_range(json, range);
  json.key("weeks").begin_array();
  auto row = rows.begin();
  for (Date monday = monday_of_week(range.from); monday <= range.to; monday = monday_of_week(monday, 1)) {
    std::map<int, std::int64_t> by_type;
    std::int64_t total = 0;
    for (; row != rows.end() && row->period == monday; ++row) total += by_type[row->bucket] = row->n;
    json.begin_object().member("week_of", monday.text()).key("total").number(total);
    for_each_bucket<InteractionType>([&](int type, std::string_view name) { json.key(name).number(by_type[type]); });
    json.end_object();
  }
  json.end_array().end_object();
  return json.str();
}

// ---- schemas

/// `{"name":[{members}]}`, with the range before it.
std::string listed_schema(std::string_view name, std::string_view members, bool range) {
  const std::string days =
      range ? R"("from":{"type":"string","format":"date"},"to":{"type":"string","format":"date"},)" : "";
  return R"({"type":"object","required":[")" + std::string(name) + R"("],"properties":{)" + days + '"' +
         std::string(name) + R"(":{"type":"array","items":{"type":"object","properties":{)" + std::string(members) +
         "}}}}}";
}

constexpr std::string_view k_money =
    R"({"type":"object","required":["amount","currency"],"properties":{"amount":{"type":"integer"},)"
    R"("currency":{"type":"string"}}})";

template <class E>
std::string names_schema() {
  std::string names;
  for_each_enumerator<E>(
      [&](std::string_view name) { names += (names.empty() ? "\"" : ",\"") + std::string(name) + '"'; });
  return R"({"type":"string","enum":[)" + names + "]}";
}

std::string funnel_schema() {
  return listed_schema(
      "stages",
      R"("stage":)" + names_schema<PipelineStage>() +
          R"(,"organisations":{"type":"integer","description":"there now"},"entered":{"type":"integer"},)"
          R"("conversion":{"type":["number","null"],"description":"entered, in percent of the stage before"},)"
          R"("median_days":{"type":["number","null"],"description":"of all stays that have ended"})",
      true);
}

std::string pipeline_schema() {
  return listed_schema(
      "stages",
      R"("stage":)" + names_schema<PipelineStage>() +
          R"(,"organisations":{"type":"integer"},"amounts":{"type":"array","description":"by currency","items":)"
          R"({"type":"object","properties":{"organisations":{"type":"integer"},"potential":)" +
          std::string(k_money) + R"(,"weighted":)" + std::string(k_money) + "}}}",
      false);
}

std::string mandats_schema() {
  return listed_schema("statuses", R"("status":)" + names_schema<MandatStatus>() + R"(,"mandats":{"type":"integer"})",
                       false);
}

std::string aum_schema() {
  return listed_schema(
      "categories",
      R"("category":{"type":["string","null"]},"organisations":{"type":"integer"},"aum":)" + std::string(k_money),
      false);
}

std::string activity_schema() {
  std::string types;
  for_each_enumerator<InteractionType>(
      [&](std::string_view name) { types += ",\"" + std::string(name) + R"(":{"type":"integer"})"; });
  return listed_schema(
      "weeks",
      R"("week_of":{"type":"string","format":"date","description":"its Monday"},"total":{"type":"integer"})" + types,
      true);
}

std::string top_schema() {
  return R"({"type":"object","required":["items"],"properties":{"items":{"type":"array","items":)"
         R"({"$ref":"#/components/schemas/Organisation"}}}})";
}

// ---- rows

const std::vector<Section>& sections() {
  static const std::vector<Section> all = {
      {.name = "funnel",
       .summary = "Stage by stage: how many are there, entered, came from the stage before, how long they stay",
       .description = "`entered` and `conversion` are of the months from `from` to `to`.",
       .answer = {"FunnelDashboard", &funnel_schema},
       .measures = {Measure::pipeline, Measure::stage_days},
       .measures_in_range = {Measure::entered},
       .body = &funnel_body},
      {.name = "pipeline",
       .summary = "Potential by stage and currency, as it is and times its probability",
       .answer = {"PipelineDashboard", &pipeline_schema},
       .measures = {Measure::pipeline},
       .body = &pipeline_body},
      {.name = "mandats",
       .summary = "Mandats by status",
       .answer = {"MandatsDashboard", &mandats_schema},
       .measures = {Measure::mandats},
       .body = &mandats_body},
      {.name = "aum",
       .summary = "Assets under management by category and currency",
       .answer = {"AumDashboard", &aum_schema},
       .measures = {Measure::aum},
       .body = &aum_body},
      {.name = "activity",
       .summary = "Interactions done, week by week, by type",
       .description = "Those with an organisation. Weeks begin on Monday, in Paris.",
       .answer = {"ActivityDashboard", &activity_schema},
       .measures_in_range = {Measure::activity},
       .by_week = true,
       .body = &activity_body},
  };
  return all;
}

DayRange range_of(const Services& services, const Section& section, const RequestContext& context) {
  const Date today = firm_today(services);
  const DayRange usual{section.by_week ? monday_of_week(today, -12) : first_of_month(today, -11), today};
  return asked_range(context, usual).value();
}

Task<Response> read_section(Services& services, const Section& section, RequestContext& context) {
  TallyQuery query;
  query.owner = asked_id(context, "owner_id").value();
  query.team = asked_id(context, "team_id").value();
  const DayRange range = range_of(services, section, context);
  co_await wait_for_position(services, context);
  query.viewer = context.viewer();
  auto question = [query, &section, range](QueryReader& reader) {
    TallyRows rows;
    TallyQuery part = query;
    // One statement each: only those that need it add up money.
    const auto add = [&](Measure measure) {
      part.measures = {measure};
      const TallyRows more = reader.tallies(part);
      rows.insert(rows.end(), more.begin(), more.end());
    };
    std::for_each(section.measures.begin(), section.measures.end(), add);
    part.from = section.by_week ? monday_of_week(range.from) : first_of_month(range.from);
    part.before = next_day(range.to);
    std::for_each(section.measures_in_range.begin(), section.measures_in_range.end(), add);
    return rows;
  };
  auto asking = ask(services, std::move(question));
  const auto rows = co_await std::move(asking);
  co_return Response::json(section.body(rows, range));
}

std::vector<QueryParameter> scope_parameters() {
  const std::string id = R"({"type":"string"})";
  return {{"owner_id", "only what this user owns; `me`", id, false, "me"},
          {"team_id", "only what this team's members own", id, false, ""}};
}

Route row(std::string_view name, std::string_view summary, Schema answer) {
  Route route;
  route.method = Method::get;
  route.pattern = std::string(k_path) + std::string(name);
  route.tag = k_tag;
  route.summary = summary;
  route.response = answer;
  route.reads = true;
  route.query = scope_parameters();
  return route;
}

Route section_row(Services& services, const Section& section) {
  Route route = row(section.name, section.summary, section.answer);
  route.description = section.description;
  if (!section.measures_in_range.empty()) {
    for (QueryParameter& parameter : range_parameters(section.by_week ? "twelve weeks ago" : "eleven months ago")) {
      route.query.push_back(std::move(parameter));
    }
  }
  route.handler = [&services, &section](RequestContext& context) { return read_section(services, section, context); };
  return route;
}

// ---- top and stalled

Expected<std::size_t> asked_limit(const RequestContext& context) {
  const auto text = context.request.parameter("limit");
  if (!text) return k_top;
  std::size_t limit = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), limit);
  if (error != std::errc() || end != text->data() + text->size() || limit < 1 || limit > k_most_top) {
    return Problem::parameter("limit", "invalid_value", "a number from 1 to 50");
  }
  return limit;
}

/// The order that `by` names.
Expected<projections::SortTerm> asked_order(const RequestContext& context) {
  const auto by = context.request.parameter("by").value_or("aum");
  if (by != "aum" && by != "potential_amount") {
    return Problem::parameter("by", "invalid_value", "aum or potential_amount");
  }
  return projections::SortTerm{std::string(by), true};
}

/// The list of organisations, ready-made: same rights, same documents.
Task<Response> read_organisations(Services& services, projections::ListQuery query, RequestContext& context) {
  query.limit = asked_limit(context).value();
  for (const std::string_view whose : {"owner_id", "team_id"}) {
    const auto id = asked_id(context, whose).value();
    if (id) query.conditions.push_back({std::string(whose), projections::Op::equal_any, {id->text()}});
  }
  co_await wait_for_position(services, context);
  query.viewer = context.viewer();
  auto question = [query = std::move(query)](QueryReader& reader) { return reader.list(query).value().documents; };
  auto asking = ask(services, std::move(question));
  const auto documents = co_await std::move(asking);
  JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const std::string& document : documents) json.raw(document);
  json.end_array().end_object();
  co_return Response::json(json.str());
}

QueryParameter limit_parameter() {
  return {"limit", "1 to 50", R"({"type":"integer","minimum":1,"maximum":50,"default":10})", false, "10"};
}

Route top_row(Services& services) {
  Route route = row("top", "The largest organisations", {"OrganisationList", &top_schema});
  route.query.push_back({"by", "what counts", R"({"type":"string","enum":["aum","potential_amount"]})", false, "aum"});
  route.query.push_back(limit_parameter());
  route.handler = [&services](RequestContext& context) {
    projections::ListQuery query;
    const auto order = asked_order(context).value();
    query.conditions.push_back({order.field, projections::Op::empty, {"false"}});
    query.sort = {order};
    return read_organisations(services, std::move(query), context);
  };
  return route;
}

Route stalled_row(Services& services) {
  Route route =
      row("stalled", "Organisations that have been longest in an open stage", {"OrganisationList", &top_schema});
  route.query.push_back(limit_parameter());
  route.handler = [&services](RequestContext& context) {
    projections::ListQuery query;
    query.conditions.push_back(
        {"pipeline_stage", projections::Op::equal_any, {std::begin(k_open_stages), std::end(k_open_stages)}});
    query.sort = {{"stage_since", false}};
    return read_organisations(services, std::move(query), context);
  };
  return route;
}

}  // namespace

std::vector<Route> dashboard_routes(Services& services) {
  std::vector<Route> routes;
  for (const Section& section : sections()) routes.push_back(section_row(services, section));
  routes.push_back(top_row(services));
  routes.push_back(stalled_row(services));
  routes.push_back(kpi_row(services));
  return routes;
}

}  // namespace alforis::api
