#pragma once
// Tasks that are made by themselves: after a move of the pipeline and after a call, a meeting or an e-mail. They are
// events of the same commit as what caused them, so that there is never the one without the other.

#include <string_view>

#include "commands/decision.hpp"

namespace alforis::commands {

/// Adds to a decision that is about to happen the tasks that come of it, for the rules that the workspace has switched
/// on. `command_id`: of the command that was decided; the tasks' ids are made from it and the time.
///
/// Each is its organisation's owner's, or of who had the interaction; else the actor's; nobody's when that user is
/// inactive, may not see what it is about, or is the system. It is due some days later at nine in the morning by that
/// user's clock; what would be due in the past already is not made.
void add_auto_tasks(Decision& decision, std::string_view command_id, const DecisionContext& context);

}  // namespace alforis::commands
