#pragma once
// Commands of teams: an administrator's work.

#include <optional>
#include <string>
#include <vector>

#include "commands/decision.hpp"
#include "domain/team.hpp"

namespace alforis::commands {

struct CreateTeam {
  using Subject = domain::Team;
  Uuid id;
  domain::TeamData<Full> data;
};
struct UpdateTeam {
  using Subject = domain::Team;
  Uuid id;
  IfMatch if_match;
  domain::TeamData<Patch> patch;
};

Decided decide(const CreateTeam& command, const DecisionContext& context);
Decided decide(const UpdateTeam& command, const DecisionContext& context);

/// All index keys that a team has in a state; every one leads to its id.
std::vector<std::string> keys_of(const domain::Team& team);

}  // namespace alforis::commands
