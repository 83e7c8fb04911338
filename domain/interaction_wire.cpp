#include "domain/interaction.hpp"
#include "domain/revert.hpp"
#include "domain/wire/codec.hpp"

ALFORIS_WIRE(alforis::domain::InteractionCreated)
ALFORIS_WIRE(alforis::domain::InteractionUpdated)
ALFORIS_WIRE(alforis::domain::InteractionCompleted)
ALFORIS_WIRE(alforis::domain::InteractionRescheduled)
ALFORIS_WIRE(alforis::domain::InteractionDeleted)
ALFORIS_WIRE(alforis::domain::InteractionRestored)
ALFORIS_WIRE(alforis::domain::InteractionParticipantsErased)
ALFORIS_WIRE(alforis::domain::Interaction)
ALFORIS_WIRE(alforis::domain::InteractionData<alforis::domain::Full>)
ALFORIS_WIRE(alforis::domain::InteractionData<alforis::domain::Patch>)
ALFORIS_WIRE(alforis::domain::Reverted<alforis::domain::Interaction>)
