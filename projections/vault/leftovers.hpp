#pragma once
// Whether texts stand anywhere in a workspace's schemas: those of the present version, of builds that were given up,
// and of versions that were replaced.

#include <string>
#include <vector>

namespace alforis::projections {

struct Leftover {
  std::string table;
  std::size_t value = 0;  ///< place in the list of what was looked for
};

/// Lets PostgreSQL remove the files that it does not need any more: those of dropped tables, and old WAL where it does
/// not recycle it. Throws std::runtime_error when the user may not (it takes the role pg_checkpoint and the function
/// pg_switch_wal).
void flush_old_files(const std::string& dsn);

/// Reads every row, and what ANALYZE sampled of the columns. Throws std::runtime_error when PostgreSQL can't be read.
std::vector<Leftover> find_leftovers(const std::string& dsn, const std::string& workspace,
                                     const std::vector<std::string>& values);

}  // namespace alforis::projections
