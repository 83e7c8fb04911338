#include "api/routes/command_routes.hpp"
#include "api/routes/duplicates.hpp"
#include "api/routes/organisation_bodies.hpp"
#include "api/routes/resources.hpp"
#include "api/routes/stages.hpp"
#include "api/routes/timeline.hpp"
#include "commands/merge.hpp"
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
  ResourceRows rows(services, EntityKind::organisation, k_path, k_organisation, k_tag, "organisation");
  Route& create =
      rows.create<NewOrganisation>(Access::sales, "Create an organisation", input<NewOrganisation>("NewOrganisation"),
                                   [](Uuid id, NewOrganisation body) {
                                     return commands::CreateOrganisation{id, std::move(body)};
                                   });
  may_answer(create, {"not_unique"});
  create.examples = {creation_example()};
  Route& patch = rows.patch<commands::UpdateOrganisation, OrganisationData<Patch>>(
      "Change fields; taking a shared record is setting owner_id to yourself", "OrganisationPatch");
  may_answer(patch, {"deleted", "not_unique"});
  patch.examples = {{"Move to Paris, empty the notes", R"({"city":"Paris","notes":null})", ""}};
  Route& stage =
      rows.change<StageMove>(Method::post, "/stage", "Move through the pipeline", input<StageMove>("StageMove"), false,
                             [](Uuid id, commands::IfMatch if_match, StageMove move) {
                               return commands::ChangeStage{id, if_match, *move.stage, std::move(move.reason)};
                             });
  may_answer(stage, {"deleted"});
  stage.examples = {{"Lost", R"({"stage":"perdu","reason":"Frais trop élevés"})", ""}};
  Route& merge =
      rows.change<Merge>(Method::post, "/merge", "Merge into another record of the same organisation",
                         input<Merge>("Merge"), false, [](Uuid id, commands::IfMatch if_match, Merge body) {
                           return commands::MergeOrganisation{id, if_match, *body.into, std::move(body.reason)};
                         });
  merge.description =
      "The survivor, which is the answer, keeps what it has and gets what it has not; links, mandats, interactions and "
      "tasks go over to it. This record goes into the trash, and its id leads to the survivor from then on (301). "
      "`POST /undo/{command}` takes all of it back.";
  may_answer(merge, {"deleted"});
  merge.examples = {{"Twice the same", R"({"into":"0195c2a0-0000-7000-8000-000000000002"})", ""}};
  may_answer(rows.remove<commands::DeleteOrganisation>("Delete; can be restored"),
             {"deleted", "in_running_mandats", "already_merged"});
  may_answer(rows.restore<commands::RestoreOrganisation>(), {"not_unique", "already_merged"});
  rows.bulk(EntityKind::organisation);
  rows.add(duplicates_row(services));
  rows.add(timeline_row(services, EntityKind::organisation, k_path, k_tag));
  rows.add(stages_row(services));
  std::vector<Route> all = std::move(rows).done();
  for (Route& route : all) {
    const bool of_one = route.pattern.find("{id}") != std::string::npos && !route.pattern.ends_with("/history") &&
                        !route.pattern.ends_with("/timeline") && !route.pattern.ends_with("/stages");
    if (of_one) may_answer(route, {"merged"});
  }
  return all;
}

}  // namespace alforis::api

ALFORIS_WIRE(alforis::api::NewOrganisation)
ALFORIS_WIRE(alforis::api::StageMove)
ALFORIS_WIRE(alforis::api::Merge)
