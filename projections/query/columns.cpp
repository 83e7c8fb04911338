#include "projections/query/columns.hpp"

#include <stdexcept>

namespace alforis::projections {

using domain::EntityKind;

std::string_view sql_type(ColumnType type) {
  switch (type) {
    case ColumnType::uuid:
      return "uuid";
    case ColumnType::text:
      return "text";
    case ColumnType::boolean:
      return "boolean";
    case ColumnType::smallint:
      return "smallint";
    case ColumnType::integer:
      return "integer";
    case ColumnType::bigint:
      return "bigint";
    case ColumnType::timestamptz:
      return "timestamptz";
    case ColumnType::date:
      return "date";
    case ColumnType::text_array:
      return "text[]";
  }
  return "text";
}

std::span<const TableInfo> table_infos() {
  static const std::vector<TableInfo> tables = [] {
    std::vector<TableInfo> made;
    boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, domain::AllStates>>([&]<class T>(T) {
      using State = typename T::type;
      const TableOf<State>& table = table_of<State>();
      TableInfo& info = made.emplace_back(TableInfo{
          domain::EventsOf<State>::k_kind, table.name, {}, table.indexes, table.covered, table.covered_by_key});
      info.columns.assign(table.columns.begin(), table.columns.end());
    });
    return made;
  }();
  return tables;
}

const TableInfo& table_info(EntityKind kind) {
  for (const TableInfo& table : table_infos()) {
    if (table.kind == kind) return table;
  }
  throw std::logic_error("a kind of entity without a table");
}

const ColumnInfo* find_field(EntityKind kind, std::string_view field) {
  for (const ColumnInfo& column : table_info(kind).columns) {
    const bool named = column.field == field || (!column.alias.empty() && column.alias == field);
    if (named && (column.use.filter || column.use.sort)) return &column;
  }
  return nullptr;
}

}  // namespace alforis::projections
