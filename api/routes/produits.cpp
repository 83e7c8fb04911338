#include "api/routes/command_routes.hpp"
#include "api/routes/produit_bodies.hpp"
#include "api/routes/resources.hpp"
#include "commands/produit.hpp"
#include "domain/wire/codec.hpp"

namespace alforis::api {

using namespace domain;

namespace {

constexpr std::string_view k_path = "/api/v1/produits";
constexpr std::string_view k_tag = "produits";
const Schema k_produit{"Produit", &wire::json_schema<Produit>};

}  // namespace

std::vector<Route> produit_routes(Services& services) {
  ResourceRows rows(services, EntityKind::produit, k_path, k_produit, k_tag, "produit");
  Route& create = rows.create<NewProduit>(Access::manager, "Create a produit", input<NewProduit>("NewProduit"),
                                          [](Uuid id, NewProduit body) {
                                            return commands::CreateProduit{id, std::move(body)};
                                          });
  may_answer(create, {"not_unique"});
  create.examples = {
      {"A fund",
       R"({"name":"Belle Rive Actions Europe","isin":"FR0010135103","type":"opcvm","status":"actif","currency":"EUR"})",
       ""}};
  Route& patch = rows.patch<commands::UpdateProduit, ProduitData<Patch>>("Change fields", "ProduitPatch");
  may_answer(patch, {"deleted", "not_unique"});
  patch.examples = {{"No longer sold", R"({"status":"inactif"})", ""}};
  may_answer(rows.remove<commands::DeleteProduit>("Delete; not while a mandat has it"),
             {"deleted", "in_running_mandats"});
  may_answer(rows.restore<commands::RestoreProduit>(), {"not_unique"});
  rows.bulk(EntityKind::produit);
  return std::move(rows).done();
}

}  // namespace alforis::api

ALFORIS_WIRE(alforis::api::NewProduit)
