// The audit log, to read and to take away.

#include "api/audit.hpp"

#include "api/json_writer.hpp"
#include "api/routes/common.hpp"
#include "api/routes/periods.hpp"
#include "api/routes/resources.hpp"
#include "api/routes/user_names.hpp"
#include "projections/query/audit.hpp"

namespace alforis::api {

using domain::Instant;
using domain::Uuid;
using projections::AuditEntry;
using projections::AuditPage;
using projections::AuditQuery;
using projections::QueryReader;

namespace {

constexpr std::string_view k_path = "/api/v1/audit";
constexpr std::string_view k_tag = "audit";
constexpr std::size_t k_most_exported = 100'000;
constexpr std::size_t k_longest_text = 200;

// ---- the question

Expected<std::vector<std::string>> asked_actions(const Request& request) {
  std::vector<std::string> actions;
  const auto asked = request.parameter("action");
  for (std::size_t at = 0; asked && at <= asked->size();) {
    const std::size_t end = std::min(asked->find(',', at), asked->size());
    std::string action(asked->substr(at, end - at));
    if (!projections::is_action(action)) {
      return Problem::parameter("action", "invalid_value", "such as session.created or user.*, with commas between");
    }
    actions.push_back(std::move(action));
    at = end + 1;
  }
  return actions;
}

Expected<std::optional<Instant>> asked_instant(const Request& request, std::string_view name) {
  const auto asked = request.parameter(name);
  if (!asked) return std::optional<Instant>();
  const auto instant = Instant::parse(*asked);
  if (!instant) return Problem::parameter(name, "invalid_value", "an instant such as 2026-01-31T18:00:00Z");
  return std::optional<Instant>(*instant);
}

AuditQuery asked_query(const RequestContext& context) {
  const Request& request = context.request;
  AuditQuery query;
  query.actions = asked_actions(request).value();
  query.actor = asked_id(context, "actor").value();
  query.subject = asked_id(context, "subject").value();
  query.from = asked_instant(request, "from").value();
  query.before = asked_instant(request, "before").value();
  const auto text = request.parameter("q").value_or("");
  if (text.size() > k_longest_text) {
    throw ProblemException(Problem::parameter("q", "too_long", "at most 200 bytes"));
  }
  query.text = text;
  return query;
}

std::vector<QueryParameter> question_parameters() {
  return {{"action", "what was done: actions, or kinds such as `user.*`, with commas between", R"({"type":"string"})",
           false, "session.created,audit.login_refused"},
          {"actor", "who did it", R"({"type":"string","format":"uuid"})", false, ""},
          {"subject", "the user, person or other record whom it was done to", R"({"type":"string","format":"uuid"})",
           false, ""},
          {"from", "not earlier", R"({"type":"string","format":"date-time"})", false, "2026-01-01T00:00:00Z"},
          {"before", "earlier", R"({"type":"string","format":"date-time"})", false, "2026-02-01T00:00:00Z"},
          {"q", "occurs in what was noted; not in what is personal", R"({"type":"string","maxLength":200})", false,
           "mobile"}};
}

// ---- the answer

std::string item_of(const AuditPage& page, const AuditEntry& entry) {
  JsonWriter json;
  json.begin_object().key("position").number(static_cast<std::int64_t>(entry.position));
  json.member("at", entry.time.text()).member("action", entry.action).member("actor", entry.actor.text());
  if (const std::string name = name_of(page.names, entry.actor); !name.empty()) json.member("actor_name", name);
  if (!entry.noted) json.member("id", entry.id.text());
  if (entry.reason) json.member("reason", *entry.reason);
  if (entry.source.request_id) json.member("request_id", *entry.source.request_id);
  if (entry.source.client) json.member("client", *entry.source.client);
  if (entry.source.on_behalf_of) json.member("on_behalf_of", *entry.source.on_behalf_of);
  return json.key("data").raw(entry.data).end_object().str();
}

/// As RFC 4180 has it. What a spreadsheet would take for a formula is made a text.
void append_cell(std::string& line, std::string_view text) {
  const bool formula = !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos;
  line += line.empty() ? "\"" : ",\"";
  if (formula) line += '\'';
  for (const char c : text) {
    if (c == '"') line += '"';
    line += c;
  }
  line += '"';
}

std::string csv_of(const AuditPage& page) {
  std::string csv =
      "\xEF\xBB\xBF\"at\",\"position\",\"action\",\"actor\",\"actor_name\",\"id\",\"reason\",\"request_id\","
      "\"client\",\"on_behalf_of\",\"data\"\r\n";
  for (const AuditEntry& entry : page.entries) {
    std::string line;
    append_cell(line, entry.time.text());
    append_cell(line, std::to_string(entry.position));
    append_cell(line, entry.action);
    append_cell(line, entry.actor.text());
    append_cell(line, name_of(page.names, entry.actor));
    append_cell(line, entry.noted ? std::string() : entry.id.text());
    for (const auto& text : {entry.reason, entry.source.request_id, entry.source.client, entry.source.on_behalf_of}) {
      append_cell(line, text.value_or(""));
    }
    append_cell(line, entry.data);
    csv += line + "\r\n";
  }
  return csv;
}

Task<domain::Result<AuditPage>> ask_audit(Services& services, RequestContext& context, AuditQuery query) {
  co_await wait_for_position(services, context);
  auto question = [query = std::move(query)](QueryReader& reader) { return reader.audit(query); };
  auto asking = ask(services, std::move(question));
  co_return co_await std::move(asking);
}

Task<Response> read_audit(Services& services, RequestContext& context) {
  AuditQuery query = asked_query(context);
  query.limit = page_limit(context.request).value();
  if (const auto cursor = context.request.parameter("after")) {
    query.after = opened_cursor(services, context, *cursor).value();
  }
  auto asking = ask_audit(services, context, std::move(query));
  const auto page = co_await std::move(asking);
  if (!page) co_return context.answer(parameter_problem(page.error()));
  std::vector<std::string> items;
  for (const AuditEntry& entry : page->entries) items.push_back(item_of(*page, entry));
  co_return answer_items(services, context, items, page->next);
}

Task<Response> export_audit(Services& services, RequestContext& context) {
  AuditQuery query = asked_query(context);
  query.limit = k_most_exported;
  auto asking = ask_audit(services, context, std::move(query));
  const auto page = co_await std::move(asking);
  if (!page) co_return context.answer(parameter_problem(page.error()));
  if (page->next) {
    co_return context.answer(Problem::of("too_large", "more than 100,000 entries: ask for a shorter time"));
  }
  auto noting = note_export(services, context, {"audit", "csv", page->entries.size()});
  co_await std::move(noting);
  Response response = Response::text(k_csv, csv_of(*page));
  response.header("Content-Disposition", "attachment; filename=\"audit.csv\"");
  co_return response;
}

std::string entry_schema() {
  return R"({"type":"object","required":["position","at","action","actor","data"],"properties":{)"
         R"("position":{"type":"integer","minimum":1},"at":{"type":"string","format":"date-time"},)"
         R"("action":{"type":"string"},"actor":{"type":"string","format":"uuid"},"actor_name":{"type":"string"},)"
         R"("id":{"type":"string","format":"uuid","description":"of the record that was changed"},)"
         R"("reason":{"type":"string"},"request_id":{"type":"string"},"client":{"type":"string"},)"
         R"("on_behalf_of":{"type":"string","format":"uuid"},)"
         R"("data":{"type":"object","description":"what the action's event says"}}})";
}

std::string csv_schema() { return R"({"type":"string"})"; }

Route audit_row(std::string_view pattern, std::string_view summary) {
  Route route;
  route.pattern = std::string(pattern);
  route.method = Method::get;
  route.access = Access::admin;
  route.tag = k_tag;
  route.summary = summary;
  route.reads = true;
  route.query = question_parameters();
  return route;
}

}  // namespace

std::vector<Route> audit_routes(Services& services) {
  Route list = audit_row(k_path, "Who came in, who was refused, who changed accounts and settings, who read whom");
  list.description =
      "Newest first. Logins (`session.created`, `audit.login_refused`), refusals (`audit.request_refused`), what was "
      "changed in users, teams, keys and settings, erasures, exports (`audit.exported`), and, while the workspace's "
      "`audit_reads_of_people` is on, who opened whose file (`audit.person_read`).";
  list.response = {"AuditEntry", &entry_schema};
  list.response_is_list = true;
  list.query.push_back(
      {"limit", "1 to 200", R"({"type":"integer","minimum":1,"maximum":200,"default":50})", false, "50"});
  list.query.push_back({"after", "cursor of the page before", R"({"type":"string"})", false, ""});
  list.handler = [&services](RequestContext& context) { return read_audit(services, context); };

  Route taken = audit_row(std::string(k_path) + "/export", "The same as CSV, at most 100,000 entries");
  taken.description = "Is noted in the audit log itself.";
  taken.produces = "text/csv";
  taken.response = {"AuditCsv", &csv_schema};
  taken.problems = {"too_large", "unavailable"};
  taken.handler = [&services](RequestContext& context) { return export_audit(services, context); };
  return {std::move(list), std::move(taken)};
}

}  // namespace alforis::api
