#include "commands/workspace.hpp"

#include "api/routes/command_routes.hpp"
#include "api/routes/resources.hpp"
#include "domain/wire/codec.hpp"

namespace alforis::api {

using namespace domain;

namespace {

constexpr std::string_view k_path = "/api/v1/workspace";
constexpr std::string_view k_tag = "workspace";
const Schema k_workspace{"Workspace", &wire::json_schema<Workspace>};

/// As it is until somebody changes it.
Response untouched() {
  const Workspace workspace = untouched_workspace();
  Response response = Response::json(wire::to_json(workspace));
  response.etag = std::to_string(workspace.version);
  return response;
}

Task<Response> read_workspace(Services& services, RequestContext& context) {
  auto reading = read_record(services, EntityKind::workspace, workspace_id(), context);
  Response response = co_await std::move(reading);
  co_return response.status == 404 ? untouched() : std::move(response);
}

/// Nothing has happened to it until somebody changes it.
Task<Response> read_workspace_history(Services& services, RequestContext& context) {
  auto reading = read_history(services, EntityKind::workspace, workspace_id(), context);
  Response response = co_await std::move(reading);
  co_return response.status == 404 ? Response::json(R"({"items":[],"next":null})") : std::move(response);
}

Task<Response> update_workspace(Services& services, RequestContext& context) {
  auto patch = read_body<WorkspaceData<Patch>>(context.request).value();
  const auto if_match = if_match_version(context.request).value();
  auto command = new_request(services, context, context.request.body()).value();
  command.command = commands::UpdateWorkspace{if_match, std::move(patch)};
  auto giving = give_command(services, context, std::move(command), k_path);
  co_return co_await std::move(giving);
}

}  // namespace

std::vector<Route> workspace_routes(Services& services) {
  Route read;
  read.method = Method::get;
  read.pattern = k_path;
  read.tag = k_tag;
  read.summary = "What the firm chose for everybody";
  read.response = k_workspace;
  read.etag = true;
  read.reads = true;
  read.handler = [&services](RequestContext& context) { return read_workspace(services, context); };

  Route history = history_row(k_tag);
  history.pattern = std::string(k_path) + "/history";
  history.handler = [&services](RequestContext& context) { return read_workspace_history(services, context); };

  Route change = command_row(Method::patch, std::string(k_path), Access::admin, k_tag, "Change what the firm chose");
  change.description =
      "Tasks are made by themselves when an organisation enters proposition, negociation or signe, and after a "
      "meeting, a call or an e-mail; each of these rules has its switch.";
  change.request = input<WorkspaceData<Patch>>("WorkspacePatch");
  change.response = k_workspace;
  change.if_match = true;
  change.examples = {{"No tasks after e-mails", R"({"auto_task_after_email":false})", ""}};
  change.handler = [&services](RequestContext& context) { return update_workspace(services, context); };
  return {std::move(read), std::move(history), std::move(change)};
}

}  // namespace alforis::api
