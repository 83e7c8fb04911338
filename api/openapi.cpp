#include "api/openapi.hpp"

#include <simdjson.h>

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

#include "api/docs_page.hpp"
#include "api/json_writer.hpp"
#include "domain/values/ascii.hpp"

namespace alforis::api {

namespace {

namespace ascii = domain::ascii;

constexpr std::string_view k_problem_schema = R"({
"type":"object","description":"RFC 9457","required":["type","title","status","detail","code","request_id"],
"properties":{
"type":{"type":"string","format":"uri-reference","description":"a page about the code"},
"title":{"type":"string"},"status":{"type":"integer"},
"detail":{"type":"string","description":"in the client's language"},
"code":{"type":"string","description":"stable"},"request_id":{"type":"string"},
"errors":{"type":"array","items":{"type":"object","required":["code","detail"],"properties":{
"pointer":{"type":"string","format":"json-pointer","description":"where in the body"},
"parameter":{"type":"string","description":"which query parameter"},
"code":{"type":"string"},"detail":{"type":"string"}}}},
"moves":{"type":"array","items":{"type":"string"},"description":"what is allowed instead"},
"conflict":{"type":"string","format":"uuid","description":"the other record, when you may see it"}}})";

/// A reusable header, as parameter of requests or in answers.
struct HeaderRow {
  std::string_view component;
  std::string_view name;
  std::string_view description;
  std::string_view schema;
};
constexpr HeaderRow k_request_headers[] = {
    {"IdempotencyKey", "Idempotency-Key",
     "Names the command: a retry with the same key gets the first answer again. Kept 30 days.",
     R"({"type":"string","minLength":1,"maxLength":255})"},
    {"IfMatch", "If-Match", "The version the change is based on; without it the last writer wins, field by field.",
     R"({"type":"string","pattern":"^(\\*|\"[0-9]+\")$"})"},
    {"IfNoneMatch", "If-None-Match", "The version you have: 304 when it is still the newest.", R"({"type":"string"})"},
    {"AlforisAfter", "Alforis-After", "Waits until the answer includes the command that gave this position.",
     R"({"type":"integer","minimum":0})"},
    {"AlforisOnBehalfOf", "Alforis-On-Behalf-Of",
     "Id of the user, seen by the asker, for whom this is done: kept in the history. The rights are the asker's.",
     R"({"type":"string","format":"uuid"})"},
};
constexpr HeaderRow k_answer_headers[] = {
    {"AlforisPosition", "Alforis-Position", "Position of the command, for Alforis-After.", R"({"type":"integer"})"},
    {"ETag", "ETag", "The record's version.", R"({"type":"string"})"},
    {"XRequestId", "X-Request-Id", "The one of the request, else made for it.", R"({"type":"string"})"},
    {"RetryAfter", "Retry-After", "Seconds to wait before trying again.", R"({"type":"integer"})"},
    {"Location", "Location", "Where the new record is.", R"({"type":"string","format":"uri-reference"})"},
};

std::string lower_name(Method method) { return ascii::lower(text(method)); }

bool takes_body(const Route& route) { return route.request || !route.consumes.empty(); }

std::string operation_id(const Route& route) {
  if (!route.operation_id.empty()) return route.operation_id;
  std::string id = lower_name(route.method);
  for (const char c : route.pattern) {
    if (c == '/' || c == '-' || c == '.') {
      if (id.back() != '_') id.push_back('_');
    } else if (c != '{' && c != '}') {
      id.push_back(c);
    }
  }
  return id;
}

std::vector<std::string> path_parameters(const std::string& pattern) {
  std::vector<std::string> names;
  for (auto open = pattern.find('{'); open != std::string::npos; open = pattern.find('{', open + 1)) {
    names.push_back(pattern.substr(open + 1, pattern.find('}', open) - open - 1));
  }
  return names;
}

/// What any request may be answered with, wherever it goes.
constexpr std::string_view k_common_problems[] = {"malformed_request", "invalid_encoding",  "not_acceptable",
                                                  "request_timeout",   "body_too_large",    "expectation_failed",
                                                  "too_many_requests", "headers_too_large", "internal_error",
                                                  "overloaded",        "server_stopping",   "too_many_connections"};

