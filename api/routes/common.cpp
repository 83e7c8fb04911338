#include "api/routes/common.hpp"

#include <charconv>

#include "api/json_writer.hpp"
#include "domain/values/text.hpp"
#include "domain/wire/enums.hpp"

namespace alforis::api {

using domain::EntityKind;
using domain::Uuid;
using projections::QueryReader;

namespace {

constexpr std::string_view k_after = "Alforis-After";
constexpr std::string_view k_position = "Alforis-Position";
constexpr std::size_t k_longest_key = 255;

/// Records are kept whose rights depend on nothing but themselves: what others follow changes without them.
bool cacheable(EntityKind kind) {
  const domain::Follows follows = domain::follows(kind);
  using enum domain::Follows;
  return follows == owner || follows == everybody || follows == firm || follows == user || follows == team ||
         follows == account;
}

bool may_see_deleted(const domain::Viewer& viewer, EntityKind kind, const projections::Record& record) {
  if (domain::follows(kind) == domain::Follows::sharing) {
    return domain::can_restore(viewer, projections::whose(kind, record), record.deleted_by);
  }
  return viewer.role >= domain::Role::manager || (viewer.role == domain::Role::sales && record.deleted_by == viewer.id);
}

Expected<bool> deleted_too(const Request& request) {
  const auto asked = request.parameter("deleted").value_or("false");
  if (asked != "true" && asked != "false")
    return Problem::parameter("deleted", "invalid_value", "expected true or false");
  return asked == "true";
}

constexpr std::string_view k_as_of = "as_of";
constexpr std::string_view k_as_of_position = "as_of_position";

bool asks_for_past(const Request& request) {
  return request.parameter(k_as_of).has_value() || request.parameter(k_as_of_position).has_value();
}

Response of_moment(Response response, eventstore::Position moment) {
  response.header("Alforis-As-Of", std::to_string(moment));
  return response;
}

/// Whether the asker may know of the record at all; of a deleted one, as who may restore it.
bool knows_of(const RequestContext& context, EntityKind kind, const projections::Record& record) {
  return projections::visible(context.viewer(), kind, record) &&
         (!record.deleted || may_see_deleted(context.viewer(), kind, record));
}

/// nullopt: the asker gets 404.
std::optional<Response> answer_record(const CachedRecord& cached, EntityKind kind, const RequestContext& context) {
  const bool deleted_asked = deleted_too(context.request).value();
  if (!knows_of(context, kind, cached.record) || (cached.record.deleted && !deleted_asked)) return std::nullopt;
  return Response::json(cached.body, cached.etag);
}

Task<CachedRecordPtr> load_record(Services& services, EntityKind kind, Uuid id) {
  const auto ticket = services.records.ticket(id);
  auto question = [kind, id](QueryReader& reader) { return reader.find(kind, id); };
  auto asking = ask(services, std::move(question));
  auto found = co_await std::move(asking);
  if (!found) co_return nullptr;
  auto cached = make_cached(std::move(*found));
  if (cacheable(kind)) services.records.put(kind, id, cached, ticket);
  co_return cached;
}

Expected<projections::ListQuery> list_query(const Services& services, EntityKind kind, const RequestContext& context) {
  projections::Parameters parameters;
  for (const auto& [name, value] : context.request.parameters()) {
    if (name == k_as_of || name == k_as_of_position) continue;
    parameters.emplace_back(name, value);
  }
  auto query = projections::parse_list_query(kind, parameters, context.viewer());
  if (!query) return parameter_problem(query.error());
  if (!query->after.empty()) {
    auto payload = opened_cursor(services, context, query->after);
    if (!payload) return payload.error();
    query->after = std::move(*payload);
  }
  return std::move(*query);
}

std::string page_body(const Services& services, const RequestContext& context, const std::vector<std::string>& items,
                      const std::optional<std::string>& next, const std::optional<std::int64_t>& total) {
  std::string body = R"({"items":[)";
  std::size_t bytes = 0;
  for (const std::string& item : items) bytes += item.size() + 1;
  body.reserve(bytes + 256);
  for (const std::string& item : items) {
    if (body.back() != '[') body.push_back(',');
    body += item;
  }
  body += R"(],"next":)";
  if (next) {
    domain::wire::quote(body, sealed_cursor(services, context, *next));
  } else {
    body += "null";
  }
  if (total) body += R"(,"total":)" + std::to_string(*total);
  body.push_back('}');
  return body;
}

/// `Link: <…>; rel="next"` (RFC 8288): the same query with the next cursor.
void add_link(Response& response, const RequestContext& context, const std::string& cursor) {
  std::string target(context.request.path());
  char separator = '?';
  std::string_view rest = context.request.raw_query();
  while (!rest.empty()) {
    const auto part = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    if (part.empty() || part.starts_with("after=")) continue;
    target += separator;
    target += part;
    separator = '&';
  }
  target += separator;
  response.header("Link", "<" + target + "after=" + cursor + ">; rel=\"next\"");
}

/// The cursor at the end of a page's body; empty: the last page. The records before it may hold any text, so that only
/// the end is looked at.
std::string_view next_cursor_of(std::string_view body) {
  constexpr std::string_view k_total = R"(,"total":)";
  body.remove_suffix(1);
  const std::string_view before_number = body.substr(0, body.find_last_not_of("0123456789") + 1);
  if (before_number.ends_with(k_total)) body = before_number.substr(0, before_number.size() - k_total.size());
  if (!body.ends_with('"')) return {};
  body.remove_suffix(1);
  return body.substr(body.rfind('"') + 1);
}

Response answer_page(SharedBodyPtr body, const RequestContext& context) {
  Response response = Response::json(std::move(body), {});
  if (const auto cursor = next_cursor_of(response.bytes()); !cursor.empty())
    add_link(response, context, std::string(cursor));
  return response;
}

void append_change(std::string& out, const projections::FieldChange& change) {
  out += R"({"field":)";
  domain::wire::quote(out, change.name);
  out += R"(,"from":)" + change.from.value_or("null") + R"(,"to":)" + change.to.value_or("null") + '}';
}

void append_origin(std::string& out, const projections::ImportOrigin& origin) {
  out += R"(,"import":{"batch":)";
  domain::wire::quote(out, origin.batch);
  if (origin.file) {
    out += R"(,"file":)";
    domain::wire::quote(out, *origin.file);
  }
  if (origin.line) out += R"(,"line":)" + std::to_string(*origin.line);
  out.push_back('}');
}

void append_text(std::string& out, std::string_view name, const std::optional<std::string>& text) {
  if (!text) return;
  out.push_back(',');
  domain::wire::quote(out, name);
  out.push_back(':');
  domain::wire::quote(out, *text);
}

void append_entry(std::string& out, const projections::HistoryEntry& entry) {
  out += R"({"position":)" + std::to_string(entry.position) + R"(,"type":)";
  domain::wire::quote(out, entry.type);
  out += R"(,"at":")" + entry.time.text() + R"(","by":")" + entry.actor.text() + '"';
  append_text(out, "reason", entry.reason);
  append_text(out, "request_id", entry.source.request_id);
  append_text(out, "client", entry.source.client);
  append_text(out, "on_behalf_of", entry.source.on_behalf_of);
  if (entry.import) append_origin(out, *entry.import);
  out += R"(,"changes":[)";
  bool first = true;
  for (const auto& change : entry.changes) {
    if (!first) out.push_back(',');
    first = false;
    append_change(out, change);
  }
  out += "]}";
}

/// The user for whom the asker says to act; they need not be one who may do it, since the asker's rights decide. Who is
/// not logged in acts for nobody.
Expected<std::optional<Uuid>> on_behalf_of(const Services& services, const RequestContext& context) {
  const auto header = context.request.header("Alforis-On-Behalf-Of");
  if (!header || context.viewer().id.is_nil()) return std::optional<Uuid>();
  const auto user = Uuid::parse(*header);
  if (user && services.directory.seen_by(context.viewer(), *user)) return std::optional(*user);
  return Problem::of("invalid_header", "Alforis-On-Behalf-Of is the id of a user");
}

/// What the log keeps of where a command came from.
std::string metadata(const Services& services, const RequestContext& context) {
  constexpr std::size_t k_longest_client = 100;
  const Request& request = context.request;
  JsonWriter json;
  json.begin_object().member("request_id", request.request_id());
  if (!request.traceparent().empty()) json.member("traceparent", request.traceparent());
  const auto client = domain::checked_text(request.header("User-Agent").value_or("").substr(0, k_longest_client),
                                           k_longest_client, domain::Lines::one);
  if (client) json.member("client", *client);
  if (context.session.id != Uuid()) {
    json.member(context.session.by_api_key() ? "api_key" : "session", context.session.id.text());
  }
  if (const auto user = on_behalf_of(services, context).value()) json.member("on_behalf_of", user->text());
  return json.end_object().str();
}

}  // namespace

