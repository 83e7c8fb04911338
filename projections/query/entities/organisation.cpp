#include "domain/likeness.hpp"
#include "projections/query/column_types.hpp"

namespace alforis::projections {

using domain::Organisation;

namespace {

void write_currency(CopyBuffer& out, const std::optional<domain::Money>& money) {
  money ? out.text(money->currency.text()) : out.null();
}

std::vector<Column<Organisation>> organisation_columns() {
  using O = Organisation;
  return with_shared<O>({
      member_column<O, &O::type>("type", k_filter_sort),
      aliased("stage", member_column<O, &O::pipeline_stage>("pipeline_stage", k_filter_sort)),
      member_column<O, &O::active>("active", k_filter),
      member_column<O, &O::stage_since>("stage_since", k_filter_sort),
      aliased("owner", member_column<O, &O::owner_id>("owner_id", k_filter)),
      aliased("team", derived_column<O, domain::Uuid>("team_id", "team_id", k_filter, true,
                                                      [](CopyBuffer& out, const RowSource<O>& row) {
                                                        FieldOf<std::optional<domain::Uuid>>::write(out, row.team);
                                                      })),
      member_column<O, &O::category>("category", k_filter_sort),
      member_column<O, &O::signature_date>("signature_date", k_filter_sort),
      member_column<O, &O::aum_date>("aum_date", k_filter_sort),
      member_column<O, &O::signature_probability>("signature_probability", k_filter_sort),
      member_column<O, &O::aum>("aum", k_filter_sort),
      member_column<O, &O::potential_amount>("potential_amount", k_filter_sort),
      derived_column<O, Folded>("name_key", "name", k_filter_sort, false,
                                [](CopyBuffer& out, const RowSource<O>& row) {
                                  write_folded(out, std::string_view(row.state.name->text()));
                                }),
      then_by(derived_column<O, Folded>(
                  "city_key", "city", k_filter_sort, true,
                  [](CopyBuffer& out, const RowSource<O>& row) { write_folded(out, row.state.city); }),
              "name"),
      member_column<O, &O::postal_code>("postal_code", k_filter_sort),
      member_column<O, &O::country>("country", k_filter_sort),
      member_column<O, &O::language>("language", k_filter),
      member_column<O, &O::email>("email", k_filter),
      member_column<O, &O::lei>("lei", k_filter),
      member_column<O, &O::siren>("siren", k_filter),
      member_column<O, &O::siret>("siret", k_filter),
      member_column<O, &O::regulator_number>("regulator_number", k_filter),
      member_column<O, &O::strategies>("strategies", k_filter),
      member_column<O, &O::tags>("tags", k_filter),
      hidden<O>("aum_currency", ColumnType::text, true,
                [](CopyBuffer& out, const RowSource<O>& row) { write_currency(out, row.state.aum); }),
      hidden<O>("potential_currency", ColumnType::text, true,
                [](CopyBuffer& out, const RowSource<O>& row) { write_currency(out, row.state.potential_amount); }),
      hidden<O>("search_text", ColumnType::text, false,
                [](CopyBuffer& out, const RowSource<O>& row) {
                  const O& o = row.state;
                  SearchText()
                      .add(o.name)
                      .add(o.email)
                      .add(o.city)
                      .add(o.website)
                      .add(o.lei)
                      .add(o.siren)
                      .add(o.regulator_number)
                      .write(out);
                }),
      hidden<O>("identities", ColumnType::text_array, false,
                [](CopyBuffer& out, const RowSource<O>& row) { out.text_array(domain::identities(row.state)); }),
      document_member<O, &O::phone>("phone"),
      document_member<O, &O::website>("website"),
      document_member<O, &O::address>("address"),
      document_member<O, &O::domicile>("domicile"),
      document_member<O, &O::legal_form>("legal_form"),
      document_member<O, &O::description>("description"),
      document_member<O, &O::notes>("notes"),
      document_member<O, &O::merged_into>("merged_into"),
  });
}

}  // namespace

template <>
const TableOf<Organisation>& table_of<Organisation>() {
  static const TableOf<Organisation> table{
      "organisations",
      organisation_columns(),
      {"(created_at, id)", "(updated_at, id) {covered}", "(name_key, id) {covered}",
       "(city_key, name_key, id) {covered}", "(aum DESC NULLS LAST, id DESC) {covered}",
       "(potential_amount DESC NULLS LAST, id DESC) {covered}", "(stage_since, id) {covered}",
       // Most of an early stage have no potential yet: in the order of all of them they come last.
       "(pipeline_stage, potential_amount DESC NULLS LAST, id DESC) {covered}",
       // One's own, in whatever order.
       "(owner_id, name_key, id) {covered, updated_at, aum, potential_amount, stage_since} WHERE owner_id IS NOT NULL"},
      {"deleted", "owner_id", "team_id", "pipeline_stage", "type", "category", "city_key"},
      // Rights of most records follow their organisation.
      {"owner_id", "team_id"}};
  return table;
}

}  // namespace alforis::projections
