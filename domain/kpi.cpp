#include "domain/kpi.hpp"

#include <utility>

#include "domain/patch.hpp"

namespace alforis::domain {

void evolve(std::optional<Kpi>& state, KpiCreated event, const EventContext& context) {
  state.emplace();
  static_cast<KpiMonth&>(*state) = event;
  static_cast<KpiData<Full>&>(*state) = std::move(event);
  stamp_created(*state, context);
}

void evolve(std::optional<Kpi>& state, const KpiUpdated& event, const EventContext& context) {
  if (!state) return;
  apply<KpiData>(*state, event);
  stamp_updated(*state, context);
}

void evolve(std::optional<Kpi>& state, const KpiMoved& event, const EventContext& context) {
  if (!state) return;
  state->organisation_id = event.organisation_id;
  stamp_updated(*state, context);
}

void evolve(std::optional<Kpi>& state, const KpiDeleted&, const EventContext& context) {
  if (state) stamp_deleted(*state, context);
}

void evolve(std::optional<Kpi>& state, const KpiRestored&, const EventContext& context) {
  if (state) stamp_restored(*state, context);
}

}  // namespace alforis::domain