Problem unavailable(std::string_view detail) {
  Problem problem = Problem::of("unavailable", detail);
  problem.retry_after = 1;
  return problem;
}

Problem parameter_problem(const domain::Problems& problems) {
  Problem problem = Problem::of("invalid_parameter");
  for (const domain::Problem& found : problems) problem.errors.push_back({found.code, {}, found.pointer, found.detail});
  return problem;
}

std::string sealed_cursor(const Services& services, const RequestContext& context, const std::string& payload) {
  const std::string bound = context.viewer().id.text() + std::string(context.request.path());
  return base64url(services.key.seal("cursor:" + bound, payload) + payload);
}

Expected<std::string> opened_cursor(const Services& services, const RequestContext& context, std::string_view cursor) {
  constexpr std::size_t k_seal_bytes = 16;
  std::string bytes;
  if (!base64url_decode(cursor, bytes) || bytes.size() < k_seal_bytes) {
    return Problem::parameter("after", "invalid_cursor", "this is no cursor of this list");
  }
  const std::string payload = bytes.substr(k_seal_bytes);
  const std::string bound = context.viewer().id.text() + std::string(context.request.path());
  if (services.key.seal("cursor:" + bound, payload) != bytes.substr(0, k_seal_bytes)) {
    return Problem::parameter("after", "invalid_cursor", "this is no cursor of this list");
  }
  return Expected<std::string>(boost::system::in_place_value, payload);
}

