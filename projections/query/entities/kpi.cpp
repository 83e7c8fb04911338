#include "projections/query/column_types.hpp"

namespace alforis::projections {

using domain::Kpi;

namespace {

std::vector<Column<Kpi>> kpi_columns() {
  using K = Kpi;
  return with_shared<K>(
      {
          aliased("organisation", member_column<K, &K::organisation_id>("organisation_id", k_filter)),
          then_by(member_column<K, &K::year>("year", k_filter_sort), "month"),
          member_column<K, &K::month>("month", k_filter_sort),
          member_column<K, &K::rdv>("rdv", k_filter_sort),
          member_column<K, &K::pitchs>("pitchs", k_filter_sort),
          member_column<K, &K::due_diligences>("due_diligences", k_filter_sort),
          member_column<K, &K::closings>("closings", k_filter_sort),
          member_column<K, &K::revenue>("revenue", k_filter_sort),
          member_column<K, &K::commission_rate>("commission_rate", k_filter_sort),
          hidden<K>("search_text", ColumnType::text, false,
                    [](CopyBuffer& out, const RowSource<K>& row) { SearchText().add(row.state.notes).write(out); }),
          document_member<K, &K::notes>("notes"),
      },
      organisation_conditions<K>());
}

}  // namespace

template <>
const TableOf<Kpi>& table_of<Kpi>() {
  static const TableOf<Kpi> table{"kpis", kpi_columns(), {"(created_at, id)", "(organisation_id, year, month)"}};
  return table;
}

}  // namespace alforis::projections
