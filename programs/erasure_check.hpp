#pragma once
// Looks for what is left of a person: in the log, the vault, the writer's state, the search index, and every version of
// the tables.

#include <cstdint>
#include <string>
#include <vector>

#include "programs/settings.hpp"

namespace alforis::programs {

struct Trace {
  std::string store;  ///< `log`, `key_vault`, `writer_state`, `search_index`, `query_tables`, `postgres_files`
  std::string place;  ///< position, key, file, or table
  std::string what;
};

/// What is known of an erasure, and what it left.
struct ErasureCheck {
  bool erased = false;              ///< the log says so
  std::uint64_t sealed_events = 0;  ///< that hold something of the person
  std::vector<std::string> keys;    ///< under which
  std::vector<Trace> traces;
};

/// `values`: texts that were the person's, to be looked for everywhere; none: only keys and what was never sealed are
/// looked at. `postgres_files`: PostgreSQL's data directory, whose files are read as they are, the WAL too; empty: not.
/// Beside a running server. Throws std::runtime_error when a store can't be read.
ErasureCheck check_erasure(const StoreSettings& stores, const domain::Uuid& person,
                           const std::vector<std::string>& values, const std::string& postgres_files);

/// Lines of a file that are not empty. Throws std::runtime_error naming it.
std::vector<std::string> read_values(const std::string& file);

}  // namespace alforis::programs
