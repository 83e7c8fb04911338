#include "domain/session.hpp"
#include "domain/wire/codec.hpp"

ALFORIS_WIRE_SECRETS(alforis::domain::SessionCreated)
ALFORIS_WIRE_SECRETS(alforis::domain::SessionRefreshed)
ALFORIS_WIRE(alforis::domain::SessionRevoked)
ALFORIS_WIRE_SECRETS(alforis::domain::Session)
