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
inline constexpr std::string_view k_state_layout = "6";

/// What deciders may ask; exact at the position they decide upon.
class StateView {
 public:
  explicit StateView(const KeyValues& values) : values_(values) {}

  /// The entity; deleted ones too. `State`: one of domain::AllStates.
  template <class State>
  std::optional<State> find(const domain::Uuid& id) const;

  /// Whether an entity of any kind has the id. An id is one record's: histories, keys and caches go by it alone.
  bool taken(const domain::Uuid& id) const;

  /// The JSON of an entity at a version, without secrets: the present one, or one that was replaced not longer ago than
  /// outcomes live. Empty when there is none.
  std::string document(domain::EntityKind kind, const domain::Uuid& id, std::int64_t version) const;

  /// The organisation that has taken the place of this one by merges; itself when there was none.
  domain::Uuid survivor(const domain::Uuid& organisation) const;

  /// Who has this unique key.
  std::optional<domain::Uuid> holder(const std::string& unique_key) const;
  /// All who have this shared key, at most `most`.
  std::vector<domain::Uuid> holders(const std::string& shared_key, std::size_t most = SIZE_MAX) const;

  /// Under which key the subject's personal data is sealed by now; nullopt: under none yet.
  std::optional<domain::Uuid> data_key(const domain::Uuid& subject) const;

  /// Whose day under a dated key has come, the earliest first, at most `most`.
  std::vector<domain::Uuid> due(const std::string& index, const domain::Date& upto, std::size_t most) const;

  /// Rights of a user as they stand; nullopt when unknown or inactive. The system actor may everything.
  std::optional<domain::Viewer> viewer(const domain::Uuid& user) const;
  /// What decides who may see and change a record.
  template <class State>
  domain::Whose whose(const State& record) const {
    using domain::Follows;
    constexpr Follows k_follows = domain::EventsOf<State>::k_follows;
    domain::Whose whose{k_follows, {}, record.created_by};
    if constexpr (k_follows == Follows::owner) {
      whose.of.push_back({record.owner_id, team_of(record.owner_id), record.created_by});
    } else if constexpr (k_follows == Follows::organisation) {
      add_organisation(whose, *record.organisation_id);
    } else if constexpr (k_follows == Follows::people) {
      add_organisations_of(whose, record.id);
    } else if constexpr (k_follows == Follows::subject) {
      whose.assignee = record.assignee_id;
      if (record.organisation_id) {
        add_organisation(whose, *record.organisation_id);
      } else if (record.person_id) {
        add_person(whose, *record.person_id);
      } else {
        whose.of.push_back({record.assignee_id, team_of(record.assignee_id), record.created_by});
      }
    } else if constexpr (k_follows == Follows::user) {
      whose.of.push_back({record.id, record.team_id, record.created_by});
    } else if constexpr (k_follows == Follows::team) {
      whose.of.push_back({record.id, record.id, record.created_by});
    } else if constexpr (k_follows == Follows::account) {
      whose.of.push_back({*record.user_id, std::nullopt, record.created_by});
    } else if constexpr (k_follows == Follows::sharing) {
      whose.of.push_back(domain::read_by(record.shared, record.created_by, team_of(record.created_by)));
    }
    return whose;
  }

 private:
  std::optional<domain::Uuid> team_of(const std::optional<domain::Uuid>& user) const;
  void add_organisation(domain::Whose& whose, const domain::Uuid& organisation) const;
  void add_organisations_of(domain::Whose& whose, const domain::Uuid& person) const;
  void add_person(domain::Whose& whose, const domain::Uuid& person) const;

  const KeyValues& values_;
};

/// Folds an event into the state: evolves its entity, keeps its indexes, and lays aside the document that it replaces.
/// Total: an event is never refused. Returns the entity's version, 0 when the event was about nothing.
std::int64_t fold(Overlay& state, const domain::AnyEvent& event, const domain::EventContext& context);

}  // namespace alforis::commands
