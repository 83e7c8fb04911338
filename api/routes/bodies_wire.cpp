#include "api/routes/bodies.hpp"
#include "domain/wire/codec.hpp"

ALFORIS_WIRE(alforis::api::NewOrganisation)
ALFORIS_WIRE(alforis::api::NewPerson)
ALFORIS_WIRE(alforis::api::NewLink)
ALFORIS_WIRE(alforis::api::NewTeam)
ALFORIS_WIRE(alforis::api::NewUser)
ALFORIS_WIRE(alforis::api::StageMove)
ALFORIS_WIRE(alforis::api::Removal)
ALFORIS_WIRE(alforis::api::LinkEnding)
ALFORIS_WIRE(alforis::api::Login)
ALFORIS_WIRE(alforis::api::LoginAnswer)
ALFORIS_WIRE(alforis::api::PasswordChange)
