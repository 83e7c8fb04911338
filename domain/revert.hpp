#pragma once
// Taking commands back: one event for every kind of entity, which sets members back to what they were.

#include <algorithm>
#include <array>
#include <boost/describe.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "domain/entity.hpp"
#include "domain/entity_kind.hpp"
#include "domain/values/json_object.hpp"
#include "domain/wire/fields.hpp"
#include "domain/wire/json.hpp"
#include "domain/wire/personal.hpp"

namespace alforis::domain {

namespace detail {

/// `entity.reverted.v1`, put together by the compiler.
template <class State>
constexpr auto k_reverted_type = [] {
  constexpr std::string_view k_entity = State::k_entity;
  constexpr std::string_view k_past = ".reverted.v1";
  std::array<char, k_entity.size() + k_past.size()> type{};
  std::copy(k_entity.begin(), k_entity.end(), type.begin());
  std::copy(k_past.begin(), k_past.end(), type.begin() + k_entity.size());
  return type;
}();

}  // namespace detail

/// Members of the entity are again what they were before a commit.
template <class State>
struct Reverted {
  static constexpr std::string_view k_type{detail::k_reverted_type<State>.data(),
                                           detail::k_reverted_type<State>.size()};
  static constexpr PersonalFields k_personal = PersonalFields::of("to");

  Required<std::int64_t> position;  ///< of the commit that is taken back
  JsonObject to;                    ///< members of the entity's document; null: empty

  BOOST_DESCRIBE_CLASS(Reverted, (), (position, to), (), ())
};

/// `document` with the members of `changes`; those that are null there are left out.
std::string with_members(std::string_view document, std::string_view changes);

template <class State>
void evolve(std::optional<State>& state, const Reverted<State>& event, const EventContext& context) {
  if (!state) return;
  auto back = wire::from_stored<State>(with_members(wire::to_json(*state), event.to.text()));
  if (back) {
    back->id = state->id;
    back->created_at = state->created_at;
    back->created_by = state->created_by;
    back->version = state->version;
    *state = std::move(*back);
  }
  stamp_updated(*state, context);
}

/// A member before and after a commit, as JSON text; nullopt: it was, or became, empty.
struct MemberChange {
  std::string name;
  std::optional<std::string> from;
  std::optional<std::string> to;

  friend bool operator==(const MemberChange&, const MemberChange&) = default;
};

/// What a commit did to one entity.
struct EntityChange {
  EntityKind kind = EntityKind::organisation;
  Uuid id;
  bool created = false;
  bool erased = false;       ///< something was forgotten for good
  std::int64_t version = 0;  ///< after it
  std::vector<MemberChange> members;
};

/// How a document became another, as far as it can be set back: without stamps, the version, and what goes with a
/// secret.
std::vector<MemberChange> member_changes(std::string_view before, std::string_view after);

}  // namespace alforis::domain
