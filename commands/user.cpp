#include "commands/user.hpp"

#include <set>

#include "commands/api_key.hpp"
#include "commands/session.hpp"
#include "domain/values/time_zone.hpp"

namespace alforis::commands {

using namespace domain;

namespace {
std::string email_key(const Email& email) { return "u/email/" + std::string(email.text()); }
}  // namespace

namespace index {
std::string active_admin() { return "i/admin"; }
}  // namespace index

std::vector<std::string> keys_of(const User& user) {
  std::vector<std::string> keys{email_key(*user.email)};
  if (user.active && user.role == Role::admin) keys.push_back(shared_key(index::active_admin(), user.id));
  return keys;
}

bool last_active_admin(const Uuid& user, const DecisionContext& context) {
  const auto admins = context.state.holders(index::active_admin(), 2);
  return admins.size() == 1 && admins.front() == user;
}

namespace {

Refusal check_team(const std::optional<Uuid>& team, const DecisionContext& context) {
  if (!team) return std::nullopt;
  const auto found = context.state.find<Team>(*team);
  if (found && found->active) return std::nullopt;
  return invalid(problem("unknown_reference", "there is no active team with this id", "/team_id"));
}

Refusal check_time_zone(const std::optional<Line<64>>& zone) {
  if (!zone || is_time_zone(zone->text())) return std::nullopt;
  return invalid(
      problem("unknown_time_zone", "expected the IANA name of a time zone, such as Europe/Paris", "/time_zone"));
}

Refusal check_preferences(const std::optional<std::vector<NotificationPreference>>& preferences) {
  if (!preferences) return std::nullopt;
  Problems problems;
  std::set<NotificationType> seen;
  for (std::size_t i = 0; i < preferences->size(); ++i) {
    if (seen.insert(*(*preferences)[i].type).second) continue;
    problems.push_back({"duplicate_element", "/notification_preferences/" + std::to_string(i) + "/type",
                        "there is one preference for each type at most"});
  }
  if (problems.empty()) return std::nullopt;
  return invalid(std::move(problems));
}

/// Whoever had the system's own id would have its rights.
Refusal check_id(const Uuid& id) {
  if (id != system_actor()) return std::nullopt;
  return invalid(problem("reserved_id", "this id is the system's own", "/id"));
}

/// What people may change of themselves; everything else of a user is the administrator's.
bool touches_only_own_settings(UserData<Patch> patch) {
  patch.full_name = {};
  patch.locale = {};
  patch.time_zone = {};
  patch.theme = {};
  patch.notification_preferences = {};
  return patch == UserData<Patch>{};
}

}  // namespace

Decided decide(const CreateUser& command, const DecisionContext& context) {
  if (auto refusal = admin_only(context)) return *refusal;
  if (auto refusal = check_id(command.id)) return *refusal;
  if (auto refusal = check_new_id<User>(command.id, context)) return *refusal;
  if (auto refusal = check_taken<User>(email_key(*command.data.email), "/email", command.id, context)) return *refusal;
  if (auto refusal = check_team(command.data.team_id, context)) return *refusal;
  if (auto refusal = check_time_zone(command.data.time_zone)) return *refusal;
  if (auto refusal = check_preferences(command.data.notification_preferences)) return *refusal;
  UserCreated event;
  static_cast<UserData<Full>&>(event) = command.data;
  Decision decision = happened(command.id, std::move(event));
  if (command.password_hash) decision.events.push_back({command.id, UserPasswordSet{*command.password_hash}});
  return decision;
}

Decided decide(const UpdateUser& command, const DecisionContext& context) {
  const auto present = visible<User>(command.id, context);
  if (!present) return present.error();
  const bool own = command.id == context.actor.id && touches_only_own_settings(command.patch);
  if (!own) {
    if (auto refusal = admin_only(context)) return *refusal;
  }
  if (auto refusal = stale(command.if_match, *present)) return *refusal;
  UserUpdated event;
  static_cast<UserData<Patch>&>(event) = command.patch;
  if (!reduce<UserData>(event, *present)) return Decision{command.id, {}};
  if (event.email) {
    if (auto refusal = check_taken<User>(email_key(*event.email), "/email", command.id, context)) return *refusal;
  }
  if (event.team_id.touched()) {
    if (auto refusal = check_team(event.team_id.value(), context)) return *refusal;
  }
  if (event.time_zone.touched()) {
    if (auto refusal = check_time_zone(event.time_zone.value())) return *refusal;
  }
  if (event.notification_preferences.touched()) {
    if (auto refusal = check_preferences(event.notification_preferences.value())) return *refusal;
  }
  const bool demoted = (event.role && *event.role != Role::admin) || (event.active && !*event.active);
  if (demoted && last_active_admin(command.id, context)) {
    return conflict("last_admin", "this is the last active administrator: make another one first");
  }
  const bool deactivated = event.active && !*event.active;
  Decision decision = happened(command.id, std::move(event));
  if (deactivated) {
    // Who is let in again later shall not find old doors open.
    end_sessions(command.id, SessionEnd::deactivated, std::nullopt, context, decision);
    revoke_api_keys(command.id, context, decision);
  }
  return decision;
}

// ---- passwords

Decided decide(const SetPassword& command, const DecisionContext& context) {
  if (const auto present = visible<User>(command.id, context); !present) return present.error();
  if (command.id != context.actor.id) {
    if (auto refusal = admin_only(context)) return *refusal;
  }
  Decision decision = happened(command.id, UserPasswordSet{command.password_hash});
  end_sessions(command.id, SessionEnd::password_changed, command.keep_session, context, decision);
  return decision;
}

Decided decide(const RehashPassword& command, const DecisionContext& context) {
  const auto present = context.state.find<User>(command.id);
  if (!present) return not_found(User::k_entity);
  if (command.id != context.actor.id) return forbidden("a password is hashed again for its user");
  if (present->version != command.version) return Decision{command.id, {}};
  return happened(command.id, UserPasswordRehashed{command.password_hash});
}

namespace {

template <class Link>
Decided hand_out(const Uuid& id, const Link& link, const DecisionContext& context) {
  const auto present = visible<User>(id, context);
  if (!present) return present.error();
  if (auto refusal = admin_only(context)) return *refusal;
  if (!present->active) return conflict("user_inactive", "the user is not active: activate the account first");
  return happened(id, link);
}

}  // namespace

Decided decide(const InviteUser& command, const DecisionContext& context) {
  return hand_out(command.id, command.link, context);
}

Decided decide(const RequestPasswordReset& command, const DecisionContext& context) {
  return hand_out(command.id, command.link, context);
}

Decided decide(const AcceptLink& command, const DecisionContext& context) {
  const auto present = context.state.find<User>(command.id);
  if (!present || command.id != context.actor.id) return not_found(User::k_entity);
  const auto& secrets = present->secrets;
  const bool open = secrets && secrets->link_hash == command.token_hash && *secrets->link_expires_at > context.now;
  if (!open) return conflict("invalid_link", "the link was used, replaced, or is too old");
  Decision decision = happened(command.id, UserPasswordSet{command.password_hash});
  end_sessions(command.id, SessionEnd::password_changed, std::nullopt, context, decision);
  return decision;
}

// ---- one-time codes

Decided decide(const EnrolTotp& command, const DecisionContext& context) {
  const auto present = context.state.find<User>(command.id);
  if (!present || command.id != context.actor.id) return not_found(User::k_entity);
  if (present->two_factor) return conflict("totp_enabled", "one-time codes are in use: disable them first");
  return happened(command.id, UserTotpEnrolled{command.sealed_secret});
}

Decided decide(const ConfirmTotp& command, const DecisionContext& context) {
  const auto present = context.state.find<User>(command.id);
  if (!present || command.id != context.actor.id) return not_found(User::k_entity);
  if (present->two_factor) return conflict("totp_enabled", "one-time codes are in use already");
  if (!present->secrets || present->secrets->totp_enrolled != command.confirmed.sealed_secret) {
    return conflict("totp_not_enrolled", "there is no secret to confirm: enrol first");
  }
  return happened(command.id, command.confirmed);
}

Decided decide(const DisableTotp& command, const DecisionContext& context) {
  const auto present = visible<User>(command.id, context);
  if (!present) return present.error();
  if (command.id != context.actor.id) {
    if (auto refusal = admin_only(context)) return *refusal;
  }
  if (!present->two_factor) return Decision{command.id, {}};
  return happened(command.id, UserTotpDisabled{});
}

}  // namespace alforis::commands
