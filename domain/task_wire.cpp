#include "domain/revert.hpp"
#include "domain/task.hpp"
#include "domain/wire/codec.hpp"

ALFORIS_WIRE(alforis::domain::TaskCreated)
ALFORIS_WIRE(alforis::domain::TaskUpdated)
ALFORIS_WIRE(alforis::domain::TaskAssigned)
ALFORIS_WIRE(alforis::domain::TaskStarted)
ALFORIS_WIRE(alforis::domain::TaskCompleted)
ALFORIS_WIRE(alforis::domain::TaskCancelled)
ALFORIS_WIRE(alforis::domain::TaskReopened)
ALFORIS_WIRE(alforis::domain::TaskSnoozed)
ALFORIS_WIRE(alforis::domain::TaskDeleted)
ALFORIS_WIRE(alforis::domain::TaskRestored)
ALFORIS_WIRE(alforis::domain::Task)
ALFORIS_WIRE(alforis::domain::TaskData<alforis::domain::Full>)
ALFORIS_WIRE(alforis::domain::TaskData<alforis::domain::Patch>)
ALFORIS_WIRE(alforis::domain::Reverted<alforis::domain::Task>)
