// GET /search and /search/suggest.
#include <cmath>

#include "api/json_writer.hpp"
#include "api/routes/common.hpp"
#include "api/routes/resources.hpp"
#include "domain/values/date.hpp"
#include "domain/values/instant.hpp"
#include "domain/wire/enums.hpp"
#include "projections/search/reader.hpp"

namespace alforis::api {

using domain::EntityKind;
using projections::SearchFilters;
using projections::SearchHit;
using projections::SearchPage;
using projections::SearchQuery;

namespace {

constexpr std::size_t k_most_hits = 100;
constexpr std::size_t k_usual_hits = 20;
constexpr std::size_t k_usual_suggestions = 8;

// ---- what is asked

/// Calls `read` with each value between the commas; 400 for one that it does not take.
template <class Read>
std::optional<Problem> read_values(const Request& request, std::string_view name, std::string_view values,
                                   const Read& read) {
  const auto text = request.parameter(name);
  if (!text) return std::nullopt;
  for (std::size_t at = 0; at <= text->size();) {
    const std::size_t end = std::min(text->find(',', at), text->size());
    if (!read(std::string_view(*text).substr(at, end - at))) {
      return Problem::parameter(name, "invalid_value", "one or more, with commas, of " + std::string(values));
    }
    at = end + 1;
  }
  return std::nullopt;
}

/// An instant, or a day, which begins at midnight UTC.
std::optional<Problem> read_time(const Request& request, std::string_view name, std::optional<std::int64_t>& time) {
  const auto text = request.parameter(name);
  if (!text) return std::nullopt;
  if (const auto instant = domain::Instant::parse(*text)) {
    time = instant->micros();
  } else if (const auto day = domain::Date::parse(*text)) {
    time = std::chrono::microseconds(day->days().time_since_epoch()).count();
  } else {
    return Problem::parameter(name, "invalid_value", "an instant or a day by RFC 3339");
  }
  return std::nullopt;
}

template <class Id, class Special>
auto take_id(std::vector<Id>& ids, std::string_view special, const Special& meant) {
  return [&ids, special, meant](std::string_view value) {
    if (value == special && meant) {
      ids.push_back(*meant);
      return true;
    }
    const auto id = domain::Uuid::parse(value);
    if (id) ids.push_back(*id);
    return id.has_value();
  };
}

Expected<SearchFilters> asked_filters(const RequestContext& context) {
  const Request& request = context.request;
  SearchFilters filters;
  const auto kind = [&](std::string_view value) {
    const auto read = domain::enum_from_text<EntityKind>(value);
    const bool good = read && projections::is_searched(*read);
    if (good) filters.kinds.push_back(*read);
    return good;
  };
  const auto stage = [&](std::string_view value) {
    const auto read = domain::enum_from_text<domain::PipelineStage>(value);
    if (read) filters.stages.push_back(*read);
    return read.has_value();
  };
  const auto country = [&](std::string_view value) {
    const auto read = domain::CountryCode::parse(value);
    if (read) filters.countries.push_back({read->view()[0], read->view()[1]});
    return read.has_value();
  };
  const std::optional<domain::Uuid> me = context.viewer().id;
  for (const auto& problem :
       {read_values(request, "type", "organisation, person, produit, mandat, interaction, task", kind),
        read_values(request, "stage", "the pipeline's stages", stage),
        read_values(request, "owner", "users' ids, and me", take_id(filters.owners, "me", me)),
        read_values(request, "team", "teams' ids, and mine", take_id(filters.teams, "mine", context.viewer().team)),
        read_values(request, "country", "countries by ISO 3166-1", country),
        read_time(request, "from", filters.from_us), read_time(request, "before", filters.before_us)}) {
    if (problem) return *problem;
  }
  return filters;
}

Expected<SearchQuery> asked_query(const RequestContext& context, std::size_t usual_limit) {
  SearchQuery query;
  query.viewer = context.viewer();
  query.text = context.request.parameter("q").value_or("");
  if (query.text.size() > projections::k_longest_query) {
    return Problem::parameter("q", "too_long", "at most 2000 bytes of UTF-8");
  }
  query.limit = usual_limit;
  if (context.request.parameter("limit")) {
    query.limit = page_limit(context.request).value();
    if (query.limit > k_most_hits) return Problem::parameter("limit", "invalid_value", "1 to 100");
  }
  auto filters = asked_filters(context);
  if (!filters) return filters.error();
  query.filters = std::move(*filters);
  return query;
}

// ---- what is answered

void write_score(JsonWriter& json, const SearchHit& hit) {
  const auto number = [](float value) {
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, 3).ptr;
    return std::string(text.data(), end);
  };
  json.key("explain").begin_object();
  json.key("missing_words").number(hit.missing).key("cost").number(hit.cost);
  json.key("fields").raw(number(hit.score.fields)).key("rarity").raw(number(hit.score.rarity));
  json.key("closeness").raw(number(hit.score.closeness)).key("bonus").raw(number(hit.score.bonus));
  json.key("score").raw(number(hit.score.total())).end_object();
}

void write_hit(JsonWriter& json, const SearchHit& hit, bool explain) {
  json.begin_object().member("type", domain::enum_text(hit.kind)).member("id", hit.id.text());
  json.member("title", hit.title);
  if (!hit.subtitle.empty()) json.member("subtitle", hit.subtitle);
  json.key("score").number(std::lround(hit.score.total() * 1000));
  json.key("matches").begin_array();
  for (const auto& match : hit.matches) {
    json.begin_object().member("word", match.word).member("how", search::match_name(match.match));
    json.member("field", projections::search_field_name(match.field)).end_object();
  }
  json.end_array().key("highlights").begin_array();
  for (const auto& shown : hit.highlights) {
    json.begin_object().member("field", projections::search_field_name(shown.field)).member("text", shown.text);
    json.key("cut").boolean(shown.cut).key("ranges").begin_array();
    for (const auto& [begin, end] : shown.ranges) json.begin_array().number(begin).number(end).end_array();
    json.end_array().end_object();
  }
  json.end_array();
  if (explain) write_score(json, hit);
  json.end_object();
}

template <class Counts, class Text>
void write_facet(JsonWriter& json, std::string_view name, const Counts& counts, const Text& text) {
  json.key(name).begin_array();
  for (const auto& [value, count] : counts) {
    json.begin_object().member("value", text(value)).key("count").number(static_cast<std::int64_t>(count)).end_object();
  }
  json.end_array();
}

void write_facets(JsonWriter& json, const projections::SearchFacets& facets) {
  const auto name = [](auto value) { return domain::enum_text(value); };
  const auto id = [](const domain::Uuid& value) { return value.text(); };
  json.key("facets").begin_object();
  write_facet(json, "type", facets.kinds, name);
  write_facet(json, "stage", facets.stages, name);
  write_facet(json, "owner", facets.owners, id);
  write_facet(json, "team", facets.teams, id);
  write_facet(json, "country", facets.countries,
              [](const std::array<char, 2>& value) { return std::string(value.data(), value.size()); });
  json.end_object();
}

std::string page_body(const Services& services, const RequestContext& context, const SearchPage& page, bool explain) {
  JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const SearchHit& hit : page.hits) write_hit(json, hit, explain);
  json.end_array().key("next");
  page.next ? json.text(sealed_cursor(services, context, *page.next)) : json.raw("null");
  json.key("total").number(static_cast<std::int64_t>(page.total));
  json.key("partial").boolean(page.partial).key("missing_words").number(page.missing);
  json.key("did_you_mean");
  page.did_you_mean ? json.text(*page.did_you_mean) : json.raw("null");
  write_facets(json, page.facets);
  json.key("position").number(static_cast<std::int64_t>(page.position)).end_object();
  return json.str();
}

