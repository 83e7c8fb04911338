#include "domain/task.hpp"

#include <utility>

#include "domain/patch.hpp"

namespace alforis::domain {

namespace {

void move_to(Task& task, TaskStatus status, const EventContext& context) {
  task.status = status;
  const bool done = status == TaskStatus::done;
  task.completed_at = done ? std::optional(context.time) : std::nullopt;
  task.completed_by = done ? std::optional(context.actor) : std::nullopt;
  stamp_updated(task, context);
}

}  // namespace

void evolve(std::optional<Task>& state, TaskCreated event, const EventContext& context) {
  state.emplace();
  state->auto_rule = event.auto_rule;
  static_cast<TaskData<Full>&>(*state) = std::move(event);
  stamp_created(*state, context);
}

void evolve(std::optional<Task>& state, const TaskUpdated& event, const EventContext& context) {
  if (!state) return;
  apply<TaskData>(*state, event);
  if (event.due_at.touched()) state->snoozed_until.reset();
  stamp_updated(*state, context);
}

void evolve(std::optional<Task>& state, const TaskAssigned& event, const EventContext& context) {
  if (!state) return;
  state->assignee_id = event.to;
  stamp_updated(*state, context);
}

void evolve(std::optional<Task>& state, const TaskStarted&, const EventContext& context) {
  if (state) move_to(*state, TaskStatus::doing, context);
}

void evolve(std::optional<Task>& state, const TaskCompleted&, const EventContext& context) {
  if (state) move_to(*state, TaskStatus::done, context);
}

void evolve(std::optional<Task>& state, const TaskCancelled&, const EventContext& context) {
  if (state) move_to(*state, TaskStatus::cancelled, context);
}

void evolve(std::optional<Task>& state, const TaskReopened&, const EventContext& context) {
  if (state) move_to(*state, TaskStatus::todo, context);
}

void evolve(std::optional<Task>& state, const TaskSnoozed& event, const EventContext& context) {
  if (!state) return;
  state->snoozed_until = *event.until;
  state->due_at = *event.until;
  stamp_updated(*state, context);
}

void evolve(std::optional<Task>& state, const TaskDeleted&, const EventContext& context) {
  if (state) stamp_deleted(*state, context);
}

void evolve(std::optional<Task>& state, const TaskRestored&, const EventContext& context) {
  if (state) stamp_restored(*state, context);
}

}  // namespace alforis::domain
