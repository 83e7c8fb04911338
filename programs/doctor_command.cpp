// `alforis doctor`: looks at everything a server needs and says what is wrong and what to do about it.

#include <sys/stat.h>

#include <filesystem>
#include <iostream>

#include "domain/wire/json.hpp"
#include "programs/commands.hpp"
#include "programs/settings.hpp"
#include "programs/vault_keys.hpp"
#include "projections/query/reader.hpp"

namespace alforis::programs {

namespace {

namespace fs = std::filesystem;

struct DoctorSettings {
  StoreSettings stores;
  std::string token_key_file;
  bool json = false;
};

enum class Finding { ok, warning, wrong };

/// Collects what was found and prints it at the end.
class Report {
 public:
  void add(Finding finding, std::string subject, std::string detail) {
    worst_ = std::max(worst_, finding);
    lines_.push_back({finding, std::move(subject), std::move(detail)});
  }

  /// Runs one examination; what it throws is the finding.
  void examine(const std::string& subject, const std::function<std::string()>& look) {
    try {
      add(Finding::ok, subject, look());
    } catch (const std::exception& trouble) {
      add(Finding::wrong, subject, trouble.what());
    }
  }

  int print(bool json) const {
    for (const Line& line : lines_) json ? print_json(line) : print_text(line);
    return worst_ == Finding::wrong ? 1 : 0;
  }

 private:
  struct Line {
    Finding finding;
    std::string subject;
    std::string detail;
  };

  static std::string_view word(Finding finding) {
    return finding == Finding::ok ? "ok" : finding == Finding::warning ? "warning" : "wrong";
  }
  static void print_text(const Line& line) {
    std::cout << (line.finding == Finding::ok        ? "  ok       "
                  : line.finding == Finding::warning ? "  warning  "
                                                     : "  WRONG    ")
              << line.subject << ": " << line.detail << '\n';
  }
  static void print_json(const Line& line) {
    std::string out = R"({"finding":)";
    domain::wire::quote(out, word(line.finding));
    out += R"(,"subject":)";
    domain::wire::quote(out, line.subject);
    out += R"(,"detail":)";
    domain::wire::quote(out, line.detail);
    std::cout << out << "}\n";
  }

  Finding worst_ = Finding::ok;
  std::vector<Line> lines_;
};

void examine_disk(Report& report, const fs::path& directory) {
  constexpr std::uintmax_t k_little = 2ULL << 30U;
  std::error_code error;
  const auto space = fs::space(directory, error);
  if (error) {
    report.add(Finding::wrong, "disk",
               directory.string() + " can't be looked at (" + error.message() + "): create it, or give --data");
    return;
  }
  const std::string free = std::to_string(space.available >> 20U) + " MiB free under " + directory.string();
  report.add(space.available < k_little ? Finding::warning : Finding::ok, "disk",
             space.available < k_little ? free + ": commands are refused when there is none left; make room" : free);
}

void examine_log(Report& report, const StoreSettings& stores) {
  report.examine("log", [&] {
    const auto log = open_log(stores, true);
    return stores.log + " log, " + std::to_string(log->end()) + " records";
  });
}

void examine_tables(Report& report, const StoreSettings& stores) {
  if (stores.postgres.empty()) {
    report.add(Finding::warning, "postgres", "not looked at: give --postgres or ALFORIS_POSTGRES");
    return;
  }
  report.examine("postgres", [&] {
    const auto query = stores.query(privacy::no_keys());
    projections::QueryReader reader(query.dsn, query.workspace);
    return "query tables of workspace " + query.workspace + " stand at position " + std::to_string(reader.checkpoint());
  });
}

/// The vault's keys must open under the master keys of the file.
void examine_vault(Report& report, const StoreSettings& stores) {
  if (stores.postgres.empty() || stores.master_key_file.empty()) {
    report.add(Finding::warning, "key vault",
               "not looked at: give --postgres and --master-key-file, or ALFORIS_POSTGRES and ALFORIS_MASTER_KEY_FILE");
    return;
  }
  struct stat about {};
  if (stat(stores.master_key_file.c_str(), &about) == 0 && (about.st_mode & 077U) != 0) {
    report.add(Finding::warning, "master key",
               stores.master_key_file + " can be read by others: chmod 600 " + stores.master_key_file);
  }
  report.examine("key vault", [&] {
    const auto masters = privacy::MasterKeys::read(stores.master_key_file);
    projections::PostgresVault vault({stores.postgres, stores.workspace});
    std::size_t alive = 0;
    std::size_t destroyed = 0;
    vault.for_each([&](const privacy::WrappedKey& key) {
      if (!key.wrapped.empty()) masters.unwrap(key);
      ++(key.wrapped.empty() ? destroyed : alive);
    });
    return std::to_string(alive) + " keys open under " + masters.current() + " or an older master key, " +
           std::to_string(destroyed) + " were destroyed";
  });
}

void examine_key(Report& report, const std::string& file) {
  if (file.empty()) {
    report.add(Finding::warning, "token key", "not looked at: give --token-key-file or ALFORIS_TOKEN_KEY_FILE");
    return;
  }
  struct stat about {};
  if (stat(file.c_str(), &about) != 0) {
    report.add(Finding::wrong, "token key",
               file + " does not exist: openssl rand -hex 32 > " + file + "; chmod 600 " + file);
  } else if ((about.st_mode & 077U) != 0) {
    report.add(Finding::warning, "token key", file + " can be read by others: chmod 600 " + file);
  } else if (about.st_size < 32) {
    report.add(Finding::wrong, "token key", file + " has fewer than 32 characters: openssl rand -hex 32 > " + file);
  } else {
    report.add(Finding::ok, "token key", file);
  }
}

int doctor(const DoctorSettings& settings) {
  Report report;
  examine_disk(report, settings.stores.data);
  examine_log(report, settings.stores);
  examine_tables(report, settings.stores);
  examine_vault(report, settings.stores);
  examine_key(report, settings.token_key_file);
  return report.print(settings.json);
}

}  // namespace

void add_doctor(CLI::App& app, ExitCode& exit) {
  auto settings = std::make_shared<DoctorSettings>();
  auto* command = app.add_subcommand("doctor", "Look at disk, log, PostgreSQL and secrets, and say what is wrong");
  command->footer(
      "Example:\n  alforis doctor --data var/data --postgres \"$(tools/postgres dsn)\" --token-key-file "
      "var/secrets/token.key\n"
      "Exit code 1 when something is wrong. Works beside a running server.");
  add_store_options(*command, settings->stores, NeedsPostgres::no);
  command->add_option("--token-key-file", settings->token_key_file)->envname("ALFORIS_TOKEN_KEY_FILE");
  command->add_flag("--json", settings->json, "JSON lines");
  command->callback([settings, &exit] { exit.value = doctor(*settings); });
}

}  // namespace alforis::programs
