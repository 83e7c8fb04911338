#pragma once
// What deciders share. A decider is a pure function from the present state and a command to the events it causes, or
// why not: no clock, no dice, no I/O; what it needs comes with the command and the context. Each command is a plain
// struct in its entity's header, beside its `decide`; its `Subject` is the entity it is about, whose document is the
// answer.

#include <optional>
#include <vector>

#include "commands/command.hpp"
#include "commands/state.hpp"
#include "domain/events.hpp"
#include "domain/patch.hpp"
#include "domain/wire/enums.hpp"

namespace alforis::commands {

using domain::Full;
using domain::Patch;
using domain::Required;
using domain::Uuid;
template <std::size_t Max>
using Text = domain::Text<Max>;

/// The version the client last saw (If-Match); nullopt: last writer wins per field.
using IfMatch = std::optional<std::int64_t>;

[[noreturn]] inline void throw_exception_from_error(const Rejection& rejection, const boost::source_location&) {
  throw domain::UncheckedResult("unchecked rejection: " + rejection.code);
}

/// An event and the entity it belongs to. Moved in one file only: what does that with a variant of every
/// event would cost each file that decides seconds to compile.
struct NewEvent {
  template <class Event>
  requires boost::mp11::mp_contains<domain::AnyEvent, Event>::value NewEvent(const Uuid& whose, Event what)
      : id(whose), event(std::in_place_type<Event>, std::move(what)) {}
  NewEvent(const NewEvent&) = delete;
  NewEvent(NewEvent&& other) noexcept;
  NewEvent& operator=(const NewEvent&) = delete;
  NewEvent& operator=(NewEvent&& other) noexcept;
  ~NewEvent();

