#pragma once

#include "api/task.hpp"
#include "commands/writer.hpp"

namespace alforis::api {

/// Hands a command to the writer and resumes on the caller's executor with its result.
Task<commands::CommandResult> submit(commands::Writer& writer, commands::CommandRequest request);

}  // namespace alforis::api
