#pragma once
// From a kind of entity, known when the program runs, to its types, known when it is compiled.

#include <optional>
#include <type_traits>
#include <utility>

#include "domain/events.hpp"

namespace alforis::domain {

/// Calls `f` with `std::type_identity` of the kind's state.
template <class F>
void with_state(EntityKind kind, F&& f) {
  boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, AllStates>>([&]<class T>(T type) {
    if (EventsOf<typename T::type>::k_kind == kind) f(type);
  });
}

/// Evolves the state by an event of its own kind; events of others change nothing. In kinds.cpp for all states: each
/// file that had it for itself would take half a minute longer to compile.
template <class State>
void evolve_by(std::optional<State>& state, const AnyEvent& event, const EventContext& context);

}  // namespace alforis::domain