Expected<std::size_t> page_limit(const Request& request) {
  const auto text = request.parameter("limit");
  if (!text) return projections::k_default_limit;
  std::size_t limit = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), limit);
  if (error != std::errc() || end != text->data() + text->size() || limit < 1 || limit > projections::k_max_limit) {
    return Problem::parameter("limit", "invalid_value", "limit is a number from 1 to 200");
  }
  return limit;
}

domain::Result<projections::Parameters> read_query_string(std::string_view text) {
  projections::Parameters parameters;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    if (part.empty()) continue;
    auto& [name, value] = parameters.emplace_back();
    const auto equals = part.find('=');
    const std::string_view typed = equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1);
    if (!percent_decode(part.substr(0, equals), true, name) || !percent_decode(typed, true, value)) {
      return domain::problem("invalid_value", "this is no query string");
    }
  }
  return parameters;
}

Response answer_items(const Services& services, const RequestContext& context, const std::vector<std::string>& items,
                      const std::optional<std::string>& next) {
  auto body = std::make_shared<const SharedBody>(page_body(services, context, items, next, std::nullopt));
  return answer_page(std::move(body), context);
}

Expected<eventstore::Position> after_position(const Request& request) {
  const auto text = request.header(k_after);
  if (!text) return eventstore::Position{0};
  eventstore::Position position = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), position);
  if (error != std::errc() || end != text->data() + text->size()) {
    return Problem::of("invalid_header", "Alforis-After is the number that Alforis-Position gave");
  }
  return position;
}

