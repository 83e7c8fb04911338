#include "projections/query/column_types.hpp"

namespace alforis::projections {

using domain::Person;

namespace {

/// Surname first, as lists of people are sorted.
std::string listed_name(const Person& person) {
  std::string name = person.last_name ? person.last_name->text() : std::string();
  if (person.first_name) name += (name.empty() ? "" : " ") + person.first_name->text();
  return name;
}

std::vector<Column<Person>> person_columns() {
  using P = Person;
  return with_shared<P>({
      derived_column<P, Folded>("name_key", "name", k_filter_sort, false,
                                [](CopyBuffer& out, const RowSource<P>& row) {
                                  write_folded(out, std::string_view(listed_name(row.state)));
                                }),
      derived_column<P, Folded>(
          "last_name_key", "last_name", k_filter_sort, true,
          [](CopyBuffer& out, const RowSource<P>& row) { write_folded(out, row.state.last_name); }),
      derived_column<P, Folded>(
          "first_name_key", "first_name", k_filter_sort, true,
          [](CopyBuffer& out, const RowSource<P>& row) { write_folded(out, row.state.first_name); }),
      derived_column<P, Folded>(
          "job_title_key", "job_title", k_filter_sort, true,
          [](CopyBuffer& out, const RowSource<P>& row) { write_folded(out, row.state.job_title); }),
      aliased("email", member_column<P, &P::personal_email>("personal_email", k_filter)),
      member_column<P, &P::country>("country", k_filter_sort),
      member_column<P, &P::language>("language", k_filter),
      member_column<P, &P::active>("active", k_filter),
      member_column<P, &P::consent>("consent", k_filter_sort),
      member_column<P, &P::consent_date>("consent_date", k_filter_sort),
      member_column<P, &P::unsubscribed>("unsubscribed", k_filter),
      member_column<P, &P::erased_at>("erased_at", k_filter_sort),
      hidden<P>("search_text", ColumnType::text, false,
                [](CopyBuffer& out, const RowSource<P>& row) {
                  const P& p = row.state;
                  SearchText().add(p.first_name).add(p.last_name).add(p.personal_email).add(p.job_title).write(out);
                }),
      document_member<P, &P::personal_phone>("personal_phone"),
      document_member<P, &P::mobile>("mobile"),
      document_member<P, &P::linkedin_url>("linkedin_url"),
      document_member<P, &P::notes>("notes"),
      document_member<P, &P::consent_source>("consent_source"),
      aliased(
          "organisation",
          condition<P>(
              "organisation_id",
              "EXISTS (SELECT FROM {schema}.links l JOIN {schema}.organisations o ON o.id = l.organisation_id WHERE "
              "l.person_id = r.id AND l.live AND l.organisation_id = ANY ({values}) AND {rights})")),
  });
}

}  // namespace

template <>
const TableOf<Person>& table_of<Person>() {
  static const TableOf<Person> table{
      "people",
      person_columns(),
      {"(created_at, id) {covered}", "(updated_at, id) {covered}", "(name_key, id) {covered}"},
      {"deleted"}};
  return table;
}

}  // namespace alforis::projections
