#include "domain/link.hpp"
#include "domain/wire/codec.hpp"

ALFORIS_WIRE(alforis::domain::LinkCreated)
ALFORIS_WIRE(alforis::domain::LinkUpdated)
ALFORIS_WIRE(alforis::domain::LinkEnded)
ALFORIS_WIRE(alforis::domain::Link)
ALFORIS_WIRE(alforis::domain::LinkData<alforis::domain::Patch>)
