#pragma once
// Commands of tasks.

#include <optional>
#include <string>
#include <vector>

#include "commands/decision.hpp"
#include "domain/interaction.hpp"
#include "domain/task.hpp"

namespace alforis::commands {

struct CreateTask {
  using Subject = domain::Task;
  Uuid id;
  domain::TaskData<Full> data;
};
struct UpdateTask {
  using Subject = domain::Task;
  Uuid id;
  IfMatch if_match;
  domain::TaskData<Patch> patch;
};
struct StartTask {
  using Subject = domain::Task;
  Uuid id;
  IfMatch if_match;
};
/// An interaction that is logged with a task's completion. What is empty comes from the task.
struct LoggedInteraction {
  Uuid id;
  std::optional<domain::InteractionType> type;  ///< by the task's category when empty
  std::optional<domain::Line<200>> title;
  std::optional<Text<10000>> body;
  std::optional<domain::Instant> occurred_at;  ///< now when empty
  std::optional<std::int64_t> duration_minutes;
};
struct CompleteTask {
  using Subject = domain::Task;
  Uuid id;
  IfMatch if_match;
  std::optional<LoggedInteraction> interaction;
};
struct CancelTask {
  using Subject = domain::Task;
  Uuid id;
  IfMatch if_match;
  std::optional<Text<1000>> reason;
};
struct ReopenTask {
  using Subject = domain::Task;
  Uuid id;
  IfMatch if_match;
};
/// Due so many days later, counted from today when it was due before, at the same time of day by the assignee's clock.
struct SnoozeTask {
  using Subject = domain::Task;
  static constexpr std::int64_t k_most_days = 365;
  Uuid id;
  IfMatch if_match;
  std::int64_t days = 1;  ///< 1 to k_most_days
};
struct DeleteTask {
  using Subject = domain::Task;
  Uuid id;
  IfMatch if_match;
  std::optional<Text<1000>> reason;
};
struct RestoreTask {
  using Subject = domain::Task;
  Uuid id;
  IfMatch if_match;
};

Decided decide(const CreateTask& command, const DecisionContext& context);
Decided decide(const UpdateTask& command, const DecisionContext& context);
Decided decide(const StartTask& command, const DecisionContext& context);
Decided decide(const CompleteTask& command, const DecisionContext& context);
Decided decide(const CancelTask& command, const DecisionContext& context);
Decided decide(const ReopenTask& command, const DecisionContext& context);
Decided decide(const SnoozeTask& command, const DecisionContext& context);
Decided decide(const DeleteTask& command, const DecisionContext& context);
Decided decide(const RestoreTask& command, const DecisionContext& context);

/// All index keys that a task has in a state; every one leads to its id.
std::vector<std::string> keys_of(const domain::Task& task);

}  // namespace alforis::commands
