#pragma once
// What the clock makes due: the policies that run by the calendar. They are found in the state alone, under indexes in
// the order of days, so that after any downtime everything is done once, in order, and never twice.

#include <string>
#include <vector>

#include "commands/command.hpp"
#include "commands/state.hpp"
#include "domain/values/date.hpp"

namespace alforis::commands {

/// A command of the system.
struct ScheduledCommand {
  std::string command_id;  ///< says policy, entity and its version: the same each time it is found
  std::string policy;      ///< snake_case, for the history
  Command command;
};

/// What is due on the day and not done yet; policy by policy, the oldest first, at most `most` of each:
/// - `mandat_end`: an active mandat ends by itself when its date_fin is over;
/// - `mandat_expiring_soon`: its end is 30 days away or less;
/// - `session_expiry`: a session was not refreshed until the day before.
std::vector<ScheduledCommand> due_commands(const StateView& state, const domain::Date& today, std::size_t most);

}  // namespace alforis::commands
