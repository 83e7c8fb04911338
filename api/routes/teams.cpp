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
  auto routes = read_routes(services, EntityKind::team, k_path, k_team, k_tag, "team");
  routes.push_back(creation_row<NewTeam>(services, k_path, Access::admin, k_tag, "Create a team",
                                         {"NewTeam", &wire::input_schema<NewTeam>}, k_team, [](Uuid id, NewTeam body) {
                                           return commands::CreateTeam{id, std::move(body)};
                                         }));
  may_answer(routes.back(), {"not_unique"});
  routes.push_back(change_row<TeamData<Patch>>(services, Method::patch, std::string(k_path) + "/{id}", k_path, k_tag,
                                               "Change fields", {"TeamPatch", &wire::input_schema<TeamData<Patch>>},
                                               k_team, false,
                                               [](Uuid id, commands::IfMatch if_match, TeamData<Patch> patch) {
                                                 return commands::UpdateTeam{id, if_match, std::move(patch)};
                                               }));
  routes.back().access = Access::admin;
  may_answer(routes.back(), {"not_unique"});
  return routes;
}

}  // namespace alforis::api

ALFORIS_WIRE(alforis::api::NewTeam)
