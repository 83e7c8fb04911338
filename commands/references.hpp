#pragma once
// Checks of the members of a command that name other records.

#include <optional>
#include <string_view>

#include "commands/decision.hpp"

namespace alforis::commands {

/// Adds `unknown_reference` when the id is no live record that the actor may see; what one may not see does not exist.
template <class State>
void check_reference(domain::Problems& problems, const std::optional<Uuid>& id, std::string_view pointer,
                     const DecisionContext& context) {
  if (!id) return;
  const auto found = context.state.find<State>(*id);
  if (found && !found->deleted() && may_see(*found, context)) return;
  problems.push_back({"unknown_reference", std::string(pointer), "there is no such " + std::string(State::k_entity)});
}

/// Puts the record that has taken its place where an organisation was merged away: clients may still have the old id.
void follow_merges(std::optional<Uuid>& organisation, const DecisionContext& context);
void follow_merges(Required<Uuid>& organisation, const DecisionContext& context);
void follow_merges(domain::Edit<Uuid>& organisation, const DecisionContext& context);

/// Refuses a record of an organisation that is not there, deleted, or not the actor's to change.
Refusal check_party(const Uuid& organisation, const DecisionContext& context);

/// Refuses to change a record whose organisation is in the trash: it waits until that is restored.
template <class State>
Refusal check_not_in_trash(const State& record, const DecisionContext& context) {
  const auto party = context.state.find<domain::Organisation>(*record.organisation_id);
  if (!party || !party->deleted()) return std::nullopt;
  return conflict("deleted", "the " + std::string(State::k_entity) + "'s organisation is deleted");
}

/// Adds a problem when the assignee is no active user, or one who may not see or change what they are to do. `given`:
/// by this command, so that the actor has to see the user.
void check_assignee(domain::Problems& problems, const std::optional<Uuid>& assignee, bool given,
                    const domain::Whose& record, std::string_view pointer, const DecisionContext& context);

}  // namespace alforis::commands
