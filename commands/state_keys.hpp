#pragma once
// Keys of the writer's state, and what folding needs of an entity: its keys and its document.

#include <string>
#include <string_view>
#include <vector>

#include "domain/events.hpp"
#include "domain/wire/json.hpp"

namespace alforis::commands {

/// Keys of replaced documents begin with it; their values with the time of the replacement in microseconds and a blank.
inline constexpr std::string_view k_replaced_document = "d/";

/// Where an entity's document is.
std::string entity_key(domain::EntityKind kind, const domain::Uuid& id);
/// Where the document of an earlier version is kept, for as long as a retry may ask for it.
std::string replaced_key(domain::EntityKind kind, const domain::Uuid& id, std::int64_t version);
/// The value under it.
std::string replaced_value(domain::Instant replaced_at, std::string_view document);

/// An id's sixteen bytes, as they stand in keys and values.
inline std::string_view id_bytes(const domain::Uuid& id) {
  return {reinterpret_cast<const char*>(id.bytes().data()), id.bytes().size()};
}

/// Keys of indexes. A unique key leads to one id; a shared one is followed by `/` and each id that has it. Ids are
/// their sixteen bytes, in keys as in values.
namespace index {
std::string lei(const domain::Lei& lei);
std::string siret(const domain::Siret& siret);
std::string regulator(std::string_view number);
std::string name(std::string_view name, const std::optional<domain::CountryCode>& country);
std::string link_pair(const domain::Uuid& person, const domain::Uuid& organisation);
std::string primary_link(const domain::Uuid& organisation);
std::string links_of_person(const domain::Uuid& person);
std::string links_of_organisation(const domain::Uuid& organisation);
std::string email(const domain::Email& email);
std::string team_name(std::string_view name);
std::string active_admin();
}  // namespace index

/// All index keys that an entity has in a state; every one leads to the entity's id.
std::vector<std::string> keys_of(const domain::Organisation& organisation);
std::vector<std::string> keys_of(const domain::Person& person);
std::vector<std::string> keys_of(const domain::Link& link);
std::vector<std::string> keys_of(const domain::Team& team);
std::vector<std::string> keys_of(const domain::User& user);

/// Deciders see to it that a new entity's id is nobody's: there is nothing to look up before it.
template <class Event>
constexpr bool k_creates = Event::k_type.find(".created.") != std::string_view::npos;

/// An entity from its document in the state.
template <class State>
State read_state(std::string_view document) {
  return domain::wire::from_stored<State>(document).value();
}

}  // namespace alforis::commands
