// `alforis verify` and `alforis rebuild`: the projections against the log. Both work beside a running server.

#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "domain/wire/json.hpp"
#include "programs/commands.hpp"
#include "programs/erasure_check.hpp"
#include "programs/log_walk.hpp"
#include "programs/settings.hpp"
#include "programs/vault_keys.hpp"
#include "projections/search/verify.hpp"

namespace alforis::programs {

namespace {

struct VerifySettings {
  StoreSettings stores;
  bool json = false;
  bool log_only = false;
  std::string erasure;  ///< of whom
  std::string values;   ///< file
  std::string postgres_files;
  bool search = false;
};

projections::OnBuildProgress progress_on_stderr() {
  const bool terminal = isatty(STDERR_FILENO) == 1;
  return [terminal, last = std::string()](const projections::BuildProgress& progress) mutable {
    std::string line = progress.step + ": " + std::to_string(progress.events) + " events, position " +
                       std::to_string(progress.position) + " of " + std::to_string(progress.end);
    if (terminal) {
      std::cerr << '\r' << line << "   " << std::flush;
    } else if (progress.step != last) {
      std::cerr << line << '\n';
    }
    last = progress.step;
  };
}

std::function<void(const projections::FillProgress&)> fill_progress_on_stderr() {
  return [next = std::chrono::steady_clock::time_point{}](const projections::FillProgress& progress) mutable {
    const auto now = std::chrono::steady_clock::now();
    if (now < next) return;
    next = now + std::chrono::seconds(1);
    std::cerr << "search " << progress.step << ": " << progress.done << " of " << progress.all
              << (isatty(STDERR_FILENO) == 1 ? "   \r" : "\n") << std::flush;
  };
}

projections::SearchOptions search_options(const VerifySettings& settings, VaultKeys& keys) {
  projections::SearchOptions options;
  options.directory = settings.stores.search_directory();
  options.keys = &keys.ring();
  return options;
}

/// Every record decodes and continues the chain. Throws eventstore::LogDamaged where it does not.
eventstore::Cursor verify_chain(eventstore::Log& log) {
  return walk(log, [](const eventstore::Commit&) { return true; });
}

std::string quoted(const std::string& text) {
  std::string out;
  domain::wire::quote(out, text);
  return out;
}

void print_difference(const projections::Difference& difference, bool json) {
  if (json) {
    std::cout << R"({"ok":false,"table":)" << quoted(difference.table) << R"(,"id":)" << quoted(difference.id)
              << R"(,"column":)" << quoted(difference.column) << R"(,"live":)" << quoted(difference.live)
              << R"(,"rebuilt":)" << quoted(difference.rebuilt) << "}\n";
    return;
  }
  std::cout << "query tables: DIFFERENT. First difference: table " << difference.table << ", row " << difference.id;
  if (!difference.column.empty()) std::cout << ", column " << difference.column;
  std::cout << "\n  in the database: " << difference.live << "\n  by the log:      " << difference.rebuilt
            << "\nTo put it right: alforis rebuild\n";
}

void print_check(const ErasureCheck& check, bool json) {
  if (json) {
    std::cout << R"({"erased":)" << (check.erased ? "true" : "false") << R"(,"sealed_events":)" << check.sealed_events
              << R"(,"keys":)" << check.keys.size() << R"(,"traces":[)";
    for (const Trace& trace : check.traces) {
      std::cout << (&trace == check.traces.data() ? "" : ",") << R"({"store":)" << quoted(trace.store) << R"(,"place":)"
                << quoted(trace.place) << R"(,"what":)" << quoted(trace.what) << '}';
    }
    std::cout << "]}\n";
    return;
  }
  std::cout << (check.erased ? "the person was erased; " : "the person is not erased; ") << check.sealed_events
            << " events hold something of them, sealed under " << check.keys.size() << " keys\n";
  for (const Trace& trace : check.traces) {
    std::cout << "left in " << trace.store << ", " << trace.place << ": " << trace.what << '\n';
  }
  if (check.erased && check.traces.empty()) std::cout << "nothing is left\n";
  const bool in_files = std::any_of(check.traces.begin(), check.traces.end(),
                                    [](const Trace& trace) { return trace.store == "postgres_files"; });
  if (check.erased && in_files) {
    std::cout << "PostgreSQL keeps old versions of rows in its files: alforis rebuild takes the tables away, "
                 "PostgreSQL's next checkpoint what is left of their files, and old WAL where wal_recycle is off\n";
  }
}

int verify_erasure(const VerifySettings& settings) {
  const auto person = domain::Uuid::parse(settings.erasure);
  if (!person) throw std::runtime_error("--erasure " + settings.erasure + " is no id: give the UUID of a person");
  const auto check = check_erasure(settings.stores, *person, read_values(settings.values), settings.postgres_files);
  print_check(check, settings.json);
  return check.erased && check.traces.empty() ? 0 : 1;
}

std::string search_json(const projections::SearchVerified& verified) {
  std::string json = R"({"ok":)" + std::string(verified.first ? "false" : "true") + R"(,"position":)" +
                     std::to_string(verified.position) + R"(,"documents":)" + std::to_string(verified.documents);
  if (verified.first) {
    json += R"(,"differences":)" + std::to_string(verified.differences) + R"(,"what":)" + quoted(verified.first->what) +
            R"(,"id":)" + quoted(verified.first->id);
  }
  return json + '}';
}

void print_search(const projections::SearchVerified& verified) {
  if (verified.first) {
    std::cout << "search index: DIFFERENT in " << verified.differences << " places at position " << verified.position
              << ". First: the " << verified.first->what << " of " << verified.first->id
              << "\nTo put it right: alforis rebuild --search\n";
  } else {
    std::cout << "search index: equal to its rebuild, " << verified.documents << " documents at position "
              << verified.position << '\n';
  }
}

int verify(const VerifySettings& settings) {
  if (!settings.erasure.empty()) return verify_erasure(settings);
  const auto log = open_log(settings.stores, true);
  eventstore::Cursor sound;
  try {
    sound = verify_chain(*log);
    if (!settings.json)
      std::cout << "log: sound up to position " << sound.position << ", chain " << eventstore::hex(sound.chain) << '\n';
  } catch (const eventstore::LogDamaged& damage) {
    if (settings.json)
      std::cout << R"({"ok":false,"log_damaged_at":)" << damage.position << R"(,"detail":)" << quoted(damage.what())
                << "}\n";
    else
      std::cout << "log: DAMAGED at position " << damage.position << ": " << damage.what() << '\n';
    return 1;
  }
  if (settings.log_only) {
    if (settings.json) std::cout << R"({"ok":true,"position":)" << sound.position << "}\n";
    return 0;
  }
  VaultKeys keys(settings.stores, 0);
  const auto verified = projections::verify_query(*log, settings.stores.query(keys.ring()), progress_on_stderr());
  if (verified.first) {
    print_difference(*verified.first, settings.json);
    return 1;
  }
  if (!settings.json) {
    std::cout << "query tables: equal to their rebuild, " << verified.rows << " rows at position " << verified.position
              << '\n';
  }
  // Where this machine has one.
  const auto search = projections::verify_search(*log, search_options(settings, keys), fill_progress_on_stderr());
  const bool equal = !search || !search->first;
  if (settings.json) {
    std::cout << R"({"ok":)" << (equal ? "true" : "false") << R"(,"position":)" << verified.position << R"(,"rows":)"
              << verified.rows << (search ? R"(,"search":)" + search_json(*search) : "") << "}\n";
  } else if (search) {
    print_search(*search);
  }
  return equal ? 0 : 1;
}

int rebuild_search(const VerifySettings& settings, eventstore::Log& log, VaultKeys& keys) {
  const auto started = std::chrono::steady_clock::now();
  const auto filled = projections::rebuild_search(log, search_options(settings, keys), fill_progress_on_stderr());
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  if (settings.json) {
    std::cout << R"({"position":)" << filled.position << R"(,"events":)" << filled.events << R"(,"documents":)"
              << filled.documents << R"(,"parked":)" << filled.parked_entities << R"(,"seconds":)" << seconds << "}\n";
  } else {
    std::cout << "search index: " << filled.documents << " documents made from " << filled.events << " events in "
              << seconds << " s, up to position " << filled.position << '\n';
  }
  return filled.parked_entities == 0 ? 0 : 1;
}

int rebuild(const VerifySettings& settings) {
  const auto log = open_log(settings.stores, true);
  const auto started = std::chrono::steady_clock::now();
  VaultKeys keys(settings.stores, 0);
  if (settings.search) return rebuild_search(settings, *log, keys);
  const auto rebuilt = projections::rebuild_query(*log, settings.stores.query(keys.ring()), progress_on_stderr());
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  if (settings.json) {
    std::cout << R"({"version":)" << rebuilt.version << R"(,"position":)" << rebuilt.position << R"(,"events":)"
              << rebuilt.events << R"(,"parked":)" << rebuilt.parked_entities << R"(,"seconds":)" << seconds << "}\n";
  } else {
    std::cout << "query tables: version " << rebuilt.version << " built from " << rebuilt.events << " events in "
              << seconds << " s and swapped in at position " << rebuilt.position << '\n';
  }
  return rebuilt.parked_entities == 0 ? 0 : 1;
}

}  // namespace

void add_verify(CLI::App& app, ExitCode& exit) {
  auto settings = std::make_shared<VerifySettings>();
  auto* command =
      app.add_subcommand("verify", "Check the log's chain, and that the query tables equal what the log says");
  command->footer(
      "Example:\n  alforis verify --data var/data --postgres \"$(tools/postgres dsn)\" --master-key-file "
      "var/secrets/master.key\nExit code 1 when anything "
      "differs.");
  add_store_options(*command, settings->stores, NeedsPostgres::yes);
  auto* log_only = command->add_flag("--log-only", settings->log_only,
                                     "only the log, for which neither PostgreSQL nor keys are needed");
  const auto tables = {command->get_option("--postgres"), command->get_option("--master-key-file")};
  for (CLI::Option* option : tables) option->required(false);
  command
      ->add_option("--erasure", settings->erasure,
                   "instead: whether anything is left of this person, in the log, the vault, the state and the tables")
      ->excludes(log_only);
  command->add_option("--values", settings->values,
                      "file with texts that were the person's, one a line, to be looked for everywhere");
  command->add_option(
      "--postgres-files", settings->postgres_files,
      "PostgreSQL's data directory, where one can read it: its files and its WAL are looked through too");
  command->add_flag("--json", settings->json, "one JSON object");
  command->callback([settings, tables = std::vector<CLI::Option*>(tables), &exit] {
    for (const CLI::Option* option : tables) {
      if (!settings->log_only && option->empty()) throw CLI::RequiredError(option->get_name());
    }
    exit.value = verify(*settings);
  });
}

void add_rebuild(CLI::App& app, ExitCode& exit) {
  auto settings = std::make_shared<VerifySettings>();
  auto* command =
      app.add_subcommand("rebuild", "Build the query tables anew from the log beside the live ones, and swap");
  command->footer(
      "Example:\n  alforis rebuild --data var/data --postgres \"$(tools/postgres dsn)\" --master-key-file "
      "var/secrets/master.key\nReads and writes go on all "
      "the while.");
  add_store_options(*command, settings->stores, NeedsPostgres::yes);
  command->add_flag("--search", settings->search, "the search index instead");
  command->add_flag("--json", settings->json, "one JSON object");
  command->callback([settings, &exit] { exit.value = rebuild(*settings); });
}

}  // namespace alforis::programs
