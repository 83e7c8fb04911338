#include "projections/query/column_types.hpp"

namespace alforis::projections {

using domain::Team;

namespace {

std::vector<Column<Team>> team_columns() {
  using T = Team;
  return with_shared<T>({
      derived_column<T, Folded>("name_key", "name", k_filter_sort, false,
                                [](CopyBuffer& out, const RowSource<T>& row) {
                                  write_folded(out, std::string_view(row.state.name->text()));
                                }),
      member_column<T, &T::active>("active", k_filter),
      hidden<T>("search_text", ColumnType::text, false,
                [](CopyBuffer& out, const RowSource<T>& row) {
                  SearchText().add(row.state.name).add(row.state.description).write(out);
                }),
      document_member<T, &T::description>("description"),
  });
}

}  // namespace

template <>
const TableOf<Team>& table_of<Team>() {
  static const TableOf<Team> table{"teams", team_columns(), {}};
  return table;
}

}  // namespace alforis::projections
