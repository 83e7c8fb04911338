#include "api/routes/bodies.hpp"
#include "domain/wire/codec.hpp"

ALFORIS_WIRE(alforis::api::Removal)
