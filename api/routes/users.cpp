// Users, one's own account, and logging in.

#include "api/auth/password.hpp"
#include "api/routes/command_routes.hpp"
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

/// The hash of a new password, made on the pool. Throws ProblemException 422 when it breaks the rules.
Task<std::string> hashed(Services& services, std::string password, std::string_view pointer) {
  if (password.size() < k_min_password || password.size() > k_max_password) {
    throw ProblemException(Problem::of(problem("invalid_password", "a password has 8 to 256 characters", pointer)));
  }
  auto job = [password = std::move(password)] { return hash_password(password); };
  auto pending = services.pool.run(std::move(job));
  co_return co_await std::move(pending);
}

struct Known {
  std::optional<projections::Credentials> credentials;
  bool right = false;
};

/// Looks the account up and checks the password; takes as long for accounts that do not exist.
Task<Known> check_password(Services& services, std::string email, std::string password) {
  auto job = [&services, email = std::move(email), password = std::move(password)] {
    Known known;
    try {
      known.credentials = services.readers.with([&](QueryReader& reader) { return reader.credentials(email); });
    } catch (const projections::DatabaseUnavailable&) {
      Problem problem = Problem::of("unavailable", "nobody can log in while the query tables can't be read");
      problem.retry_after = 1;
      throw ProblemException(problem);
    }
    known.right = verify_password(password, known.credentials ? known.credentials->hash : std::string());
    return known;
  };
  auto pending = services.pool.run(std::move(job));
  co_return co_await std::move(pending);
}

Task<Response> log_in(Services& services, RequestContext& context) {
  const Login login = read_body<Login>(context.request).value();
  const auto email = Email::parse(*login.email);
  auto checking = check_password(services, email ? email->text() : std::string("?"), *login.password);
  const Known known = co_await std::move(checking);
  if (!known.right || !known.credentials->active) co_return context.answer(Problem::of("invalid_credentials"));
  const Uuid user = known.credentials->user;
  if (!services.directory.contains(user)) {
    auto job = [&services] { services.load_directory(); };
    auto pending = services.pool.run(std::move(job));
    co_await std::move(pending);
  }
  const std::int64_t now = services.now_seconds();
  LoginAnswer answer;
  answer.expires_in = services.options.token_lifetime.count();
  answer.access_token = services.key.issue({services.new_id(), user, now + answer.expires_in}, now);
  Response response = Response::json(wire::to_json(answer));
  response.cache_control = "no-store";
  co_return response;
}

Task<Response> create_user(Services& services, RequestContext& context) {
  NewUser body = read_body<NewUser>(context.request).value();
  const Uuid id = body.id ? body.id->uuid() : services.new_id();
  const std::string natural_key = body.id ? "create/" + id.text() : std::string();
  auto request = new_request(services, context, without_secrets(body), natural_key).value();
  commands::CreateUser command{id, body, std::nullopt};
  if (body.password) {
    auto hashing = hashed(services, *body.password, "/password");
    std::string hash = co_await std::move(hashing);
    command.password_hash = std::move(hash);
  }
  request.command = std::move(command);
  auto giving = give_command(services, context, std::move(request), k_path);
  co_return co_await std::move(giving);
}

Task<Response> set_password(Services& services, RequestContext& context, Uuid user) {
  const PasswordChange change = read_body<PasswordChange>(context.request).value();
  if (user == context.viewer().id) {
    if (!change.current) throw ProblemException(Problem::of(problem("required", "your present password", "/current")));
    auto question = [user](QueryReader& reader) { return reader.find(EntityKind::user, user); };
    auto job = [&services, question] { return services.readers.with(question); };
    auto pending = services.pool.run(std::move(job));
    const auto record = co_await std::move(pending);
    if (!record) co_return context.answer(Problem::of("not_found"));
    const auto self = wire::from_stored<User>(record->document);
    auto checking = check_password(services, self.value().email->text(), *change.current);
    const Known known = co_await std::move(checking);
    if (!known.right)
      throw ProblemException(
          Problem::of(problem("invalid_credentials", "this is not your present password", "/current")));
  }
  auto request = new_request(services, context, without_secrets(change)).value();
  auto hashing = hashed(services, *change.password, "/password");
  // gcc 12 destroys a temporary twice when a co_await stands inside its braces (task.hpp).
  std::string hash = co_await std::move(hashing);
  request.command = commands::SetPassword{user, std::move(hash)};
  auto giving = give_command(services, context, std::move(request), k_path);
  co_return co_await std::move(giving);
}

Route login_row(Services& services) {
  Route route;
  route.method = Method::post;
  route.pattern = "/api/v1/auth/login";
  route.access = Access::public_;
  route.tag = "auth";
  route.summary = "Log in with e-mail and password";
  route.request = {"Login", &wire::input_schema<Login>};
  route.response = {"LoginAnswer", &wire::json_schema<LoginAnswer>};
  route.problems = {"invalid_credentials", "invalid_input", "unavailable"};
  route.examples = {
      {"", R"({"email":"admin@alforis.example","password":"correct horse battery"})",
       R"({"access_token":"eyJhbGciOiJIUzI1NiJ9.e30.signature","token_type":"Bearer","expires_in":43200})"}};
  route.handler = [&services](RequestContext& context) { return log_in(services, context); };
  return route;
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
  may_answer(create, {"not_unique", "already_exists"});
  create.handler = [&services](RequestContext& context) { return create_user(services, context); };
  rows.add(std::move(create));
  Route& patch = rows.patch<commands::UpdateUser, UserData<Patch>>(
      "Change fields, role, team; deactivate with active=false", "UserPatch");
  patch.access = Access::admin;
  may_answer(patch, {"not_unique", "last_admin"});
  Route password =
      command_row(Method::post, std::string(k_path) + "/{id}/password", Access::admin, k_tag, "Set a user's password");
  password.request = {"PasswordChange", &wire::input_schema<PasswordChange>};
  password.response = k_user;
  password.handler = [&services](RequestContext& context) -> Task<Response> {
    auto setting = set_password(services, context, path_id(context).value());
    co_return co_await std::move(setting);
  };
  rows.add(std::move(password));
  rows.add(login_row(services));
  for (Route& route : me_rows(services)) rows.add(std::move(route));
  return std::move(rows).done();
}

}  // namespace alforis::api

ALFORIS_WIRE(alforis::api::NewUser)
ALFORIS_WIRE(alforis::api::Login)
ALFORIS_WIRE(alforis::api::LoginAnswer)
ALFORIS_WIRE(alforis::api::PasswordChange)
