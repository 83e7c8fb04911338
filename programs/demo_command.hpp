#pragma once
// `alforis demo`: a made-up firm for a first look, loaded over HTTP.

#include <CLI/CLI.hpp>
#include <cstdint>
#include <iosfwd>
#include <string>

#include "programs/commands.hpp"
#include "programs/http_client.hpp"

namespace alforis::programs {

struct DemoSettings {
  std::uint64_t seed = 1;
  std::string password;       ///< of the demo's users; empty: they get none and cannot log in
  std::string password_file;  ///< whose first line is the password, if not empty
  ServerSettings server;
};

/// Adds the subcommand `demo`.
void add_demo(CLI::App& app, ExitCode& exit);

/// Creates the firm's records, a few at a time. Their ids and idempotency keys are made from the seed and their
/// content: what is there already stays as it is, a second run changes nothing. Teams and users are the same for every
/// seed. Throws std::runtime_error with the server's words when a record is refused for any other reason.
void run_demo(const DemoSettings& settings, std::ostream& out);

}  // namespace alforis::programs
