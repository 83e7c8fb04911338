#include "commands/user.hpp"

#include <set>

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
  return happened(command.id, std::move(event));
}

Decided decide(const SetPassword& command, const DecisionContext& context) {
  if (const auto present = visible<User>(command.id, context); !present) return present.error();
  if (command.id != context.actor.id) {
    if (auto refusal = admin_only(context)) return *refusal;
  }
  return happened(command.id, UserPasswordSet{command.password_hash});
}

}  // namespace alforis::commands
