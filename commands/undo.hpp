#pragma once
// Taking a command back, whatever it did: what it changed is again as it was, as long as nobody has changed it since.

#include <memory>
#include <vector>

#include "commands/decision.hpp"
#include "domain/revert.hpp"

namespace alforis::commands {

/// A commit that is to be taken back, as the history tells it.
struct UndoneCommit {
  std::int64_t position = 0;
  std::vector<domain::EntityChange> changes;  ///< not none
};

/// The command that takes it back. Its subject is the first entity that was changed.
///
/// Members that still are as the commit left them become what they were; those that are that already stay. What the
/// commit made goes into the trash, links end. Refuses, and then changes nothing: `changed_since` (409) with every
/// member that has another value by now, at `/entity/id/member`; `cannot_undo` (409) for what has no way back; what
/// would break a rule of the present (a number that another record has by now, a reference to what is deleted); whoever
/// may not change each of the records as they are and as they would be. Who made a record may take that back while
/// nobody else has touched it. A task that made itself stays when somebody has worked on it.
Command undo(UndoneCommit commit);

}  // namespace alforis::commands
