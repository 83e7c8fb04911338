#include "api/routes/stages.hpp"

#include "api/json_writer.hpp"
#include "api/routes/common.hpp"
#include "api/routes/periods.hpp"
#include "domain/wire/enums.hpp"

namespace alforis::api {

using domain::EntityKind;
using domain::PipelineStage;
using projections::QueryReader;
using projections::StageStay;
using Stays = std::vector<StageStay>;

namespace {

void write_stay(JsonWriter& json, const StageStay& stay) {
  json.begin_object().member("stage", domain::enum_text(stay.stage)).member("since", stay.since.text());
  if (stay.until) json.member("until", stay.until->text());
  json.key("days").number(stay.days);
  if (stay.moved_by) json.member("moved_by", stay.moved_by->text());
  if (stay.reason) json.member("reason", *stay.reason);
  json.end_object();
}

std::string body_of(const Stays& stays) {
  JsonWriter json;
  json.begin_object().key("stays").begin_array();
  for (const StageStay& stay : stays) write_stay(json, stay);
  json.end_array().key("days_in_stage").begin_object();
  int stage = 0;
  domain::for_each_enumerator<PipelineStage>([&](std::string_view name) {
    std::int64_t days = 0;
    for (const StageStay& stay : stays) days += static_cast<int>(stay.stage) == stage ? stay.days : 0;
    json.key(name).number(days);
    ++stage;
  });
  json.end_object().end_object();
  return json.str();
}

Task<Response> read_stages(Services& services, RequestContext& context) {
  const auto id = path_id(context).value();
  co_await wait_for_position(services, context);
  auto question = [id, viewer = context.viewer(), today = firm_today(services)](QueryReader& reader) {
    const auto record = reader.find(EntityKind::organisation, id);
    const bool seen = record && !record->deleted && projections::visible(viewer, EntityKind::organisation, *record);
    return seen ? std::optional<Stays>(reader.stages(id, today)) : std::nullopt;
  };
  auto asking = ask(services, std::move(question));
  const auto stays = co_await std::move(asking);
  if (!stays) co_return context.answer(Problem::of("not_found"));
  co_return Response::json(body_of(*stays));
}

std::string stages_schema() {
  return R"({"type":"object","required":["stays","days_in_stage"],"properties":{"stays":{"type":"array","items":)"
         R"({"type":"object","required":["stage","since","days"],"properties":{"stage":{"type":"string"},)"
         R"("since":{"type":"string","format":"date-time"},"until":{"type":"string","format":"date-time"},)"
         R"("days":{"type":"integer","minimum":0},"moved_by":{"type":"string","format":"uuid"},)"
         R"("reason":{"type":"string"}}}},"days_in_stage":{"type":"object","additionalProperties":)"
         R"({"type":"integer"}}}})";
}

}  // namespace

Route stages_row(Services& services) {
  Route route;
  route.method = Method::get;
  route.pattern = "/api/v1/organisations/{id}/stages";
  route.tag = "organisations";
  route.summary = "How long it was in which stage, and who moved it why";
  route.description = "Oldest first. Days are counted in Paris; of the stage it is in now, up to today.";
  route.reads = true;
  route.response = {"StageStays", &stages_schema};
  route.problems = {"not_found"};
  route.handler = [&services](RequestContext& context) { return read_stages(services, context); };
  return route;
}

}  // namespace alforis::api
