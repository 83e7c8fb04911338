#include "domain/person.hpp"
#include "domain/revert.hpp"
#include "domain/wire/codec.hpp"

ALFORIS_WIRE(alforis::domain::PersonCreated)
ALFORIS_WIRE(alforis::domain::PersonUpdated)
ALFORIS_WIRE(alforis::domain::PersonDeleted)
ALFORIS_WIRE(alforis::domain::PersonRestored)
ALFORIS_WIRE(alforis::domain::PersonErased)
ALFORIS_WIRE(alforis::domain::Person)
ALFORIS_WIRE(alforis::domain::PersonData<alforis::domain::Full>)
ALFORIS_WIRE(alforis::domain::PersonData<alforis::domain::Patch>)
ALFORIS_WIRE(alforis::domain::Reverted<alforis::domain::Person>)
