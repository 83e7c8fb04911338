#include "projections/query/column_types.hpp"

namespace alforis::projections {

using domain::Session;

namespace {

std::vector<Column<Session>> session_columns() {
  using S = Session;
  return with_shared<S>({
      aliased("user", member_column<S, &S::user_id>("user_id", k_filter)),
      member_column<S, &S::expires_at>("expires_at", k_filter_sort),
      member_column<S, &S::client>("client", k_filter),
      hidden<S>("search_text", ColumnType::text, false,
                [](CopyBuffer& out, const RowSource<S>& row) {
                  SearchText().add(row.state.device).add(row.state.address).write(out);
                }),
      document_member<S, &S::device>("device"),
      document_member<S, &S::address>("address"),
      document_member<S, &S::end_reason>("end_reason"),
  });
}

}  // namespace

template <>
const TableOf<Session>& table_of<Session>() {
  static const TableOf<Session> table{"sessions", session_columns(), {"(user_id)", "(updated_at) WHERE deleted"}};
  return table;
}

}  // namespace alforis::projections
