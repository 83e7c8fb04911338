#include "domain/person.hpp"

#include <utility>

#include "domain/patch.hpp"

namespace alforis::domain {

void evolve(std::optional<Person>& state, PersonCreated event, const EventContext& context) {
  state.emplace();
  static_cast<PersonData<Full>&>(*state) = std::move(event);
  stamp_created(*state, context);
}

void evolve(std::optional<Person>& state, const PersonUpdated& event, const EventContext& context) {
  if (!state) return;
  apply<PersonData>(*state, event);
  stamp_updated(*state, context);
}

void evolve(std::optional<Person>& state, const PersonDeleted&, const EventContext& context) {
  if (state) stamp_deleted(*state, context);
}

void evolve(std::optional<Person>& state, const PersonRestored&, const EventContext& context) {
  if (state) stamp_restored(*state, context);
}

void evolve(std::optional<Person>& state, const PersonErased&, const EventContext& context) {
  if (!state) return;
  static_cast<PersonData<Full>&>(*state) = PersonData<Full>{};
  state->active = false;
  state->erased_at = context.time;
  stamp_updated(*state, context);
}

}  // namespace alforis::domain
