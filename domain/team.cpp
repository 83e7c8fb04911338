#include "domain/team.hpp"

#include <utility>

#include "domain/patch.hpp"

namespace alforis::domain {

void evolve(std::optional<Team>& state, TeamCreated event, const EventContext& context) {
  state.emplace();
  static_cast<TeamData<Full>&>(*state) = std::move(event);
  stamp_created(*state, context);
}

void evolve(std::optional<Team>& state, const TeamUpdated& event, const EventContext& context) {
  if (!state) return;
  apply<TeamData>(*state, event);
  stamp_updated(*state, context);
}

}  // namespace alforis::domain