/// The codes a route may answer: those of every route, what its row implies, then what it names.
std::map<unsigned, std::set<std::string_view>> problems_of(const Route& route) {
  std::vector<std::string_view> codes(std::begin(k_common_problems), std::end(k_common_problems));
  const auto add = [&codes](bool when, std::initializer_list<std::string_view> more) {
    if (when) codes.insert(codes.end(), more);
  };
  add(route.access != Access::public_, {"unauthenticated", "invalid_token", "token_expired", "session_revoked"});
  add(route.access != Access::public_ && route.method != Method::get, {"csrf_token_required"});
  add(route.login_only, {"login_required"});
  add(route.access > Access::any_user, {"forbidden"});
  add(route.pattern.find('{') != std::string::npos, {"not_found"});
  add(!route.open_query, {"unknown_parameter"});
  add(!route.query.empty(), {"invalid_parameter"});
  add(takes_body(route), {"unsupported_media_type"});
  add(bool(route.request), {"malformed_json", "too_deep", "invalid_input"});
  add(takes_body(route) && !route.body_optional, {"body_required"});
  add(route.if_match, {"version_mismatch", "invalid_if_match"});
  add(route.command, {"invalid_header", "idempotency_key_reused", "unavailable"});
  add(route.reads, {"invalid_header", "unavailable"});
  codes.insert(codes.end(), route.problems.begin(), route.problems.end());
  std::map<unsigned, std::set<std::string_view>> by_status;
  for (const auto code : codes) {
    const ProblemCode* row = find_problem_code(code);
    if (row == nullptr)
      throw std::invalid_argument("route " + route.pattern + ": unknown problem code " + std::string(code));
    by_status[row->status == 0 ? 422 : row->status].insert(row->code);
  }
  return by_status;
}

class Document {
 public:
  Document(const Router& router, const OpenApiInfo& info) : info_(info) {
    for (const auto& route : router.routes()) {
      if (route->hidden) continue;
      paths_[route->pattern].push_back(route.get());
      if (std::find(tags_.begin(), tags_.end(), route->tag) == tags_.end()) tags_.push_back(route->tag);
    }
  }

  std::string write() {
    json_.begin_object().member("openapi", "3.1.0");
    json_.member("jsonSchemaDialect", "https://json-schema.org/draft/2020-12/schema");
    json_.key("info").begin_object().member("title", info_.title).member("version", info_.version);
    if (!info_.description.empty()) json_.member("description", info_.description);
    json_.end_object();
    json_.key("servers").raw(R"([{"url":"/"}])");
    json_.key("security").raw(R"([{"bearer":[]},{"cookie":[]}])");
    json_.key("tags").begin_array();
    for (const std::string& tag : tags_) json_.begin_object().member("name", tag).end_object();
    json_.end_array();
    json_.key("paths").begin_object();
    for (const auto& [pattern, routes] : paths_) {
      json_.key(pattern).begin_object();
      for (const Route* route : routes) write_operation(*route);
      json_.end_object();
    }
    json_.end_object();
    write_components();
    json_.end_object();
    return json_.str();
  }

 private:
  void write_operation(const Route& route);
  void write_parameters(const Route& route);
  void write_parameter(std::string_view name, std::string_view in, std::string_view description,
                       std::string_view schema, bool required, std::string_view example);
  void write_request_body(const Route& route);
  void write_success(const Route& route);
  void write_problem(unsigned status, const std::set<std::string_view>& codes);
  void write_problem_component(unsigned status, const std::set<std::string_view>& codes);
  void write_examples(const Route& route, std::string Example::*text);
  void write_components();
  void component_ref(std::string_view kind, std::string_view component);
  void answer_header(std::string_view name, std::string_view component);
  std::string schema_ref(const Schema& schema, bool list);

  const OpenApiInfo& info_;
  std::map<std::string, std::vector<const Route*>> paths_;
  std::vector<std::string> tags_;
  std::map<std::string, std::string> schemas_;
  std::map<std::string, std::pair<unsigned, std::set<std::string_view>>> problems_;  ///< by the component's name
  JsonWriter json_;
};

std::string Document::schema_ref(const Schema& schema, bool list) {
  std::string name(schema.name);
  if (!schemas_.contains(name)) schemas_[name] = schema.make();
  const std::string prefix = R"({"$ref":"#/components/schemas/)";
  if (!list) return prefix + name + "\"}";
  const std::string list_name = name + "List";
  schemas_[list_name] =
      R"({"type":"object","required":["items","next"],"properties":{"items":{"type":"array","items":)" + prefix + name +
      R"("}},"next":{"type":["string","null"],"description":"cursor of the next page"},)"
      R"("total":{"type":"integer","description":"only with count="}}})";
  return prefix + list_name + "\"}";
}