std::string suggestions_body(const SearchPage& page) {
  JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const SearchHit& hit : page.hits) write_hit(json, hit, false);
  return json.end_array().end_object().str();
}

/// Asked on the threads that search.
Task<SearchPage> search(Services& services, RequestContext& context, SearchQuery query) {
  const auto position = after_position(context.request).value();
  co_await wait_for_position(services, context);
  query.viewer = context.viewer();
  if (position > services.search_gate.position()) {
    auto waiting = services.search_gate.wait(position, services.options.position_timeout);
    const bool reached = co_await std::move(waiting);
    if (!reached)
      throw ProblemException(unavailable("the search index is not yet at position " + std::to_string(position)));
  }
  auto job = [&services, query = std::move(query)] {
    const auto index = services.search_index.get();
    if (!index) throw ProblemException(unavailable("the search index is not open yet"));
    try {
      return projections::search_page(*index, query);
    } catch (const ::alforis::search::IndexDamaged&) {
      services.search_index.note_damage(*index);
      throw ProblemException(unavailable("the search index is damaged and is being made again"));
    } catch (const ::alforis::search::IndexUnavailable&) {
      throw ProblemException(unavailable("the search index can't be read at the moment"));
    }
  };
  auto pending = services.searching.run(std::move(job));
  auto page = co_await std::move(pending);
  if (!page) throw ProblemException(parameter_problem(page.error()));
  co_return std::move(*page);
}

