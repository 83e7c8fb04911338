// API keys: made by administrators, seen and revoked by their users too.

#include "api/auth/api_keys.hpp"

#include "api/auth/digest.hpp"
#include "api/routes/account_bodies.hpp"
#include "api/routes/command_routes.hpp"
#include "api/routes/resources.hpp"
#include "commands/api_key.hpp"
#include "domain/wire/codec.hpp"

namespace alforis::api {

using namespace domain;

namespace {

constexpr std::string_view k_path = "/api/v1/api-keys";
constexpr std::string_view k_tag = "api-keys";
const Schema k_api_key{"ApiKey", &wire::json_schema<ApiKey>};

Task<Response> create_key(Services& services, RequestContext& context) {
  NewApiKey body = read_body<NewApiKey>(context.request).value();
  commands::CreateApiKey command;
  command.id = body.id ? body.id->uuid() : services.new_id();
  const std::string natural_key = body.id ? "create/" + command.id.text() : std::string();
  auto request = new_request(services, context, told_body<NewApiKey>(context.request), natural_key).value();
  // From the command's id, so that a retry is answered with the same key although nobody keeps it.
  const std::string secret = services.key.secret_of("api-key", request.command_id);
  const std::string secret_hash = sha256_text(secret);
  command.data.user_id = body.user_id.value_or(context.viewer().id);
  command.data.name = body.name;
  command.data.scope = body.scope;
  command.data.prefix = Line<40>::parse(api_key_prefix(command.id)).value();
  command.data.expires_at = body.expires_at;
  command.data.secret_hash = secret_hash;
  request.command = std::move(command);
  auto giving = outcome_of(services, std::move(request));
  const commands::Outcome outcome = co_await std::move(giving);
  CreatedApiKey created;
  static_cast<ApiKey&>(created) = wire::from_stored<ApiKey>(outcome.document).value();
  created.key = api_key_text(created.id, secret);
  created.secret_hash = secret_hash;
  if (!outcome.replayed) services.api_keys.update(created, outcome.position);
  Response response = answer_outcome(context, outcome, wire::shown_json(created), k_path);
  response.cache_control = "no-store";
  co_return response;
}

}  // namespace

std::vector<Route> api_key_routes(Services& services) {
  ResourceRows rows(services, EntityKind::api_key, k_path, k_api_key, k_tag, "API key");
  Route create = command_row(Method::post, std::string(k_path), Access::admin, k_tag, "Make an API key");
  create.description = "`key` is shown this once. It goes where an access token goes: `Authorization: Bearer alf_…`.";
  create.request = input<NewApiKey>("NewApiKey");
  create.response = {"CreatedApiKey", &wire::json_schema<CreatedApiKey>};
  create.success = 201;
  create.login_only = true;
  may_answer(create, {"already_exists"});
  create.examples = {{"", R"({"name":"Nightly export","scope":"viewer","expires_at":"2027-01-01T00:00:00Z"})",
                      R"({"id":"0195c2a0-0000-7000-8000-00000000000a","created_at":"2026-01-31T18:00:00.000000Z",)"
                      R"("created_by":"00000000-0000-7000-8000-000000000002",)"
                      R"("updated_at":"2026-01-31T18:00:00.000000Z",)"
                      R"("updated_by":"00000000-0000-7000-8000-000000000002","version":1,)"
                      R"("user_id":"00000000-0000-7000-8000-000000000002","name":"Nightly export","scope":"viewer",)"
                      R"("prefix":"alf_AZXCoAAAcACAAAAAAAAACg","expires_at":"2027-01-01T00:00:00.000000Z",)"
                      R"("key":"alf_AZXCoAAAcACAAAAAAAAACg…"})"}};
  create.handler = [&services](RequestContext& context) { return create_key(services, context); };
  rows.add(std::move(create));
  rows.remove<commands::RevokeApiKey>("Revoke an API key: it opens nothing any more");
  return std::move(rows).done();
}

}  // namespace alforis::api

ALFORIS_WIRE(alforis::api::NewApiKey)
ALFORIS_WIRE_SECRETS(alforis::api::CreatedApiKey)
