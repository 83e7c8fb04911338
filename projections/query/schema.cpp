#include "projections/query/schema.hpp"

#include "domain/values/ascii.hpp"
#include "projections/query/audit.hpp"
#include "projections/query/columns.hpp"
#include "projections/query/tallies.hpp"
#include "projections/vault/vault_schema.hpp"

namespace alforis::projections {

using postgres::Connection;
using postgres::Param;
using postgres::Rows;

namespace {

constexpr std::size_t k_longest_workspace = 40;

/// Tables beside those of the entities.
constexpr std::string_view k_other_tables = R"(
CREATE TABLE {schema}.secrets (
  entity_id uuid NOT NULL, kind text COLLATE "C" NOT NULL, value text NOT NULL, PRIMARY KEY (entity_id, kind));
CREATE TABLE {schema}.history (
  entity_id uuid NOT NULL, "position" bigint NOT NULL, "index" integer NOT NULL, actor uuid NOT NULL,
  time timestamptz NOT NULL, batch uuid, type text COLLATE "C" NOT NULL, metadata text NOT NULL, data text NOT NULL);
ALTER TABLE {schema}.history ALTER metadata SET STATISTICS 0, ALTER data SET STATISTICS 0;
CREATE TABLE {schema}.stage_moves (
  organisation_id uuid NOT NULL, "position" bigint NOT NULL, "index" integer NOT NULL, moved_at timestamptz NOT NULL,
  from_stage smallint, to_stage smallint NOT NULL, days integer NOT NULL, owner_id uuid);
CREATE TABLE {schema}.parked_events (
  entity_id text COLLATE "C" NOT NULL, "position" bigint NOT NULL, "index" integer NOT NULL, reason text NOT NULL,
  type text NOT NULL, data text NOT NULL, epoch bigint NOT NULL, sequence bigint NOT NULL, command_id text NOT NULL,
  actor text NOT NULL, time_us bigint NOT NULL, metadata text NOT NULL, PRIMARY KEY (entity_id, "position", "index"));
)";

constexpr std::string_view k_stage_moves_key =
    R"(ALTER TABLE {schema}.stage_moves ADD PRIMARY KEY (organisation_id, "position", "index");)";
constexpr std::string_view k_history_key =
    R"(ALTER TABLE {schema}.history ADD PRIMARY KEY (entity_id, "position", "index");)";

/// Of the entities and the others.
std::vector<std::string> table_names() {
  std::vector<std::string> names = {"secrets", "history", "stage_moves", "tallies", "parked_events"};
  for (const TableInfo& table : table_infos()) names.emplace_back(table.name);
  return names;
}

constexpr std::string_view k_stable_sql = R"(
CREATE SCHEMA IF NOT EXISTS {schema};
CREATE TABLE IF NOT EXISTS {schema}.projection_versions (
  projection text NOT NULL, version integer NOT NULL, active boolean NOT NULL, layout integer NOT NULL,
  fingerprint text NOT NULL, cursor text NOT NULL, "position" bigint NOT NULL,
  made_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (projection, version)) WITH (fillfactor = 20);
)";

std::string with_schema(std::string_view sql, const std::string& schema) {
  std::string out;
  constexpr std::string_view k_place = "{schema}";
  for (std::size_t at = 0;;) {
    const std::size_t next = sql.find(k_place, at);
    out.append(sql.substr(at, next - at));
    if (next == std::string_view::npos) return out;
    out += schema;
    at = next + k_place.size();
  }
}

void append_column(std::string& sql, const ColumnInfo& column) {
  sql += postgres::quoted_identifier(column.name) + ' ' + std::string(sql_type(column.type));
  // Order of bytes: the same on every machine, and far cheaper than a language's.
  if (column.type == ColumnType::text || column.type == ColumnType::text_array) sql += R"( COLLATE "C")";
  if (!column.nullable) sql += " NOT NULL";
}

/// ` INCLUDE (a, b)`, or nothing.
std::string including(const std::vector<std::string_view>& columns, std::string_view more = {}) {
  std::string list;
  for (const std::string_view column : columns) list += (list.empty() ? "" : ", ") + std::string(column);
  list += more;
  return list.empty() ? std::string() : " INCLUDE (" + list + ')';
}

