#include "projections/query/column_types.hpp"

namespace alforis::projections {

using domain::Mandat;

namespace {

std::vector<Column<Mandat>> mandat_columns() {
  using M = Mandat;
  return with_shared<M>(
      {
          aliased("organisation", member_column<M, &M::organisation_id>("organisation_id", k_filter)),
          member_column<M, &M::status>("status", k_filter_sort),
          member_column<M, &M::number>("number", k_filter_sort),
          member_column<M, &M::date_signature>("date_signature", k_filter_sort),
          member_column<M, &M::date_debut>("date_debut", k_filter_sort),
          member_column<M, &M::date_fin>("date_fin", k_filter_sort),
          member_column<M, &M::commission_rate>("commission_rate", k_filter_sort),
          member_column<M, &M::expiring_soon_told_for>("expiring_soon_told_for", k_filter),
          // Those that are in; `produits` as a whole is in the document.
          aliased("produit", derived_column<M, std::vector<domain::Uuid>>("produit_ids", "produit_id", k_filter, false,
                                                                          [](CopyBuffer& out, const RowSource<M>& row) {
                                                                            std::vector<domain::Uuid> live;
                                                                            for (const auto& stay :
                                                                                 row.state.produits) {
                                                                              if (stay.live())
                                                                                live.push_back(*stay.produit_id);
                                                                            }
                                                                            out.text_array(live);
                                                                          })),
          hidden<M>("search_text", ColumnType::text, false,
                    [](CopyBuffer& out, const RowSource<M>& row) {
                      SearchText().add(row.state.number).add(row.state.notes).write(out);
                    }),
          document_member<M, &M::notes>("notes"),
          document_member<M, &M::end_reason>("end_reason"),
      },
      organisation_conditions<M>());
}

}  // namespace

template <>
const TableOf<Mandat>& table_of<Mandat>() {
  static const TableOf<Mandat> table{
      "mandats", mandat_columns(), {"(created_at, id)", "(organisation_id)", "(date_fin, id)"}};
  return table;
}

}  // namespace alforis::projections
