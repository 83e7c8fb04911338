#include "domain/revert.hpp"
#include "domain/user.hpp"
#include "domain/wire/codec.hpp"

ALFORIS_WIRE(alforis::domain::UserCreated)
ALFORIS_WIRE(alforis::domain::UserUpdated)
ALFORIS_WIRE(alforis::domain::UserPasswordSet)
ALFORIS_WIRE(alforis::domain::User)
ALFORIS_WIRE(alforis::domain::UserData<alforis::domain::Full>)
ALFORIS_WIRE(alforis::domain::UserData<alforis::domain::Patch>)
ALFORIS_WIRE(alforis::domain::Reverted<alforis::domain::User>)
