#pragma once

#include <string>

#include "domain/entity_kind.hpp"

namespace alforis::projections {

/// The statement that finds a record. Columns: position, doc, version, deleted, deleted_by, created_by, then one
/// ownership per row: whether it is there, whether it is known, owner, team, created_by.
std::string find_sql(const std::string& schema, domain::EntityKind kind);

}  // namespace alforis::projections
