// Does a projection equal its rebuild? One snapshot of the live tables against a version that nobody else ever sees.

#include "projections/query/columns.hpp"
#include "projections/query/projection.hpp"
#include "projections/query/tallies.hpp"
#include "projections/query/version_writer.hpp"

namespace alforis::projections {

using postgres::Connection;
using postgres::Rows;
using postgres::Transaction;

namespace {

constexpr std::string_view k_secrets = "secrets";

/// A table as it is compared: rows by key, in buckets by the end of an id, where version 7 ids are random.
struct ComparedTable {
  std::string name;
  std::string id;                    ///< SQL of the id that buckets go by
  std::vector<std::string> key;      ///< columns that order the rows; the first is the id
  std::vector<std::string> columns;  ///< all that are compared, the key among them
};

std::vector<ComparedTable> compared_tables() {
  std::vector<ComparedTable> tables;
  for (const TableInfo& info : table_infos()) {
    ComparedTable table{std::string(info.name), "id", {"id"}, {}};
    for (const ColumnInfo& column : info.columns) {
      if (column.real()) table.columns.emplace_back(column.name);
    }
    tables.push_back(std::move(table));
  }
  tables.push_back({std::string(k_secrets), "entity_id", {"entity_id", "kind"}, {"entity_id", "kind", "value"}});
  const std::vector<std::string> place = {"entity_id", "position", "index"};
  tables.push_back({"history",
                    "entity_id",
                    place,
                    {"entity_id", "position", "index", "actor", "time", "batch", "type", "metadata", "data"}});
  tables.push_back(
      {"stage_moves",
       "organisation_id",
       {"organisation_id", "position", "index"},
       {"organisation_id", "position", "index", "moved_at", "from_stage", "to_stage", "days", "owner_id"}});
  tables.push_back(
      {"tallies",
       "owner_id",
       {"owner_id", "measure", "period", "user_id", "bucket", "value", "currency"},
       {"owner_id", "measure", "period", "user_id", "bucket", "value", "currency", "n", "amount", "weighted"}});
  // The reason is what the program of the day said; the rest must be the same.
  tables.push_back({"parked_events",
                    "entity_id",
                    place,
                    {"entity_id", "position", "index", "type", "data", "epoch", "sequence", "command_id", "actor",
                     "time_us", "metadata"}});
  return tables;
}

std::string joined(const std::vector<std::string>& columns, std::string_view after = "") {
  std::string list;
  for (const std::string& column : columns) {
    if (!list.empty()) list += ", ";
    list += postgres::quoted_identifier(column) + std::string(after);
  }
  return list;
}

std::string bucket_of(const ComparedTable& table) { return "right(" + table.id + "::text, 2)"; }

struct Digest {
  std::string rows;
  std::string hash;

  friend bool operator==(const Digest&, const Digest&) = default;
};
using Digests = std::map<std::string, Digest>;

Digests digests(Connection& connection, const std::string& schema, const ComparedTable& table) {
  const Rows rows =
      connection.run("SELECT " + bucket_of(table) + ", count(*), bit_xor(hashtextextended(ROW(" +
                     joined(table.columns) + ")::text, 0)) FROM " + schema + '.' + table.name + " GROUP BY 1");
  Digests found;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    found[std::string(rows.text(row, 0))] = {std::string(rows.text(row, 1)), std::string(rows.text(row, 2))};
  }
  return found;
}

Rows bucket_rows(Connection& connection, const std::string& schema, const ComparedTable& table,
                 const std::string& bucket) {
  return connection.run("SELECT " + joined(table.columns, "::text") + " FROM " + schema + '.' + table.name +
                            " t WHERE " + bucket_of(table) + " = $1 ORDER BY " + joined(table.key),
                        {bucket});
}

std::string value_at(const Rows& rows, std::size_t row, std::size_t column) {
  return rows.null(row, column) ? "(null)" : std::string(rows.text(row, column));
}

class Comparison {
 public:
  Comparison(Connection& live, std::string live_schema, Connection& built, std::string built_schema)
      : live_(live), live_schema_(std::move(live_schema)), built_(built), built_schema_(std::move(built_schema)) {}

