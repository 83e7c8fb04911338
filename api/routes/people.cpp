#include "api/audit.hpp"
#include "api/routes/command_routes.hpp"
#include "api/routes/dossier.hpp"
#include "api/routes/erasure.hpp"
#include "api/routes/person_bodies.hpp"
#include "api/routes/resources.hpp"
#include "api/routes/retention.hpp"
#include "api/routes/timeline.hpp"
#include "commands/person.hpp"
#include "domain/wire/codec.hpp"

namespace alforis::api {

using namespace domain;

namespace {

constexpr std::string_view k_path = "/api/v1/people";
constexpr std::string_view k_tag = "people";
const Schema k_person{"Person", &wire::json_schema<Person>};

}  // namespace

std::vector<Route> person_routes(Services& services) {
  ResourceRows rows(services, EntityKind::person, k_path, k_person, k_tag, "person");
  rows.create<NewPerson>(Access::sales, "Create a person", input<NewPerson>("NewPerson"),
                         [](Uuid id, NewPerson body) {
                           return commands::CreatePerson{id, std::move(body)};
                         })
      .examples = {{"A fund selector",
                    R"({"first_name":"Élodie","last_name":"Durand","personal_email":"elodie.durand@example.org"})",
                    ""}};
  may_answer(rows.patch<commands::UpdatePerson, PersonData<Patch>>("Change fields", "PersonPatch"),
             {"deleted", "erased"});
  may_answer(rows.remove<commands::DeletePerson>("Delete; can be restored"), {"deleted"});
  rows.restore<commands::RestorePerson>();
  rows.bulk(EntityKind::person);
  Route& erase = rows.change<NewErasure>(Method::post, "/erase", "Forget the person for good; cannot be undone",
                                         input<NewErasure>("NewErasure"), false,
                                         [](Uuid id, commands::IfMatch if_match, NewErasure body) {
                                           return commands::ErasePerson{id, if_match, *body.reason};
                                         });
  erase.access = Access::admin;
  erase.description =
      "Destroys the key under which everything personal is sealed. The record stays, without a name, so that what "
      "hangs "
      "on it stays true; links lose what they say of the person. The reason is kept: name nobody in it.";
  erase.examples = {{"", R"({"reason":"Demande du 3 mars 2026, dossier 2026-014"})", ""}};
  may_answer(erase, {"erased"});
  rows.add(erasure_row(services));
  rows.add(timeline_row(services, EntityKind::person, k_path, k_tag));
  std::vector<Route> routes = std::move(rows).done();
  for (Route& route : routes) {
    if (route.method == Method::get) note_reads_of_people(services, route);
  }
  for (Route& route : dossier_rows(services)) routes.push_back(std::move(route));
  routes.push_back(retention_row(services));
  return routes;
}

}  // namespace alforis::api

ALFORIS_WIRE(alforis::api::NewPerson)
ALFORIS_WIRE(alforis::api::NewErasure)
