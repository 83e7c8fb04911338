#include "projections/vault/leftovers.hpp"

#include "projections/postgres/connection.hpp"
#include "projections/vault/vault_schema.hpp"

namespace alforis::projections {

std::vector<Leftover> find_leftovers(const std::string& dsn, const std::string& workspace,
                                     const std::vector<std::string>& values) {
  std::vector<Leftover> found;
  if (values.empty()) return found;
  postgres::ConnectionOptions options;
  options.application = "alforis verify";
  options.stall_timeout = std::chrono::milliseconds(0);  // tables are read from end to end
  postgres::Connection connection(dsn, options);
  const auto tables = connection.run(
      "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
      "WHERE c.relkind = 'r' AND (n.nspname = $1 OR starts_with(n.nspname, $1 || '_')) ORDER BY 1",
      {std::string(workspace)});
  for (std::size_t table = 0; table < tables.size(); ++table) {
    const std::string name(tables.text(table, 0));
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto rows =
          connection.run("SELECT 1 FROM " + name + " t WHERE position($1 in t::text) > 0 LIMIT 1", {values[i]});
      if (!rows.empty()) found.push_back({name, i});
    }
  }
  // What ANALYZE sampled.
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto rows = connection.run(
        "SELECT DISTINCT format('statistics of %I.%I', schemaname, tablename) FROM pg_stats s WHERE (schemaname = $2 "
        "OR "
        "starts_with(schemaname, $2 || '_')) AND position($1 in s::text) > 0",
        {values[i], std::string(workspace)});
    for (std::size_t row = 0; row < rows.size(); ++row) found.push_back({std::string(rows.text(row, 0)), i});
  }
  return found;
}

void flush_old_files(const std::string& dsn) {
  postgres::ConnectionOptions options;
  options.application = "alforis verify";
  options.stall_timeout = std::chrono::milliseconds(0);
  postgres::Connection connection(dsn, options);
  // Files of tables that were dropped go with a checkpoint; segments of the WAL with the one after them.
  connection.script("CHECKPOINT");
  connection.run("SELECT pg_switch_wal()");
  connection.script("CHECKPOINT");
}

}  // namespace alforis::projections