void Document::component_ref(std::string_view kind, std::string_view component) {
  json_.begin_object().member("$ref", "#/components/" + std::string(kind) + "/" + std::string(component)).end_object();
}

void Document::answer_header(std::string_view name, std::string_view component) {
  json_.key(name);
  component_ref("headers", component);
}

void Document::write_operation(const Route& route) {
  json_.key(lower_name(route.method)).begin_object();
  json_.member("operationId", operation_id(route)).member("summary", route.summary);
  if (!route.description.empty()) json_.member("description", route.description);
  if (!route.tag.empty()) json_.key("tags").begin_array().text(route.tag).end_array();
  json_.member("x-access", text(route.access));
  if (route.access == Access::public_) json_.key("security").raw("[]");
  if (route.deprecated) json_.key("deprecated").boolean(true);
  write_parameters(route);
  if (takes_body(route)) write_request_body(route);
  json_.key("responses").begin_object();
  write_success(route);
  for (const auto& [status, codes] : problems_of(route)) write_problem(status, codes);
  json_.end_object().end_object();
}

void Document::write_parameter(std::string_view name, std::string_view in, std::string_view description,
                               std::string_view schema, bool required, std::string_view example) {
  json_.begin_object().member("name", name).member("in", in);
  if (!description.empty()) json_.member("description", description);
  if (required) json_.key("required").boolean(true);
  json_.key("schema").raw(schema);
  if (!example.empty()) json_.member("example", example);
  json_.end_object();
}

void Document::write_parameters(const Route& route) {
  json_.key("parameters").begin_array();
  for (const std::string& name : path_parameters(route.pattern)) {
    const bool id = name == "id" || name.ends_with("_id");
    write_parameter(name, "path", "", id ? R"({"type":"string","format":"uuid"})" : R"({"type":"string"})", true, "");
  }
  for (const QueryParameter& row : route.query) {
    write_parameter(row.name, "query", row.description, row.schema, row.required, row.example);
  }
  if (route.command) {
    component_ref("parameters", "IdempotencyKey");
    component_ref("parameters", "AlforisOnBehalfOf");
  }
  if (route.if_match) component_ref("parameters", "IfMatch");
  if (route.etag && route.method == Method::get) component_ref("parameters", "IfNoneMatch");
  if (route.reads) component_ref("parameters", "AlforisAfter");
  json_.end_array();
}

void Document::write_examples(const Route& route, std::string Example::*text) {
  const auto has_text = [text](const Example& example) { return !(example.*text).empty(); };
  if (std::none_of(route.examples.begin(), route.examples.end(), has_text)) return;
  json_.key("examples").begin_object();
  std::size_t number = 0;
  for (const Example& example : route.examples) {
    ++number;
    if (!has_text(example)) continue;
    json_.key("example" + std::to_string(number)).begin_object();
    if (!example.summary.empty()) json_.member("summary", example.summary);
    json_.key("value").raw(example.*text).end_object();
  }
  json_.end_object();
}

void Document::write_request_body(const Route& route) {
  std::vector<std::string_view> types = route.consumes;
  if (types.empty() && route.method == Method::patch) types.emplace_back("application/merge-patch+json");
  if (route.consumes.empty()) types.push_back(k_json);
  json_.key("requestBody").begin_object().key("required").boolean(!route.body_optional).key("content").begin_object();
  for (const auto type : types) {
    json_.key(type).begin_object();
    json_.key("schema").raw(route.request ? schema_ref(route.request, false) : R"({"type":"string"})");
    write_examples(route, &Example::request);
    json_.end_object();
  }
  json_.end_object().end_object();
}

void Document::write_success(const Route& route) {
  json_.key(std::to_string(route.success)).begin_object();
  json_.member("description", route.success == 204 ? "Done." : route.success == 201 ? "Created." : "The answer.");
  json_.key("headers").begin_object();
  answer_header("X-Request-Id", "XRequestId");
  if (route.etag) answer_header("ETag", "ETag");
  if (route.command) answer_header("Alforis-Position", "AlforisPosition");
  if (route.success == 201) answer_header("Location", "Location");
  json_.end_object();
  if (route.success != 204) {
    json_.key("content").begin_object().key(route.produces).begin_object();
    if (route.response) json_.key("schema").raw(schema_ref(route.response, route.response_is_list));
    write_examples(route, &Example::response);
    json_.end_object().end_object();
  }
  json_.end_object();
  if (route.etag && route.method == Method::get) {
    json_.key("304").begin_object().member("description", "You have the newest version.").end_object();
  }
}

