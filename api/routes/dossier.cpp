#include "api/routes/dossier.hpp"

#include <algorithm>

#include "api/audit.hpp"
#include "api/json_writer.hpp"
#include "api/routes/common.hpp"
#include "api/routes/dossier_text.hpp"
#include "api/routes/user_names.hpp"
#include "domain/wire/enums.hpp"

namespace alforis::api {

using domain::Uuid;
using projections::Dossier;
using projections::DossierEntry;
using projections::QueryReader;

namespace {

void write_entry(JsonWriter& json, const Dossier& dossier, const DossierEntry& told) {
  json.begin_object().member("at", told.entry.time.text()).member("action", projections::action_of(told.entry.type));
  json.member("id", told.id.text()).member("by", told.entry.actor.text());
  if (const std::string name = name_of(dossier.names, told.entry.actor); !name.empty()) json.member("by_name", name);
  if (told.entry.reason) json.member("reason", *told.entry.reason);
  if (told.entry.import && told.entry.import->file) json.member("file", *told.entry.import->file);
  json.key("changes").begin_array();
  for (const auto& change : told.entry.changes) {
    json.begin_object().member("field", change.name).key("from").raw(change.from.value_or("null"));
    json.key("to").raw(change.to.value_or("null")).end_object();
  }
  json.end_array().end_object();
}

void write_sources(JsonWriter& json, const Dossier& dossier) {
  json.begin_array();
  for (const auto& source : sources_of(dossier)) {
    json.begin_object().member("first_at", source.first.text()).member("by_name", source.by);
    if (!source.file.empty()) json.member("file", source.file);
    json.end_object();
  }
  json.end_array();
}

void write_accesses(JsonWriter& json, const Dossier& dossier) {
  json.begin_array();
  for (const auto& access : dossier.accesses) {
    json.begin_object().member("at", access.time.text()).member("action", access.action);
    json.member("by", access.actor.text()).member("by_name", name_of(dossier.names, access.actor)).end_object();
  }
  json.end_array();
}

void write_free_texts(JsonWriter& json, const Dossier& dossier) {
  json.begin_array();
  for (const auto& free : dossier.free_texts) {
    json.begin_object().member("kind", domain::enum_text(free.kind)).member("id", free.id.text());
    json.member("field", free.field).member("text", free.text).key("named_only").boolean(free.named_only).end_object();
  }
  json.end_array();
}

std::string json_of(const Dossier& dossier, const domain::Instant& now) {
  JsonWriter json;
  json.begin_object().member("made_at", now.text()).key("complete").boolean(dossier.complete);
  json.key("person").raw(dossier.person.document).key("links").begin_array();
  for (const auto& link : dossier.links) {
    json.begin_object().member("organisation", link.organisation).key("link").raw(link.document).end_object();
  }
  json.end_array().key("interactions").begin_array();
  for (const auto& interaction : dossier.interactions) {
    json.begin_object().key("took_part").boolean(interaction.took_part);
    json.key("interaction").raw(interaction.document).end_object();
  }
  json.end_array().key("tasks").begin_array();
  for (const std::string& task : dossier.tasks) json.raw(task);
  json.end_array().key("history").begin_array();
  for (const DossierEntry& told : dossier.history) write_entry(json, dossier, told);
  json.end_array().key("sources");
  write_sources(json, dossier);
  json.key("recipients");
  write_accesses(json, dossier);
  json.key("free_texts");
  write_free_texts(json, dossier);
  return json.end_object().str();
}

/// Gathers it, and notes that it is taken away.
Task<std::optional<Dossier>> take_dossier(Services& services, RequestContext& context, std::string_view format) {
  const Uuid id = path_id(context).value();
  co_await wait_for_position(services, context);
  auto question = [id](QueryReader& reader) { return reader.dossier(id); };
  auto asking = ask(services, std::move(question));
  auto dossier = co_await std::move(asking);
  if (!dossier) co_return std::nullopt;
  auto noting = note_export(services, context, {"dossier", format, 1, id});
  co_await std::move(noting);
  co_return dossier;
}

Task<Response> read_json(Services& services, RequestContext& context) {
  auto taking = take_dossier(services, context, "json");
  const auto dossier = co_await std::move(taking);
  if (!dossier) co_return context.answer(Problem::of("not_found"));
  co_return Response::json(json_of(*dossier, domain::Instant::from_micros(services.now_us())));
}

Task<Response> read_text(Services& services, RequestContext& context) {
  auto taking = take_dossier(services, context, "text");
  const auto dossier = co_await std::move(taking);
  if (!dossier) co_return context.answer(Problem::of("not_found"));
  Response response = Response::text(
      k_plain_text, dossier_text(*dossier, domain::Instant::from_micros(services.now_us()), context.request.locale()));
  response.header("Content-Language", context.request.locale() == domain::Locale::fr ? "fr" : "en");
  co_return response;
}

std::string dossier_schema() {
  return R"({"type":"object","required":["made_at","complete","person","links","interactions","tasks","history",)"
         R"("sources","recipients","free_texts"],"properties":{"made_at":{"type":"string","format":"date-time"},)"
         R"("complete":{"type":"boolean","description":"false: there is more than 10,000 of something"},)"
         R"("person":{"type":"object"},"links":{"type":"array","items":{"type":"object"}},)"
         R"("interactions":{"type":"array","items":{"type":"object"}},)"
         R"("tasks":{"type":"array","items":{"type":"object"}},"history":{"type":"array","items":{"type":"object"}},)"
         R"("sources":{"type":"array","items":{"type":"object"}},)"
         R"("recipients":{"type":"array","items":{"type":"object"}},)"
         R"("free_texts":{"type":"array","items":{"type":"object","required":["kind","id","field","text",)"
         R"("named_only"],"properties":{"kind":{"type":"string"},"id":{"type":"string","format":"uuid"},)"
         R"("field":{"type":"string"},"text":{"type":"string"},"named_only":{"type":"boolean"}}}}}})";
}

std::string text_schema() { return R"({"type":"string"})"; }

Route dossier_row(std::string_view suffix, std::string_view summary) {
  Route route;
  route.method = Method::get;
  route.pattern = "/api/v1/people/{id}/dossier" + std::string(suffix);
  route.access = Access::admin;
  route.tag = "people";
  route.summary = summary;
  route.reads = true;
  route.problems = {"not_found", "unavailable"};
  return route;
}

}  // namespace

std::vector<Source> sources_of(const Dossier& dossier) {
  std::vector<Source> sources;
  for (const DossierEntry& told : dossier.history) {
    if (told.entry.changes.empty()) continue;
    Source source{told.entry.time, name_of(dossier.names, told.entry.actor), {}};
    if (told.entry.import && told.entry.import->file) source.file = *told.entry.import->file;
    const bool known = std::any_of(sources.begin(), sources.end(), [&](const Source& other) {
      return other.by == source.by && other.file == source.file;
    });
    if (!known) sources.push_back(std::move(source));
  }
  return sources;
}

std::vector<Route> dossier_rows(Services& services) {
  Route json = dossier_row("", "All that is held of the person, for them");
  json.description =
      "The record, links, interactions and tasks, deleted ones too; who told it when, and who read it. `free_texts` "
      "lists what was written freely around the person, with `named_only` where their last name occurs in what is "
      "about "
      "an organisation of theirs: to be read, and what is of others left out, before it is handed over. Is noted in "
      "the "
      "audit log.";
  json.response = {"Dossier", &dossier_schema};
  json.handler = [&services](RequestContext& context) { return read_json(services, context); };

  Route text = dossier_row("/text", "The same to read, in the asker's language");
  text.produces = "text/plain";
  text.response = {"DossierText", &text_schema};
  text.handler = [&services](RequestContext& context) { return read_text(services, context); };
  return {std::move(json), std::move(text)};
}

}  // namespace alforis::api
