#pragma once
// Records as they were, from their histories. Pure.

#include <functional>
#include <optional>
#include <vector>

#include "projections/postgres/copy_buffer.hpp"
#include "projections/query/history.hpp"

namespace alforis::projections {

/// What an entity's rows up to some point, oldest first, make of it; nullopt: it was not there yet. Events that this
/// program cannot decode change nothing.
std::optional<PastRecord> past_record(domain::EntityKind kind, const domain::Uuid& id,
                                      const std::vector<HistoryRow>& rows);

/// A user's team by now.
using TeamOf = std::function<std::optional<domain::Uuid>(const domain::Uuid& user)>;

/// Appends the row that the kind's table had of the entity then. `rows` as above, and not none.
void append_past_row(postgres::CopyBuffer& out, domain::EntityKind kind, const domain::Uuid& id,
                     const std::vector<HistoryRow>& rows, const TeamOf& team_of);

}  // namespace alforis::projections
