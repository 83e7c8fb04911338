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
  ResourceRows rows(services, EntityKind::link, k_path, k_link, k_tag, "link between a person and an organisation");
  may_answer(rows.create<NewLink>(Access::sales, "Link a person to an organisation", input<NewLink>("NewLink"),
                                  [](Uuid id, NewLink body) {
                                    return commands::CreateLink{id, created(std::move(body))};
                                  }),
             {"already_linked", "erased"});
  may_answer(rows.patch<commands::UpdateLink, LinkData<Patch>>("Change fields; a new primary link demotes the old one",
                                                               "LinkPatch"),
             {"ended", "deleted", "erased"});
  const auto end = [](Uuid id, commands::IfMatch if_match, LinkEnding ending) {
    return commands::EndLink{id, if_match, ending.until, std::move(ending.reason)};
  };
  const Schema ending = input<LinkEnding>("LinkEnding");
  may_answer(rows.change<LinkEnding>(Method::post, "/end", "End: the person left", ending, true, end), {"ended"});
  may_answer(rows.change<LinkEnding>(Method::delete_, "", "The same as end: links are history and never vanish", ending,
                                     true, end),
             {"ended"});
  rows.bulk(EntityKind::link);
  return std::move(rows).done();
}

}  // namespace alforis::api

ALFORIS_WIRE(alforis::api::NewLink)
ALFORIS_WIRE(alforis::api::LinkEnding)
