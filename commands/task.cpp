#include "commands/task.hpp"

#include "commands/interaction.hpp"
#include "commands/references.hpp"
#include "domain/mandat.hpp"
#include "domain/values/time_zone.hpp"

namespace alforis::commands {

using namespace domain;

namespace {

Found<Task> changeable(const Uuid& id, const IfMatch& if_match, const DecisionContext& context) {
  return commands::changeable<Task>(id, if_match, "the task is somebody else's", context);
}

std::vector<std::string> moves_from(TaskStatus status) {
  switch (status) {
    case TaskStatus::todo:
      return {"start", "complete", "cancel", "snooze"};
    case TaskStatus::doing:
      return {"complete", "cancel", "snooze"};
    case TaskStatus::done:
    case TaskStatus::cancelled:
      return {"reopen"};
  }
  return {};
}

Rejection no_such_move(const Task& task) {
  return commands::no_such_move(Task::k_entity, task.status, moves_from(task.status));
}

/// A task of a mandat is one of its organisation. The mandat is there.
void follow_mandat(TaskData<Full>& data, Problems& problems, const DecisionContext& context) {
  const Uuid organisation = *context.state.find<Mandat>(*data.mandat_id)->organisation_id;
  if (data.organisation_id && *data.organisation_id != organisation) {
    problems.push_back({"mandat_mismatch", "/mandat_id", "the mandat is another organisation's"});
  }
  data.organisation_id = organisation;
  check_reference<Organisation>(problems, data.organisation_id, "/mandat_id", context);
}

Whose whose(const TaskData<Full>& data, const DecisionContext& context) {
  Task record;
  static_cast<TaskData<Full>&>(record) = data;
  record.created_by = context.actor.id;
  return context.state.whose(record);
}

/// What stays as it is was right when it came. `changed` gets its mandat's organisation.
Refusal check_changed_references(const TaskUpdated& event, TaskData<Full>& changed, const DecisionContext& context) {
  Problems problems;
  if (event.organisation_id.touched()) {
    check_reference<Organisation>(problems, event.organisation_id.value(), "/organisation_id", context);
    if (!event.organisation_id.value() && changed.mandat_id) {
      problems.push_back({"mandat_mismatch", "/organisation_id", "the task is about a mandat of this organisation"});
    }
  }
  if (event.person_id.touched()) {
    check_reference<Person>(problems, event.person_id.value(), "/person_id", context);
  }
  if (event.mandat_id.touched()) {
    check_reference<Mandat>(problems, event.mandat_id.value(), "/mandat_id", context);
  }
  const bool belongs = event.mandat_id.touched() || event.organisation_id.touched();
  if (problems.empty() && belongs && changed.mandat_id) follow_mandat(changed, problems, context);
  const bool given = event.assignee_id.touched();
  if (problems.empty() && (given || belongs || event.person_id.touched())) {
    check_assignee(problems, changed.assignee_id, given, whose(changed, context), "/assignee_id", context);
  }
  if (problems.empty()) return std::nullopt;
  return invalid(std::move(problems));
}

InteractionType usual_type(TaskCategory category) {
  switch (category) {
    case TaskCategory::relance:
      return InteractionType::call;
    case TaskCategory::rdv:
    case TaskCategory::due_diligence:
    case TaskCategory::pitch:
    case TaskCategory::negociation:
      return InteractionType::meeting;
    case TaskCategory::email:
      return InteractionType::email;
    case TaskCategory::admin:
    case TaskCategory::autre:
      return InteractionType::note;
  }
  return InteractionType::note;
}

InteractionData<Full> interaction_of(const Task& task, const LoggedInteraction& logged) {
  InteractionData<Full> data;
  data.type = logged.type.value_or(usual_type(task.category));
  data.title = logged.title ? *logged.title : shortened<200>(task.title->text());
  data.body = logged.body;
  data.occurred_at = logged.occurred_at;
  data.duration_minutes = logged.duration_minutes;
  data.organisation_id = task.organisation_id;
  data.person_id = task.person_id;
  return data;
}

std::string zone_of(const std::optional<Uuid>& user, const DecisionContext& context) {
  const auto found = user ? context.state.find<User>(*user) : std::nullopt;
  return found && found->time_zone ? found->time_zone->text() : std::string(k_default_time_zone);
}

}  // namespace

std::vector<std::string> keys_of(const Task& task) {
  if (!task.organisation_id) return {};
  return {shared_key(index::of_organisation(Task::k_entity, *task.organisation_id), task.id)};
}

Decided decide(const CreateTask& command, const DecisionContext& context) {
  if (context.actor.role == Role::viewer) return forbidden("viewers change nothing");
  if (auto refusal = check_new_id<Task>(command.id, context)) return *refusal;
  TaskCreated event;
  static_cast<TaskData<Full>&>(event) = command.data;
  if (!event.assignee_id && context.actor.id != system_actor()) event.assignee_id = context.actor.id;
  follow_merges(event.organisation_id, context);
  Problems problems;
  check_reference<Organisation>(problems, event.organisation_id, "/organisation_id", context);
  check_reference<Person>(problems, event.person_id, "/person_id", context);
  check_reference<Mandat>(problems, event.mandat_id, "/mandat_id", context);
  if (event.mandat_id && problems.empty()) follow_mandat(event, problems, context);
  if (problems.empty()) {
    check_assignee(problems, event.assignee_id, true, whose(event, context), "/assignee_id", context);
  }
  if (!problems.empty()) return invalid(std::move(problems));
  return happened(command.id, std::move(event));
}

Decided decide(const UpdateTask& command, const DecisionContext& context) {
  const auto present = changeable(command.id, command.if_match, context);
  if (!present) return present.error();
  TaskUpdated event;
  static_cast<TaskData<Patch>&>(event) = command.patch;
  follow_merges(event.organisation_id, context);
  if (!reduce<TaskData>(event, *present)) return Decision{command.id, {}};
  TaskData<Full> changed = *present;
  apply<TaskData>(changed, event);
  if (auto refusal = check_changed_references(event, changed, context)) return *refusal;
  if (changed.organisation_id) event.organisation_id = *changed.organisation_id;
  Decision decision{command.id, {}};
  const bool assigned = event.assignee_id.touched();
  event.assignee_id = {};
  if (reduce<TaskData>(event, *present)) decision.events.push_back({command.id, std::move(event)});
  if (assigned) decision.events.push_back({command.id, TaskAssigned{present->assignee_id, changed.assignee_id}});
  return decision;
}

Decided decide(const StartTask& command, const DecisionContext& context) {
  const auto present = changeable(command.id, command.if_match, context);
  if (!present) return present.error();
  if (present->status != TaskStatus::todo) return no_such_move(*present);
  return happened(command.id, TaskStarted{});
}

Decided decide(const CompleteTask& command, const DecisionContext& context) {
  const auto present = changeable(command.id, command.if_match, context);
  if (!present) return present.error();
  if (!present->open()) return no_such_move(*present);
  if (!command.interaction) return happened(command.id, TaskCompleted{});
  if (auto refusal = check_new_id<Interaction>(command.interaction->id, context)) return *refusal;
  auto logged = new_interaction(interaction_of(*present, *command.interaction), "/interaction", context);
  if (!logged) return logged.error();
  Decision decision = happened(command.id, TaskCompleted{command.interaction->id});
  decision.events.push_back({command.interaction->id, std::move(*logged)});
  return decision;
}

Decided decide(const CancelTask& command, const DecisionContext& context) {
  const auto present = changeable(command.id, command.if_match, context);
  if (!present) return present.error();
  if (!present->open()) return no_such_move(*present);
  return happened(command.id, TaskCancelled{command.reason});
}

Decided decide(const ReopenTask& command, const DecisionContext& context) {
  const auto present = changeable(command.id, command.if_match, context);
  if (!present) return present.error();
  if (present->open()) return no_such_move(*present);
  return happened(command.id, TaskReopened{});
}

Decided decide(const SnoozeTask& command, const DecisionContext& context) {
  const auto present = changeable(command.id, command.if_match, context);
  if (!present) return present.error();
  if (!present->open()) return no_such_move(*present);
  if (command.days < 1 || command.days > SnoozeTask::k_most_days) {
    return invalid(problem("out_of_range", "1 to 365 days", "/days"));
  }
  const std::string zone = zone_of(present->assignee_id, context);
  LocalTime due = local_time(present->due_at.value_or(context.now), zone);
  const auto from = std::max(due.date, local_time(context.now, zone).date);
  const auto day = Date::from_ymd(from.days() + std::chrono::days(command.days));
  if (!day) return invalid(problem("out_of_range", "there is no such day", "/days"));
  due.date = *day;
  return happened(command.id, TaskSnoozed{instant_of(due, zone)});
}

Decided decide(const DeleteTask& command, const DecisionContext& context) {
  return delete_record<TaskDeleted>(command, "only managers delete tasks", context);
}

Decided decide(const RestoreTask& command, const DecisionContext& context) {
  return restore_record<TaskRestored>(command, "only managers restore tasks", context);
}

}  // namespace alforis::commands
