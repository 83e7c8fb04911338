#include "projections/query/column_types.hpp"

namespace alforis::projections {

using domain::Produit;

namespace {

std::vector<Column<Produit>> produit_columns() {
  using P = Produit;
  return with_shared<P>({
      member_column<P, &P::type>("type", k_filter_sort),
      member_column<P, &P::status>("status", k_filter_sort),
      derived_column<P, Folded>("name_key", "name", k_filter_sort, false,
                                [](CopyBuffer& out, const RowSource<P>& row) {
                                  write_folded(out, std::string_view(row.state.name->text()));
                                }),
      member_column<P, &P::isin>("isin", k_filter_sort),
      member_column<P, &P::currency>("currency", k_filter),
      hidden<P>("search_text", ColumnType::text, false,
                [](CopyBuffer& out, const RowSource<P>& row) {
                  SearchText().add(row.state.name).add(row.state.isin).write(out);
                }),
      document_member<P, &P::notes>("notes"),
  });
}

}  // namespace

template <>
const TableOf<Produit>& table_of<Produit>() {
  static const TableOf<Produit> table{"produits", produit_columns(), {"(created_at, id)", "(name_key, id)", "(isin)"}};
  return table;
}

}  // namespace alforis::projections
