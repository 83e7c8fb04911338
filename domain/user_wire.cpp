#include "domain/revert.hpp"
#include "domain/user.hpp"
#include "domain/wire/codec.hpp"

ALFORIS_WIRE(alforis::domain::UserCreated)
ALFORIS_WIRE(alforis::domain::UserUpdated)
ALFORIS_WIRE_SECRETS(alforis::domain::UserPasswordSet)
ALFORIS_WIRE_SECRETS(alforis::domain::UserPasswordRehashed)
ALFORIS_WIRE_SECRETS(alforis::domain::UserInvited)
ALFORIS_WIRE_SECRETS(alforis::domain::UserPasswordResetRequested)
ALFORIS_WIRE_SECRETS(alforis::domain::UserTotpEnrolled)
ALFORIS_WIRE_SECRETS(alforis::domain::UserTotpConfirmed)
ALFORIS_WIRE(alforis::domain::UserTotpUsed)
ALFORIS_WIRE_SECRETS(alforis::domain::UserRecoveryCodeUsed)
ALFORIS_WIRE(alforis::domain::UserTotpDisabled)
ALFORIS_WIRE_SECRETS(alforis::domain::User)
ALFORIS_WIRE(alforis::domain::UserData<alforis::domain::Full>)
ALFORIS_WIRE(alforis::domain::UserData<alforis::domain::Patch>)
ALFORIS_WIRE(alforis::domain::Reverted<alforis::domain::User>)
