#pragma once
// The vault's tables: what PostgresVault and the query projection, which destroys keys as it applies erasures, share.

#include <span>
#include <string>
#include <vector>

#include "domain/values/uuid.hpp"
#include "projections/postgres/connection.hpp"

namespace alforis::projections {

/// `<workspace>_vault`. Throws std::invalid_argument for a workspace that cannot name a schema.
std::string vault_schema(const std::string& workspace);

/// Makes schema and tables where they are missing. Safe when several processes do it at once.
void ensure_vault(postgres::Connection& connection, const std::string& schema);

/// Within the open transaction. Keys that are gone already, or never were, are passed over.
void destroy_keys(postgres::Connection& connection, const std::string& schema, std::span<const domain::Uuid> ids);

}  // namespace alforis::projections
