#pragma once
// The programs inside `alforis`. Each adds its subcommand, with help and examples, and runs when it is chosen.

#include <CLI/CLI.hpp>

namespace alforis::programs {

/// What a chosen subcommand leaves for main(): 0 done, 1 done but not all is well, 2 could not be done.
struct ExitCode {
  int value = 0;
};

void add_serve(CLI::App& app, ExitCode& exit);
void add_replay(CLI::App& app, ExitCode& exit);
void add_history(CLI::App& app, ExitCode& exit);
void add_verify(CLI::App& app, ExitCode& exit);
void add_rebuild(CLI::App& app, ExitCode& exit);
void add_openapi(CLI::App& app, ExitCode& exit);
void add_doctor(CLI::App& app, ExitCode& exit);
void add_vault(CLI::App& app, ExitCode& exit);
void add_user(CLI::App& app, ExitCode& exit);

}  // namespace alforis::programs
