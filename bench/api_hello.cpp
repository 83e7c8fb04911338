// The api's core with one route that answers a shared body, to be measured beside bench_bare_beast: what routing,
// checks, headers, limits and time-outs cost. Usage: bench_api_hello PORT FILE [THREADS]

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>

#include "api/dispatcher.hpp"
#include "api/router.hpp"
#include "api/server.hpp"

using namespace alforis::api;

namespace {

/// As cheap as a real one when it knows the token already.
class KnowsEverybody final : public Authenticator {
 public:
  std::variant<Session, Problem> authenticate(const Request&) override {
    Session session;
    session.viewer.role = alforis::domain::Role::admin;
    return session;
  }
};

Route document_route(SharedBodyPtr body) {
  Route route;
  route.pattern = "/api/v1/organisations/{id}";
  route.etag = true;
  route.reads = true;
  route.fast = [body = std::move(body)](RequestContext&) {
    return std::optional<Response>(Response::json(body, "12"));
  };
  return route;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) {
    std::fprintf(stderr, "usage: %s PORT FILE [THREADS]\n", arguments[0]);
    return 2;
  }
  std::ifstream file(arguments[2], std::ios::binary);
  Router router;
  router.add(document_route(std::make_shared<SharedBody>(std::string{std::istreambuf_iterator<char>(file), {}})));
  ServerOptions options;
  options.port = static_cast<std::uint16_t>(std::atoi(arguments[1]));
  options.threads = count > 3 ? static_cast<unsigned>(std::atoi(arguments[3])) : 2;
  Metrics metrics;
  metrics.prepare(router, Server::worker_count(options));
  KnowsEverybody authenticator;
  const Dispatcher dispatcher(router, &authenticator, metrics, {});
  Server server(dispatcher, options);
  server.start();
  while (true) std::this_thread::sleep_for(std::chrono::hours(1));
}
