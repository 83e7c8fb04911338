#include "api/json_body.hpp"
#include "domain/wire/codec.hpp"

ALFORIS_WIRE(alforis::api::NoMembers)
