#include "api/routes/command_routes.hpp"
#include "api/routes/person_bodies.hpp"
#include "api/routes/resources.hpp"
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
  auto routes = read_routes(services, EntityKind::person, k_path, k_person, k_tag, "person");
  routes.push_back(creation_row<NewPerson>(services, k_path, Access::sales, k_tag, "Create a person",
                                           {"NewPerson", &wire::input_schema<NewPerson>}, k_person,
                                           [](Uuid id, NewPerson body) {
                                             return commands::CreatePerson{id, std::move(body)};
                                           }));
  routes.back().examples = {
      {"A fund selector",
       R"({"first_name":"Élodie","last_name":"Durand","personal_email":"elodie.durand@example.org"})", ""}};
  routes.push_back(
      change_row<PersonData<Patch>>(services, Method::patch, std::string(k_path) + "/{id}", k_path, k_tag,
                                    "Change fields", {"PersonPatch", &wire::input_schema<PersonData<Patch>>}, k_person,
                                    false, [](Uuid id, commands::IfMatch if_match, PersonData<Patch> patch) {
                                      return commands::UpdatePerson{id, if_match, std::move(patch)};
                                    }));
  may_answer(routes.back(), {"deleted"});
  routes.push_back(change_row<Removal>(services, Method::delete_, std::string(k_path) + "/{id}", k_path, k_tag,
                                       "Delete; can be restored", {"Removal", &wire::input_schema<Removal>}, k_person,
                                       true, [](Uuid id, commands::IfMatch if_match, Removal removal) {
                                         return commands::DeletePerson{id, if_match, std::move(removal.reason)};
                                       }));
  may_answer(routes.back(), {"deleted"});
  routes.push_back(change_row<Removal>(services, Method::post, std::string(k_path) + "/{id}/restore", k_path, k_tag,
                                       "Restore what was deleted", {"Removal", &wire::input_schema<Removal>}, k_person,
                                       true, [](Uuid id, commands::IfMatch if_match, const Removal&) {
                                         return commands::RestorePerson{id, if_match};
                                       }));
  return routes;
}

}  // namespace alforis::api

ALFORIS_WIRE(alforis::api::NewPerson)