Task<Response> read_search(Services& services, RequestContext& context) {
  SearchQuery query = asked_query(context, k_usual_hits).value();
  if (const auto cursor = context.request.parameter("after")) {
    query.after = opened_cursor(services, context, *cursor).value();
  }
  const bool explain = context.request.parameter("explain") == "true";
  if (explain && context.viewer().role != domain::Role::admin) {
    co_return context.answer(Problem::of("forbidden", "scores are explained to administrators"));
  }
  auto searching = search(services, context, std::move(query));
  const SearchPage page = co_await std::move(searching);
  co_return Response::json(page_body(services, context, page, explain));
}

Task<Response> read_suggestions(Services& services, RequestContext& context) {
  SearchQuery query = asked_query(context, k_usual_suggestions).value();
  query.typing = true;
  query.facets = false;
  auto searching = search(services, context, std::move(query));
  const SearchPage page = co_await std::move(searching);
  co_return Response::json(suggestions_body(page));
}

// ---- schemas

std::string hit_schema() {
  return R"({"type":"object","required":["type","id","title","score","matches","highlights"],"properties":{)"
         R"("type":{"type":"string","enum":["organisation","person","produit","mandat","interaction","task"]},)"
         R"("id":{"type":"string","format":"uuid"},"title":{"type":"string"},"subtitle":{"type":"string"},)"
         R"("score":{"type":"integer","description":"compares records whose words were met alike; those come first )"
         R"(whose words were met better"},)"
         R"("matches":{"type":"array","description":"how each word was met","items":{"type":"object",)"
         R"("required":["word","how","field"],"properties":{"word":{"type":"string"},"how":{"type":"string",)"
         R"("enum":["exact","related","prefix","typo","prefix_typo","typos","prefix_typos"]},)"
         R"("field":{"type":"string"}}}},"highlights":{"type":"array","items":{"type":"object",)"
         R"("required":["field","text","cut","ranges"],"properties":{"field":{"type":"string"},)"
         R"("text":{"type":"string"},"cut":{"type":"boolean","description":"true: a part of a long text"},)"
         R"("ranges":{"type":"array","description":"code points of the text: the first, and one past the last",)"
         R"("items":{"type":"array","minItems":2,"maxItems":2,"items":{"type":"integer"}}}}}},)"
         R"("explain":{"type":"object","description":"what the score is the sum of"}}})";
}

std::string facet_schema() {
  return R"({"type":"array","items":{"type":"object","required":["value","count"],"properties":{)"
         R"("value":{"type":"string"},"count":{"type":"integer"}}}})";
}

