#pragma once
// The columns of the query tables, described once: from this list come the DDL, the COPY rows, the check of filters and
// sorts, and the parameters in API documents.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/events.hpp"
#include "domain/result.hpp"
#include "eventstore/commit.hpp"
#include "projections/postgres/copy_buffer.hpp"

namespace alforis::projections {

/// PostgreSQL types in use, by their SQL names.
enum class ColumnType { uuid, text, boolean, smallint, integer, bigint, timestamptz, date, text_array };

std::string_view sql_type(ColumnType type);

/// What lists may do with a column.
struct ColumnUse {
  bool filter = false;
  bool sort = false;
};
inline constexpr ColumnUse k_hidden{false, false};
inline constexpr ColumnUse k_filter{true, false};
inline constexpr ColumnUse k_filter_sort{true, true};

/// A column as SQL and lists see it.
struct ColumnInfo {
  std::string_view name;        ///< of the column
  std::string_view field;       ///< what filters and sorts call it; most often its name
  std::string_view alias = {};  ///< another name for that
  ColumnType type = ColumnType::text;
  bool nullable = false;
  ColumnUse use;
  /// Checks a filter's value; answers with the text that PostgreSQL reads for it. nullptr for hidden columns.
  domain::Result<std::string> (*sql_value)(std::string_view typed) = nullptr;
  /// JSON Schema of one value; nullptr for hidden columns.
  std::string (*schema)() = nullptr;

  /// A filter that is no column of the table: a condition over the row `r`, with `{schema}` before table names,
  /// `{values}` for the values' array and `{rights}` for what the viewer may see of the organisation `o`: a filter must
  /// not tell of records that the viewer may not see. Empty for columns.
  std::string_view condition = {};

  /// A member of the document and no column: for fields that lists are seldom filtered by, which would only make every
  /// write dearer. `sql_value` answers with the member's JSON.
  bool in_document = false;

  /// Sort field by which records stand that are equal in this one; empty: their ids alone decide.
  std::string_view then = {};

  bool real() const { return condition.empty() && !in_document; }
};

/// What a row is made from.
template <class State>
struct RowSource {
  const State& state;
  std::string_view document;
  std::optional<domain::Uuid> team;  ///< of the owner
  eventstore::Position position = 0;
};

template <class State>
struct Column : ColumnInfo {
  void (*write)(postgres::CopyBuffer& out, const RowSource<State>& row) = nullptr;
};

/// A state's table, described in its file in entities/.
template <class State>
struct TableOf {
  std::string_view name;
  std::vector<Column<State>> columns;  ///< in their order; `id` comes first, filters that are no columns at the end
  /// What follows CREATE INDEX ON table. Every index costs each insert a microsecond or so, therefore: the orders that
  /// lists are shown in, what rights and team moves look for, references. Rare filters walk one of the orders; rare
  /// orders are sorted.
  std::vector<std::string_view> indexes;
  /// Columns that lists are narrowed by most. Where an index says `{covered}` it holds them too, so that a list finds
  /// its records in the index alone, before it reads the few that it shows: rows are wide, a page of the table has six.
  std::vector<std::string_view> covered = {};
  /// What the primary key's index holds beside the id, for who asks nothing else of a record.
  std::vector<std::string_view> covered_by_key = {};
};

template <class State>
const TableOf<State>& table_of();

/// Appends the row to a COPY, column by column.
template <class State>
void encode_row(postgres::CopyBuffer& out, const RowSource<State>& row) {
  const auto& columns = table_of<State>().columns;
  static const auto real = std::count_if(columns.begin(), columns.end(), [](const auto& c) { return c.real(); });
  out.begin_row(static_cast<std::int16_t>(real));
  for (const Column<State>& column : columns) {
    if (column.real()) column.write(out, row);
  }
}

/// A kind's table as SQL and lists see it.
struct TableInfo {
  domain::EntityKind kind;
  std::string_view name;
  std::vector<ColumnInfo> columns;
  std::vector<std::string_view> indexes;
  std::vector<std::string_view> covered;
  std::vector<std::string_view> covered_by_key;
};

const TableInfo& table_info(domain::EntityKind kind);

/// All tables of entities.
std::span<const TableInfo> table_infos();

/// The filter or sort field by its name or alias (`stage`, `owner`, `team`, …); nullptr when there is none.
const ColumnInfo* find_field(domain::EntityKind kind, std::string_view field);

}  // namespace alforis::projections
