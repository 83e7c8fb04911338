#include "domain/revert.hpp"
#include "domain/saved_view.hpp"
#include "domain/wire/codec.hpp"

ALFORIS_WIRE(alforis::domain::SavedViewCreated)
ALFORIS_WIRE(alforis::domain::SavedViewUpdated)
ALFORIS_WIRE(alforis::domain::SavedViewDeleted)
ALFORIS_WIRE(alforis::domain::SavedViewRestored)
ALFORIS_WIRE(alforis::domain::SavedView)
ALFORIS_WIRE(alforis::domain::SavedViewData<alforis::domain::Patch>)
ALFORIS_WIRE(alforis::domain::SavedViewData<alforis::domain::Full>)
ALFORIS_WIRE(alforis::domain::Reverted<alforis::domain::SavedView>)
