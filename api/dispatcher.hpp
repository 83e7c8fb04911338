#pragma once
// What happens to a request between the socket and the handler, and to the answer on its way back, without any socket:
// route, CORS, authentication, role, rate limit, content types, query names; then 304, HEAD, metrics, access log.

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "api/access_log.hpp"
#include "api/metrics.hpp"
#include "api/rate_limit.hpp"
#include "api/route.hpp"
#include "api/router.hpp"

namespace alforis::api {

struct DispatcherOptions {
  std::vector<std::string> allowed_origins;  ///< for CORS, exact (`https://crm.example.org`); empty: same origin only
  RateLimitOptions rate_limit;
  bool tls = false;  ///< browsers are told to come by TLS only (RFC 6797)
  /// Told of every request that was answered 403 to somebody known, with the problem's code. Must not wait.
  std::function<void(const RequestContext&, std::string_view code)> refused = {};
  AccessLog* access_log = nullptr;  ///< outlives the dispatcher; null: none is kept
};

/// Shared by all connections; thread-safe once serving.
class Dispatcher {
 public:
  /// The authenticator may be null when all routes are public. All must outlive the dispatcher.
  Dispatcher(const Router& router, Authenticator* authenticator, Metrics& metrics, DispatcherOptions options);
  ~Dispatcher();

  /// Once the headers are there, before the body is read: finds the row, checks everything that needs no body. An
  /// answer means that the request ends here. Call after request.headers_complete().
  std::optional<Response> admit(RequestContext& context) const;

  /// Once the body is there: the content type, then the fast handler. nullopt: call run().
  std::optional<Response> try_fast(RequestContext& context) const;

  /// The coroutine handler; never throws.
  Task<Response> run(RequestContext& context) const;

  /// Last touches for every answer: 304, CORS, deprecation, metrics, access log. `worker` is the calling thread's
  /// number.
  void finish(const RequestContext& context, Response& response, std::chrono::steady_clock::duration took,
              std::size_t worker) const;

  Metrics& metrics() const { return metrics_; }

 private:
  std::optional<Problem> check_access(RequestContext& context) const;
  std::optional<Problem> check_rate(RequestContext& context) const;
  std::optional<Problem> check_negotiation(const RequestContext& context) const;
  std::optional<Problem> check_query_names(const RequestContext& context) const;
  std::optional<Problem> check_content_type(const RequestContext& context) const;
  Response answer_options(const RequestContext& context, std::uint8_t allowed) const;
  Response answer_exception(const RequestContext& context, std::exception_ptr exception) const;
  void add_cors(const Request& request, Response& response) const;

  const Router& router_;
  Authenticator* authenticator_;
  Metrics& metrics_;
  DispatcherOptions options_;
  std::unique_ptr<RateLimit> rate_limit_;
};

}  // namespace alforis::api
