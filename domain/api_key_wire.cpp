#include "domain/api_key.hpp"
#include "domain/wire/codec.hpp"

ALFORIS_WIRE_SECRETS(alforis::domain::ApiKeyCreated)
ALFORIS_WIRE(alforis::domain::ApiKeyUsed)
ALFORIS_WIRE(alforis::domain::ApiKeyRevoked)
ALFORIS_WIRE_SECRETS(alforis::domain::ApiKey)