Expected<Uuid> path_id(const RequestContext& context, std::size_t index) {
  auto id = Uuid::parse(context.path_parameter(index));
  if (!id) return Problem::of("not_found");
  return *id;
}

Task<void> wait_for_position(Services& services, RequestContext& context) {
  return wait_for(services, context, after_position(context.request).value());
}

Task<void> wait_for(Services& services, RequestContext& context, eventstore::Position position) {
  if (position <= services.gate.position()) co_return;
  auto waiting = services.gate.wait(position, services.options.position_timeout);
  const bool reached = co_await std::move(waiting);
  if (!reached) {
    throw ProblemException(unavailable("the query tables are at position " + std::to_string(services.gate.position()) +
                                       ", not yet at " + std::to_string(position)));
  }
  // What was waited for may have been a change of the asker's own rights.
  const auto viewer = services.directory.viewer(context.viewer().id);
  if (!viewer) throw ProblemException(Problem::of("invalid_token"));
  context.session.look_again(*viewer);
}

std::optional<Response> cached_record(Services& services, EntityKind kind, const RequestContext& context) {
  if (!cacheable(kind)) return std::nullopt;
  if (asks_for_past(context.request)) return std::nullopt;
  const auto position = after_position(context.request);
  const auto id = Uuid::parse(context.path_parameter(0));
  if (!position || *position > services.gate.position() || !id) return std::nullopt;
  const auto cached = services.records.find(kind, *id);
  if (!cached) return std::nullopt;
  return answer_record(*cached, kind, context);
}

namespace {

/// The record that took the place of one that was merged, if the asker may see it.
Task<std::optional<Uuid>> survivor_of(Services& services, CachedRecordPtr merged, const RequestContext& context) {
  std::optional<Uuid> survivor;
  while (merged && merged->record.deleted) {
    const auto members = domain::wire::members_of(merged->body->bytes());
    const std::string* const into = domain::wire::value_of(members, "merged_into");
    if (into == nullptr) co_return std::nullopt;
    survivor = Uuid::parse(std::string_view(*into).substr(1, Uuid::k_text_length)).value();
    auto loading = load_record(services, EntityKind::organisation, *survivor);
    merged = co_await std::move(loading);
  }
  if (!merged || !projections::visible(context.viewer(), EntityKind::organisation, merged->record)) {
    co_return std::nullopt;
  }
  co_return survivor;
}

}  // namespace

namespace {

Expected<eventstore::Position> past_position(const Services& services, std::string_view text) {
  eventstore::Position position = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), position);
  if (error == std::errc() && end == text.data() + text.size() && position <= services.writer.status().position) {
    return position;
  }
  return Problem::parameter(k_as_of_position, "invalid_value", "a position of the log, as Alforis-Position gives it");
}

Expected<domain::Instant> past_instant(const Services& services, std::string_view text) {
  const auto instant = domain::Instant::parse(text);
  if (!instant) return Problem::parameter(k_as_of, "invalid_value", "an instant such as 2026-01-31T18:00:00Z");
  if (instant->micros() > services.now_us()) {
    return Problem::parameter(k_as_of, "invalid_value", "nobody knows yet what will be then");
  }
  return *instant;
}

/// As it was, for who may see it as it is by now.
Task<Response> read_past(Services& services, EntityKind kind, Uuid id, eventstore::Position moment,
                         RequestContext& context) {
  const bool deleted_asked = deleted_too(context.request).value();
  auto loading = load_record(services, kind, id);
  const auto present = co_await std::move(loading);
  if (!present || !knows_of(context, kind, present->record)) co_return context.answer(Problem::of("not_found"));
  auto question = [kind, id, moment](QueryReader& reader) { return reader.find_at(kind, id, moment); };
  auto asking = ask(services, std::move(question));
  const auto past = co_await std::move(asking);
  if (!past || (past->deleted && !deleted_asked)) co_return context.answer(Problem::of("not_found"));
  Response response = Response::json(past->document);
  response.etag = std::to_string(past->version);
  co_return of_moment(std::move(response), moment);
}

}  // namespace

