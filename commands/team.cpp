#include "commands/team.hpp"

#include "domain/values/fold.hpp"

namespace alforis::commands {

using namespace domain;

namespace {
std::string name_key(const Line<100>& name) { return "u/team/" + fold_name(name.text()); }
}  // namespace

std::vector<std::string> keys_of(const Team& team) { return {name_key(*team.name)}; }

Decided decide(const CreateTeam& command, const DecisionContext& context) {
  if (auto refusal = admin_only(context)) return *refusal;
  if (auto refusal = check_new_id<Team>(command.id, context)) return *refusal;
  if (auto refusal = check_taken<Team>(name_key(*command.data.name), "/name", command.id, context)) return *refusal;
  TeamCreated event;
  static_cast<TeamData<Full>&>(event) = command.data;
  return happened(command.id, std::move(event));
}

Decided decide(const UpdateTeam& command, const DecisionContext& context) {
  const auto present = visible<Team>(command.id, context);
  if (!present) return present.error();
  if (auto refusal = admin_only(context)) return *refusal;
  if (auto refusal = stale(command.if_match, *present)) return *refusal;
  TeamUpdated event;
  static_cast<TeamData<Patch>&>(event) = command.patch;
  if (event.name) {
    if (auto refusal = check_taken<Team>(name_key(*event.name), "/name", command.id, context)) return *refusal;
  }
  if (!reduce<TeamData>(event, *present)) return Decision{command.id, {}};
  return happened(command.id, std::move(event));
}

}  // namespace alforis::commands
