#include "commands/session.hpp"

#include <algorithm>

#include "domain/values/time_zone.hpp"

namespace alforis::commands {

using namespace domain;

namespace index {
std::string sessions_of(const Uuid& user) { return key_of("i/user_sessions/", user); }
std::string session_expiries() { return "t/session_expiry"; }
}  // namespace index

std::vector<std::string> keys_of(const Session& session) {
  if (session.deleted()) return {};
  const Date last_day = local_time(*session.expires_at, k_default_time_zone).date;
  return {shared_key(index::sessions_of(*session.user_id), session.id),
          dated_key(index::session_expiries(), last_day, session.id)};
}

namespace {

/// Takes the second factor that was brought, or says what is wrong with it.
Refusal use_second_factor(const OpenSession& command, const User& user, Decision& decision) {
  if (!user.two_factor) return std::nullopt;
  const UserSecrets& secrets = *user.secrets;
  if (command.totp_step) {
    if (*command.totp_step <= secrets.totp_step) return conflict("invalid_totp", "this code was used already");
    decision.events.push_back({user.id, UserTotpUsed{*command.totp_step}});
    return std::nullopt;
  }
  if (!command.recovery_hash) return conflict("totp_required", "this account needs a one-time code as well");
  if (std::ranges::count(secrets.recovery_hashes, *command.recovery_hash) == 0) {
    return conflict("invalid_totp", "there is no such recovery code, or it was used already");
  }
  decision.events.push_back({user.id, UserRecoveryCodeUsed{*command.recovery_hash}});
  return std::nullopt;
}

/// Ids begin with the time they were made at: the first of them are the oldest sessions.
void make_room(const Uuid& user, const DecisionContext& context, Decision& decision) {
  const auto open = context.state.holders(index::sessions_of(user));
  for (std::size_t i = 0; i + k_most_sessions <= open.size(); ++i) {
    decision.events.push_back({open[i], SessionRevoked{SessionEnd::superseded}});
  }
}

}  // namespace

Decided decide(const OpenSession& command, const DecisionContext& context) {
  if (context.actor.id != *command.data.user_id) return forbidden("a session is opened by its user");
  if (auto refusal = check_new_id<Session>(command.id, context)) return *refusal;
  const auto user = context.state.find<User>(context.actor.id);
  if (!user) return not_found(User::k_entity);
  if (user->secrets && command.checked_version < user->secrets->password_version) {
    return forbidden("the password has been changed since it was checked");
  }
  Decision decision = happened(command.id, command.data);
  if (auto refusal = use_second_factor(command, *user, decision)) return *refusal;
  make_room(user->id, context, decision);
  return decision;
}

Decided decide(const RefreshSession& command, const DecisionContext& context) {
  const auto present = context.state.find<Session>(command.id);
  if (!present || *present->user_id != context.actor.id) return not_found(Session::k_entity);
  if (present->deleted() || *present->expires_at <= context.now) {
    return conflict("session_revoked", "the session is over");
  }
  if (present->token_hash != command.token_hash) return happened(command.id, SessionRevoked{SessionEnd::reuse});
  SessionRefreshed event = command.next;
  event.expires_at = std::min(*event.expires_at, present->created_at + k_longest_session);
  return happened(command.id, std::move(event));
}

Decided decide(const RevokeSession& command, const DecisionContext& context) {
  const auto present = visible<Session>(command.id, context);
  if (!present) return present.error();
  if (present->deleted()) return Decision{command.id, {}};
  const bool own = *present->user_id == context.actor.id;
  return happened(command.id,
                  SessionRevoked{command.reason.value_or(own ? SessionEnd::by_user : SessionEnd::by_admin)});
}

void end_sessions(const Uuid& user, SessionEnd reason, const std::optional<Uuid>& but, const DecisionContext& context,
                  Decision& decision) {
  for (const Uuid& session : context.state.holders(index::sessions_of(user))) {
    if (session != but) decision.events.push_back({session, SessionRevoked{reason}});
  }
}

}  // namespace alforis::commands
