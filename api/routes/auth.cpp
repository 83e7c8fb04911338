// Logging in, staying logged in, logging out; and the sessions that come of it.

#include "api/audit.hpp"
#include "api/auth/cookies.hpp"
#include "api/auth/digest.hpp"
#include "api/auth/opaque_token.hpp"
#include "api/auth/password.hpp"
#include "api/auth/totp.hpp"
#include "api/patient_submit.hpp"
#include "api/routes/auth_bodies.hpp"
#include "api/routes/command_routes.hpp"
#include "api/routes/passwords.hpp"
#include "api/routes/resources.hpp"
#include "commands/session.hpp"
#include "commands/user.hpp"
#include "domain/wire/codec.hpp"

namespace alforis::api {

using namespace domain;

namespace {

constexpr std::string_view k_sessions = "/api/v1/auth/sessions";
constexpr std::string_view k_tag = "auth";
constexpr std::string_view k_refresh = "refresh";  ///< purpose of the seal
const Schema k_session{"Session", &wire::json_schema<domain::Session>};

/// As much of a header or address as a session keeps; nullopt when it is no text.
template <std::size_t Max>
std::optional<Line<Max>> kept(std::string_view text) {
  const auto line = Line<Max>::parse(text.substr(0, Max));
  return line ? std::optional(*line) : std::nullopt;
}

std::string new_refresh_token(const Services& services, const Uuid& user, const Uuid& session) {
  return make_opaque_token(services.key, k_refresh, {user, session}, random_bytes(k_token_secret));
}

Instant refresh_expiry(const Services& services) {
  return Instant::from_micros(services.now_us()) + services.options.refresh_lifetime;
}

/// The tokens of a session, as its client wants them.
Response token_answer(const Services& services, const domain::Session& session, std::string refresh_token,
                      eventstore::Position position) {
  const std::int64_t now = services.now_seconds();
  const std::chrono::seconds lifetime = services.options.token_lifetime;
  const auto refresh_lifetime =
      std::chrono::duration_cast<std::chrono::seconds>(*session.expires_at - Instant::from_micros(services.now_us()));
  std::string access = services.key.issue({session.id, *session.user_id, now + lifetime.count()}, now);
  LoginAnswer answer;
  answer.expires_in = lifetime.count();
  answer.refresh_expires_in = refresh_lifetime.count();
  answer.session_id = session.id;
  const bool browser = session.client == SessionClient::browser;
  CookieTokens cookies;
  if (browser) {
    answer.token_type = "Cookie";
    answer.csrf_token = csrf_token(services.key, session.id);
    cookies = {std::move(access), std::move(refresh_token), *answer.csrf_token, lifetime, refresh_lifetime};
  } else {
    answer.access_token = std::move(access);
    answer.refresh_token = std::move(refresh_token);
  }
  Response response = Response::json(wire::to_json(answer));
  response.cache_control = "no-store";
  response.header("Alforis-Position", std::to_string(position));
  if (browser) set_cookies(response, cookies, services.options.tls);
  return response;
}

/// What a refused command of a session means to who sent the token or the password.
Response refused(const RequestContext& context, const commands::Rejection& rejection, std::string_view otherwise) {
  if (rejection.kind == commands::RejectionKind::unavailable) return context.answer(Problem::of(rejection));
  const bool tells = rejection.kind == commands::RejectionKind::conflict;
  return context.answer(Problem::of(tells ? std::string_view(rejection.code) : otherwise));
}

// ---- logging in

/// What the writer compares of the second factor. False when there is a code and it is wrong; whether one is needed,
/// and whether it was used before, is the writer's to say.
bool bring_second_factor(const Services& services, const Login& login, const projections::Credentials& credentials,
                         commands::OpenSession& command) {
  if (login.recovery_code) command.recovery_hash = recovery_code_hash(*login.recovery_code);
  if (!login.totp || !credentials.totp) return true;
  const auto secret = services.totp_box.open(*credentials.totp, credentials.user.text());
  if (secret) command.totp_step = verify_totp(*secret, *login.totp, services.now_seconds());
  return command.totp_step.has_value();
}

/// A hash made under other parameters than today's is made again while the password is known. Whether that succeeds is
/// nothing to the login.
Task<void> rehash_password(Services& services, const RequestContext& context,
                           const projections::Credentials& credentials, std::string password) {
  const PasswordCost cost = services.options.password_cost;
  if (!needs_rehash(credentials.hash, cost)) co_return;
  auto job = [password = std::move(password), cost] { return hash_password(password, cost); };
  auto pending = services.hashing.run(std::move(job));
  std::string hash = co_await std::move(pending);
  auto request = request_by(services, context, credentials.user);
  request.command = commands::RehashPassword{credentials.user, credentials.version, std::move(hash)};
  auto submitting = submit(services.writer, std::move(request));
  co_await std::move(submitting);
}

Task<Response> log_in(Services& services, RequestContext& context) {
  const Login login = read_body<Login>(context.request).value();
  const auto email = Email::parse(*login.email);
  // What is no address is nobody's; all such texts share one account's budget.
  auto checking = check_password(services, context, email ? email->text() : std::string(), *login.password);
  const KnownAccount known = co_await std::move(checking);
  if (!known.right || !known.credentials->active) {
    note_refused_login(services, context, known.credentials ? known.credentials->user : Uuid(), "invalid_credentials");
    co_return context.answer(Problem::of("invalid_credentials"));
  }
  const Uuid user = known.credentials->user;
  if (!services.directory.contains(user)) {
    auto job = [&services] { services.load_directory(); };
    auto pending = services.pool.run(std::move(job));
    co_await std::move(pending);
  }
  commands::OpenSession command;
  if (!bring_second_factor(services, login, *known.credentials, command)) {
    note_refused_login(services, context, user, "invalid_totp");
    co_return context.answer(Problem::of("invalid_totp"));
  }
  command.id = services.new_id();
  std::string refresh_token = new_refresh_token(services, user, command.id);
  command.checked_version = known.credentials->version;
  command.data.user_id = user;
  command.data.device = kept<200>(context.request.header("User-Agent").value_or(""));
  command.data.address = kept<64>(context.request.remote_address());
  command.data.client = login.cookie ? SessionClient::browser : SessionClient::app;
  command.data.expires_at = refresh_expiry(services);
  command.data.token_hash = sha256_text(refresh_token);
  auto rehashing = rehash_password(services, context, *known.credentials, *login.password);
  co_await std::move(rehashing);
  auto request = request_by(services, context, user);
  request.command = std::move(command);
  auto submitting = submit_patiently(services.writer, std::move(request));
  const auto result = co_await std::move(submitting);
  if (const auto* rejection = std::get_if<commands::Rejection>(&result)) {
    Response response = refused(context, *rejection, "invalid_credentials");
    // That a code is needed too is no refusal, but the next question.
    if (response.status == 401 && response.problem != "totp_required") {
      note_refused_login(services, context, user, response.problem);
    }
    co_return response;
  }
  const auto& outcome = std::get<commands::Outcome>(result);
  services.on_acknowledged(outcome);
  forgive(services, context, known);
  const auto session = wire::from_stored<domain::Session>(outcome.document).value();
  co_return token_answer(services, session, std::move(refresh_token), outcome.position);
}

Route login_row(Services& services) {
  Route route;
  route.method = Method::post;
  route.pattern = "/api/v1/auth/login";
  route.access = Access::public_;
  route.tag = k_tag;
  route.summary = "Log in with e-mail and password";
  route.description =
      "Opens a session. Who has one-time codes brings `totp` or a `recovery_code` (401 `totp_required`). `cookie`: for "
      "browsers; the tokens are then in cookies, and `csrf_token` goes into the header "
      "`X-CSRF-Token` of whatever changes something.";
  route.request = {"Login", &wire::input_schema<Login>};
  route.response = {"LoginAnswer", &wire::json_schema<LoginAnswer>};
  route.problems = {"invalid_credentials", "totp_required",     "invalid_totp",
                    "invalid_input",       "too_many_requests", "unavailable"};
  route.examples = {{"", R"({"email":"admin@alforis.example","password":"correct horse battery"})",
                     R"({"access_token":"eyJhbGciOiJIUzI1NiJ9.e30.signature","token_type":"Bearer","expires_in":900,)"
                     R"("refresh_token":"AZXCoAAAcAC…","refresh_expires_in":2592000,)"
                     R"("session_id":"0195c2a0-0000-7000-8000-000000000009"})"}};
  route.handler = [&services](RequestContext& context) { return log_in(services, context); };
  return route;
}

// ---- staying logged in

/// The refresh token of the body or of the cookie, and whose it is. A browser sends its cookie for anybody's page: with
/// it must come what only our own pages know.
std::pair<std::string, OpaqueToken> refresh_token_of(const Services& services, const RequestContext& context) {
  const Refresh body = read_optional_body<Refresh>(context.request).value();
  std::string text = body.refresh_token ? *body.refresh_token : std::string(cookie(context.request, k_refresh_cookie));
  const auto token = read_opaque_token(services.key, k_refresh, text);
  if (!token) throw ProblemException(Problem::of("invalid_token"));
  if (!body.refresh_token && !csrf_allowed(services.key, context.request, token->subject)) {
    throw ProblemException(Problem::of("csrf_token_required"));
  }
  return {std::move(text), *token};
}

Task<Response> refresh(Services& services, RequestContext& context) {
  const auto [used, token] = refresh_token_of(services, context);
  commands::RefreshSession command{token.subject, sha256_text(used), {}};
  std::string next = new_refresh_token(services, token.user, token.subject);
  command.next.address = kept<64>(context.request.remote_address());
  command.next.expires_at = refresh_expiry(services);
  command.next.token_hash = sha256_text(next);
  auto request = request_by(services, context, token.user);
  request.command = std::move(command);
  auto submitting = submit_patiently(services.writer, std::move(request));
  const auto result = co_await std::move(submitting);
  if (const auto* rejection = std::get_if<commands::Rejection>(&result)) {
    // Of who may not come in any more, every session has ended.
    const bool gone = rejection->kind == commands::RejectionKind::forbidden;
    co_return refused(context, *rejection, gone ? "session_revoked" : "invalid_token");
  }
  const auto& outcome = std::get<commands::Outcome>(result);
  services.on_acknowledged(outcome);
  const auto session = wire::from_stored<domain::Session>(outcome.document).value();
  if (session.deleted()) {
    services.revoked_sessions.add(std::span(&session.id, 1), services.now_seconds());
    co_return context.answer(Problem::of("session_revoked"));
  }
  co_return token_answer(services, session, std::move(next), outcome.position);
}

Route refresh_row(Services& services) {
  Route route;
  route.method = Method::post;
  route.pattern = "/api/v1/auth/refresh";
  route.access = Access::public_;
  route.tag = k_tag;
  route.summary = "Exchange the refresh token for new tokens";
  route.description =
      "Each refresh token works once. One that comes a second time ends its session: somebody has stolen it.";
  route.request = {"Refresh", &wire::input_schema<Refresh>};
  route.body_optional = true;
  route.response = {"LoginAnswer", &wire::json_schema<LoginAnswer>};
  route.problems = {"invalid_token", "session_revoked", "csrf_token_required", "invalid_input", "unavailable"};
  route.examples = {{"", R"({"refresh_token":"AZXCoAAAcAC…"})",
                     R"({"access_token":"eyJhbGciOiJIUzI1NiJ9.e30.signature","token_type":"Bearer","expires_in":900,)"
                     R"("refresh_token":"AZXCoAAAcBD…","refresh_expires_in":2592000,)"
                     R"("session_id":"0195c2a0-0000-7000-8000-000000000009"})"}};
  route.handler = [&services](RequestContext& context) { return refresh(services, context); };
  return route;
}

// ---- ending sessions

/// Ends a session; 200 with what it was, or why not.
Task<Response> revoke(Services& services, RequestContext& context, Uuid id, std::optional<SessionEnd> reason) {
  auto request = new_request(services, context, {}).value();
  request.command = commands::RevokeSession{id, reason};
  auto giving = give_command(services, context, std::move(request), k_sessions);
  Response response = co_await std::move(giving);
  if (response.status == 200) services.revoked_sessions.add(std::span(&id, 1), services.now_seconds());
  co_return response;
}

Task<Response> log_out(Services& services, RequestContext& context) {
  auto revoking = revoke(services, context, context.session.id, SessionEnd::logout);
  Response response = co_await std::move(revoking);
  if (response.status == 200) clear_cookies(response, services.options.tls);
  co_return response;
}

Route logout_row(Services& services) {
  Route route = command_row(Method::post, "/api/v1/auth/logout", Access::any_user, k_tag, "Log out: ends this session");
  route.login_only = true;
  route.response = k_session;
  route.handler = [&services](RequestContext& context) { return log_out(services, context); };
  return route;
}

Route revoke_row(Services& services) {
  Route route = command_row(Method::delete_, std::string(k_sessions) + "/{id}", Access::any_user, k_tag,
                            "End a session: one's own, or as an administrator anybody's");
  route.response = k_session;
  may_answer(route, {"not_found"});
  route.handler = [&services](RequestContext& context) -> Task<Response> {
    auto revoking = revoke(services, context, path_id(context).value(), std::nullopt);
    co_return co_await std::move(revoking);
  };
  return route;
}

}  // namespace

std::vector<Route> auth_routes(Services& services) {
  ResourceRows rows(services, EntityKind::session, k_sessions, k_session, k_tag, "session");
  rows.add(login_row(services));
  rows.add(refresh_row(services));
  rows.add(logout_row(services));
  rows.add(revoke_row(services));
  return std::move(rows).done();
}

}  // namespace alforis::api

ALFORIS_WIRE(alforis::api::Login)
ALFORIS_WIRE(alforis::api::LoginAnswer)
ALFORIS_WIRE(alforis::api::Refresh)
