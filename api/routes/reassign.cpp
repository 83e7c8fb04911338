#include "api/routes/bulk.hpp"
#include "api/routes/command_routes.hpp"
#include "api/routes/resources.hpp"
#include "commands/interaction.hpp"
#include "commands/organisation.hpp"
#include "commands/task.hpp"
#include "domain/wire/codec.hpp"

namespace alforis::api {

using namespace domain;

namespace {

/// What a user may have, and how another gets it. Organisations come first: who has them sees what hangs on them.
struct Belongings {
  EntityKind kind;
  projections::Parameters filter;  ///< besides whose
  std::string_view whose;
  commands::Command (*give)(const Uuid& id, const Uuid& to);
};

commands::Command give_organisation(const Uuid& id, const Uuid& to) {
  commands::UpdateOrganisation command{id, {}, {}};
  command.patch.owner_id = to;
  return command;
}
commands::Command give_task(const Uuid& id, const Uuid& to) {
  commands::UpdateTask command{id, {}, {}};
  command.patch.assignee_id = to;
  return command;
}
commands::Command give_interaction(const Uuid& id, const Uuid& to) {
  commands::UpdateInteraction command{id, {}, {}};
  command.patch.assignee_id = to;
  return command;
}

const std::vector<Belongings>& belongings() {
  static const std::vector<Belongings> all = {
      {EntityKind::organisation, {}, "owner_id", &give_organisation},
      {EntityKind::task, {{"status", "todo,doing"}}, "assignee_id", &give_task},
      {EntityKind::interaction, {{"next_action_at.empty", "false"}}, "assignee_id", &give_interaction},
  };
  return all;
}

Task<Response> reassign(Services& services, RequestContext& context) {
  const Uuid from = path_id(context).value();
  const auto body = read_body<Reassignment>(context.request).value();
  auto base = new_request(services, context, context.request.body()).value();
  auto waiting = wait_for(services, context, services.writer.status().position);
  co_await std::move(waiting);
  auto question = [from, viewer = context.viewer()](projections::QueryReader& reader) {
    const auto user = reader.find(EntityKind::user, from);
    return user && projections::visible(viewer, EntityKind::user, *user);
  };
  auto asking = ask(services, std::move(question));
  const bool seen = co_await std::move(asking);
  if (!seen) co_return context.answer(Problem::of("not_found"));
  std::vector<RecordCommand> all;
  for (const Belongings& kind : belongings()) {
    projections::Parameters filter = kind.filter;
    filter.emplace_back(kind.whose, from.text());
    auto query = projections::parse_list_query(kind.kind, filter, context.viewer());
    auto listing = listed_ids(services, std::move(query).value(), SIZE_MAX);
    const std::vector<Uuid> ids = co_await std::move(listing);
    for (const Uuid& id : ids) all.push_back({id, kind.give(id, *body.to)});
  }
  auto giving = give_commands(services, std::move(base), std::move(all));
  const BulkResult result = co_await std::move(giving);
  Response response = Response::json(wire::to_json(result));
  response.header("Alforis-Position", std::to_string(result.position));
  co_return response;
}

}  // namespace

std::vector<Route> reassign_routes(Services& services) {
  Route route = command_row(Method::post, "/api/v1/users/{id}/reassign", Access::manager, "users",
                            "Give all that a user has to another, such as when they leave");
  route.description =
      "Their organisations, their open tasks and the interactions in their inbox, as far as the asker may change them; "
      "one "
      "outcome each, one undo for all.";
  route.request = input<Reassignment>("Reassignment");
  route.response = {"BulkResult", &wire::json_schema<BulkResult>};
  route.examples = {{"", R"({"to":"0195c2a0-0000-7000-8000-000000000001"})", ""}};
  route.handler = [&services](RequestContext& context) { return reassign(services, context); };
  return {std::move(route)};
}

}  // namespace alforis::api

ALFORIS_WIRE(alforis::api::Reassignment)
