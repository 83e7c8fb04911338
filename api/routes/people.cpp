#include "api/routes/command_routes.hpp"
#include "api/routes/person_bodies.hpp"
#include "api/routes/resources.hpp"
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
  may_answer(rows.patch<commands::UpdatePerson, PersonData<Patch>>("Change fields", "PersonPatch"), {"deleted"});
  may_answer(rows.remove<commands::DeletePerson>("Delete; can be restored"), {"deleted"});
  rows.restore<commands::RestorePerson>();
  rows.bulk(EntityKind::person);
  rows.add(timeline_row(services, EntityKind::person, k_path, k_tag));
  return std::move(rows).done();
}

}  // namespace alforis::api

ALFORIS_WIRE(alforis::api::NewPerson)