/// Most operations refuse in the same few dozen ways: each is a component, named by what it says.
void Document::write_problem(unsigned status, const std::set<std::string_view>& codes) {
  std::string name = std::to_string(status);
  for (const auto code : codes) name.append(".").append(code);
  json_.key(std::to_string(status));
  component_ref("responses", name);
  problems_.try_emplace(std::move(name), status, codes);
}

void Document::write_problem_component(unsigned status, const std::set<std::string_view>& codes) {
  std::string description;
  for (const auto code : codes) {
    if (!description.empty()) description += "\n";
    description.append("- `").append(code).append("`: ").append(problem_sentence(code, domain::Locale::en));
  }
  json_.begin_object().member("description", description);
  if (status == 503 || status == 429) {
    json_.key("headers").begin_object();
    answer_header("Retry-After", "RetryAfter");
    json_.end_object();
  }
  json_.key("content").begin_object().key(k_problem_json).begin_object().key("schema").begin_object();
  json_.member("$ref", "#/components/schemas/Problem");
  // Beside $ref, as JSON Schema 2020-12 allows.
  json_.key("properties").begin_object().key("code").begin_object().key("enum").begin_array();
  for (const auto code : codes) json_.text(code);
  json_.end_array().end_object().end_object();
  json_.end_object().end_object().end_object().end_object();
}

void Document::write_components() {
  schemas_["Problem"] = k_problem_schema;
  json_.key("components").begin_object();
  json_.key("schemas").begin_object();
  for (const auto& [name, schema] : schemas_) json_.key(name).raw(schema);
  json_.end_object();
  json_.key("responses").begin_object();
  for (const auto& [name, problem] : problems_) {
    json_.key(name);
    write_problem_component(problem.first, problem.second);
  }
  json_.end_object();
  json_.key("parameters").begin_object();
  for (const HeaderRow& row : k_request_headers) {
    json_.key(row.component);
    write_parameter(row.name, "header", row.description, row.schema, false, "");
  }
  json_.end_object();
  json_.key("headers").begin_object();
  for (const HeaderRow& row : k_answer_headers) {
    json_.key(row.component).begin_object().member("description", row.description);
    json_.key("schema").raw(row.schema).end_object();
  }
  json_.end_object();
  json_.key("securitySchemes").begin_object().key("bearer").begin_object();
  json_.member("type", "http").member("scheme", "bearer").member("description", "An access token or an API key.");
  json_.end_object().key("cookie").begin_object();
  json_.member("type", "apiKey").member("in", "cookie").member("name", "alforis_access");
  json_.member("description", "Browsers; what changes something brings the header X-CSRF-Token as well.");
  json_.end_object().end_object().end_object();
}

/// A row with a broken schema or example is a bug that must not wait for a reader.
void check_json(const std::string& document) {
  simdjson::dom::parser parser;
  if (const auto error = parser.parse(document).error()) {
    throw std::invalid_argument(std::string("a route's schema or example is no JSON: ") +
                                simdjson::error_message(error));
  }
}

/// FNV-1a in hexadecimal: the document changes with the program only.
std::string content_tag(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(hash));
  return digits;
}

Route page_route(std::string pattern, std::string_view produces, FastHandler fast) {
  Route route;
  route.pattern = std::move(pattern);
  route.access = Access::public_;
  route.tag = "documentation";
  route.hidden = true;
  route.produces = produces;
  route.fast = std::move(fast);
  return route;
}

}  // namespace

std::string openapi_document(const Router& router, const OpenApiInfo& info) { return Document(router, info).write(); }

void add_documentation(Router& router, const OpenApiInfo& info) {
  auto document = std::make_shared<SharedBody>(openapi_document(router, info));
  check_json(document->bytes());
  const std::string tag = content_tag(document->bytes());
  router.add(page_route("/openapi.json", k_json, [document, tag](RequestContext&) {
    return std::optional<Response>(Response::json(document, tag));
  }));
  const DocsPage page = make_docs_page(info.title, info.login_path);
  router.add(page_route("/docs", "text/html", [page, tag = content_tag(page.html->bytes())](RequestContext&) {
    Response response = Response::json(page.html, tag);
    response.content_type = k_html;
    response.content_security_policy = page.policy;
    return std::optional<Response>(std::move(response));
  }));
  router.add(page_route("/problems/{code}", "text/html", [](RequestContext& context) {
    auto found = problem_page(context.path_parameter(0));
    return std::optional<Response>(found ? std::move(*found) : context.answer(Problem::of("no_such_code")));
  }));
}

}  // namespace alforis::api
