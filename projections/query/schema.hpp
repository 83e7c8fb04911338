#pragma once
// Where the query tables live and how they are laid out. A version is a schema `<workspace>_query_v<N>` with all
// tables; the schema
// `<workspace>` has views on the active version, which is all that readers know, and the list of versions with their
// checkpoints.

#include <optional>
#include <string>
#include <vector>

#include "eventstore/commit.hpp"
#include "projections/postgres/connection.hpp"

namespace alforis::projections {

/// Raised by hand when tables, columns or what is written into them changes: a program with a higher number rebuilds
/// what one with a lower number made, never the other way round.
inline constexpr int k_query_layout = 16;

/// The schemas of a workspace.
class QuerySchemas {
 public:
  /// Throws std::invalid_argument unless the workspace matches [a-z][a-z0-9_]{0,39}.
  explicit QuerySchemas(std::string workspace);

  const std::string& stable() const { return workspace_; }
  std::string version(int number) const;
  /// Of throw-away versions; `pid` is the connection's backend, so that two verifications do not meet.
  std::string scratch(std::int64_t pid) const;

 private:
  std::string workspace_;
};

/// DDL of a version's schema and tables; indexes but the entities' primary keys, and tallies, follow in
/// query_finish_statements, so that a bulk load need not keep them.
std::string query_tables_sql(const std::string& schema);
/// One statement an index or a tally, in any order; when all are done, tally_triggers_sql() makes the version live.
std::vector<std::string> query_finish_statements(const std::string& schema);

/// All tables of a version, for ANALYZE.
std::string query_table_list(const std::string& schema);

/// Makes the stable views show `version`.
std::string query_views_sql(const QuerySchemas& schemas, int version);

/// Changes whenever the DDL or the meaning of a stored number does; stored beside k_query_layout.
std::string query_layout_fingerprint();

/// A row of `<workspace>.projection_versions`.
struct QueryVersion {
  int number = 0;
  int layout = 0;
  std::string fingerprint;
  eventstore::Cursor cursor;
};

/// Makes schema and version list where they are missing. Safe when several processes do it at once.
void ensure_stable_schema(postgres::Connection& connection, const QuerySchemas& schemas);

std::optional<QueryVersion> active_query_version(postgres::Connection& connection, const QuerySchemas& schemas);

/// Inserts the row of a new version.
void insert_query_version(postgres::Connection& connection, const QuerySchemas& schemas, int number, bool active,
                          const eventstore::Cursor& cursor);

/// Whether a version is (not) the active one, and its checkpoint is at this place.
bool checkpoint_stands(postgres::Connection& connection, const QuerySchemas& schemas, int number, bool active,
                       const eventstore::Cursor& at);

/// Moves a version's checkpoint from one place to the next; false when it does not stand there any more, or the version
/// is no longer (not yet) active. Locks the row until the transaction ends.
bool advance_checkpoint(postgres::Connection& connection, const QuerySchemas& schemas, int number, bool active,
                        const eventstore::Cursor& from, const eventstore::Cursor& to);

}  // namespace alforis::projections