Task<std::optional<eventstore::Position>> asked_moment(Services& services, RequestContext& context) {
  const auto position = context.request.parameter(k_as_of_position);
  const auto instant = context.request.parameter(k_as_of);
  if (!position && !instant) co_return std::nullopt;
  if (position && instant) {
    throw ProblemException(Problem::parameter(k_as_of, "invalid_value", "one of as_of and as_of_position"));
  }
  if (position) {
    const auto moment = past_position(services, *position).value();
    auto waiting = wait_for(services, context, moment);
    co_await std::move(waiting);
    co_return moment;
  }
  const domain::Instant time = past_instant(services, *instant).value();
  auto waiting = wait_for(services, context, services.writer.status().position);
  co_await std::move(waiting);
  auto question = [time](QueryReader& reader) { return reader.position_at(time); };
  auto asking = ask(services, std::move(question));
  const auto moment = co_await std::move(asking);
  co_return moment;
}

std::vector<QueryParameter> moment_parameters() {
  return {{std::string(k_as_of), "as it was then; not with as_of_position", R"({"type":"string","format":"date-time"})",
           false, "2026-01-31T18:00:00Z"},
          {std::string(k_as_of_position), "as it was after the commit at this position (`Alforis-Position`)",
           R"({"type":"integer","minimum":0})", false, ""}};
}

Task<Response> read_record(Services& services, EntityKind kind, Uuid id, RequestContext& context) {
  deleted_too(context.request).value();
  co_await wait_for_position(services, context);
  auto asking_when = asked_moment(services, context);
  const auto moment = co_await std::move(asking_when);
  if (moment) {
    auto reading = read_past(services, kind, id, *moment, context);
    co_return co_await std::move(reading);
  }
  auto loading = load_record(services, kind, id);
  const auto cached = co_await std::move(loading);
  if (cached) {
    if (auto response = answer_record(*cached, kind, context)) co_return std::move(*response);
  }
  Problem problem = Problem::of("not_found");
  if (kind == EntityKind::organisation && cached && cached->record.deleted) {
    auto following = survivor_of(services, cached, context);
    const auto survivor = co_await std::move(following);
    if (survivor) {
      problem = Problem::of("merged");
      problem.conflict = *survivor;
    }
  }
  co_return context.answer(problem);
}

Task<Response> read_list(Services& services, EntityKind kind, RequestContext& context) {
  co_await wait_for_position(services, context);
  auto query = list_query(services, kind, context).value();
  auto asking_when = asked_moment(services, context);
  query.as_of = co_await std::move(asking_when);
  const auto moment = query.as_of;
  // Cursors are sealed for their reader, so pages are shared between requests of one reader only.
  const std::string key = context.viewer().id.text() + cache_key(query);
  const auto ticket = services.pages.ticket();
  if (!moment) {
    if (auto page = services.pages.find(key)) co_return answer_page(std::move(page), context);
  }
  auto question = [query = std::move(query)](QueryReader& reader) { return reader.list(query); };
  auto asking = ask(services, std::move(question));
  const auto page = co_await std::move(asking);
  if (!page) co_return context.answer(parameter_problem(page.error()));
  auto body =
      std::make_shared<const SharedBody>(page_body(services, context, page->documents, page->next, page->total));
  if (moment) co_return of_moment(answer_page(std::move(body), context), *moment);
  services.pages.put(key, body, ticket);
  co_return answer_page(std::move(body), context);
}

