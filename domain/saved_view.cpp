#include "domain/saved_view.hpp"

#include <utility>

#include "domain/patch.hpp"

namespace alforis::domain {

void evolve(std::optional<SavedView>& state, SavedViewCreated event, const EventContext& context) {
  state.emplace();
  static_cast<ViewTarget&>(*state) = event;
  static_cast<SavedViewData<Full>&>(*state) = std::move(event);
  stamp_created(*state, context);
}

void evolve(std::optional<SavedView>& state, const SavedViewUpdated& event, const EventContext& context) {
  if (!state) return;
  apply<SavedViewData>(*state, event);
  stamp_updated(*state, context);
}

void evolve(std::optional<SavedView>& state, const SavedViewDeleted&, const EventContext& context) {
  if (state) stamp_deleted(*state, context);
}

void evolve(std::optional<SavedView>& state, const SavedViewRestored&, const EventContext& context) {
  if (state) stamp_restored(*state, context);
}

}  // namespace alforis::domain