std::string search_schema() {
  std::string schema = R"({"type":"object","required":["items","next","total","partial","missing_words",)"
                       R"("did_you_mean","facets","position"],"properties":{"items":{"type":"array","items":)" +
                       hit_schema() +
                       R"(},"next":{"type":["string","null"]},"total":{"type":"integer"},)"
                       R"("partial":{"type":"boolean","description":"true: not everything could be looked at"},)"
                       R"("missing_words":{"type":"integer","description":"above 0: no record has all words; these )"
                       R"(lack so many"},"did_you_mean":{"type":["string","null"]},"facets":{"type":"object",)"
                       R"("properties":{)";
  for (const std::string_view name : {"type", "stage", "owner", "team", "country"}) {
    if (schema.back() != '{') schema += ',';
    schema += '"' + std::string(name) + "\":" + facet_schema();
  }
  return schema + R"(}},"position":{"type":"integer","description":"of the log, up to which is searched"}}})";
}

std::string suggestions_schema() {
  return R"({"type":"object","required":["items"],"properties":{"items":{"type":"array","items":)" + hit_schema() +
         "}}}";
}

std::vector<QueryParameter> filter_parameters() {
  const std::string text = R"({"type":"string"})";
  return {{"q", "what is looked for", R"({"type":"string","maxLength":2000})", false, "durnad lyon"},
          {"type", "kinds of records, with commas", text, false, "organisation,person"},
          {"stage", "stages of organisations, with commas", text, false, "prospect,signe"},
          {"owner", "users' ids, or me", text, false, "me"},
          {"team", "teams' ids, or mine", text, false, "mine"},
          {"country", "countries, with commas", text, false, "FR"},
          {"from", "not before this instant or day", text, false, "2026-01-01"},
          {"before", "before this instant or day", text, false, "2027-01-01"}};
}

}  // namespace

std::vector<Route> search_routes(Services& services) {
  Route found;
  found.method = Method::get;
  found.pattern = "/api/v1/search";
  found.tag = "search";
  found.summary = "Organisations, people, produits, mandats, interactions and tasks by their words";
  found.description =
      "All words must be there; where no record has all of them, those come that have most (`missing_words`). Words "
      "are "
      "met exactly, by stem, by their beginning, or with typos, in that order. `\"a phrase\"`, `-without`, and "
      "`type:person`, `stage:signe`, `owner:me`, `team:mine`, `country:FR`, `city:lyon` and other fields' names are "
      "understood in `q`; what is none of these is a word. Only what the asker sees is found and counted.";
  found.response = {"SearchPage", &search_schema};
  found.reads = true;
  found.problems = {"forbidden"};
  found.query = filter_parameters();
  found.query.push_back(
      {"limit", "1 to 100", R"({"type":"integer","minimum":1,"maximum":100,"default":20})", false, "20"});
  found.query.push_back({"after", "cursor of the page before", R"({"type":"string"})", false, ""});
  found.query.push_back({"explain", "for administrators: what scores are made of",
                         R"({"type":"string","enum":["true","false"]})", false, ""});
  found.handler = [&services](RequestContext& context) { return read_search(services, context); };

  Route suggested;
  suggested.method = Method::get;
  suggested.pattern = "/api/v1/search/suggest";
  suggested.tag = "search";
  suggested.summary = "What may be meant by what has been typed so far";
  suggested.description =
      "As `/search`, but the last word may be a beginning, and there is one short page without facets.";
  suggested.response = {"Suggestions", &suggestions_schema};
  suggested.reads = true;
  suggested.query = filter_parameters();
  suggested.query.front().example = "dur";
  suggested.query.push_back(
      {"limit", "1 to 100", R"({"type":"integer","minimum":1,"maximum":100,"default":8})", false, "8"});
  suggested.handler = [&services](RequestContext& context) { return read_suggestions(services, context); };
  return {found, suggested};
}

}  // namespace alforis::api
