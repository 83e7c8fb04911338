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
  return found;
}

}  // namespace alforis::projections
