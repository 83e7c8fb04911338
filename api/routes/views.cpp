#include "api/routes/command_routes.hpp"
#include "api/routes/resources.hpp"
#include "api/routes/view_bodies.hpp"
#include "commands/saved_view.hpp"
#include "domain/wire/codec.hpp"
#include "domain/wire/enums.hpp"

namespace alforis::api {

using namespace domain;

namespace {

constexpr std::string_view k_path = "/api/v1/views";
constexpr std::string_view k_tag = "views";
const Schema k_view{"SavedView", &wire::json_schema<SavedView>};

/// What the list's own parser says. A page's cursor is nobody's view.
Problems check_list_query(ViewedResource resource, std::string_view text, const Viewer& asker) {
  const auto parameters = read_query_string(text);
  if (!parameters) return parameters.error();
  const EntityKind kind = enum_from_text<EntityKind>(enum_text(resource)).value();
  const auto query = projections::parse_list_query(kind, *parameters, asker);
  if (!query) return query.error();
  if (!query->after.empty()) return problem("unknown_parameter", "a view begins with the first page", "after");
  return {};
}

SavedViewCreated created(NewSavedView&& body) {
  SavedViewCreated event;
  static_cast<ViewTarget&>(event) = body;
  static_cast<SavedViewData<Full>&>(event) = std::move(body);
  return event;
}

}  // namespace

std::vector<Route> view_routes(Services& services) {
  ResourceRows rows(services, EntityKind::saved_view, k_path, k_view, k_tag, "saved view of a list");
  Route& create =
      rows.create<NewSavedView>(Access::any_user, "Save a list's question under a name",
                                input<NewSavedView>("NewSavedView"), [](Uuid id, NewSavedView body) {
                                  return commands::CreateSavedView{id, created(std::move(body)), &check_list_query};
                                });
  create.description =
      "`query` is the list's query string, checked as the list itself would check it; `layout` is kept as it is, up to "
      "16 KiB. `shared`: `me`, the maker's `team`, or the whole `firm` may read it; only its maker and administrators "
      "change it. A user has at most 200.";
  may_answer(create, {"too_many_views"});
  create.examples = {{"My signed organisations, the largest first",
                      R"({"name":"Signées","resource":"organisation","query":"stage=signe&owner=me&sort=-aum",)"
                      R"("layout":{"columns":["name","aum","city"]},"shared":"team"})",
                      ""}};
  const auto update = [](Uuid id, commands::IfMatch if_match, SavedViewData<Patch> patch) {
    return commands::UpdateSavedView{id, if_match, std::move(patch), &check_list_query};
  };
  Route& patch = rows.change<SavedViewData<Patch>>(Method::patch, "", "Change fields; a layout as a whole",
                                                   input<SavedViewData<Patch>>("SavedViewPatch"), false, update);
  may_answer(patch, {"deleted"});
  patch.examples = {{"For everybody", R"({"shared":"firm"})", ""}};
  may_answer(rows.remove<commands::DeleteSavedView>("Delete; can be restored"), {"deleted"});
  may_answer(rows.restore<commands::RestoreSavedView>(), {"too_many_views"});
  return std::move(rows).done();
}

}  // namespace alforis::api

ALFORIS_WIRE(alforis::api::NewSavedView)
