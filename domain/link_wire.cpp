#include "domain/link.hpp"
#include "domain/revert.hpp"
#include "domain/wire/codec.hpp"

ALFORIS_WIRE(alforis::domain::LinkCreated)
ALFORIS_WIRE(alforis::domain::LinkUpdated)
ALFORIS_WIRE(alforis::domain::LinkEnded)
ALFORIS_WIRE(alforis::domain::LinkMoved)
ALFORIS_WIRE(alforis::domain::LinkErased)
ALFORIS_WIRE(alforis::domain::Link)
ALFORIS_WIRE(alforis::domain::LinkData<alforis::domain::Patch>)
ALFORIS_WIRE(alforis::domain::Reverted<alforis::domain::Link>)
