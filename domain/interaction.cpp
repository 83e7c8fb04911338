#include "domain/interaction.hpp"

#include <utility>

#include "domain/patch.hpp"

namespace alforis::domain {

void evolve(std::optional<Interaction>& state, InteractionCreated event, const EventContext& context) {
  state.emplace();
  static_cast<InteractionData<Full>&>(*state) = std::move(event);
  stamp_created(*state, context);
}

void evolve(std::optional<Interaction>& state, const InteractionUpdated& event, const EventContext& context) {
  if (!state) return;
  apply<InteractionData>(*state, event);
  stamp_updated(*state, context);
}

void evolve(std::optional<Interaction>& state, const InteractionCompleted&, const EventContext& context) {
  if (!state) return;
  state->status = InteractionStatus::done;
  state->next_action_at.reset();
  stamp_updated(*state, context);
}

void evolve(std::optional<Interaction>& state, const InteractionRescheduled& event, const EventContext& context) {
  if (!state) return;
  state->next_action_at = *event.next_action_at;
  stamp_updated(*state, context);
}

void evolve(std::optional<Interaction>& state, const InteractionDeleted&, const EventContext& context) {
  if (state) stamp_deleted(*state, context);
}

void evolve(std::optional<Interaction>& state, const InteractionRestored&, const EventContext& context) {
  if (state) stamp_restored(*state, context);
}

void evolve(std::optional<Interaction>& state, InteractionParticipantsErased event, const EventContext& context) {
  if (!state) return;
  state->external_participants = std::move(event.external_participants);
  stamp_updated(*state, context);
}

}  // namespace alforis::domain
