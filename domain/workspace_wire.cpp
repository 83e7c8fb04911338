#include "domain/revert.hpp"
#include "domain/wire/codec.hpp"
#include "domain/workspace.hpp"

ALFORIS_WIRE(alforis::domain::WorkspaceCreated)
ALFORIS_WIRE(alforis::domain::WorkspaceUpdated)
ALFORIS_WIRE(alforis::domain::Workspace)
ALFORIS_WIRE(alforis::domain::WorkspaceData<alforis::domain::Full>)
ALFORIS_WIRE(alforis::domain::WorkspaceData<alforis::domain::Patch>)
ALFORIS_WIRE(alforis::domain::Reverted<alforis::domain::Workspace>)
