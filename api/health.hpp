#pragma once
// /health/live: the process answers. /health/ready: every part says whether it can do its work.

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "api/route.hpp"

namespace alforis::api {

/// What one part says of itself.
struct HealthCheck {
  std::string name;
  bool ok = true;
  std::string details = "{}";  ///< JSON object
};

class Health {
 public:
  /// A part to ask; the function must be thread-safe and quick.
  void add(std::function<HealthCheck()> check);
  /// For parts that come in numbers, such as projections.
  void add_many(std::function<std::vector<HealthCheck>()> checks);

  /// 200 when all are well, else 503: `{"status":"ready"|"not_ready","checks":[{"name","ok",…details}]}`.
  Response ready() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::function<std::vector<HealthCheck>()>> checks_;
};

/// GET /health/live and GET /health/ready.
std::vector<Route> health_routes(const Health& health);

}  // namespace alforis::api