/// Lists that are found in an index look at the table for rows that vacuum has not seen since they changed: where they
/// are looked for that way it comes round once two in a hundred have changed, not twenty.
std::string vacuumed(const TableInfo& table) {
  if (table.covered.empty()) return {};
  return " WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02)";
}

/// Statistics are samples of what stands in a column, and stay when the row has gone: of persons there are none.
std::string without_samples(const TableInfo& table, const std::string& name) {
  const bool of_persons = table.kind == domain::EntityKind::person || table.kind == domain::EntityKind::link;
  std::string columns = " ALTER doc SET STATISTICS 0";
  for (const ColumnInfo& column : table.columns) {
    if (!of_persons || !column.real() || column.type != ColumnType::text || column.name == "doc") continue;
    columns += ", ALTER " + postgres::quoted_identifier(column.name) + " SET STATISTICS 0";
  }
  return "ALTER TABLE " + name + columns + ';';
}

/// `{covered}`, or `{covered, more}`, is what an index holds beside its keys.
std::string with_covered(std::string_view index, const std::vector<std::string_view>& covered) {
  constexpr std::string_view k_place = " {covered";
  const std::size_t place = index.find(k_place);
  if (place == std::string_view::npos) return std::string(index);
  const std::string_view rest = index.substr(place + k_place.size());
  const std::size_t end = rest.find('}');
  return std::string(index.substr(0, place)) + including(covered, rest.substr(0, end)) +
         std::string(rest.substr(end + 1));
}

/// Their names are made here: indexes are built side by side, and PostgreSQL would give the same one to two on the same
/// columns.
void add_indexes(std::vector<std::string>& statements, const std::string& schema, std::string_view table,
                 const std::vector<std::string_view>& indexes, const std::vector<std::string_view>& covered = {}) {
  for (std::size_t i = 0; i < indexes.size(); ++i) {
    statements.push_back("CREATE INDEX " + std::string(table) + '_' + std::to_string(i + 1) + "_idx ON " + schema +
                         '.' + std::string(table) + ' ' + with_covered(indexes[i], covered) + ';');
  }
}

std::uint64_t fnv1a(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash;
}

}  // namespace

QuerySchemas::QuerySchemas(std::string workspace) : workspace_(std::move(workspace)) {
  const bool good =
      !workspace_.empty() && workspace_.size() <= k_longest_workspace && domain::ascii::is_lower(workspace_.front()) &&
      std::all_of(workspace_.begin(), workspace_.end(),
                  [](char c) { return domain::ascii::is_lower(c) || domain::ascii::is_digit(c) || c == '_'; });
  if (!good) throw std::invalid_argument("a workspace's name is [a-z][a-z0-9_]{0,39}, not '" + workspace_ + "'");
}

std::string QuerySchemas::version(int number) const { return workspace_ + "_query_v" + std::to_string(number); }
std::string QuerySchemas::scratch(std::int64_t pid) const { return workspace_ + "_query_x" + std::to_string(pid); }

std::string query_tables_sql(const std::string& schema) {
  std::string sql = "CREATE SCHEMA " + schema + ";";
  for (const TableInfo& table : table_infos()) {
    sql += "CREATE TABLE " + schema + '.' + std::string(table.name) + " (";
    bool first = true;
    for (const ColumnInfo& column : table.columns) {
      if (!column.real()) continue;
      if (!first) sql += ", ";
      first = false;
      append_column(sql, column);
    }
    sql += ", PRIMARY KEY (id)" + including(table.covered_by_key) + ')' + vacuumed(table) + ';' +
           without_samples(table, schema + '.' + std::string(table.name));
  }
  return sql + with_schema(k_other_tables, schema) + tallies_table_sql(schema);
}

std::vector<std::string> query_finish_statements(const std::string& schema) {
  std::vector<std::string> statements;
  for (const TableInfo& table : table_infos()) {
    add_indexes(statements, schema, table.name, table.indexes, table.covered);
  }
  statements.push_back(with_schema(k_stage_moves_key, schema));
  for (std::string& filling : tally_fill_statements(schema)) statements.push_back(std::move(filling));
  statements.push_back(with_schema(k_history_key, schema));
  // Commits come in their order, so that a few bytes for each run of pages find one. By its time it is found at once:
  // an instant may lie in a quiet night after a busy hour, and runs of pages that are not summed up yet are all read.
  const std::string audited = R"(("position", "index") WHERE )" + std::string(k_audited_events);
  add_indexes(statements, schema, "history",
              {R"(USING brin ("position") WITH (autosummarize = on))", R"((time, "position"))",
               "(batch) WHERE batch IS NOT NULL", audited});
  return statements;
}

