#include "domain/organisation.hpp"

#include <utility>

#include "domain/patch.hpp"

namespace alforis::domain {

void evolve(std::optional<Organisation>& state, OrganisationCreated event, const EventContext& context) {
  state.emplace();
  static_cast<OrganisationData<Full>&>(*state) = std::move(event);
  stamp_created(*state, context);
  state->stage_since = context.time;
}

void evolve(std::optional<Organisation>& state, const OrganisationUpdated& event, const EventContext& context) {
  if (!state) return;
  apply<OrganisationData>(*state, event);
  stamp_updated(*state, context);
}

void evolve(std::optional<Organisation>& state, const OrganisationStageChanged& event, const EventContext& context) {
  if (!state) return;
  state->pipeline_stage = event.to;
  state->stage_since = context.time;
  if (event.signature_date) state->signature_date = event.signature_date;
  stamp_updated(*state, context);
}

void evolve(std::optional<Organisation>& state, const OrganisationDeleted&, const EventContext& context) {
  if (state) stamp_deleted(*state, context);
}

void evolve(std::optional<Organisation>& state, const OrganisationRestored&, const EventContext& context) {
  if (state) stamp_restored(*state, context);
}

void evolve(std::optional<Organisation>& state, const OrganisationMerged& event, const EventContext& context) {
  if (!state) return;
  state->merged_into = *event.into;
  stamp_deleted(*state, context);
}

void evolve(std::optional<Organisation>& state, const OrganisationAbsorbed& event, const EventContext& context) {
  if (!state) return;
  apply<OrganisationData>(*state, event);
  stamp_updated(*state, context);
}

}  // namespace alforis::domain
