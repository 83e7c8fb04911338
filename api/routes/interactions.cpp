#include "api/routes/agenda.hpp"
#include "api/routes/command_routes.hpp"
#include "api/routes/interaction_bodies.hpp"
#include "api/routes/resources.hpp"
#include "commands/interaction.hpp"
#include "domain/wire/codec.hpp"

namespace alforis::api {

using namespace domain;
using commands::IfMatch;

namespace {

constexpr std::string_view k_path = "/api/v1/interactions";
constexpr std::string_view k_tag = "interactions";
const Schema k_interaction{"Interaction", &wire::json_schema<Interaction>};

}  // namespace

std::vector<Route> interaction_routes(Services& services) {
  ResourceRows rows(services, EntityKind::interaction, k_path, k_interaction, k_tag, "interaction");
  Route& create =
      rows.create<NewInteraction>(Access::sales, "Log an interaction; a title and an organisation make a quick note",
                                  input<NewInteraction>("NewInteraction"), [](Uuid id, NewInteraction body) {
                                    return commands::CreateInteraction{id, std::move(body)};
                                  });
  create.examples = {
      {"A quick note", R"({"title":"Rappeler en mars","organisation_id":"0195c2a0-0000-7000-8000-000000000001"})", ""},
      {"A call to follow up",
       R"({"type":"call","title":"Point trimestriel","organisation_id":"0195c2a0-0000-7000-8000-000000000001",)"
       R"("duration_minutes":20,"direction":"out","next_action_at":"2026-03-02T09:00:00Z"})",
       ""}};
  may_answer(rows.patch<commands::UpdateInteraction, InteractionData<Patch>>("Change fields", "InteractionPatch"),
             {"deleted"});
  may_answer(rows.change<NoMembers>(Method::post, "/complete", "Done, and out of the inbox",
                                    input<NoMembers>("NoMembers"), true,
                                    [](Uuid id, IfMatch if_match, const NoMembers&) {
                                      return commands::CompleteInteraction{id, if_match};
                                    }),
             {"deleted"});
  Route& reschedule = rows.change<Rescheduling>(
      Method::post, "/reschedule", "Follow up at another time", input<Rescheduling>("Rescheduling"), false,
      [](Uuid id, IfMatch if_match, Rescheduling body) {
        return commands::RescheduleInteraction{id, if_match, *body.next_action_at, std::move(body.reason)};
      });
  reschedule.examples = {{"", R"({"next_action_at":"2026-03-09T09:00:00Z","reason":"En congé"})", ""}};
  may_answer(reschedule, {"deleted"});
  may_answer(rows.remove<commands::DeleteInteraction>("Delete; can be restored"), {"deleted"});
  rows.restore<commands::RestoreInteraction>();
  rows.add(agenda_row(services, {EntityKind::interaction,
                                 k_path,
                                 k_tag,
                                 "The inbox: what asks for a next action, by when",
                                 {"InteractionAgenda", [] { return agenda_schema("Interaction"); }},
                                 "next_action_at",
                                 {{"next_action_at.empty", "false"}},
                                 "responsible",
                                 {"responsible", "responsible_id", "assignee", "assignee_id"}}));
  rows.bulk(EntityKind::interaction);
  Route& erase = rows.change<NewParticipantsErasure>(
      Method::post, "/external-participants/erase", "Forget who took part and is no person of ours; cannot be undone",
      input<NewParticipantsErasure>("NewParticipantsErasure"), false,
      [](Uuid id, IfMatch if_match, NewParticipantsErasure body) {
        return commands::EraseParticipants{id, if_match, std::move(body.names), *body.reason};
      });
  erase.access = Access::admin;
  erase.description =
      "Those named, or all. Who stays is sealed under a new key; what the history said of external participants before "
      "is gone for all of them. The reason is kept: name nobody in it.";
  erase.examples = {{"", R"({"names":["Paul Martin"],"reason":"Demande du 3 mars 2026, dossier 2026-015"})", ""}};
  return std::move(rows).done();
}

}  // namespace alforis::api

ALFORIS_WIRE(alforis::api::NewInteraction)
ALFORIS_WIRE(alforis::api::NewParticipantsErasure)
ALFORIS_WIRE(alforis::api::Rescheduling)