std::string query_table_list(const std::string& schema) {
  std::string list;
  for (const std::string& name : table_names()) list += (list.empty() ? "" : ", ") + schema + '.' + name;
  return list;
}

std::string query_views_sql(const QuerySchemas& schemas, int version) {
  std::string sql;
  for (const std::string& name : table_names()) {
    // Dropped and made anew, since a replaced view must keep its columns, and a new layout has others.
    sql += "DROP VIEW IF EXISTS " + schemas.stable() + '.' + name + ";CREATE VIEW " + schemas.stable() + '.' + name +
           " AS SELECT * FROM " + schemas.version(version) + '.' + name + ';';
  }
  return sql;
}

std::string query_layout_fingerprint() {
  std::string text = query_tables_sql("s");
  for (const std::string& statement : query_finish_statements("s")) text += statement;
  text += tally_triggers_sql("s");
  for (const TableInfo& table : table_infos()) {
    for (const ColumnInfo& column : table.columns) {
      // Enumerations are stored by place: their schema lists them in order.
      if (column.real() && column.schema != nullptr) text += std::string(column.name) + column.schema();
    }
  }
  char digits[17] = {};
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(fnv1a(text)));
  return digits;
}

void ensure_stable_schema(Connection& connection, const QuerySchemas& schemas) {
  ensure_vault(connection, vault_schema(schemas.stable()));
  const Rows there = connection.run("SELECT to_regclass($1) IS NOT NULL", {schemas.stable() + ".projection_versions"});
  if (there.boolean(0, 0)) return;
  postgres::Transaction transaction(connection);
  // CREATE … IF NOT EXISTS is not safe against itself.
  connection.run("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", {"alforis " + schemas.stable()});
  connection.script(with_schema(k_stable_sql, schemas.stable()));
  transaction.commit();
}

std::optional<QueryVersion> active_query_version(Connection& connection, const QuerySchemas& schemas) {
  const Rows rows = connection.run("SELECT version, layout, fingerprint, cursor FROM " + schemas.stable() +
                                   ".projection_versions WHERE projection = 'query' AND active");
  if (rows.empty()) return std::nullopt;
  return QueryVersion{static_cast<int>(rows.integer(0, 0)), static_cast<int>(rows.integer(0, 1)),
                      std::string(rows.text(0, 2)), eventstore::Cursor::parse(rows.text(0, 3))};
}

void insert_query_version(Connection& connection, const QuerySchemas& schemas, int number, bool active,
                          const eventstore::Cursor& cursor) {
  connection.run("INSERT INTO " + schemas.stable() +
                     ".projection_versions (projection, version, active, layout, fingerprint, cursor, \"position\") "
                     "VALUES ('query', $1, $2, $3, $4, $5, $6)",
                 {std::to_string(number), active ? "t" : "f", std::to_string(k_query_layout),
                  query_layout_fingerprint(), cursor.text(), std::to_string(cursor.position)});
}

bool checkpoint_stands(Connection& connection, const QuerySchemas& schemas, int number, bool active,
                       const eventstore::Cursor& at) {
  const Rows found = connection.prepared(
      "SELECT 1 FROM " + schemas.stable() +
          ".projection_versions WHERE projection = 'query' AND version = $1 AND active = $2 AND cursor = $3",
      {std::to_string(number), active ? "t" : "f", at.text()});
  return !found.empty();
}

bool advance_checkpoint(Connection& connection, const QuerySchemas& schemas, int number, bool active,
                        const eventstore::Cursor& from, const eventstore::Cursor& to) {
  const Rows moved = connection.prepared(
      "UPDATE " + schemas.stable() +
          ".projection_versions SET cursor = $1, \"position\" = $2 WHERE projection = 'query' AND version = $3 AND "
          "active = $4 AND cursor = $5",
      {to.text(), std::to_string(to.position), std::to_string(number), active ? "t" : "f", from.text()});
  return moved.affected() == 1;
}

}  // namespace alforis::projections