Task<Response> read_history(Services& services, EntityKind kind, Uuid id, RequestContext& context) {
  const std::size_t limit = page_limit(context.request).value();
  std::string after;
  if (const auto cursor = context.request.parameter("after")) after = opened_cursor(services, context, *cursor).value();
  co_await wait_for_position(services, context);
  auto loading = load_record(services, kind, id);
  const auto cached = co_await std::move(loading);
  if (!cached || !knows_of(context, kind, cached->record)) co_return context.answer(Problem::of("not_found"));
  auto question = [kind, id, after, limit](QueryReader& reader) { return reader.history(kind, id, after, limit); };
  auto asking = ask(services, std::move(question));
  const auto page = co_await std::move(asking);
  if (!page) co_return context.answer(parameter_problem(page.error()));
  std::vector<std::string> items;
  for (const auto& entry : page->entries) append_entry(items.emplace_back(), entry);
  co_return answer_items(services, context, items, page->next);
}

std::string request_hash(const TokenKey& key, const Request& request, std::string_view body) {
  std::string text(api::text(request.method()));
  text += ' ';
  text += request.target();
  text += '\n';
  text += body;
  return base64url(key.seal("request", text));
}

Expected<commands::CommandRequest> new_request(const Services& services, const RequestContext& context,
                                               std::string_view body, std::string_view natural_key) {
  commands::CommandRequest request;
  request.actor = context.viewer().id;
  request.scope = context.session.scope;
  request.metadata = metadata(services, context);
  const std::string actor = request.actor.text();
  if (const auto key = context.request.header("Idempotency-Key")) {
    const auto checked = domain::checked_text(*key, k_longest_key, domain::Lines::one);
    if (!checked) return Problem::of("invalid_header", "Idempotency-Key has 1 to 255 printable characters");
    request.command_id = actor + "/key/" + *checked;
    request.keyed = true;
    request.request_hash = request_hash(services.key, context.request, body);
  } else if (!natural_key.empty()) {
    request.command_id = actor + '/' + std::string(natural_key);
    request.request_hash = request_hash(services.key, context.request, body);
  } else {
    request.command_id = services.new_id().text();
  }
  return request;
}

commands::CommandRequest request_by(const Services& services, const RequestContext& context, const Uuid& user) {
  commands::CommandRequest request;
  request.command_id = services.new_id().text();
  request.actor = user;
  request.metadata = metadata(services, context);
  return request;
}

Task<commands::Outcome> outcome_of(Services& services, commands::CommandRequest request) {
  auto submitting = submit(services.writer, std::move(request));
  auto result = co_await std::move(submitting);
  if (const auto* rejection = std::get_if<commands::Rejection>(&result)) {
    throw ProblemException(Problem::of(*rejection));
  }
  auto& outcome = std::get<commands::Outcome>(result);
  services.on_acknowledged(outcome);  // a retry too: its first attempt may have been told 503
  co_return std::move(outcome);
}

Response answer_outcome(const RequestContext& context, const commands::Outcome& outcome, std::string document,
                        std::string_view collection) {
  const bool created = outcome.created && context.route->success == 201;
  Response response = Response::json(std::move(document), created ? 201 : 200);
  response.etag = std::to_string(outcome.version);
  response.header(k_position, std::to_string(outcome.position));
  if (created) response.header("Location", std::string(collection) + '/' + outcome.id.text());
  return response;
}

Task<Response> give_command(Services& services, RequestContext& context, commands::CommandRequest request,
                            std::string_view collection) {
  auto giving = outcome_of(services, std::move(request));
  commands::Outcome outcome = co_await std::move(giving);
  std::string document = std::move(outcome.document);
  co_return answer_outcome(context, outcome, std::move(document), collection);
}

