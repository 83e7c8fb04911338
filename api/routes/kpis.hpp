#pragma once
// KPIs: what an organisation, a user or a team has come to, month by month, quarter by quarter or year by year.

#include "api/route.hpp"
#include "api/services.hpp"

namespace alforis::api {

/// `GET /api/v1/kpis`.
Route kpi_row(Services& services);

}  // namespace alforis::api
