#pragma once

#include <string>
#include <string_view>

#include "domain/entity_kind.hpp"

namespace alforis::projections {

/// The statement that finds a record. Columns: position, doc, version, deleted, deleted_by, created_by, then one
/// ownership per row: whether it is there, whether it is known, owner, team, created_by.
std::string find_sql(const std::string& schema, domain::EntityKind kind);

/// A column of the event that a stage move `m` is; null when there is none. No join: the planner takes both sides of
/// one for a single row each, and went through all of an organisation's events for each of its moves.
std::string event_of_move(const std::string& schema, std::string_view column);

}  // namespace alforis::projections
