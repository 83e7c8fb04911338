#include "domain/kpi.hpp"
#include "domain/revert.hpp"
#include "domain/wire/codec.hpp"

ALFORIS_WIRE(alforis::domain::KpiCreated)
ALFORIS_WIRE(alforis::domain::KpiUpdated)
ALFORIS_WIRE(alforis::domain::KpiMoved)
ALFORIS_WIRE(alforis::domain::KpiDeleted)
ALFORIS_WIRE(alforis::domain::KpiRestored)
ALFORIS_WIRE(alforis::domain::Kpi)
ALFORIS_WIRE(alforis::domain::KpiData<alforis::domain::Patch>)
ALFORIS_WIRE(alforis::domain::KpiData<alforis::domain::Full>)
ALFORIS_WIRE(alforis::domain::Reverted<alforis::domain::Kpi>)