  Uuid id;
  domain::AnyEvent event;
};

/// What a command causes: nothing when the state is as wanted already. The first event is the subject's.
struct Decision {
  Uuid subject;
  std::vector<NewEvent> events;
  domain::Problems warnings = {};  ///< what was left out although the command was done
  bool makes_tasks = true;         ///< tasks may come of it (auto_tasks.hpp); not of what is only taken over or back
};

/// A decision on its way out of a Command.
struct PendingDecision {
  std::optional<Decided> decided;
};

template <class C>
void decide_command(const C& command, PendingDecision& to, const DecisionContext& context) {
  to.decided.emplace(decide(command, context));
}

template <class State>
constexpr domain::EntityKind kind_of() {
  return domain::EventsOf<State>::k_kind;
}

template <class State>
std::int64_t present_version(const Uuid& id, const StateView& state) {
  const auto found = state.find<State>(id);
  return found ? found->version : 0;
}

/// Why not; nullopt when nothing speaks against it.
using Refusal = std::optional<Rejection>;

/// Circumstances of a decision.
struct DecisionContext {
  const StateView& state;
  domain::Viewer actor;
  domain::Instant now;
  domain::Date today;  ///< in the firm's time zone
};

/// A decision of events that all belong to one entity.
template <class... Events>
Decision happened(const Uuid& id, Events... events) {
  Decision decision{id, {}};
  (decision.events.emplace_back(id, std::move(events)), ...);
  return decision;
}

Rejection not_found(std::string_view what);
Rejection forbidden(std::string_view detail);
Rejection invalid(domain::Problems problems);
Rejection conflict(std::string_view code, std::string_view detail);
/// A second record would have what must be unique. Names the other one only to who may see it.
Rejection not_unique(std::string_view pointer, const Uuid& other, bool other_visible);

/// Refuses everybody but administrators.
Refusal admin_only(const DecisionContext& context);

/// Refuses when the client's version is not the present one; never when it named none.
Refusal stale(const IfMatch& if_match, const domain::Entity& entity);

// ---- who may see and change what
// -------------------------------------------------------------------------------------

template <class State>
using Found = boost::system::result<State, Rejection>;

template <class State>
bool may_see(const State& record, const DecisionContext& context) {
  return can_see(context.actor, context.state.whose(record));
}

/// The record, if it is there and the actor may see it; deleted ones too.
template <class State>
Found<State> visible(const Uuid& id, const DecisionContext& context) {
  auto found = context.state.find<State>(id);
  if (!found || !may_see(*found, context)) return not_found(State::k_entity);
  return std::move(*found);
}

/// Where to find an organisation that was merged into one that is there and the actor may see.
Refusal merged_away(const Uuid& organisation, const DecisionContext& context);

/// The record, if it is there, not deleted, and the actor may see it. To who may not restore it, a deleted record is as
/// good as none.
template <class State>
Found<State> live(const Uuid& id, const DecisionContext& context) {
  if constexpr (std::is_same_v<State, domain::Organisation>) {
    if (auto moved = merged_away(id, context)) return *moved;
  }
  auto found = visible<State>(id, context);
  if (!found || !found->deleted()) return found;
  if (!can_restore(context.actor, context.state.whose(*found), found->deleted_by)) return not_found(State::k_entity);
  Rejection gone = conflict("deleted", "the " + std::string(State::k_entity) + " is deleted");
  gone.moves = {context.state.survivor(id) == id ? "restore" : "undo"};
  return gone;
}

/// The live record, if the actor may change it and names no other version. `who`: told to whoever may see it only.
template <class State>
Found<State> changeable(const Uuid& id, const IfMatch& if_match, std::string_view who, const DecisionContext& context) {
  auto present = live<State>(id, context);
  if (!present) return present;
  if (!can_update(context.actor, context.state.whose(*present))) return forbidden(who);
  if (auto refusal = stale(if_match, *present)) return *refusal;
  return present;
}

/// Refuses a move that the status does not have, with those that it has.
template <class Status>
Rejection no_such_move(std::string_view what, Status status, std::vector<std::string> moves) {
  Rejection refused =
      conflict("invalid_transition", "the " + std::string(what) + " is " + std::string(domain::enum_text(status)));
  refused.moves = std::move(moves);
  return refused;
}

/// Refuses a new record whose id is another's already, of whatever kind.
template <class State>
Refusal check_new_id(const Uuid& id, const DecisionContext& context) {
  const auto other = context.state.find<State>(id);
  if (!other) {
    if (!context.state.taken(id)) return std::nullopt;
    return conflict("already_exists", "another record has this id already");
  }
  Rejection exists = conflict("already_exists", "there is a " + std::string(State::k_entity) + " with this id already");
  if (may_see(*other, context)) exists.conflict = id;
  return exists;
}

/// Refuses what another record has already. `State`: of whose the key is.
template <class State>
Refusal check_taken(const std::string& unique_key, std::string_view pointer, const Uuid& self,
                    const DecisionContext& context) {
  const auto holder = context.state.holder(unique_key);
  if (!holder || *holder == self) return std::nullopt;
  const auto other = context.state.find<State>(*holder);
  return not_unique(pointer, *holder, other && may_see(*other, context));
}

/// Puts a record into the trash. `who`: told to whoever may see it but not delete it.
template <class Event, class Command>
Decided delete_record(const Command& command, std::string_view who, const DecisionContext& context) {
  const auto present = live<typename Command::Subject>(command.id, context);
  if (!present) return present.error();
  if (!can_delete(context.actor, context.state.whose(*present))) return forbidden(who);
  if (auto refusal = stale(command.if_match, *present)) return *refusal;
  return happened(command.id, Event{command.reason});
}

/// The record that is to be taken out of the trash, or why it may not be.
template <class Command>
Found<typename Command::Subject> restorable(const Command& command, std::string_view who,
                                            const DecisionContext& context) {
  using State = typename Command::Subject;
  auto present = visible<State>(command.id, context);
  if (!present) return present;
  if (!can_restore(context.actor, context.state.whose(*present), present->deleted_by)) {
    return present->deleted() ? not_found(State::k_entity) : forbidden(who);
  }
  if (auto refusal = stale(command.if_match, *present)) return *refusal;
  return present;
}

/// Takes a record out of the trash; one that is not in it stays as it is.
template <class Event, class Command>
Decided restore_record(const Command& command, std::string_view who, const DecisionContext& context) {
  const auto present = restorable(command, who, context);
  if (!present) return present.error();
  if (!present->deleted()) return Decision{command.id, {}};
  return happened(command.id, Event{});
}

}  // namespace alforis::commands
