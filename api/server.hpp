#pragma once
// The HTTP/1.1 server: one io_context with one thread per core, each connection on the thread that has fewest, TLS when
// given a certificate.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "api/dispatcher.hpp"

namespace alforis::api {

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;             ///< 0: any free one, see Server::port()
  unsigned threads = 0;                  ///< 0: one per core
  std::size_t max_connections = 10'000;  ///< more are answered 503 and closed
  std::size_t header_limit = 16U << 10;  ///< bytes of request line and headers; more are 431

  std::chrono::milliseconds header_timeout{10'000};  ///< from a request's first byte to the end of its headers (408)
  std::chrono::milliseconds body_timeout{30'000};    ///< for its body, plus what min_rate grants (408)
  std::chrono::milliseconds idle_timeout{60'000};    ///< between requests
  std::chrono::milliseconds write_timeout{30'000};   ///< for an answer, plus what min_rate grants
  std::chrono::milliseconds drain_timeout{10'000};   ///< for requests under way when the server stops
  std::size_t min_rate = 16U << 10;  ///< bytes per second that a slow client has to reach for large bodies and answers

  std::string certificate_file;  ///< PEM chain; with key_file: TLS 1.2 and 1.3 only
  std::string key_file;          ///< PEM
};

struct ServerStatus {
  std::size_t connections = 0;  ///< open now
  std::uint64_t accepted = 0;   ///< ever
  std::uint64_t refused = 0;    ///< because of max_connections
};

/// Start once, stop once. Destroy it after everything whose callbacks its handlers wait for (writer, work pools), as
/// those hand their results to its threads; call stop() before destroying those.
class Server {
 public:
  /// Binds the address: throws std::runtime_error when that fails, and for an unreadable certificate or key.
  Server(const Dispatcher& dispatcher, ServerOptions options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Threads this server will have; what Metrics::prepare wants.
  static std::size_t worker_count(const ServerOptions& options);

  void start();
  std::uint16_t port() const;
  ServerStatus status() const;

  /// Stops accepting, lets requests under way finish within drain_timeout (their answers say `Connection: close`), then
  /// closes what is left and ends the threads.
  void stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace alforis::api
