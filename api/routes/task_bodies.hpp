#pragma once
// Bodies of tasks.

#include "api/routes/bodies.hpp"
#include "domain/interaction.hpp"
#include "domain/task.hpp"

namespace alforis::api {

struct NewTask : ProposedId, domain::TaskData<domain::Full> {};
BOOST_DESCRIBE_STRUCT(NewTask, (ProposedId, domain::TaskData<domain::Full>), ())

/// What is left out comes from the task.
struct InteractionToLog {
  std::optional<domain::InteractionType> type;
  std::optional<domain::Line<200>> title;
  std::optional<domain::Text<10000>> body;
  std::optional<domain::Instant> occurred_at;
  std::optional<std::int64_t> duration_minutes;
};
BOOST_DESCRIBE_STRUCT(InteractionToLog, (), (type, title, body, occurred_at, duration_minutes))

struct TaskCompletion {
  std::optional<InteractionToLog> interaction;  ///< none: no interaction is logged
};
BOOST_DESCRIBE_STRUCT(TaskCompletion, (), (interaction))

struct Snooze {
  domain::Required<std::int64_t> days;
};
BOOST_DESCRIBE_STRUCT(Snooze, (), (days))

}  // namespace alforis::api
