#include "domain/mandat.hpp"
#include "domain/revert.hpp"
#include "domain/wire/codec.hpp"

ALFORIS_WIRE(alforis::domain::MandatCreated)
ALFORIS_WIRE(alforis::domain::MandatUpdated)
ALFORIS_WIRE(alforis::domain::MandatSigned)
ALFORIS_WIRE(alforis::domain::MandatActivated)
ALFORIS_WIRE(alforis::domain::MandatTerminated)
ALFORIS_WIRE(alforis::domain::MandatProduitAdded)
ALFORIS_WIRE(alforis::domain::MandatProduitChanged)
ALFORIS_WIRE(alforis::domain::MandatProduitRemoved)
ALFORIS_WIRE(alforis::domain::MandatExpiringSoon)
ALFORIS_WIRE(alforis::domain::MandatDeleted)
ALFORIS_WIRE(alforis::domain::MandatRestored)
ALFORIS_WIRE(alforis::domain::MandatMoved)
ALFORIS_WIRE(alforis::domain::Mandat)
ALFORIS_WIRE(alforis::domain::MandatData<alforis::domain::Patch>)
ALFORIS_WIRE(alforis::domain::Reverted<alforis::domain::Mandat>)
