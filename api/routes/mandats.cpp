#include "api/routes/command_routes.hpp"
#include "api/routes/mandat_bodies.hpp"
#include "api/routes/resources.hpp"
#include "commands/mandat.hpp"
#include "domain/wire/codec.hpp"

namespace alforis::api {

using namespace domain;
using commands::IfMatch;

namespace {

constexpr std::string_view k_path = "/api/v1/mandats";
constexpr std::string_view k_tag = "mandats";
const Schema k_mandat{"Mandat", &wire::json_schema<Mandat>};

MandatCreated created(NewMandat&& body) {
  MandatCreated event;
  static_cast<MandatParty&>(event) = body;
  static_cast<MandatData<Full>&>(event) = std::move(body);
  return event;
}

void add_moves(ResourceRows& rows) {
  Route& sign =
      rows.change<MandatSigning>(Method::post, "/sign", "Sign: propose → signe", input<MandatSigning>("MandatSigning"),
                                 true, [](Uuid id, IfMatch if_match, MandatSigning body) {
                                   return commands::SignMandat{id, if_match, body.date_signature};
                                 });
  sign.examples = {{"", R"({"date_signature":"2026-01-15"})", ""}};
  Route& activate = rows.change<MandatActivation>(Method::post, "/activate", "Activate: signe → actif",
                                                  input<MandatActivation>("MandatActivation"), true,
                                                  [](Uuid id, IfMatch if_match, MandatActivation body) {
                                                    return commands::ActivateMandat{id, if_match, body.date_debut};
                                                  });
  activate.examples = {{"", R"({"date_debut":"2026-02-01"})", ""}};
  Route& terminate = rows.change<MandatTermination>(
      Method::post, "/terminate", "Terminate; of one that is only proposed: abandon",
      input<MandatTermination>("MandatTermination"), false, [](Uuid id, IfMatch if_match, MandatTermination body) {
        return commands::TerminateMandat{id, if_match, std::move(body.reason), body.date_fin};
      });
  terminate.examples = {{"", R"({"reason":"Gamme fermée","date_fin":"2026-12-31"})", ""}};
  for (Route* move : {&sign, &activate, &terminate}) may_answer(*move, {"invalid_transition", "deleted"});
}

void add_produits(ResourceRows& rows) {
  Route& join = rows.change<ProduitJoining>(
      Method::post, "/produits", "A produit joins", input<ProduitJoining>("ProduitJoining"), false,
      [](Uuid id, IfMatch if_match, ProduitJoining body) {
        return commands::AddProduitToMandat{id, if_match, *body.produit_id, body.date_ajout, body.allocation};
      });
  join.examples = {{"", R"({"produit_id":"0195c2a0-0000-7000-8000-000000000002","allocation":25})", ""}};
  may_answer(join, {"already_in_mandat", "deleted"});
  may_answer(rows.change<ProduitShare>(Method::patch, "/produits/{produit_id}", "Change a produit's allocation",
                                       input<ProduitShare>("ProduitShare"), false,
                                       [](Uuid id, IfMatch if_match, ProduitShare body, Uuid produit) {
                                         return commands::ChangeProduitOfMandat{id, if_match, produit, body.allocation};
                                       }),
             {"deleted"});
  may_answer(
      rows.change<ProduitLeaving>(
          Method::delete_, "/produits/{produit_id}", "A produit leaves", input<ProduitLeaving>("ProduitLeaving"), true,
          [](Uuid id, IfMatch if_match, ProduitLeaving body, Uuid produit) {
            return commands::RemoveProduitFromMandat{id, if_match, produit, body.date_retrait, std::move(body.reason)};
          }),
      {"deleted"});
}

}  // namespace

std::vector<Route> mandat_routes(Services& services) {
  ResourceRows rows(services, EntityKind::mandat, k_path, k_mandat, k_tag, "mandat");
  Route& create = rows.create<NewMandat>(Access::sales, "Propose a mandat; without a number it gets the year's next",
                                         input<NewMandat>("NewMandat"), [](Uuid id, NewMandat body) {
                                           return commands::CreateMandat{id, created(std::move(body))};
                                         });
  may_answer(create, {"not_unique"});
  create.examples = {{"", R"({"organisation_id":"0195c2a0-0000-7000-8000-000000000001","commission_rate":1.25})", ""}};
  may_answer(rows.patch<commands::UpdateMandat, MandatData<Patch>>("Change fields; the status has moves of its own",
                                                                   "MandatPatch"),
             {"deleted", "ended", "not_unique"});
  add_moves(rows);
  add_produits(rows);
  may_answer(rows.remove<commands::DeleteMandat>("Delete; not while it runs"), {"deleted", "mandat_running"});
  rows.restore<commands::RestoreMandat>();
  rows.bulk(EntityKind::mandat);
  return std::move(rows).done();
}

}  // namespace alforis::api

ALFORIS_WIRE(alforis::api::NewMandat)
ALFORIS_WIRE(alforis::api::MandatSigning)
ALFORIS_WIRE(alforis::api::MandatActivation)
ALFORIS_WIRE(alforis::api::MandatTermination)
ALFORIS_WIRE(alforis::api::ProduitJoining)
ALFORIS_WIRE(alforis::api::ProduitShare)
ALFORIS_WIRE(alforis::api::ProduitLeaving)
