// `alforis`: one binary for the server and the operator's programs.

#include <CLI/CLI.hpp>
#include <iostream>

#include "programs/commands.hpp"
#include "programs/demo_command.hpp"
#include "programs/import_command.hpp"

int main(int argc, char** argv) {
  using namespace alforis::programs;
  CLI::App app{"Alforis: the CRM of a fund distributor, event-sourced"};
  app.require_subcommand(1);
  app.set_version_flag("--version", "alforis " ALFORIS_VERSION);
  ExitCode exit;
  for (auto add : {add_serve, add_import, add_demo, add_user, add_replay, add_history, add_verify, add_rebuild,
                   add_vault, add_openapi, add_doctor}) {
    add(app, exit);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    std::cerr << "alforis: " << error.what() << '\n';
    return 2;
  }
  return exit.value;
}
