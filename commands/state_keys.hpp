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
/// What the keys of an entity's earlier versions begin with.
std::string replaced_prefix(domain::EntityKind kind, const domain::Uuid& id);
/// Where the document of an earlier version is kept, for as long as a retry may ask for it.
std::string replaced_key(domain::EntityKind kind, const domain::Uuid& id, std::int64_t version);
/// The value under it.
std::string replaced_value(domain::Instant replaced_at, std::string_view document);

/// An id's sixteen bytes, as they stand in keys and values.
inline std::string_view id_bytes(const domain::Uuid& id) {
  return {reinterpret_cast<const char*>(id.bytes().data()), id.bytes().size()};
}

/// Unique keys begin with it.
inline constexpr std::string_view k_unique_keys = "u/";

/// Keys of indexes: `prefix` and ids. A unique key leads to one id; a shared one is followed by `/` and each id that
/// has it. Ids are their sixteen bytes, in keys as in values.
template <class... Ids>
std::string key_of(std::string_view prefix, const Ids&... ids) {
  std::string key;
  key.reserve(prefix.size() + (id_bytes(ids).size() + ... + 0));
  key += prefix;
  ((key += id_bytes(ids)), ...);
  return key;
}

/// A shared key as the record `id` has it.
inline std::string shared_key(std::string key, const domain::Uuid& id) {
  key += '/';
  key += id_bytes(id);
  return key;
}

/// A key of the record `id` under a day: such keys stand in the order of days.
inline std::string dated_key(std::string index, const domain::Date& day, const domain::Uuid& id) {
  return shared_key(std::move(index) + '/' + day.text(), id);
}

/// Where it stands under which key a subject's personal data is sealed; the value is the key's id.
inline std::string data_key_key(const domain::Uuid& subject) { return key_of("k/", subject); }

namespace index {
/// What names the organisation, live or not: what a merge carries over. `kind`: one word.
inline std::string of_organisation(std::string_view kind, const domain::Uuid& organisation) {
  return key_of("i/of_organisation/" + std::string(kind) + '/', organisation);
}
inline std::string links_of_person(const domain::Uuid& person) { return key_of("i/person_links/", person); }
/// Ended ones too.
inline std::string all_links_of_person(const domain::Uuid& person) { return key_of("i/person_links_ever/", person); }
inline std::string links_of_organisation(const domain::Uuid& organisation) {
  return key_of("i/organisation_links/", organisation);
}
}  // namespace index

/// Deciders see to it that a new entity's id is nobody's: there is nothing to look up before it.
template <class Event>
constexpr bool k_creates = Event::k_type.find(".created.") != std::string_view::npos;
// Said apart: the compiler cannot search in a type that was put together while it checks for null pointers.
template <class State>
constexpr bool k_creates<domain::Reverted<State>> = false;

/// Forgets for good: no document from before it is kept.
template <class Event>
constexpr bool k_forgets = domain::erases(Event::k_type);
template <class State>
constexpr bool k_forgets<domain::Reverted<State>> = false;

/// Destroys keys: what was sealed under them is no more, and what comes after is sealed under a new one.
template <class Event>
concept Erases = requires(const Event& event) {
  event.keys;
};

/// An entity from its document in the state.
template <class State>
State read_state(std::string_view document) {
  return domain::wire::from_stored<State>(document).value();
}

}  // namespace alforis::commands
