// Users, and one's own account.

#include "api/routes/command_routes.hpp"
#include "api/routes/passwords.hpp"
#include "api/routes/resources.hpp"
#include "api/routes/user_bodies.hpp"
#include "commands/user.hpp"
#include "domain/wire/codec.hpp"

namespace alforis::api {

using namespace domain;
using projections::QueryReader;

namespace {

constexpr std::string_view k_path = "/api/v1/users";
constexpr std::string_view k_tag = "users";
const Schema k_user{"User", &wire::json_schema<User>};

Task<Response> create_user(Services& services, RequestContext& context) {
  NewUser body = read_body<NewUser>(context.request).value();
  const Uuid id = body.id ? body.id->uuid() : services.new_id();
  const std::string natural_key = body.id ? "create/" + id.text() : std::string();
  auto request = new_request(services, context, without_secrets(body), natural_key).value();
  commands::CreateUser command{id, body, std::nullopt};
  if (body.password) {
    std::vector<std::string> own{body.email->text()};
    if (body.full_name) own.push_back(body.full_name->text());
    auto hashing = hashed_password(services, *body.password, std::move(own), "/password");
    std::string hash = co_await std::move(hashing);
    command.password_hash = std::move(hash);
  }
  request.command = std::move(command);
  auto giving = give_command(services, context, std::move(request), k_path);
  co_return co_await std::move(giving);
}

Task<Response> set_password(Services& services, RequestContext& context, Uuid user) {
  const PasswordChange change = read_body<PasswordChange>(context.request).value();
  std::vector<std::string> own_words;
  if (user == context.viewer().id) {
    if (!change.current) throw ProblemException(Problem::of(problem("required", "your present password", "/current")));
    auto checking = check_own_password(services, context, *change.current);
    const KnownAccount known = co_await std::move(checking);
    if (!known.right)
      throw ProblemException(
          Problem::of(problem("invalid_credentials", "this is not your present password", "/current")));
    forgive(services, context, known);
    own_words.push_back(known.email);
  }
  auto request = new_request(services, context, without_secrets(change)).value();
  auto hashing = hashed_password(services, *change.password, std::move(own_words), "/password");
  // gcc 12 destroys a temporary twice when a co_await stands inside its braces (task.hpp).
  std::string hash = co_await std::move(hashing);
  const bool own = user == context.viewer().id;
  request.command =
      commands::SetPassword{user, std::move(hash), own ? std::optional(context.session.id) : std::nullopt};
  auto giving = give_command(services, context, std::move(request), k_path);
  co_return co_await std::move(giving);
}

Task<Response> read_me(Services& services, RequestContext& context) {
  co_await wait_for_position(services, context);
  const Uuid id = context.viewer().id;
  auto job = [&services, id] {
    return services.readers.with([id](QueryReader& reader) { return reader.find(EntityKind::user, id); });
  };
  auto pending = services.pool.run(std::move(job));
  auto record = co_await std::move(pending);
  if (!record) co_return context.answer(Problem::of("not_found"));
  Response response = Response::json(std::move(record->document));
  response.etag = std::to_string(record->version);
  co_return response;
}

std::vector<Route> me_rows(Services& services) {
  Route read;
  read.pattern = "/api/v1/me";
  read.tag = "me";
  read.summary = "Who I am";
  read.response = k_user;
  read.etag = read.reads = true;
  read.handler = [&services](RequestContext& context) { return read_me(services, context); };

  Route change = command_row(Method::patch, "/api/v1/me", Access::any_user, "me",
                             "Change my name, language, time zone, theme, notifications");
  change.request = {"UserPatch", &wire::input_schema<UserData<Patch>>};
  change.response = k_user;
  change.if_match = true;
  may_answer(change, {"not_unique", "last_admin"});
  change.handler = [&services](RequestContext& context) -> Task<Response> {
    commands::UpdateUser command{context.viewer().id, if_match_version(context.request).value(),
                                 read_body<UserData<Patch>>(context.request).value()};
    auto request = new_request(services, context, context.request.body()).value();
    request.command = std::move(command);
    auto giving = give_command(services, context, std::move(request), k_path);
    co_return co_await std::move(giving);
  };

  Route password = command_row(Method::post, "/api/v1/me/password", Access::any_user, "me", "Change my password");
  password.request = {"PasswordChange", &wire::input_schema<PasswordChange>};
  password.response = k_user;
  password.login_only = true;
  may_answer(password, {"too_many_requests"});
  password.handler = [&services](RequestContext& context) {
    return set_password(services, context, context.viewer().id);
  };
  return {std::move(read), std::move(change), std::move(password)};
}

}  // namespace

std::vector<Route> user_routes(Services& services) {
  ResourceRows rows(services, EntityKind::user, k_path, k_user, k_tag, "user");
  Route create = command_row(Method::post, std::string(k_path), Access::admin, k_tag, "Create a user");
  create.request = input<NewUser>("NewUser");
  create.response = k_user;
  create.success = 201;
  create.login_only = true;  // who comes in, and as what, is not for keys
  may_answer(create, {"not_unique", "already_exists"});
  create.handler = [&services](RequestContext& context) { return create_user(services, context); };
  rows.add(std::move(create));
  Route& patch = rows.patch<commands::UpdateUser, UserData<Patch>>(
      "Change fields, role, team; deactivate with active=false", "UserPatch");
  patch.access = Access::admin;
  patch.login_only = true;
  may_answer(patch, {"not_unique", "last_admin"});
  Route password =
      command_row(Method::post, std::string(k_path) + "/{id}/password", Access::admin, k_tag, "Set a user's password");
  password.request = {"PasswordChange", &wire::input_schema<PasswordChange>};
  password.response = k_user;
  password.login_only = true;
  password.handler = [&services](RequestContext& context) -> Task<Response> {
    auto setting = set_password(services, context, path_id(context).value());
    co_return co_await std::move(setting);
  };
  rows.add(std::move(password));
  for (Route& route : me_rows(services)) rows.add(std::move(route));
  return std::move(rows).done();
}

}  // namespace alforis::api

ALFORIS_WIRE_SECRETS(alforis::api::NewUser)
ALFORIS_WIRE_SECRETS(alforis::api::PasswordChange)
