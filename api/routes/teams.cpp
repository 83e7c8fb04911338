#include "api/routes/agenda.hpp"
#include "api/routes/command_routes.hpp"
#include "api/routes/resources.hpp"
#include "api/routes/team_bodies.hpp"
#include "commands/team.hpp"
#include "domain/wire/codec.hpp"

namespace alforis::api {

using namespace domain;

namespace {

constexpr std::string_view k_path = "/api/v1/teams";
constexpr std::string_view k_tag = "teams";
const Schema k_team{"Team", &wire::json_schema<Team>};

}  // namespace

std::vector<Route> team_routes(Services& services) {
  ResourceRows rows(services, EntityKind::team, k_path, k_team, k_tag, "team");
  may_answer(rows.create<NewTeam>(Access::admin, "Create a team", input<NewTeam>("NewTeam"),
                                  [](Uuid id, NewTeam body) {
                                    return commands::CreateTeam{id, std::move(body)};
                                  }),
             {"not_unique"});
  Route& patch = rows.patch<commands::UpdateTeam, TeamData<Patch>>("Change fields", "TeamPatch");
  patch.access = Access::admin;
  may_answer(patch, {"not_unique"});
  rows.add(team_week_row(services));
  return std::move(rows).done();
}

}  // namespace alforis::api

ALFORIS_WIRE(alforis::api::NewTeam)
