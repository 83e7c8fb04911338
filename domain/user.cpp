#include "domain/user.hpp"

#include <utility>

#include "domain/patch.hpp"

namespace alforis::domain {

void evolve(std::optional<User>& state, UserCreated event, const EventContext& context) {
  state.emplace();
  static_cast<UserData<Full>&>(*state) = std::move(event);
  stamp_created(*state, context);
}

void evolve(std::optional<User>& state, const UserUpdated& event, const EventContext& context) {
  if (!state) return;
  apply<UserData>(*state, event);
  stamp_updated(*state, context);
}

void evolve(std::optional<User>& state, const UserPasswordSet&, const EventContext& context) {
  if (state) stamp_updated(*state, context);
}

}  // namespace alforis::domain
