// `alforis vault`: the operator's way to the keys of persons.

#include <iostream>

#include "programs/commands.hpp"
#include "programs/vault_keys.hpp"

namespace alforis::programs {

namespace {

struct VaultSettings {
  StoreSettings stores;
  std::string name;
  bool json = false;
};

struct Counts {
  std::size_t alive = 0;
  std::size_t destroyed = 0;
  std::size_t rewrapped = 0;
};

void print(const Counts& counts, const std::string& master, bool json) {
  if (json) {
    std::cout << R"({"master":")" << master << R"(","alive":)" << counts.alive << R"(,"destroyed":)" << counts.destroyed
              << R"(,"rewrapped":)" << counts.rewrapped << "}\n";
  } else {
    std::cout << "key vault: " << counts.alive << " keys in use or ready, " << counts.destroyed << " destroyed; "
              << counts.rewrapped << " wrapped anew under the master key " << master << '\n';
  }
}

/// Wraps every key that is not under the current master key. May be stopped and begun again; the server goes on.
int rotate(const VaultSettings& settings) {
  constexpr std::size_t k_batch = 1000;
  const auto masters = privacy::MasterKeys::read(settings.stores.master_key_file);
  projections::PostgresVault vault({settings.stores.postgres, settings.stores.workspace});
  Counts counts;
  std::vector<privacy::WrappedKey> batch;
  const auto write = [&] {
    if (!batch.empty()) vault.replace(batch);
    counts.rewrapped += batch.size();
    batch.clear();
  };
  vault.for_each([&](const privacy::WrappedKey& key) {
    ++(key.wrapped.empty() ? counts.destroyed : counts.alive);
    if (key.wrapped.empty() || key.master == masters.current()) return;
    batch.push_back(masters.wrap(masters.unwrap(key)));
    if (batch.size() == k_batch) write();
  });
  write();
  print(counts, masters.current(), settings.json);
  return 0;
}

}  // namespace

void add_vault(CLI::App& app, ExitCode& exit) {
  auto settings = std::make_shared<VaultSettings>();
  auto* vault = app.add_subcommand("vault", "The keys under which persons' data is sealed");
  vault->require_subcommand(1);
  auto* new_key = vault->add_subcommand("new-key", "Print a line of a new master key for the master key file");
  new_key->footer("Example:\n  alforis vault new-key k2027 | cat - master.key > new.key && mv new.key master.key");
  new_key->add_option("NAME", settings->name, "what it is called in the vault")->required();
  new_key->callback([settings, &exit] {
    const std::string line = privacy::MasterKeys::new_line(settings->name);
    privacy::MasterKeys::parse(line);  // or says what is wrong with the name
    exit.value = std::cout << line << '\n' << std::flush ? 0 : 2;
  });
  auto* rotating = vault->add_subcommand("rotate", "Wrap all keys anew under the first master key of the file");
  rotating->footer(
      "Example:\n  alforis vault rotate --postgres \"$(tools/postgres dsn)\" --master-key-file var/secrets/master.key\n"
      "Put the new master key in front of the old one, rotate, then remove the old one. The server may run meanwhile.");
  add_store_options(*rotating, settings->stores, NeedsPostgres::yes);
  rotating->add_flag("--json", settings->json, "one JSON object");
  rotating->callback([settings, &exit] { exit.value = rotate(*settings); });
}

}  // namespace alforis::programs
