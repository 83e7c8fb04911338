#include "api/health.hpp"

#include "domain/wire/json.hpp"

namespace alforis::api {

namespace {

void write_check(std::string& out, const HealthCheck& check) {
  out += R"({"name":)";
  domain::wire::quote(out, check.name);
  out += check.ok ? R"(,"ok":true)" : R"(,"ok":false)";
  const std::string_view details = check.details;
  if (details.size() > 2) {
    // The members of the details stand beside name and ok.
    out.push_back(',');
    out.append(details.substr(1, details.size() - 2));
  }
  out.push_back('}');
}

/// A part that cannot even say how it is, is not well.
std::vector<HealthCheck> ask(const std::function<std::vector<HealthCheck>()>& checks) {
  try {
    return checks();
  } catch (const std::exception& error) {
    HealthCheck failed{"unknown", false, R"({"trouble":)"};
    domain::wire::quote(failed.details, error.what());
    failed.details.push_back('}');
    return {failed};
  }
}

std::string live_schema() {
  return R"({"type":"object","required":["status"],"properties":{"status":{"type":"string","enum":["live"]}}})";
}

std::string ready_schema() {
  return R"({"type":"object","required":["status","checks"],"properties":{)"
         R"("status":{"type":"string","enum":["ready","not_ready"]},"checks":{"type":"array","items":{"type":"object",)"
         R"("required":["name","ok"],"properties":{"name":{"type":"string"},"ok":{"type":"boolean"},)"
         R"("position":{"type":"integer"},"lag":{"type":"integer"},"parked":{"type":"integer"},)"
         R"("trouble":{"type":"string"}}}}}})";
}

}  // namespace

void Health::add(std::function<HealthCheck()> check) {
  add_many([check = std::move(check)] { return std::vector<HealthCheck>{check()}; });
}

void Health::add_many(std::function<std::vector<HealthCheck>()> checks) {
  const std::lock_guard lock(mutex_);
  checks_.push_back(std::move(checks));
}

Response Health::ready() const {
  std::string list;
  bool well = true;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& checks : checks_) {
      for (const HealthCheck& check : ask(checks)) {
        well = well && check.ok;
        if (!list.empty()) list.push_back(',');
        write_check(list, check);
      }
    }
  }
  std::string out = well ? R"({"status":"ready","checks":[)" : R"({"status":"not_ready","checks":[)";
  out += list + "]}";
  Response response = Response::json(std::move(out), well ? 200 : 503);
  response.cache_control = "no-store";
  if (!well) response.header("Retry-After", "1");
  return response;
}

std::vector<Route> health_routes(const Health& health) {
  std::vector<Route> routes(2);
  routes[0].pattern = "/health/live";
  routes[0].access = Access::public_;
  routes[0].summary = "Whether the process answers";
  routes[0].tag = "operations";
  routes[0].response = {"Live", &live_schema};
  routes[0].fast = [](RequestContext&) {
    Response response = Response::json(R"({"status":"live"})");
    response.cache_control = "no-store";
    return std::optional<Response>(std::move(response));
  };
  routes[1].pattern = "/health/ready";
  routes[1].access = Access::public_;
  routes[1].summary = "Whether every part can do its work";
  routes[1].tag = "operations";
  routes[1].response = {"Ready", &ready_schema};
  routes[1].problems = {"unavailable"};
  routes[1].fast = [&health](RequestContext&) { return std::optional<Response>(health.ready()); };
  return routes;
}

}  // namespace alforis::api
