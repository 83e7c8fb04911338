#pragma once
// A route is one row. The router, the permission check, validation, OpenAPI and the tests of permissions read the same
// row.

#include <algorithm>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/problem.hpp"
#include "api/request.hpp"
#include "api/response.hpp"
#include "api/task.hpp"
#include "domain/rights.hpp"

namespace alforis::api {

/// Who may call a route at all; what they may see and do there is for the handler (domain/rights.hpp).
enum class Access : std::uint8_t { public_, any_user, sales, manager, admin };

std::string_view text(Access access);
/// Whether the role is enough; public_ is enough for everybody.
bool allows(Access access, domain::Role role);

/// Who is asking, as the authenticator found out.
struct Session {
  domain::Viewer viewer;
  domain::Uuid id;                         ///< of the session or API key; nil on public routes
  std::optional<domain::Role> scope = {};  ///< of an API key: its user's role or less

  bool by_api_key() const { return scope.has_value(); }
  /// The same asker with the role that the user has now.
  void look_again(domain::Viewer now) {
    viewer = now;
    if (scope) viewer.role = std::min(viewer.role, *scope);
  }
};

/// Finds out who asks. Called for every route that is not public, before the body is read, from every connection's
/// thread: it must be thread-safe and must not wait.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  /// The session, or the problem to answer with (401 `unauthenticated`, `token_expired`, …; 403 `csrf_token_required`).
  virtual std::variant<Session, Problem> authenticate(const Request& request) = 0;
};

struct Route;

/// What a handler gets. Lives until the answer is written; owned by the connection.
struct RequestContext {
  Request request;
  const Route* route = nullptr;
  Session session;
  std::string rate_limit;  ///< value of the RateLimit header; empty when there is no limit

  const domain::Viewer& viewer() const { return session.viewer; }
  /// The decoded path segment: 0 is the pattern's first `{…}`.
  std::string_view path_parameter(std::size_t index) const { return request.path_parameter(index); }
  /// The problem as an answer in the asker's language. With status 301 it leads to the same path with the id of the
  /// record that took the place of the first one in it.
  Response answer(const Problem& problem) const;
};

/// A named JSON Schema; in OpenAPI a component of that name. No `make`: there is no body.
struct Schema {
  std::string_view name;
  std::string (*make)() = nullptr;

  explicit operator bool() const { return make != nullptr; }
};

/// A query parameter. Names that the row does not list are refused with 400 `unknown_parameter`.
struct QueryParameter {
  std::string name;
  std::string description;
  std::string schema = R"({"type":"string"})";  ///< JSON Schema
  bool required = false;
  std::string example{};
};

struct Example {
  std::string summary;
  std::string request;   ///< JSON; empty: none
  std::string response;  ///< JSON; empty: none
};

/// Tried first when there is one, on the connection's thread: must not wait. nullopt: the coroutine answers.
using FastHandler = std::function<std::optional<Response>(RequestContext&)>;
/// Exceptions become problems: ProblemException its own, everything else 500 `internal_error`.
using Handler = std::function<Task<Response>(RequestContext&)>;

struct Route {
  Method method = Method::get;
  std::string pattern;  ///< `/api/v1/organisations/{id}`
  Access access = Access::any_user;
  std::string summary;
  std::string description;  ///< Markdown, may be empty
  std::string tag;
  std::string operation_id;  ///< unique; empty: made from method and pattern

  Schema request;
  std::vector<std::string_view> consumes;  ///< media types; empty: application/json, for PATCH merge-patch+json too
  std::size_t max_body = 1U << 20;         ///< bytes
  bool body_optional = false;              ///< for the OpenAPI document: the handler does without
  Schema response;
  bool response_is_list = false;  ///< `{"items":[response…],"next":…}`
  std::string_view produces = k_json;
  unsigned success = 200;

  std::vector<QueryParameter> query;
  bool open_query = false;  ///< the handler refuses unknown parameters itself (filters are families of names)
  bool command = false;     ///< takes Idempotency-Key, answers Alforis-Position
  bool if_match = false;    ///< honours If-Match
  bool etag = false;        ///< answers ETag, honours If-None-Match
  bool reads = false;       ///< takes Alforis-After
  bool login_only = false;  ///< for who has logged in: no API key may
  std::vector<std::string_view> problems;  ///< codes besides those every route has
  std::vector<Example> examples;
  bool deprecated = false;
  std::string deprecation = "@0";  ///< since when, as a structured date (RFC 9745)
  std::string sunset;              ///< HTTP date (RFC 8594); empty: none
  bool hidden = false;             ///< not in the OpenAPI document (pages)

  std::size_t number = 0;  ///< its place among the router's rows; the router sets it

  FastHandler fast;
  Handler handler;  ///< may be empty when `fast` always answers
};

}  // namespace alforis::api
