#include "domain/kinds.hpp"

namespace alforis::domain {

template <class State>
void evolve_by(std::optional<State>& state, const AnyEvent& event, const EventContext& context) {
  std::visit(
      [&]<class Event>(const Event& known) {
        if constexpr (std::is_same_v<StateOf<Event>, State>) evolve(state, known, context);
      },
      event);
}

#define ALFORIS_EVOLVES(State) \
  template void evolve_by<State>(std::optional<State>&, const AnyEvent&, const EventContext&);
ALFORIS_EVOLVES(Organisation)
ALFORIS_EVOLVES(Person)
ALFORIS_EVOLVES(Link)
ALFORIS_EVOLVES(Produit)
ALFORIS_EVOLVES(Mandat)
ALFORIS_EVOLVES(Interaction)
ALFORIS_EVOLVES(Task)
ALFORIS_EVOLVES(Team)
ALFORIS_EVOLVES(User)
ALFORIS_EVOLVES(Session)
ALFORIS_EVOLVES(ApiKey)
ALFORIS_EVOLVES(Kpi)
ALFORIS_EVOLVES(SavedView)
ALFORIS_EVOLVES(Workspace)
ALFORIS_EVOLVES(AuditBook)
#undef ALFORIS_EVOLVES

}  // namespace alforis::domain
