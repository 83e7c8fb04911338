#include "projections/query/column_types.hpp"

namespace alforis::projections {

using domain::Link;

namespace {

std::vector<Column<Link>> link_columns() {
  using L = Link;
  return with_shared<L>({
      aliased("person", member_column<L, &L::person_id>("person_id", k_filter)),
      aliased("organisation", member_column<L, &L::organisation_id>("organisation_id", k_filter)),
      member_column<L, &L::role>("role", k_filter_sort),
      derived_column<L, Folded>(
          "job_title_key", "job_title", k_filter_sort, true,
          [](CopyBuffer& out, const RowSource<L>& row) { write_folded(out, row.state.job_title); }),
      aliased("email", member_column<L, &L::work_email>("work_email", k_filter)),
      member_column<L, &L::is_primary>("is_primary", k_filter),
      member_column<L, &L::since>("since", k_filter_sort),
      member_column<L, &L::until>("until", k_filter_sort),
      member_column<L, &L::live>("live", k_filter),
      hidden<L>("search_text", ColumnType::text, false,
                [](CopyBuffer& out, const RowSource<L>& row) {
                  SearchText().add(row.state.job_title).add(row.state.work_email).write(out);
                }),
      document_member<L, &L::work_phone>("work_phone"),
      document_member<L, &L::notes>("notes"),
  });
}

}  // namespace

template <>
const TableOf<Link>& table_of<Link>() {
  static const TableOf<Link> table{
      "links",
      link_columns(),
      // Rights ask where a person works.
      {"(created_at, id)", "(person_id) INCLUDE (live, organisation_id)", "(organisation_id)"}};
  return table;
}

}  // namespace alforis::projections
