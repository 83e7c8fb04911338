#include "api/routes/command_routes.hpp"
#include "api/routes/link_bodies.hpp"
#include "api/routes/resources.hpp"
#include "commands/link.hpp"
#include "domain/wire/codec.hpp"

namespace alforis::api {

using namespace domain;

namespace {

constexpr std::string_view k_path = "/api/v1/links";
constexpr std::string_view k_tag = "links";
const Schema k_link{"Link", &wire::json_schema<Link>};

LinkCreated created(NewLink&& body) {
  LinkCreated event;
  static_cast<LinkEnds&>(event) = body;
  static_cast<LinkData<Full>&>(event) = std::move(body);
  return event;
}

}  // namespace

std::vector<Route> link_routes(Services& services) {
  auto routes =
      read_routes(services, EntityKind::link, k_path, k_link, k_tag, "link between a person and an organisation");
  routes.push_back(creation_row<NewLink>(services, k_path, Access::sales, k_tag, "Link a person to an organisation",
                                         {"NewLink", &wire::input_schema<NewLink>}, k_link, [](Uuid id, NewLink body) {
                                           return commands::CreateLink{id, created(std::move(body))};
                                         }));
  may_answer(routes.back(), {"already_linked"});
  routes.push_back(change_row<LinkData<Patch>>(services, Method::patch, std::string(k_path) + "/{id}", k_path, k_tag,
                                               "Change fields; a new primary link demotes the old one",
                                               {"LinkPatch", &wire::input_schema<LinkData<Patch>>}, k_link, false,
                                               [](Uuid id, commands::IfMatch if_match, LinkData<Patch> patch) {
                                                 return commands::UpdateLink{id, if_match, std::move(patch)};
                                               }));
  may_answer(routes.back(), {"ended", "deleted"});
  const auto end = [](Uuid id, commands::IfMatch if_match, LinkEnding ending) {
    return commands::EndLink{id, if_match, ending.until, std::move(ending.reason)};
  };
  const Schema ending{"LinkEnding", &wire::input_schema<LinkEnding>};
  routes.push_back(change_row<LinkEnding>(services, Method::post, std::string(k_path) + "/{id}/end", k_path, k_tag,
                                          "End: the person left", ending, k_link, true, end));
  may_answer(routes.back(), {"ended"});
  routes.push_back(change_row<LinkEnding>(services, Method::delete_, std::string(k_path) + "/{id}", k_path, k_tag,
                                          "The same as end: links are history and never vanish", ending, k_link, true,
                                          end));
  may_answer(routes.back(), {"ended"});
  return routes;
}

}  // namespace alforis::api

ALFORIS_WIRE(alforis::api::NewLink)
ALFORIS_WIRE(alforis::api::LinkEnding)
