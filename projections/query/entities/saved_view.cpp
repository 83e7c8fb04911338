#include "projections/query/column_types.hpp"

namespace alforis::projections {

using domain::SavedView;

namespace {

std::vector<Column<SavedView>> saved_view_columns() {
  using V = SavedView;
  auto columns = with_shared<V>({
      member_column<V, &V::resource>("resource", k_filter_sort),
      member_column<V, &V::shared>("shared", k_filter_sort),
      derived_column<V, Folded>("name_key", "name", k_filter_sort, false,
                                [](CopyBuffer& out, const RowSource<V>& row) {
                                  write_folded(out, std::string_view(row.state.name->text()));
                                }),
      member_column<V, &V::query>("query", k_filter),
      hidden<V>("search_text", ColumnType::text, false,
                [](CopyBuffer& out, const RowSource<V>& row) { SearchText().add(row.state.name).write(out); }),
  });
  // Nothing is looked for in the document, where a layout may have members of any name.
  std::erase_if(columns, [](const Column<V>& column) { return column.in_document; });
  columns.insert(std::prev(columns.end()), member_column<V, &V::deleted_at>("deleted_at", k_filter));
  return columns;
}

}  // namespace

template <>
const TableOf<SavedView>& table_of<SavedView>() {
  static const TableOf<SavedView> table{"saved_views", saved_view_columns(), {"(created_at, id)", "(created_by)"}};
  return table;
}

}  // namespace alforis::projections
