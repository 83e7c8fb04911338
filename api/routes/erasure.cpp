#include "api/routes/erasure.hpp"

#include <algorithm>

#include "api/json_writer.hpp"
#include "api/routes/common.hpp"

namespace alforis::api {

using domain::Uuid;
using projections::Erasure;
using projections::QueryReader;

namespace {

/// A place that held something of the person, and how it forgot.
struct Place {
  std::string_view name;
  bool forgotten;
  std::string_view how;
};

std::vector<Place> places_of(const Erasure& erasure) {
  // None: the person was told before anything was sealed, or nothing ever was.
  const bool destroyed = !erasure.keys.empty() &&
                         std::all_of(erasure.keys.begin(), erasure.keys.end(),
                                     [](const projections::ErasedKey& key) { return key.destroyed_at.has_value(); });
  return {
      {"key_vault", destroyed,
       "the keys are deleted; wrapped, they are in PostgreSQL's files until vacuum, and in backups of the vault"},
      {"log", destroyed, "what was sealed under the keys cannot be opened any more, in no copy of the log"},
      {"writer_state", true, "the record is empty, earlier documents are removed and their files rewritten"},
      {"query_tables", true, "the rows are empty; histories hold what the log holds"},
      {"old_row_versions", erasure.rebuilt_since, "gone when the query tables are built anew (alforis rebuild)"},
      {"caches", true, "dropped when the erasure reached the tables"},
  };
}

std::string body_of(const Uuid& person, const Erasure& erasure) {
  JsonWriter json;
  json.begin_object().member("person_id", person.text()).member("erased_at", erasure.time.text());
  json.member("erased_by", erasure.actor.text());
  if (erasure.reason) json.member("reason", *erasure.reason);
  json.key("position").number(static_cast<std::int64_t>(erasure.position)).key("keys").begin_array();
  for (const auto& key : erasure.keys) {
    json.begin_object().member("id", key.id.text());
    if (key.destroyed_at) json.member("destroyed_at", key.destroyed_at->text());
    json.end_object();
  }
  json.end_array().key("places").begin_array();
  for (const Place& place : places_of(erasure)) {
    json.begin_object().member("place", place.name).key("forgotten").boolean(place.forgotten);
    json.member("how", place.how).end_object();
  }
  json.end_array().end_object();
  return json.str();
}

Task<Response> read_erasure(Services& services, RequestContext& context) {
  const Uuid id = path_id(context).value();
  co_await wait_for_position(services, context);
  auto question = [id](QueryReader& reader) { return reader.erasure(id); };
  auto asking = ask(services, std::move(question));
  const auto found = co_await std::move(asking);
  if (!found) co_return context.answer(Problem::of("not_found"));
  co_return Response::json(body_of(id, *found));
}

std::string certificate_schema() {
  return R"({"type":"object","required":["person_id","erased_at","erased_by","position","keys","places"],)"
         R"("properties":{"person_id":{"type":"string","format":"uuid"},)"
         R"("erased_at":{"type":"string","format":"date-time"},"erased_by":{"type":"string","format":"uuid"},)"
         R"("reason":{"type":"string"},"position":{"type":"integer"},"keys":{"type":"array","items":{"type":"object",)"
         R"("required":["id"],"properties":{"id":{"type":"string","format":"uuid"},)"
         R"("destroyed_at":{"type":"string","format":"date-time"}}}},"places":{"type":"array","items":)"
         R"({"type":"object","required":["place","forgotten","how"],"properties":{"place":{"type":"string"},)"
         R"("forgotten":{"type":"boolean"},"how":{"type":"string"}}}}}})";
}

}  // namespace

Route erasure_row(Services& services) {
  Route route;
  route.method = Method::get;
  route.pattern = "/api/v1/people/{id}/erasure";
  route.access = Access::admin;
  route.tag = "people";
  route.summary = "The certificate of an erasure: what was forgotten where";
  route.reads = true;
  route.response = {"ErasureCertificate", &certificate_schema};
  route.problems = {"not_found"};
  route.handler = [&services](RequestContext& context) { return read_erasure(services, context); };
  return route;
}

}  // namespace alforis::api
