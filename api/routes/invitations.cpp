// Links by which a user chooses a password: invitations, and resets. Administrators hand them out.

#include "api/auth/digest.hpp"
#include "api/auth/opaque_token.hpp"
#include "api/patient_submit.hpp"
#include "api/routes/account_bodies.hpp"
#include "api/routes/command_routes.hpp"
#include "api/routes/passwords.hpp"
#include "api/routes/resources.hpp"
#include "commands/user.hpp"
#include "domain/wire/codec.hpp"

namespace alforis::api {

using namespace domain;

namespace {

constexpr std::string_view k_users = "/api/v1/users";
constexpr std::string_view k_link = "link";  ///< purpose of the seal and of the token's secret
constexpr std::chrono::hours k_invitation_lifetime{7 * 24};
constexpr std::chrono::hours k_reset_lifetime{1};

/// The page that takes the token. In the fragment, which browsers send nowhere: neither servers' logs nor other sites
/// see it.
std::string link_of(const Services& services, const Request& request, const std::string& token) {
  std::string base = services.options.public_url;
  if (base.empty()) {
    base = services.options.tls ? "https://" : "http://";
    base += request.header("Host").value_or("localhost");
  }
  return base + "/accept#token=" + token;
}

/// Hands out a link; `Command` says what for.
template <class Command, class Event>
Task<Response> hand_out(Services& services, RequestContext& context, std::chrono::seconds lifetime) {
  const Uuid user = path_id(context).value();
  if (user == context.viewer().id) co_return context.answer(own_account("/api/v1/me/password"));
  auto request = new_request(services, context, context.request.body()).value();
  // From the command's id, so that a retry is answered with the same link although nobody keeps it.
  LinkAnswer answer;
  answer.token =
      make_opaque_token(services.key, k_link, {user, user}, services.key.secret_of(k_link, request.command_id));
  answer.link = link_of(services, context.request, answer.token);
  answer.expires_in = lifetime.count();
  answer.user_id = user;
  request.command = Command{user, Event{sha256_text(answer.token), Instant::from_micros(services.now_us()) + lifetime}};
  auto giving = outcome_of(services, std::move(request));
  const commands::Outcome outcome = co_await std::move(giving);
  Response response = answer_outcome(context, outcome, wire::to_json(answer), k_users);
  response.etag.clear();
  response.cache_control = "no-store";
  co_return response;
}

Task<Response> accept(Services& services, RequestContext& context) {
  const LinkAcceptance body = read_body<LinkAcceptance>(context.request).value();
  const auto token = read_opaque_token(services.key, k_link, *body.token);
  if (!token) co_return context.answer(Problem::of("invalid_link"));
  auto hashing = hashed_password(services, *body.password, {}, "/password");
  std::string hash = co_await std::move(hashing);
  auto request = request_by(services, context, token->user);
  request.command = commands::AcceptLink{token->user, sha256_text(*body.token), std::move(hash)};
  auto submitting = submit_patiently(services.writer, std::move(request));
  const auto result = co_await std::move(submitting);
  if (const auto* rejection = std::get_if<commands::Rejection>(&result)) {
    const bool later = rejection->kind == commands::RejectionKind::unavailable;
    co_return context.answer(later ? Problem::of(*rejection) : Problem::of("invalid_link"));
  }
  const auto& outcome = std::get<commands::Outcome>(result);
  services.on_acknowledged(outcome);
  Response response = Response::no_content();
  response.header("Alforis-Position", std::to_string(outcome.position));
  co_return response;
}

Route link_row(std::string_view suffix, std::string summary) {
  Route route = command_row(Method::post, std::string(k_users) + "/{id}" + std::string(suffix), Access::admin, "users",
                            std::move(summary));
  route.login_only = true;
  route.description = "The link is shown this once; a newer one, or a password that is set, makes it void.";
  route.response = {"LinkAnswer", &wire::json_schema<LinkAnswer>};
  route.examples = {{"", "",
                     R"({"link":"https://crm.example.org/accept#token=AZXCoAAAcAC…","token":"AZXCoAAAcAC…",)"
                     R"("expires_in":3600,"user_id":"0195c2a0-0000-7000-8000-00000000000b"})"}};
  may_answer(route, {"user_inactive"});
  return route;
}

}  // namespace

std::vector<Route> invitation_routes(Services& services) {
  Route invite = link_row("/invite", "Invite a user: a link, good for seven days, to choose a first password");
  invite.handler = [&services](RequestContext& context) {
    return hand_out<commands::InviteUser, UserInvited>(services, context, k_invitation_lifetime);
  };
  Route reset = link_row("/reset-password", "A link, good for an hour, to choose another password");
  reset.handler = [&services](RequestContext& context) {
    return hand_out<commands::RequestPasswordReset, UserPasswordResetRequested>(services, context, k_reset_lifetime);
  };
  Route accepting;
  accepting.method = Method::post;
  accepting.pattern = "/api/v1/auth/accept";
  accepting.access = Access::public_;
  accepting.tag = "auth";
  accepting.summary = "Choose a password by an invitation's or a reset's token";
  accepting.description = "Each token works once. All sessions of the user end.";
  accepting.request = input<LinkAcceptance>("LinkAcceptance");
  accepting.success = 204;
  accepting.problems = {"invalid_link", "invalid_input", "unavailable"};
  accepting.examples = {{"", R"({"token":"AZXCoAAAcAC…","password":"correct horse battery"})", ""}};
  accepting.handler = [&services](RequestContext& context) { return accept(services, context); };
  return {std::move(invite), std::move(reset), std::move(accepting)};
}

}  // namespace alforis::api

ALFORIS_WIRE(alforis::api::LinkAnswer)
ALFORIS_WIRE(alforis::api::LinkAcceptance)
