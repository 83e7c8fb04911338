// One-time codes: enrolling, confirming, disabling.

#include "api/auth/totp.hpp"

#include "api/auth/secret_box.hpp"
#include "api/routes/account_bodies.hpp"
#include "api/routes/command_routes.hpp"
#include "api/routes/passwords.hpp"
#include "api/routes/resources.hpp"
#include "commands/user.hpp"
#include "domain/wire/codec.hpp"

namespace alforis::api {

using namespace domain;
using projections::QueryReader;

namespace {

constexpr std::string_view k_path = "/api/v1/me/totp";
constexpr std::string_view k_users = "/api/v1/users";
constexpr std::string_view k_tag = "me";
const Schema k_user{"User", &wire::json_schema<User>};

/// What is shown once.
Response shown_once(const RequestContext& context, const commands::Outcome& outcome, std::string document) {
  Response response = answer_outcome(context, outcome, std::move(document), k_users);
  response.etag.clear();
  response.cache_control = "no-store";
  return response;
}

/// Throws ProblemException when the body's password is not the asker's.
Task<void> prove(Services& services, const RequestContext& context, const PasswordProof& proof) {
  auto checking = check_own_password(services, context, *proof.password);
  const KnownAccount known = co_await std::move(checking);
  if (!known.right) {
    throw ProblemException(Problem::of(problem("invalid_credentials", "this is not your password", "/password")));
  }
  forgive(services, context, known);
}

Task<Response> enrol(Services& services, RequestContext& context) {
  const PasswordProof proof = read_body<PasswordProof>(context.request).value();
  auto proving = prove(services, context, proof);
  co_await std::move(proving);
  auto request = new_request(services, context, without_secrets(proof)).value();
  const Uuid user = context.viewer().id;
  // From the command's id, so that a retry is answered with the same secret.
  const std::string secret = services.key.secret_of("totp", request.command_id).substr(0, k_totp_secret_bytes);
  request.command = commands::EnrolTotp{user, services.totp_box.seal(secret, user.text())};
  auto giving = outcome_of(services, std::move(request));
  const commands::Outcome outcome = co_await std::move(giving);
  const auto self = wire::from_stored<User>(outcome.document).value();
  const TotpEnrolment enrolment{base32(secret), totp_uri(secret, self.email->text())};
  co_return shown_once(context, outcome, wire::to_json(enrolment));
}

/// The asker's secrets as the tables have them once they know what the writer has written by now.
Task<projections::Credentials> own_credentials(Services& services, const RequestContext& context) {
  auto waiting = services.gate.wait(services.writer.status().position, services.options.position_timeout);
  co_await std::move(waiting);
  const Uuid user = context.viewer().id;
  auto job = [&services, user] {
    return services.readers.with([user](QueryReader& reader) { return reader.credentials_of(user); });
  };
  auto pending = services.pool.run(std::move(job));
  auto found = co_await std::move(pending);
  if (!found) throw ProblemException(Problem::of("not_found"));
  co_return std::move(*found);
}

/// Recovery codes that belong to a command.
std::vector<std::string> recovery_codes_of(const Services& services, const std::string& command_id) {
  std::vector<std::string> codes;
  for (std::size_t i = 0; i < k_recovery_codes; ++i) {
    codes.push_back(recovery_code(services.key.secret_of("recovery-code-" + std::to_string(i), command_id)));
  }
  return codes;
}

Task<Response> confirm(Services& services, RequestContext& context) {
  const TotpCode body = read_body<TotpCode>(context.request).value();
  const Uuid user = context.viewer().id;
  auto asking = own_credentials(services, context);
  const auto credentials = co_await std::move(asking);
  if (credentials.totp) co_return context.answer(Problem::of("totp_enabled"));
  if (!credentials.totp_enrolled) co_return context.answer(Problem::of("totp_not_enrolled"));
  const auto secret = services.totp_box.open(*credentials.totp_enrolled, user.text());
  const auto step = secret ? verify_totp(*secret, *body.code, services.now_seconds()) : std::nullopt;
  if (!step) throw ProblemException(Problem::of(problem("invalid_totp", "this is not the present code", "/code")));
  auto request = request_by(services, context, user);
  const RecoveryCodes answer{recovery_codes_of(services, request.command_id)};
  commands::ConfirmTotp command{user, {*credentials.totp_enrolled, *step, {}}};
  for (const std::string& code : answer.recovery_codes) {
    command.confirmed.recovery_hashes.push_back(recovery_code_hash(code));
  }
  request.command = std::move(command);
  auto giving = outcome_of(services, std::move(request));
  const commands::Outcome outcome = co_await std::move(giving);
  co_return shown_once(context, outcome, wire::to_json(answer));
}

Task<Response> disable_own(Services& services, RequestContext& context) {
  const PasswordProof proof = read_body<PasswordProof>(context.request).value();
  auto proving = prove(services, context, proof);
  co_await std::move(proving);
  auto request = new_request(services, context, without_secrets(proof)).value();
  request.command = commands::DisableTotp{context.viewer().id};
  auto giving = give_command(services, context, std::move(request), k_users);
  co_return co_await std::move(giving);
}

Task<Response> disable_of(Services& services, RequestContext& context) {
  const Uuid user = path_id(context).value();
  if (user == context.viewer().id) co_return context.answer(own_account(k_path));
  auto request = new_request(services, context, context.request.body()).value();
  request.command = commands::DisableTotp{user};
  auto giving = give_command(services, context, std::move(request), k_users);
  co_return co_await std::move(giving);
}

Route enrol_row(Services& services) {
  Route route = command_row(Method::post, std::string(k_path), Access::any_user, k_tag, "Enrol for one-time codes");
  route.description =
      "The secret is shown this once, for an authenticator app; a login needs codes from when one was confirmed.";
  route.response = {"TotpEnrolment", &wire::json_schema<TotpEnrolment>};
  route.request = input<PasswordProof>("PasswordProof");
  route.examples = {{"", R"({"password":"correct horse battery"})",
                     R"({"secret":"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",)"
                     R"("uri":"otpauth://totp/Alforis:anne%40firme.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ)"
                     R"(&issuer=Alforis&algorithm=SHA1&digits=6&period=30"})"}};
  may_answer(route, {"totp_enabled", "too_many_requests", "not_found"});
  route.handler = [&services](RequestContext& context) { return enrol(services, context); };
  return route;
}

Route confirm_row(Services& services) {
  Route route = command_row(Method::post, std::string(k_path) + "/confirm", Access::any_user, k_tag,
                            "Confirm the secret with a code; answers the recovery codes, shown this once");
  route.command = false;  // the code is of its moment: a retry brings another one
  route.request = input<TotpCode>("TotpCode");
  route.response = {"RecoveryCodes", &wire::json_schema<RecoveryCodes>};
  route.examples = {{"", R"({"code":"123456"})", R"({"recovery_codes":["mfrg-gzdf-mztw-q2lk"]})"}};
  may_answer(route, {"totp_enabled", "totp_not_enrolled", "not_found", "unavailable"});
  route.handler = [&services](RequestContext& context) { return confirm(services, context); };
  return route;
}

Route disable_row(Services& services) {
  Route route = command_row(Method::delete_, std::string(k_path), Access::any_user, k_tag, "Disable one-time codes");
  route.request = input<PasswordProof>("PasswordProof");
  route.response = k_user;
  route.examples = {{"", R"({"password":"correct horse battery"})", ""}};
  may_answer(route, {"too_many_requests", "not_found"});
  route.handler = [&services](RequestContext& context) { return disable_own(services, context); };
  return route;
}

}  // namespace

std::vector<Route> totp_routes(Services& services) {
  Route resetting = command_row(Method::delete_, std::string(k_users) + "/{id}/totp", Access::admin, "users",
                                "Disable a user's one-time codes, such as after a telephone was lost");
  resetting.response = k_user;
  resetting.handler = [&services](RequestContext& context) { return disable_of(services, context); };
  std::vector<Route> routes{enrol_row(services), confirm_row(services), disable_row(services), std::move(resetting)};
  for (Route& route : routes) route.login_only = true;
  return routes;
}

}  // namespace alforis::api

ALFORIS_WIRE(alforis::api::TotpEnrolment)
ALFORIS_WIRE(alforis::api::TotpCode)
ALFORIS_WIRE(alforis::api::RecoveryCodes)
ALFORIS_WIRE_SECRETS(alforis::api::PasswordProof)
