#pragma once
// Task: something to do, by somebody, until some time.

#include <boost/describe.hpp>
#include <optional>

#include "domain/entity.hpp"
#include "domain/values/text.hpp"
#include "domain/wire/fields.hpp"

namespace alforis::domain {

BOOST_DEFINE_ENUM_CLASS(TaskPriority, basse, moyenne, haute, critique)
BOOST_DEFINE_ENUM_CLASS(TaskStatus, todo, doing, done, cancelled)
BOOST_DEFINE_ENUM_CLASS(TaskCategory, relance, rdv, email, due_diligence, pitch, negociation, admin, autre)

/// The policies that make tasks by themselves.
BOOST_DEFINE_ENUM_CLASS(AutoTaskRule, proposition, negociation, signature, after_meeting, after_call, after_email)

template <class Shape>
struct TaskData {
  ALFORIS_FIELD_KINDS

  Req<Line<255>> title;
  Opt<Text<10000>> description;
  Opt<Instant> due_at;
  Def<TaskPriority> priority = Shape::initial(TaskPriority::moyenne);
  Def<TaskCategory> category = Shape::initial(TaskCategory::autre);
  Opt<Uuid> assignee_id;      ///< of a new one without: who made it
  Opt<Uuid> organisation_id;  ///< of one with a mandat: the mandat's
  Opt<Uuid> person_id;
  Opt<Uuid> mandat_id;

  friend bool operator==(const TaskData&, const TaskData&) = default;

  BOOST_DESCRIBE_CLASS(TaskData, (),
                       (title, description, due_at, priority, category, assignee_id, organisation_id, person_id,
                        mandat_id),
                       (), ())
};

// ---- events

struct TaskCreated : TaskData<Full> {
  static constexpr std::string_view k_type = "task.created.v1";
  std::optional<AutoTaskRule> auto_rule;
};
BOOST_DESCRIBE_STRUCT(TaskCreated, (TaskData<Full>), (auto_rule))

/// Fields changed; never the assignee, whose changes are events of their own.
struct TaskUpdated : TaskData<Patch> {
  static constexpr std::string_view k_type = "task.updated.v1";
};
BOOST_DESCRIBE_STRUCT(TaskUpdated, (TaskData<Patch>), ())

struct TaskAssigned {
  static constexpr std::string_view k_type = "task.assigned.v1";
  std::optional<Uuid> from;
  std::optional<Uuid> to;
};
BOOST_DESCRIBE_STRUCT(TaskAssigned, (), (from, to))

struct TaskStarted {
  static constexpr std::string_view k_type = "task.started.v1";
};
BOOST_DESCRIBE_STRUCT(TaskStarted, (), ())

struct TaskCompleted {
  static constexpr std::string_view k_type = "task.completed.v1";
  std::optional<Uuid> interaction_id;  ///< logged in the same commit
};
BOOST_DESCRIBE_STRUCT(TaskCompleted, (), (interaction_id))

struct TaskCancelled {
  static constexpr std::string_view k_type = "task.cancelled.v1";
  std::optional<Text<1000>> reason;
};
BOOST_DESCRIBE_STRUCT(TaskCancelled, (), (reason))

struct TaskReopened {
  static constexpr std::string_view k_type = "task.reopened.v1";
};
BOOST_DESCRIBE_STRUCT(TaskReopened, (), ())

/// Put off: due then.
struct TaskSnoozed {
  static constexpr std::string_view k_type = "task.snoozed.v1";
  Required<Instant> until;
};
BOOST_DESCRIBE_STRUCT(TaskSnoozed, (), (until))

struct TaskDeleted {
  static constexpr std::string_view k_type = "task.deleted.v1";
  std::optional<Text<1000>> reason;
};
BOOST_DESCRIBE_STRUCT(TaskDeleted, (), (reason))

struct TaskRestored {
  static constexpr std::string_view k_type = "task.restored.v1";
};
BOOST_DESCRIBE_STRUCT(TaskRestored, (), ())

// ---- state

struct Task : Entity, TaskData<Full> {
  static constexpr std::string_view k_entity = "task";

  TaskStatus status = TaskStatus::todo;
  std::optional<Instant> snoozed_until;
  std::optional<AutoTaskRule> auto_rule;  ///< which policy made it
  std::optional<Instant> completed_at;
  std::optional<Uuid> completed_by;

  bool open() const { return status == TaskStatus::todo || status == TaskStatus::doing; }

  friend bool operator==(const Task&, const Task&) = default;
};
BOOST_DESCRIBE_STRUCT(Task, (Entity, TaskData<Full>), (status, snoozed_until, auto_rule, completed_at, completed_by))

void evolve(std::optional<Task>& state, TaskCreated event, const EventContext& context);
void evolve(std::optional<Task>& state, const TaskUpdated& event, const EventContext& context);
void evolve(std::optional<Task>& state, const TaskAssigned& event, const EventContext& context);
void evolve(std::optional<Task>& state, const TaskStarted& event, const EventContext& context);
void evolve(std::optional<Task>& state, const TaskCompleted& event, const EventContext& context);
void evolve(std::optional<Task>& state, const TaskCancelled& event, const EventContext& context);
void evolve(std::optional<Task>& state, const TaskReopened& event, const EventContext& context);
void evolve(std::optional<Task>& state, const TaskSnoozed& event, const EventContext& context);
void evolve(std::optional<Task>& state, const TaskDeleted& event, const EventContext& context);
void evolve(std::optional<Task>& state, const TaskRestored& event, const EventContext& context);

}  // namespace alforis::domain
