#include "projections/query/column_types.hpp"

namespace alforis::projections {

using domain::ApiKey;

namespace {

std::vector<Column<ApiKey>> api_key_columns() {
  using K = ApiKey;
  return with_shared<K>({
      aliased("user", member_column<K, &K::user_id>("user_id", k_filter)),
      member_column<K, &K::scope>("scope", k_filter_sort),
      derived_column<K, Folded>("name_key", "name", k_filter_sort, false,
                                [](CopyBuffer& out, const RowSource<K>& row) {
                                  write_folded(out, std::string_view(row.state.name->text()));
                                }),
      member_column<K, &K::expires_at>("expires_at", k_filter_sort),
      member_column<K, &K::last_used_at>("last_used_at", k_filter_sort),
      hidden<K>("search_text", ColumnType::text, false,
                [](CopyBuffer& out, const RowSource<K>& row) {
                  SearchText().add(row.state.name).add(row.state.prefix).write(out);
                }),
      document_member<K, &K::prefix>("prefix"),
      document_member<K, &K::last_used_from>("last_used_from"),
  });
}

}  // namespace

template <>
const TableOf<ApiKey>& table_of<ApiKey>() {
  static const TableOf<ApiKey> table{"api_keys", api_key_columns(), {}};
  return table;
}

}  // namespace alforis::projections
