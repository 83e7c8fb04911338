#pragma once
// How the search index keeps what is its own: keys of the states' shelf, states, checkpoint, parked events.

#include <string>
#include <string_view>

#include "domain/events.hpp"
#include "domain/wire/json.hpp"
#include "eventstore/log.hpp"
#include "projections/projection.hpp"
#include "search/store.hpp"

namespace alforis::projections {

template <class State>
inline constexpr domain::EntityKind k_kind = domain::EventsOf<State>::k_kind;

// ---- keys of the shelf of what is said of the whole

inline constexpr std::string_view k_layout_key = "layout";
inline constexpr std::string_view k_cursor_key = "cursor";
inline constexpr std::string_view k_next_key = "next";  ///< the first document number that was never given out

// ---- keys of the states' shelf

std::string_view bytes_of(const domain::Uuid& id);  ///< valid as long as the id
/// Throws search::IndexDamaged.
domain::Uuid id_of(std::string_view bytes);

std::string state_prefix(domain::EntityKind kind);
std::string state_key(domain::EntityKind kind, const domain::Uuid& id);
std::string document_number_key(const domain::Uuid& id);  ///< of the entity's document
std::string links_prefix(const domain::Uuid& person);     ///< before the ids of the person's links, live or not
std::string parked_prefix(std::string_view entity);
std::string parked_key(const ParkedEvent& parked);

// ---- values; what reads them throws search::IndexDamaged

template <class State>
void write_state(std::string& out, const State& state) {
  if constexpr (domain::HasSecrets<State>) {
    domain::wire::write_without_secrets(out, state);
  } else {
    domain::wire::write_json(out, state);
  }
}

template <class State>
State read_state(std::string_view document) {
  auto read = domain::wire::from_stored<State>(document);
  if (!read) throw search::IndexDamaged("the search index has a state that can't be read");
  return std::move(*read);
}

std::uint64_t read_number(std::string_view text);

std::string encode_cursor(const eventstore::Cursor& cursor);
eventstore::Cursor decode_cursor(std::string_view bytes);

std::string encode_parked(const ParkedEvent& parked);
ParkedEvent decode_parked(std::string_view bytes);

}  // namespace alforis::projections
