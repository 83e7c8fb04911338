#pragma once
// A small client for our own HTTP API: JSON, keep-alive, one request at a time, retries that are safe.

#include <chrono>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>

#include "programs/http_client_settings.hpp"

namespace alforis::programs {

/// The server could not be reached or spoke no HTTP; the message says which server and what happened.
struct ConnectionError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The server did not let us in.
struct LoginError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct HttpRequest {
  std::string_view method;      ///< `GET`, `POST`, …
  std::string target;           ///< begins with `/api/`
  std::string body;             ///< JSON; empty: none
  std::string idempotency_key;  ///< sent again with every attempt; empty: none
};

struct HttpResponse {
  unsigned status = 0;
  std::string body;
  std::chrono::seconds retry_after{0};  ///< 0: the answer has none

  bool ok() const { return status >= 200 && status < 300; }
};

/// What a problem document (RFC 9457) says, for people: status, title and detail, then a line for each of its `errors`.
/// Of an answer that is none, the beginning.
std::string explain(const HttpResponse& response);

struct HttpClientOptions {
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds answer_timeout{60'000};
  /// How long one request is tried again while the server is busy (503, 429) or gone.
  std::chrono::milliseconds patience{120'000};
  std::chrono::milliseconds first_pause{
      200};  ///< doubled from one attempt to the next, unless the server says how long
};

/// The access token that all connections of one program share. Thread-safe.
class ServerSession {
 public:
  explicit ServerSession(ServerAccess access) : access_(std::move(access)), token_(access_.token) {}

  const ServerAccess& access() const { return access_; }

 private:
  friend class HttpClient;

  ServerAccess access_;
  std::mutex mutex_;
  std::string token_;
};

/// One connection, for one thread. Opens when first used, again when it was lost.
class HttpClient {
 public:
  /// Throws std::runtime_error when the server's address is no http or https URL.
  explicit HttpClient(std::shared_ptr<ServerSession> session, HttpClientOptions options = {});
  ~HttpClient();
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;

  /// Sends and waits for the answer, logging in when there is no token yet or it has expired. An answer 503 or 429 is
  /// waited out by its Retry-After, a lost connection is opened again, and the request sent again with the same key: it
  /// must have one, or be harmless when done twice. A server that was never reached is not waited for. Throws
  /// ConnectionError or LoginError.
  HttpResponse send(const HttpRequest& request);

 private:
  class Connection;

  HttpResponse attempt(const HttpRequest& request, const std::string& token);
  HttpResponse persist(const HttpRequest& request, const std::string& token);
  std::string token();
  void forget(const std::string& token);

  std::shared_ptr<ServerSession> session_;
  HttpClientOptions options_;
  std::unique_ptr<Connection> connection_;
  bool reached_ = false;
};

}  // namespace alforis::programs