  void compare(const ComparedTable& table, Verified& verified) {
    const Digests live = digests(live_, live_schema_, table);
    const Digests built = digests(built_, built_schema_, table);
    std::set<std::string> buckets;
    for (const auto& [bucket, digest] : live) {
      buckets.insert(bucket);
      verified.rows += static_cast<std::uint64_t>(std::stoull(digest.rows));
    }
    for (const auto& [bucket, digest] : built) buckets.insert(bucket);
    for (const std::string& bucket : buckets) {
      const auto a = live.find(bucket);
      const auto b = built.find(bucket);
      if (a != live.end() && b != built.end() && a->second == b->second) continue;
      ++verified.differing_buckets;
      if (!verified.first) verified.first = first_difference(table, bucket);
    }
  }

 private:
  /// Walks both sides' rows in the order of their keys.
  Difference first_difference(const ComparedTable& table, const std::string& bucket) {
    const Rows live = bucket_rows(live_, live_schema_, table, bucket);
    const Rows built = bucket_rows(built_, built_schema_, table, bucket);
    std::size_t row = 0;
    for (; row < live.size() && row < built.size(); ++row) {
      const auto key = key_of(table, live, row);
      if (const auto other = key_of(table, built, row); key != other) {
        return key < other ? missing(table, key, true) : missing(table, other, false);
      }
      for (std::size_t column = 0; column < table.columns.size(); ++column) {
        const std::string a = value_at(live, row, column);
        const std::string b = value_at(built, row, column);
        if (a == b) continue;
        // Secrets are not for the screen.
        const bool hidden = table.name == k_secrets;
        return {table.name, shown(key), table.columns[column], hidden ? "(one)" : a, hidden ? "(another)" : b};
      }
    }
    if (row < live.size()) return missing(table, key_of(table, live, row), true);
    if (row < built.size()) return missing(table, key_of(table, built, row), false);
    return {table.name, bucket, "", "(digest)", "(digest)"};  // equal texts with unequal digests cannot be
  }

  /// Numbers padded, so that keys compare as PostgreSQL orders them.
  using Key = std::vector<std::pair<std::size_t, std::string>>;
  static Key key_of(const ComparedTable& table, const Rows& rows, std::size_t row) {
    Key key;
    for (std::size_t i = 0; i < table.key.size(); ++i) {
      const auto at = std::find(table.columns.begin(), table.columns.end(), table.key[i]) - table.columns.begin();
      std::string text(rows.text(row, static_cast<std::size_t>(at)));
      key.emplace_back(i == 0 ? 0 : text.size(), std::move(text));
    }
    return key;
  }

  static std::string shown(const Key& key) {
    std::string text;
    for (const auto& [size, part] : key) text += (text.empty() ? "" : " ") + part;
    return text;
  }

  static Difference missing(const ComparedTable& table, const Key& key, bool in_live) {
    return {table.name, shown(key), "", in_live ? "(a row)" : "(no row)", in_live ? "(no row)" : "(a row)"};
  }

  Connection& live_;
  std::string live_schema_;
  Connection& built_;
  std::string built_schema_;
};

Verified verify(eventstore::Log& log, const QueryOptions& options, const OnBuildProgress& progress,
                const std::stop_token& stop) {
  const QuerySchemas schemas(options.workspace);
  Connection live(options.dsn, writer_connection("alforis verify"));
  const Transaction snapshot(live, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  const auto version = active_query_version(live, schemas);
  if (!version) throw StoreUnavailable("there are no query tables yet");
  if (version->fingerprint != query_layout_fingerprint()) {
    throw StoreUnavailable("the query tables are of another program's layout: rebuild them first");
  }
  Connection builder(options.dsn, writer_connection("alforis verify build"));
  const Transaction throw_away(builder, Transaction::Adopt{});  // build() begins it
  const std::string schema = schemas.scratch(builder.run("SELECT pg_backend_pid()").integer(0, 0));
  const Filled filled = build(builder, options, schema, log, version->cursor.position, progress, stop);
  for (const std::string& filling : tally_fill_statements(schema)) builder.script(filling);
  Verified verified;
  verified.position = version->cursor.position;
  if (filled.cursor != version->cursor) {
    verified.first = Difference{"projection_versions", "query", "cursor", version->cursor.text(), filled.cursor.text()};
  }
  Comparison comparison(live, schemas.version(version->number), builder, schema);
  for (const ComparedTable& table : compared_tables()) {
    if (progress) progress({verified.position, verified.position, filled.events, "compare"});
    comparison.compare(table, verified);
  }
  return verified;
}

}  // namespace

Verified verify_query(eventstore::Log& log, const QueryOptions& options, const OnBuildProgress& progress,
                      std::stop_token stop) {
  return translated([&] { return verify(log, options, progress, stop); });
}

}  // namespace alforis::projections
