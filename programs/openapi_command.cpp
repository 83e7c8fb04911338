// `alforis openapi`: the document that /openapi.json serves, laid out for reading and comparing.

#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "commands/state_store.hpp"
#include "eventstore/memory_log.hpp"
#include "programs/api_rows.hpp"
#include "programs/commands.hpp"

namespace alforis::programs {

namespace {

class ScratchDirectory {
 public:
  ScratchDirectory() : path_((std::filesystem::temp_directory_path() / "alforis-openapi-XXXXXX").string()) {
    if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no directory can be made at " + path_);
  }
  ~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::int64_t no_time() { return 0; }

commands::WriterOptions writer_options() {
  commands::WriterOptions options;
  options.now_us = no_time;
  return options;
}

/// Nothing is written here.
class NoNewKeys final : public privacy::KeySupply {
 public:
  std::optional<privacy::Secret> find(const domain::Uuid& key) const override { return privacy::no_keys().find(key); }
  privacy::DataKey take() override { throw privacy::KeysUnavailable("there is no vault here"); }
};

/// The rows are made for services, which have an empty log here and are never asked.
std::string document() {
  const ScratchDirectory directory;
  eventstore::MemoryLog log;
  commands::StateStore store(directory.path());
  NoNewKeys keys;
  commands::Writer writer(log, store, keys, writer_options());
  const auto no_reader = [] { return projections::QueryReader({}, "none"); };
  api::Services services(writer, no_reader, api::TokenKey(std::string(32, '-')), no_time, {});
  api::Health health;
  api::Metrics metrics;
  api::Router router;
  add_api_rows(router, services, health, metrics);
  return api::openapi_document(router, openapi_info());
}

/// Where the string that begins at `at` ends.
std::size_t string_end(std::string_view json, std::size_t at) {
  for (++at; json[at] != '"'; ++at) at += json[at] == '\\' ? 1 : 0;
  return at + 1;
}

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

std::string without_blanks(std::string_view json) {
  std::string out;
  for (std::size_t at = 0; at < json.size();) {
    const std::size_t end = json[at] == '"' ? string_end(json, at) : at + 1;
    if (!is_blank(json[at])) out += json.substr(at, end - at);
    at = end;
  }
  return out;
}

/// JSON with a line for each member and element.
std::string indented(std::string_view text) {
  const std::string json = without_blanks(text);
  std::string out;
  std::string line = "\n";
  for (std::size_t at = 0; at < json.size(); ++at) {
    const char c = json[at];
    const bool closes = c == '}' || c == ']';
    const bool empty = closes && (json[at - 1] == '{' || json[at - 1] == '[');
    if (c == '"') {
      const auto end = string_end(json, at);
      out += json.substr(at, end - at);
      at = end - 1;
      continue;
    }
    if (closes) line.resize(line.size() - 2);
    if (closes && !empty) out += line;
    out += c;
    if (c == '{' || c == '[') line += "  ";
    const bool opens = (c == '{' || c == '[') && json[at + 1] != '}' && json[at + 1] != ']';
    if (opens || c == ',') out += line;
    if (c == ':') out += ' ';
  }
  return out + '\n';
}

}  // namespace

void add_openapi(CLI::App& app, ExitCode& exit) {
  auto* command = app.add_subcommand("openapi", "Print the OpenAPI document that the server has at /openapi.json");
  command->footer("Example:\n  alforis openapi > docs/generated/openapi.json");
  command->callback([&exit] { exit.value = std::cout << indented(document()) << std::flush ? 0 : 2; });
}

}  // namespace alforis::programs
