#pragma once
// Bodies of teams.

#include "api/routes/bodies.hpp"
#include "domain/team.hpp"

namespace alforis::api {

struct NewTeam : ProposedId, domain::TeamData<domain::Full> {};
BOOST_DESCRIBE_STRUCT(NewTeam, (ProposedId, domain::TeamData<domain::Full>), ())

}  // namespace alforis::api
