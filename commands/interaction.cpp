#include "commands/interaction.hpp"

#include <algorithm>
#include <set>

#include "commands/mandat.hpp"
#include "commands/references.hpp"

namespace alforis::commands {

using namespace domain;

namespace {

constexpr std::int64_t k_longest_minutes = std::int64_t{7} * 24 * 60;

/// `known`: who takes part already. They were right when they came.
void check_participants(Problems& problems, const std::vector<Participant>& participants,
                        const std::vector<Participant>& known, const std::string& at, const DecisionContext& context) {
  std::set<Uuid> seen;
  for (std::size_t i = 0; i < participants.size(); ++i) {
    const std::string pointer = at + "/participants/" + std::to_string(i) + "/person_id";
    const Uuid& person = *participants[i].person_id;
    const bool there = std::any_of(known.begin(), known.end(),
                                   [&](const Participant& participant) { return *participant.person_id == person; });
    if (!there) check_reference<Person>(problems, person, pointer, context);
    if (!seen.insert(person).second)
      problems.push_back({"duplicate_element", pointer, "this person takes part already"});
  }
}

bool covered(const Uuid& produit, const Uuid& organisation, const DecisionContext& context) {
  const auto mandats = context.state.holders(index::running_mandats_of(organisation));
  return std::any_of(mandats.begin(), mandats.end(), [&](const Uuid& id) {
    const auto mandat = context.state.find<Mandat>(id);
    return mandat && mandat->live_produit(produit) != nullptr;
  });
}

/// Only what a mandat of that organisation covers while it runs is talked about with it.
void check_produit(Problems& problems, const InteractionData<Full>& data, const std::string& at,
                   const DecisionContext& context) {
  if (!data.produit_id) return;
  if (data.organisation_id && covered(*data.produit_id, *data.organisation_id, context)) return;
  problems.push_back(
      {"produit_not_covered", at + "/produit_id", "no running mandat of this organisation has this produit"});
}

/// What decides who will see it.
Whose whose(const InteractionData<Full>& data, const DecisionContext& context) {
  Interaction record;
  static_cast<InteractionData<Full>&>(record) = data;
  record.created_by = context.actor.id;
  return context.state.whose(record);
}

void check_parties(Problems& problems, const InteractionData<Full>& data, const std::string& at) {
  if (!data.organisation_id && !data.person_id) {
    problems.push_back({"required", at + "/organisation_id", "an interaction is with an organisation or a person"});
    problems.push_back({"required", at + "/person_id", "an interaction is with an organisation or a person"});
  }
}

void check_duration(Problems& problems, const std::optional<std::int64_t>& minutes, const std::string& at) {
  if (!minutes || (*minutes >= 0 && *minutes <= k_longest_minutes)) return;
  problems.push_back({"out_of_range", at + "/duration_minutes", "0 to 10080 minutes"});
}

Found<Interaction> changeable(const Uuid& id, const IfMatch& if_match, const DecisionContext& context) {
  return commands::changeable<Interaction>(id, if_match, "the interaction is somebody else's", context);
}

}  // namespace

std::vector<std::string> keys_of(const Interaction& interaction) {
  if (!interaction.organisation_id) return {};
  return {shared_key(index::of_organisation(Interaction::k_entity, *interaction.organisation_id), interaction.id)};
}

boost::system::result<InteractionCreated, Rejection> new_interaction(InteractionData<Full> data, std::string_view where,
                                                                     const DecisionContext& context) {
  const std::string at(where);
  if (!data.occurred_at) data.occurred_at = context.now;
  follow_merges(data.organisation_id, context);
  Problems problems;
  check_parties(problems, data, at);
  check_reference<Organisation>(problems, data.organisation_id, at + "/organisation_id", context);
  check_reference<Person>(problems, data.person_id, at + "/person_id", context);
  check_duration(problems, data.duration_minutes, at);
  check_participants(problems, data.participants, {}, at, context);
  // What hangs on the parties is told only to who sees them.
  if (problems.empty()) {
    check_produit(problems, data, at, context);
    check_assignee(problems, data.assignee_id, true, whose(data, context), at + "/assignee_id", context);
  }
  if (!problems.empty()) return invalid(std::move(problems));
  InteractionCreated event;
  static_cast<InteractionData<Full>&>(event) = std::move(data);
  return event;
}

Decided decide(const CreateInteraction& command, const DecisionContext& context) {
  if (context.actor.role == Role::viewer) return forbidden("viewers change nothing");
  if (auto refusal = check_new_id<Interaction>(command.id, context)) return *refusal;
  auto event = new_interaction(command.data, "", context);
  if (!event) return event.error();
  return happened(command.id, std::move(*event));
}

Decided decide(const UpdateInteraction& command, const DecisionContext& context) {
  const auto present = changeable(command.id, command.if_match, context);
  if (!present) return present.error();
  InteractionUpdated event;
  static_cast<InteractionData<Patch>&>(event) = command.patch;
  follow_merges(event.organisation_id, context);
  if (event.occurred_at.touched() && !event.occurred_at.value()) {
    return invalid(problem("not_nullable", "every interaction has its time", "/occurred_at"));
  }
  if (!reduce<InteractionData>(event, *present)) return Decision{command.id, {}};
  InteractionData<Full> changed = *present;
  apply<InteractionData>(changed, event);
  // What stays as it is was right when it came; a mandat that has ended since does not make it wrong.
  Problems problems;
  check_parties(problems, changed, "");
  const Edit<Uuid>& organisation = event.organisation_id;
  const Edit<Uuid>& person = event.person_id;
  if (organisation.touched()) {
    check_reference<Organisation>(problems, organisation.value(), "/organisation_id", context);
  }
  if (person.touched()) check_reference<Person>(problems, person.value(), "/person_id", context);
  check_duration(problems, changed.duration_minutes, "");
  check_participants(problems, changed.participants, present->participants, "", context);
  if (!problems.empty()) return invalid(std::move(problems));
  if (event.produit_id.touched() || organisation.touched()) check_produit(problems, changed, "", context);
  const bool given = event.assignee_id.touched();
  if (given || organisation.touched() || person.touched()) {
    check_assignee(problems, changed.assignee_id, given, whose(changed, context), "/assignee_id", context);
  }
  if (!problems.empty()) return invalid(std::move(problems));
  return happened(command.id, std::move(event));
}

Decided decide(const CompleteInteraction& command, const DecisionContext& context) {
  const auto present = changeable(command.id, command.if_match, context);
  if (!present) return present.error();
  if (present->status == InteractionStatus::done && !present->next_action_at) return Decision{command.id, {}};
  return happened(command.id, InteractionCompleted{});
}

Decided decide(const RescheduleInteraction& command, const DecisionContext& context) {
  const auto present = changeable(command.id, command.if_match, context);
  if (!present) return present.error();
  if (present->next_action_at == command.next_action_at) return Decision{command.id, {}};
  return happened(command.id, InteractionRescheduled{command.next_action_at, command.reason});
}

Decided decide(const DeleteInteraction& command, const DecisionContext& context) {
  return delete_record<InteractionDeleted>(command, "only managers delete interactions", context);
}

Decided decide(const RestoreInteraction& command, const DecisionContext& context) {
  return restore_record<InteractionRestored>(command, "only managers restore interactions", context);
}

Decided decide(const EraseParticipants& command, const DecisionContext& context) {
  if (auto refusal = admin_only(context)) return *refusal;
  const auto present = visible<Interaction>(command.id, context);
  if (!present) return present.error();
  if (auto refusal = stale(command.if_match, *present)) return *refusal;
  InteractionParticipantsErased event{command.reason, {}, present->external_participants};
  auto& staying = event.external_participants;
  if (command.names.empty()) staying.clear();
  for (std::size_t i = 0; i < command.names.size(); ++i) {
    const auto gone = std::erase_if(
        staying, [&](const ExternalParticipant& participant) { return *participant.name == command.names[i]; });
    if (gone == 0) {
      return invalid(problem("unknown_reference", "nobody of this name takes part", "/names/" + std::to_string(i)));
    }
  }
  if (const auto key = context.state.data_key(command.id)) event.keys.push_back(*key);
  if (event.keys.empty() && present->external_participants.empty()) return Decision{command.id, {}};
  return happened(command.id, std::move(event));
}

}  // namespace alforis::commands
