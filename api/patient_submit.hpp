#pragma once

#include <chrono>

#include "api/task.hpp"
#include "commands/writer.hpp"

namespace alforis::api {

/// How long a login waits for a log that can't be written.
inline constexpr std::chrono::milliseconds k_patience{3000};

/// As submit(), for who cannot be told to come again with the same key: gives the command again and again while the log
/// can't be written, as just after another server wrote to it, for at most k_patience. The command takes effect once.
Task<commands::CommandResult> submit_patiently(commands::Writer& writer, commands::CommandRequest request);

}  // namespace alforis::api
