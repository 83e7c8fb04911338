#include "domain/organisation.hpp"
#include "domain/revert.hpp"
#include "domain/wire/codec.hpp"

ALFORIS_WIRE(alforis::domain::OrganisationCreated)
ALFORIS_WIRE(alforis::domain::OrganisationUpdated)
ALFORIS_WIRE(alforis::domain::OrganisationStageChanged)
ALFORIS_WIRE(alforis::domain::OrganisationDeleted)
ALFORIS_WIRE(alforis::domain::OrganisationRestored)
ALFORIS_WIRE(alforis::domain::OrganisationMerged)
ALFORIS_WIRE(alforis::domain::OrganisationAbsorbed)
ALFORIS_WIRE(alforis::domain::Organisation)
ALFORIS_WIRE(alforis::domain::OrganisationData<alforis::domain::Full>)
ALFORIS_WIRE(alforis::domain::OrganisationData<alforis::domain::Patch>)
ALFORIS_WIRE(alforis::domain::Reverted<alforis::domain::Organisation>)
