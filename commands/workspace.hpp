#pragma once
// Commands of the workspace: an administrator's work.

#include <string>
#include <vector>

#include "commands/decision.hpp"
#include "domain/workspace.hpp"

namespace alforis::commands {

/// A person without contact for longer is proposed for erasure at the latest.
inline constexpr std::int64_t k_most_retention_years = 30;

struct UpdateWorkspace {
  using Subject = domain::Workspace;
  IfMatch if_match;  ///< 0: as nobody has changed it yet
  domain::WorkspaceData<Patch> patch;
};

Decided decide(const UpdateWorkspace& command, const DecisionContext& context);

/// All index keys that it has in a state: none.
std::vector<std::string> keys_of(const domain::Workspace& workspace);

/// The workspace as the state has it, or as nobody has changed it.
domain::Workspace workspace_of(const StateView& state);

}  // namespace alforis::commands
