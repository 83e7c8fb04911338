#pragma once
// Where the log and the query tables are: the same options, by flag or environment, for every program that opens them
// itself.

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "eventstore/log.hpp"
#include "projections/query/projection.hpp"

namespace alforis::programs {

/// Options of the stores.
struct StoreSettings {
  std::string data = "var/data";  ///< directory of the embedded log and the writer's state
  std::string postgres;           ///< libpq connection string
  std::string master_key_file;    ///< what the keys of persons are wrapped under (privacy/master_keys.hpp)
  std::string workspace = "main";
  std::string log = "embedded";  ///< or `kafka`
  std::string kafka_brokers = "127.0.0.1:9092";
  std::string kafka_topic;                    ///< `alforis.<workspace>.log` when empty
  std::vector<std::string> kafka_properties;  ///< `name=value` for librdkafka

  std::filesystem::path log_directory() const { return std::filesystem::path(data) / "log"; }
  std::filesystem::path state_directory() const { return std::filesystem::path(data) / "state"; }
  std::filesystem::path search_directory() const { return std::filesystem::path(data) / "search"; }
  /// `keys` open what is sealed, and outlive whatever is made with the options.
  projections::QueryOptions query(const privacy::Keys& keys) const { return {postgres, workspace, &keys}; }
};

/// Whether a program can do without PostgreSQL: its tables, and the vault that has the keys of persons.
enum class NeedsPostgres { no, yes };

/// Adds the options of the log, the tables and the vault to a subcommand.
void add_store_options(CLI::App& app, StoreSettings& settings, NeedsPostgres needs);

/// Opens the log. `read_only`: beside a running server. Throws std::runtime_error with what to do about it.
std::unique_ptr<eventstore::Log> open_log(const StoreSettings& settings, bool read_only);

}  // namespace alforis::programs
