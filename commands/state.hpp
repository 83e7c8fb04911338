#pragma once
// The writer's state: every entity, and the keys by which deciders find them exactly. A cache of the Log.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/key_values.hpp"
#include "commands/state_keys.hpp"
#include "domain/events.hpp"
#include "domain/rights.hpp"

namespace alforis::commands {

/// Changes whenever keys or values below change their meaning; a store with another one is thrown away and replayed.
inline constexpr std::string_view k_state_layout = "2";

/// What deciders may ask; exact at the position they decide upon.
class StateView {
 public:
  explicit StateView(const KeyValues& values) : values_(values) {}

  template <class State>
  std::optional<State> find(const domain::Uuid& id) const;

  /// The JSON of an entity at a version: the present one, or one that was replaced not longer ago than outcomes live.
  /// Empty when there is none.
  std::string document(domain::EntityKind kind, const domain::Uuid& id, std::int64_t version) const;

  /// Who has this unique key.
  std::optional<domain::Uuid> holder(const std::string& unique_key) const;
  /// All who have this shared key, at most `most`.
  std::vector<domain::Uuid> holders(const std::string& shared_key, std::size_t most = SIZE_MAX) const;

  /// Rights of a user as they stand; nullopt when unknown or inactive. The system actor may everything.
  std::optional<domain::Viewer> viewer(const domain::Uuid& user) const;
  domain::Ownership ownership(const domain::Organisation& organisation) const;
  /// Of the organisations a person has live links to.
  std::vector<domain::Ownership> ownerships(const domain::Person& person) const;

 private:
  const KeyValues& values_;
};

/// Folds an event into the state: evolves its entity, keeps its indexes, and lays aside the document that it replaces.
/// Total: an event is never refused. Returns the entity's version, 0 when the event was about nothing.
std::int64_t fold(Overlay& state, const domain::AnyEvent& event, const domain::EventContext& context);

}  // namespace alforis::commands
