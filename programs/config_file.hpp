#pragma once
// Options from a file, below the command line and the environment.

#include <CLI/CLI.hpp>

namespace alforis::programs {

/// Adds `--config FILE` to a command. The file has a line `name = value` for each option, named as on the command line
/// without the dashes; several values are `[a, b]`; a line that begins with # is a comment. What the command line or
/// the environment says counts more. Unknown names, sections and an unreadable file are errors (CLI::ParseError). Call
/// it before the command's other options are added.
void add_config_option(CLI::App& command);

}  // namespace alforis::programs
