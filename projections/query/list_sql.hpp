#pragma once
// The SQL of a list: conditions, rights, order and keyset, every value a bind parameter. Pure.

#include <string>
#include <vector>

#include "domain/result.hpp"
#include "projections/query/list_query.hpp"
#include "projections/query/rights_sql.hpp"

namespace alforis::projections {

/// The temporary table that holds, for a list of the past, the records that have been changed since.
std::string past_table(domain::EntityKind kind);

/// The page. Columns: checkpoint position, document (NULL: the page is empty), id, then one per sort term; one row more
/// than the limit when there is a next page. Fails with `invalid_value` at `after` or at a condition made by hand.
domain::Result<Statement> list_statement(const std::string& schema, const ListQuery& query);

/// All rows that meet the conditions, wherever the page is. Column: their count.
domain::Result<Statement> count_statement(const std::string& schema, const ListQuery& query);

/// The planner's guess of the same. Column: the plan as JSON.
domain::Result<Statement> estimate_statement(const std::string& schema, const ListQuery& query);

/// The rows that meet the conditions and have a time in the field, in the parts into which the edges, in their order,
/// cut it: of each the query's `limit` earliest. Columns: part from 0, how many it has in all, document.
domain::Result<Statement> parts_statement(const std::string& schema, const ListQuery& query, std::string_view field,
                                          const std::vector<domain::Instant>& edges);

/// Tasks that the members of the team have to do in the week. Columns: user, day (NULL: before the week), open,
/// overdue, done.
Statement week_statement(const std::string& schema, const domain::Viewer& viewer, const domain::Uuid& team,
                         const Week& week);

/// Pairs of live organisations that share one of their identities (domain/likeness.hpp) and that the viewer may both
/// see: of `of` with others, or of all. At most `most`; of an identity that more than twenty have, one of them with
/// each other. Columns: both documents.
Statement alike_statement(const std::string& schema, const domain::Viewer& viewer,
                          const std::optional<domain::Uuid>& of, std::size_t most);

/// Which sort terms apply: the query's own, with what orders the equals of the last one, or newest first.
std::vector<SortTerm> effective_sort(const ListQuery& query);

/// `next` of a page whose last row has these sort values and id.
std::string cursor_payload(const ListQuery& query, const std::vector<std::optional<std::string>>& values,
                           const std::string& id);

}  // namespace alforis::projections
