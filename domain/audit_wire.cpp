#include "domain/audit.hpp"
#include "domain/wire/codec.hpp"

ALFORIS_WIRE(alforis::domain::AuditLoginRefused)
ALFORIS_WIRE(alforis::domain::AuditRequestRefused)
ALFORIS_WIRE(alforis::domain::AuditPersonRead)
ALFORIS_WIRE(alforis::domain::AuditExported)
ALFORIS_WIRE(alforis::domain::AuditBook)
