#pragma once

#include <functional>

#include "projections/postgres/connection.hpp"
#include "projections/query/dossier.hpp"

namespace alforis::projections {

/// Where a dossier comes from.
struct DossierSource {
  std::string schema;
  std::function<postgres::Rows(const std::string& sql, const std::vector<postgres::Param>& params)> run;
  std::function<std::vector<HistoryEntry>(domain::EntityKind kind, const domain::Uuid& id)> history;
};

/// Everything but who had access.
Dossier gather_dossier(const domain::Uuid& person, Record record, const DossierSource& source);

}  // namespace alforis::projections
