#include "domain/revert.hpp"
#include "domain/team.hpp"
#include "domain/wire/codec.hpp"

ALFORIS_WIRE(alforis::domain::TeamCreated)
ALFORIS_WIRE(alforis::domain::TeamUpdated)
ALFORIS_WIRE(alforis::domain::Team)
ALFORIS_WIRE(alforis::domain::TeamData<alforis::domain::Full>)
ALFORIS_WIRE(alforis::domain::TeamData<alforis::domain::Patch>)
ALFORIS_WIRE(alforis::domain::Reverted<alforis::domain::Team>)
