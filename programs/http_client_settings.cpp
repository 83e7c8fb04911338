#include "programs/http_client_settings.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <map>
#include <stdexcept>
#include <system_error>

namespace alforis::programs {
namespace {

constexpr const char* k_default_file = "var/credentials";
constexpr const char* k_server = "ALFORIS_SERVER";
constexpr const char* k_token = "ALFORIS_TOKEN";
constexpr const char* k_email = "ALFORIS_ADMIN_EMAIL";
constexpr const char* k_password = "ALFORIS_ADMIN_PASSWORD";

using Values = std::map<std::string, std::string>;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// 'it'\''s' is it's to a shell.
std::string unquoted(std::string value) {
  if (value.size() < 2 || value.front() != '\'' || value.back() != '\'') return value;
  value = value.substr(1, value.size() - 2);
  constexpr std::string_view k_quote = "'\\''";
  for (std::size_t at = value.find(k_quote); at != std::string::npos; at = value.find(k_quote, at + 1)) {
    value.replace(at, k_quote.size(), "'");
  }
  return value;
}

std::string reason() { return std::error_code(errno, std::generic_category()).message(); }

Values read_credentials(const std::string& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) {
    throw std::runtime_error("the credentials file " + file + " cannot be read: " + reason());
  }
  if ((status.st_mode & 077U) != 0) {
    throw std::runtime_error("the credentials file " + file + " can be read by others; run: chmod 600 " + file);
  }
  std::ifstream in(file);
  if (!in) throw std::runtime_error("the credentials file " + file + " cannot be read: " + reason());
  Values values;
  for (std::string line; std::getline(in, line);) {
    const std::size_t equals = line.find('=');
    if (line.starts_with('#') || equals == std::string::npos) continue;
    values[line.substr(0, equals)] = unquoted(line.substr(equals + 1));
  }
  return values;
}

bool exists(const char* file) {
  struct stat status {};
  return ::stat(file, &status) == 0;
}

}  // namespace

void add_server_options(CLI::App& app, ServerSettings& settings) {
  app.add_option("--server", settings.server, "Address of the server (default " + std::string(k_default_server) + ")")
      ->envname(k_server);
  app.add_option(
      "--credentials", settings.credentials_file,
      "File of mode 0600 with ALFORIS_TOKEN, or ALFORIS_ADMIN_EMAIL and ALFORIS_ADMIN_PASSWORD, as KEY=value "
      "lines (default " +
          std::string(k_default_file) + "); variables of these names count more");
}

ServerAccess resolve_access(const ServerSettings& settings) {
  ServerAccess access{settings.server, environment(k_token), environment(k_email), environment(k_password)};
  const bool complete = !access.token.empty() || (!access.email.empty() && !access.password.empty());
  if (!settings.credentials_file.empty() || ((!complete || access.server.empty()) && exists(k_default_file))) {
    Values values = read_credentials(settings.credentials_file.empty() ? k_default_file : settings.credentials_file);
    if (access.server.empty()) access.server = values[k_server];
    if (!complete) access = {access.server, values[k_token], values[k_email], values[k_password]};
  }
  if (access.server.empty()) access.server = k_default_server;
  if (access.token.empty() && (access.email.empty() || access.password.empty())) {
    throw std::runtime_error(std::string("no credentials: set ") + k_token + ", or " + k_email + " and " + k_password +
                             ", or name a file that has them with --credentials (" + k_default_file + " has none)");
  }
  return access;
}

}  // namespace alforis::programs
