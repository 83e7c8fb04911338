#pragma once

#include <vector>

#include "api/task.hpp"
#include "commands/writer.hpp"

namespace alforis::api {

/// Hands a command to the writer and resumes on the caller's executor with its result.
Task<commands::CommandResult> submit(commands::Writer& writer, commands::CommandRequest request);

/// The same for many, all on their way together; their results in the same order. Large numbers go a part after the
/// other, so that the queue has room for others.
Task<std::vector<commands::CommandResult>> submit_all(commands::Writer& writer,
                                                      std::vector<commands::CommandRequest> requests);

/// Of one of many: that nothing could be written, or that the key belongs to another request. No single record's fault.
bool concerns_all(const commands::Rejection& rejection);

}  // namespace alforis::api
