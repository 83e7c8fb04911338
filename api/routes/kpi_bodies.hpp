#pragma once
// Bodies of KPIs that are entered by hand.

#include "api/routes/bodies.hpp"
#include "domain/kpi.hpp"

namespace alforis::api {

struct NewKpi : ProposedId, domain::KpiMonth, domain::KpiData<domain::Full> {};
BOOST_DESCRIBE_STRUCT(NewKpi, (ProposedId, domain::KpiMonth, domain::KpiData<domain::Full>), ())

}  // namespace alforis::api
