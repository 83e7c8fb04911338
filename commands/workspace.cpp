#include "commands/workspace.hpp"

namespace alforis::commands {

using namespace domain;

std::vector<std::string> keys_of(const Workspace&) { return {}; }

Workspace workspace_of(const StateView& state) {
  return state.find<Workspace>(workspace_id()).value_or(untouched_workspace());
}

Decided decide(const UpdateWorkspace& command, const DecisionContext& context) {
  if (auto refusal = admin_only(context)) return *refusal;
  const Workspace present = workspace_of(context.state);
  if (auto refusal = stale(command.if_match, present)) return *refusal;
  const auto& years = command.patch.retention_years;
  if (years && (*years < 1 || *years > k_most_retention_years)) {
    return invalid(problem("out_of_range", "1 to 30 years", "/retention_years"));
  }
  WorkspaceUpdated event;
  static_cast<WorkspaceData<Patch>&>(event) = command.patch;
  if (!reduce<WorkspaceData>(event, present)) return Decision{workspace_id(), {}};
  if (present.version != 0) return happened(workspace_id(), std::move(event));
  WorkspaceCreated first;
  apply<WorkspaceData>(first, event);
  return happened(workspace_id(), std::move(first));
}

}  // namespace alforis::commands
