#include "api/routes/duplicates.hpp"

#include <charconv>

#include "api/json_writer.hpp"
#include "api/routes/common.hpp"
#include "api/routes/periods.hpp"

namespace alforis::api {

using domain::Uuid;
using projections::Duplicate;
using projections::Duplicates;
using projections::QueryReader;

namespace {

constexpr int k_usual_score = 50;

Expected<int> asked_score(const RequestContext& context) {
  const auto text = context.request.parameter("min_score");
  if (!text) return k_usual_score;
  int score = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), score);
  if (error == std::errc() && end == text->data() + text->size() && score >= 1 && score <= 100) return score;
  return Problem::parameter("min_score", "invalid_value", "a number from 1 to 100");
}

void write_signs(JsonWriter& json, std::string_view name, const std::vector<domain::Sign>& signs) {
  json.key(name).begin_array();
  for (const domain::Sign& sign : signs) {
    json.begin_object().member("code", sign.code);
    if (!sign.value.empty()) json.member("value", sign.value);
    json.end_object();
  }
  json.end_array();
}

std::string body_of(const Duplicates& found, std::size_t limit) {
  JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (std::size_t i = 0; i < std::min(limit, found.pairs.size()); ++i) {
    const Duplicate& pair = found.pairs[i];
    json.begin_object().key("score").number(pair.likeness.score);
    write_signs(json, "signs", pair.likeness.signs);
    write_signs(json, "against", pair.likeness.against);
    json.key("organisations").begin_array().raw(pair.documents[0]).raw(pair.documents[1]).end_array().end_object();
  }
  json.end_array().key("total").number(static_cast<std::int64_t>(found.pairs.size()));
  json.key("complete").boolean(found.complete).end_object();
  return json.str();
}

Task<Response> read_duplicates(Services& services, RequestContext& context) {
  const auto of = asked_id(context, "organisation_id").value();
  const int least = asked_score(context).value();
  const std::size_t limit = page_limit(context.request).value();
  co_await wait_for_position(services, context);
  auto question = [viewer = context.viewer(), of, least](QueryReader& reader) {
    return reader.duplicates(viewer, of, least);
  };
  auto asking = ask(services, std::move(question));
  const auto found = co_await std::move(asking);
  co_return Response::json(body_of(found, limit));
}

std::string duplicates_schema() {
  const std::string signs =
      R"({"type":"array","items":{"type":"object","required":["code"],"properties":{"code":{"type":"string"},)"
      R"("value":{"type":"string"}}}})";
  return R"({"type":"object","required":["items","total","complete"],"properties":{"items":{"type":"array","items":)"
         R"({"type":"object","required":["score","signs","against","organisations"],"properties":{)"
         R"("score":{"type":"integer","minimum":1,"maximum":100},"signs":)" +
         signs + R"(,"against":)" + signs +
         R"(,"organisations":{"type":"array","minItems":2,"maxItems":2,"items":)"
         R"({"$ref":"#/components/schemas/Organisation"}}}}},"total":{"type":"integer"},)"
         R"("complete":{"type":"boolean","description":"false: there are more pairs than were looked at"}}})";
}

}  // namespace

Route duplicates_row(Services& services) {
  Route route;
  route.method = Method::get;
  route.pattern = "/api/v1/organisations/duplicates";
  route.tag = "organisations";
  route.summary = "Records that may be the same organisation, the likeliest first";
  route.description =
      "Pairs of live records that share a LEI, SIRET, SIREN, regulator number, web site or name (without case, accents "
      "and legal form); a common e-mail domain makes it surer. `signs` say what they share, `against` what differs "
      "although one organisation has it once. `score` is in percent. Only of records that the asker sees. What is the "
      "same is merged by `POST /organisations/{id}/merge`; the next page is what is left then.";
  route.response = {"Duplicates", &duplicates_schema};
  route.reads = true;
  route.query = {{"organisation_id", "only what may be the same as this one", R"({"type":"string"})", false,
                  "0195c2a0-0000-7000-8000-000000000001"},
                 {"min_score", "", R"({"type":"integer","minimum":1,"maximum":100,"default":50})", false, "80"},
                 {"limit", "1 to 200", R"({"type":"integer","minimum":1,"maximum":200,"default":50})", false, "50"}};
  route.handler = [&services](RequestContext& context) { return read_duplicates(services, context); };
  return route;
}

}  // namespace alforis::api
