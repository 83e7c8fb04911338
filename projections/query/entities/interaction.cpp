#include "projections/query/column_types.hpp"

namespace alforis::projections {

using domain::Interaction;

namespace {

std::vector<Column<Interaction>> interaction_columns() {
  using I = Interaction;
  return with_shared<I>(
      {
          member_column<I, &I::type>("type", k_filter_sort),
          member_column<I, &I::status>("status", k_filter_sort),
          member_column<I, &I::occurred_at>("occurred_at", k_filter_sort),
          aliased("organisation", member_column<I, &I::organisation_id>("organisation_id", k_filter)),
          aliased("person", member_column<I, &I::person_id>("person_id", k_filter)),
          aliased("assignee", member_column<I, &I::assignee_id>("assignee_id", k_filter)),
          member_column<I, &I::next_action_at>("next_action_at", k_filter_sort),
          aliased("produit", member_column<I, &I::produit_id>("produit_id", k_filter)),
          member_column<I, &I::direction>("direction", k_filter),
          member_column<I, &I::duration_minutes>("duration_minutes", k_filter_sort),
          derived_column<I, Folded>("title_key", "title", k_filter_sort, false,
                                    [](CopyBuffer& out, const RowSource<I>& row) {
                                      write_folded(out, std::string_view(row.state.title->text()));
                                    }),
          aliased("participant", derived_column<I, std::vector<domain::Uuid>>(
                                     "participant_ids", "participant_id", k_filter, false,
                                     [](CopyBuffer& out, const RowSource<I>& row) {
                                       std::vector<domain::Uuid> people;
                                       for (const auto& participant : row.state.participants) {
                                         people.push_back(*participant.person_id);
                                       }
                                       out.text_array(people);
                                     })),
          hidden<I>("search_text", ColumnType::text, false,
                    [](CopyBuffer& out, const RowSource<I>& row) {
                      SearchText().add(row.state.title).add(row.state.body).write(out);
                    }),
          document_member<I, &I::body>("body"),
      },
      [] {
        auto conditions = organisation_conditions<I>();
        // Whose it is to follow up: the assignee's, else of who logged it.
        conditions.push_back(aliased(
            "responsible", condition<I>("responsible_id", "coalesce(r.assignee_id, r.created_by) = ANY ({values})")));
        return conditions;
      }());
}

}  // namespace

template <>
const TableOf<Interaction>& table_of<Interaction>() {
  static const TableOf<Interaction> table{
      "interactions",
      interaction_columns(),
      {"(created_at, id)", "(occurred_at DESC NULLS LAST, id DESC) {covered}",
       "(organisation_id, occurred_at DESC NULLS LAST, id DESC)",
       "(person_id, occurred_at DESC NULLS LAST, id DESC) WHERE person_id IS NOT NULL",
       "(assignee_id, occurred_at DESC NULLS LAST, id DESC) WHERE assignee_id IS NOT NULL",
       "USING gin (participant_ids) WHERE participant_ids <> '{}'",
       "(next_action_at, id) WHERE next_action_at IS NOT NULL",
       "(coalesce(assignee_id, created_by), next_action_at) WHERE next_action_at IS NOT NULL"},
      {"deleted", "type", "organisation_id", "person_id", "assignee_id"}};
  return table;
}

}  // namespace alforis::projections
