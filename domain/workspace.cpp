#include "domain/workspace.hpp"

#include <utility>

#include "domain/patch.hpp"

namespace alforis::domain {

const Uuid& workspace_id() {
  static const Uuid id = Uuid::parse("00000000-0000-7000-8000-000000000003").value();
  return id;
}

Workspace untouched_workspace() {
  Workspace workspace;
  workspace.id = workspace_id();
  workspace.created_by = workspace.updated_by = system_actor();
  return workspace;
}

void evolve(std::optional<Workspace>& state, WorkspaceCreated event, const EventContext& context) {
  state.emplace();
  static_cast<WorkspaceData<Full>&>(*state) = std::move(event);
  stamp_created(*state, context);
}

void evolve(std::optional<Workspace>& state, const WorkspaceUpdated& event, const EventContext& context) {
  if (!state) return;
  apply<WorkspaceData>(*state, event);
  stamp_updated(*state, context);
}

}  // namespace alforis::domain
