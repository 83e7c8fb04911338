#pragma once
// Which server a program speaks to, and as whom.

#include <CLI/CLI.hpp>
#include <string>

namespace alforis::programs {

/// The options of every program that speaks to a running server.
struct ServerSettings {
  std::string server;            ///< `--server`, ALFORIS_SERVER; empty: the credentials file's, else k_default_server
  std::string credentials_file;  ///< `--credentials`; empty: ./var/credentials if it is there
};

inline constexpr std::string_view k_default_server = "http://127.0.0.1:8080";

/// Where the server is and what opens it: a token, or an e-mail and a password to log in with.
struct ServerAccess {
  std::string server;
  std::string token;
  std::string email;
  std::string password;
};

/// Adds --server and --credentials to a subcommand.
void add_server_options(CLI::App& app, ServerSettings& settings);

/// Looks for access in this order: ALFORIS_TOKEN; ALFORIS_ADMIN_EMAIL with ALFORIS_ADMIN_PASSWORD; the credentials
/// file, which has the same names as KEY=value lines (a value may stand in single quotes, as a shell writes it) and
/// must not be readable by others than its owner. Throws std::runtime_error that says what to do when there is none.
ServerAccess resolve_access(const ServerSettings& settings);

}  // namespace alforis::programs
