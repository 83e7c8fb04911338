#pragma once
// `alforis import`: files of organisations into a running server.

#include <CLI/CLI.hpp>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "domain/import_merge.hpp"
#include "imports/cell_values.hpp"
#include "programs/commands.hpp"
#include "programs/http_client.hpp"

namespace alforis::programs {

struct ImportSettings {
  std::string file;
  std::vector<std::string> defaults;  ///< `field=value`
  std::optional<imports::AmountUnit> aum_unit;
  domain::ImportPolicy on_existing = domain::ImportPolicy::fill;
  std::optional<char> delimiter;
  std::string report;  ///< file; empty: none
  bool dry_run = false;
  bool json = false;
  ServerSettings server;
};

/// Adds the subcommand `import organisations FILE`.
void add_import(CLI::App& app, ExitCode& exit);

/// Reads the file, sends its organisations, tells on `out` what became of them and on `err` how it is getting on. 0:
/// nothing was refused; 1: something was. Throws std::runtime_error when the file cannot be read or is no import, and
/// when the server cannot be reached or refuses a whole batch; what was done by then is done, and the report, if asked
/// for, is written.
///
/// Every run has an import id of its own (UUIDv7) and the key of batch n is `import-<id>-<n>`: retries within a run
/// have one effect. Running again is another import on purpose. It finds everything as it left it and reports
/// "unchanged", where a key made from the file would repeat the first run's "created", and would no longer import what
/// somebody has changed or deleted since.
int run_import(const ImportSettings& settings, std::ostream& out, std::ostream& err);

}  // namespace alforis::programs
