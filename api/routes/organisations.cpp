#include "api/routes/command_routes.hpp"
#include "api/routes/organisation_bodies.hpp"
#include "api/routes/resources.hpp"
#include "commands/organisation.hpp"
#include "domain/wire/codec.hpp"

namespace alforis::api {

using namespace domain;

namespace {

constexpr std::string_view k_path = "/api/v1/organisations";
constexpr std::string_view k_tag = "organisations";
const Schema k_organisation{"Organisation", &wire::json_schema<Organisation>};

Example creation_example() {
  return {
      "An asset manager",
      R"({"name":"Belle Rive Gestion","type":"fournisseur","category":"sdg","country":"FR","city":"Lyon"})",
      R"({"id":"0195c2a0-0000-7000-8000-000000000001",)"
      R"("created_at":"2026-01-05T09:00:00.000000Z","created_by":"0195c2a0-0000-7000-8000-00000000000a",)"
      R"("updated_at":"2026-01-05T09:00:00.000000Z","updated_by":"0195c2a0-0000-7000-8000-00000000000a","version":1,)"
      R"("name":"Belle Rive Gestion","type":"fournisseur","category":"sdg","city":"Lyon","country":"FR",)"
      R"("pipeline_stage":"prospect","strategies":[],"tags":[],"active":true,)"
      R"("stage_since":"2026-01-05T09:00:00.000000Z"})"};
}

}  // namespace

std::vector<Route> organisation_routes(Services& services) {
  auto routes = read_routes(services, EntityKind::organisation, k_path, k_organisation, k_tag, "organisation");
  routes.push_back(creation_row<NewOrganisation>(services, k_path, Access::sales, k_tag, "Create an organisation",
                                                 {"NewOrganisation", &wire::input_schema<NewOrganisation>},
                                                 k_organisation, [](Uuid id, NewOrganisation body) {
                                                   return commands::CreateOrganisation{id, std::move(body)};
                                                 }));
  may_answer(routes.back(), {"not_unique"});
  routes.back().examples = {creation_example()};
  routes.push_back(change_row<OrganisationData<Patch>>(
      services, Method::patch, std::string(k_path) + "/{id}", k_path, k_tag,
      "Change fields; taking a shared record is setting owner_id to yourself",
      {"OrganisationPatch", &wire::input_schema<OrganisationData<Patch>>}, k_organisation, false,
      [](Uuid id, commands::IfMatch if_match, OrganisationData<Patch> patch) {
        return commands::UpdateOrganisation{id, if_match, std::move(patch)};
      }));
  may_answer(routes.back(), {"deleted", "not_unique"});
  routes.back().examples = {{"Move to Paris, empty the notes", R"({"city":"Paris","notes":null})", ""}};
  routes.push_back(
      change_row<StageMove>(services, Method::post, std::string(k_path) + "/{id}/stage", k_path, k_tag,
                            "Move through the pipeline", {"StageMove", &wire::input_schema<StageMove>}, k_organisation,
                            false, [](Uuid id, commands::IfMatch if_match, StageMove move) {
                              return commands::ChangeStage{id, if_match, *move.stage, std::move(move.reason)};
                            }));
  may_answer(routes.back(), {"deleted"});
  routes.back().examples = {{"Lost", R"({"stage":"perdu","reason":"Frais trop élevés"})", ""}};
  routes.push_back(change_row<Removal>(services, Method::delete_, std::string(k_path) + "/{id}", k_path, k_tag,
                                       "Delete; can be restored", {"Removal", &wire::input_schema<Removal>},
                                       k_organisation, true, [](Uuid id, commands::IfMatch if_match, Removal removal) {
                                         return commands::DeleteOrganisation{id, if_match, std::move(removal.reason)};
                                       }));
  may_answer(routes.back(), {"deleted"});
  routes.push_back(change_row<Removal>(services, Method::post, std::string(k_path) + "/{id}/restore", k_path, k_tag,
                                       "Restore what was deleted", {"Removal", &wire::input_schema<Removal>},
                                       k_organisation, true, [](Uuid id, commands::IfMatch if_match, const Removal&) {
                                         return commands::RestoreOrganisation{id, if_match};
                                       }));
  may_answer(routes.back(), {"not_unique"});
  return routes;
}

}  // namespace alforis::api

ALFORIS_WIRE(alforis::api::NewOrganisation)
ALFORIS_WIRE(alforis::api::StageMove)
