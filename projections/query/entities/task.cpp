#include "projections/query/column_types.hpp"

namespace alforis::projections {

using domain::Task;

namespace {

std::vector<Column<Task>> task_columns() {
  using T = Task;
  return with_shared<T>(
      {
          member_column<T, &T::status>("status", k_filter_sort),
          member_column<T, &T::priority>("priority", k_filter_sort),
          member_column<T, &T::category>("category", k_filter_sort),
          member_column<T, &T::due_at>("due_at", k_filter_sort),
          aliased("assignee", member_column<T, &T::assignee_id>("assignee_id", k_filter)),
          aliased("organisation", member_column<T, &T::organisation_id>("organisation_id", k_filter)),
          aliased("person", member_column<T, &T::person_id>("person_id", k_filter)),
          aliased("mandat", member_column<T, &T::mandat_id>("mandat_id", k_filter)),
          member_column<T, &T::snoozed_until>("snoozed_until", k_filter_sort),
          member_column<T, &T::completed_at>("completed_at", k_filter_sort),
          member_column<T, &T::completed_by>("completed_by", k_filter),
          member_column<T, &T::auto_rule>("auto_rule", k_filter),
          derived_column<T, Folded>("title_key", "title", k_filter_sort, false,
                                    [](CopyBuffer& out, const RowSource<T>& row) {
                                      write_folded(out, std::string_view(row.state.title->text()));
                                    }),
          hidden<T>("search_text", ColumnType::text, false,
                    [](CopyBuffer& out, const RowSource<T>& row) {
                      SearchText().add(row.state.title).add(row.state.description).write(out);
                    }),
          document_member<T, &T::description>("description"),
      },
      [] {
        auto conditions = organisation_conditions<T>();
        conditions.push_back(
            aliased("assignee_team", condition<T>("assignee_team_id",
                                                  "EXISTS (SELECT FROM {schema}.users u WHERE u.id = r.assignee_id AND "
                                                  "u.team_id = ANY ({values}))")));
        return conditions;
      }());
}

}  // namespace

static_assert(domain::TaskStatus{0} == domain::TaskStatus::todo && domain::TaskStatus{1} == domain::TaskStatus::doing);

template <>
const TableOf<Task>& table_of<Task>() {
  static const TableOf<Task> table{
      "tasks",
      task_columns(),
      {"(created_at, id)", "(due_at, id)", "(assignee_id, due_at) {covered}",
       "(organisation_id, coalesce(completed_at, created_at) DESC, id DESC) WHERE organisation_id IS NOT NULL",
       "(person_id, coalesce(completed_at, created_at) DESC, id DESC) WHERE person_id IS NOT NULL",
       // Open ones, todo and doing, are few among all that were ever done.
       "(due_at, id) {covered} WHERE status IN (0, 1)", "(assignee_id, due_at, id) {covered} WHERE status IN (0, 1)"},
      {"deleted", "organisation_id", "person_id", "assignee_id", "status", "priority"}};
  return table;
}

}  // namespace alforis::projections