namespace {

std::string history_entry_schema() {
  return R"({"type":"object","required":["position","type","at","by","changes"],"properties":{)"
         R"("position":{"type":"integer","minimum":1},"type":{"type":"string"},)"
         R"("at":{"type":"string","format":"date-time"},"by":{"type":"string","format":"uuid"},)"
         R"("reason":{"type":"string"},"request_id":{"type":"string"},)"
         R"("client":{"type":"string","description":"the program, as it named itself"},)"
         R"("on_behalf_of":{"type":"string","format":"uuid"},)"
         R"("import":{"type":"object","description":"where an import brought it from",)"
         R"("required":["batch"],"properties":{"batch":{"type":"string","format":"uuid"},"file":{"type":"string"},)"
         R"("line":{"type":"integer","minimum":1}}},"changes":{"type":"array","items":{"type":"object",)"
         R"("required":["field","from","to"],"properties":{"field":{"type":"string"},"from":{},"to":{}}}}}})";
}

}  // namespace

Route history_row(std::string_view tag) {
  Route history;
  history.method = Method::get;
  history.tag = tag;
  history.reads = true;
  history.summary = "Who changed what, when, from, to, why: newest first";
  history.response = {"HistoryEntry", &history_entry_schema};
  history.response_is_list = true;
  history.query = {{"limit", "1 to 200", R"({"type":"integer","minimum":1,"maximum":200,"default":50})", false, "50"},
                   {"after", "cursor of the page before", R"({"type":"string"})", false, ""}};
  return history;
}

std::vector<Route> read_routes(Services& services, EntityKind kind, std::string_view collection, Schema schema,
                               std::string_view tag, std::string_view singular) {
  Route one;
  one.pattern = std::string(collection) + "/{id}";
  one.summary = "One " + std::string(singular);
  one.response = schema;
  one.etag = true;
  one.query = {
      {"deleted", "true: also when it is deleted, for who may restore it", R"({"type":"boolean"})", false, "true"}};
  for (QueryParameter& parameter : moment_parameters()) one.query.push_back(std::move(parameter));
  one.fast = [&services, kind](RequestContext& context) { return cached_record(services, kind, context); };
  one.handler = [&services, kind](RequestContext& context) {
    return read_record(services, kind, path_id(context).value(), context);
  };

  Route list;
  list.pattern = collection;
  list.summary = "List, filtered and sorted";
  list.response = schema;
  list.response_is_list = true;
  list.open_query = true;
  list.query = {{"limit", "1 to 200", R"({"type":"integer","minimum":1,"maximum":200,"default":50})", false, "50"},
                {"after", "cursor of the page before", R"({"type":"string"})", false, ""},
                {"sort", "fields, `-` for descending", R"({"type":"string"})", false, "-updated_at"},
                {"count", "`exact` or `estimate`: adds `total`",
                 R"({"type":"string","enum":["none","exact","estimate"]})", false, ""},
                {"q", "words, each of which occurs in what the list looks through",
                 R"({"type":"string","maxLength":500})", false, ""}};
  if (domain::can_be_deleted(kind)) {
    list.query.push_back(
        {"deleted", "true: the deleted ones, for who may restore them", R"({"type":"boolean"})", false, ""});
  }
  for (QueryParameter& parameter : moment_parameters()) list.query.push_back(std::move(parameter));
  for (const auto& field : projections::list_fields(kind)) {
    for (const std::string& op : field.operators) {
      list.query.push_back({op.empty() ? field.name : field.name + '.' + op, "filter", field.schema, false, ""});
    }
  }
  list.handler = [&services, kind](RequestContext& context) { return read_list(services, kind, context); };

  Route history = history_row(tag);
  history.pattern = std::string(collection) + "/{id}/history";
  history.handler = [&services, kind](RequestContext& context) {
    return read_history(services, kind, path_id(context).value(), context);
  };

  std::vector<Route> routes{std::move(list), std::move(one), std::move(history)};
  for (Route& route : routes) {
    route.method = Method::get;
    route.tag = tag;
    route.reads = true;
  }
  return routes;
}

}  // namespace alforis::api
