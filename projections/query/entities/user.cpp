#include "projections/query/column_types.hpp"

namespace alforis::projections {

using domain::User;

namespace {

std::vector<Column<User>> user_columns() {
  using U = User;
  return with_shared<U>({
      derived_column<U, Folded>(
          "full_name_key", "full_name", k_filter_sort, true,
          [](CopyBuffer& out, const RowSource<U>& row) { write_folded(out, row.state.full_name); }),
      member_column<U, &U::email>("email", k_filter_sort),
      member_column<U, &U::role>("role", k_filter_sort),
      aliased("team", member_column<U, &U::team_id>("team_id", k_filter)),
      member_column<U, &U::active>("active", k_filter),
      member_column<U, &U::locale>("locale", k_filter),
      member_column<U, &U::two_factor>("two_factor", k_filter),
      hidden<U>("search_text", ColumnType::text, false,
                [](CopyBuffer& out, const RowSource<U>& row) {
                  SearchText().add(row.state.full_name).add(row.state.email).write(out);
                }),
      document_member<U, &U::time_zone>("time_zone"),
      document_member<U, &U::theme>("theme"),
  });
}

}  // namespace

template <>
const TableOf<User>& table_of<User>() {
  static const TableOf<User> table{"users", user_columns(), {"(email)"}};
  return table;
}

}  // namespace alforis::projections
