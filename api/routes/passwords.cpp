#include "api/routes/passwords.hpp"

#include "api/auth/password.hpp"
#include "api/auth/password_rules.hpp"
#include "api/networks.hpp"
#include "domain/user.hpp"
#include "domain/wire/json.hpp"

namespace alforis::api {

using domain::EntityKind;
using domain::Uuid;
using projections::QueryReader;

namespace {

/// Whose attempts count together: all that one subscriber can call from.
std::string caller_of(const RequestContext& context) {
  return network_of(context.request.remote_address(), k_subscriber);
}

}  // namespace

Task<std::string> hashed_password(Services& services, std::string password, std::vector<std::string> own,
                                  std::string_view pointer) {
  const auto problems = check_new_password(password, own, services.options.min_password, pointer);
  if (!problems.empty()) throw ProblemException(Problem::of(problems));
  auto job = [password = std::move(password), cost = services.options.password_cost] {
    return hash_password(password, cost);
  };
  auto pending = services.hashing.run(std::move(job));
  co_return co_await std::move(pending);
}

Task<KnownAccount> check_password(Services& services, const RequestContext& context, std::string email,
                                  std::string password) {
  const auto now = std::chrono::steady_clock::now();
  if (const unsigned wait = services.throttle.begin(email, caller_of(context), now)) {
    Problem problem = Problem::of("too_many_requests", "too many wrong passwords: wait before the next attempt");
    problem.retry_after = wait;
    throw ProblemException(problem);
  }
  // Who has just chosen a password comes with it at once. Tables that are later than that are taken as they are.
  constexpr std::chrono::milliseconds k_patience(500);
  auto waiting = services.gate.wait(services.writer.status().position, k_patience);
  co_await std::move(waiting);
  auto job = [&services, email = std::move(email), password = std::move(password), address = caller_of(context)] {
    KnownAccount known{email, {}, false};
    try {
      known.credentials = services.readers.with([&](QueryReader& reader) { return reader.credentials(email); });
    } catch (const projections::DatabaseUnavailable&) {
      services.throttle.not_tried(email, address);
      Problem problem = Problem::of("unavailable", "no password can be checked while the query tables can't be read");
      problem.retry_after = 1;
      throw ProblemException(problem);
    }
    known.right = verify_password(password, known.credentials ? known.credentials->hash : std::string(),
                                  services.options.password_cost);
    return known;
  };
  auto pending = services.hashing.run(std::move(job));
  co_return co_await std::move(pending);
}

void forgive(Services& services, const RequestContext& context, const KnownAccount& known) {
  services.throttle.succeeded(known.email, caller_of(context));
}

Problem own_account(std::string_view instead) {
  return Problem::of("forbidden", "this is your own account: use " + std::string(instead));
}

Task<KnownAccount> check_own_password(Services& services, const RequestContext& context, std::string password) {
  const Uuid user = context.viewer().id;
  auto question = [user](QueryReader& reader) { return reader.find(EntityKind::user, user); };
  auto job = [&services, question] { return services.readers.with(question); };
  auto pending = services.pool.run(std::move(job));
  const auto record = co_await std::move(pending);
  if (!record) throw ProblemException(Problem::of("not_found"));
  const auto self = domain::wire::from_stored<domain::User>(record->document);
  auto checking = check_password(services, context, self.value().email->text(), std::move(password));
  co_return co_await std::move(checking);
}

}  // namespace alforis::api
