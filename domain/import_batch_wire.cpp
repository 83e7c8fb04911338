#include "domain/import_batch.hpp"
#include "domain/wire/codec.hpp"

ALFORIS_WIRE(alforis::domain::ImportBatch)
ALFORIS_WIRE(alforis::domain::ImportBatchResult)
