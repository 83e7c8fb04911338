#pragma once
// A connection: the waiting and copying around an Exchange, on one worker's thread. Only server.cpp and connection.cpp
// know it.

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/intrusive/list.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "api/dispatcher.hpp"
#include "api/server.hpp"
#include "api/task.hpp"

namespace alforis::api {

using SteadyClock = std::chrono::steady_clock;
using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;

/// What the worker does to its connections. All of it on the worker's thread.
class ConnectionBase
    : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  virtual ~ConnectionBase() = default;

  /// When the present wait has gone on for too long. One sweep over all connections looks at it: a timer of each one's
  /// own would have to be set again with every request.
  SteadyClock::time_point deadline() const { return deadline_; }
  /// Ends the present wait: 408 when a request was half there.
  virtual void expire() = 0;
  /// The server stops: ends the connection after the request under way.
  virtual void drain() = 0;
  /// Ends the connection now.
  virtual void abort() = 0;

 protected:
  static constexpr SteadyClock::time_point k_never = SteadyClock::time_point::max();
  SteadyClock::time_point deadline_ = k_never;
};

using ConnectionList = boost::intrusive::list<ConnectionBase, boost::intrusive::constant_time_size<false>>;

/// What all threads count together.
struct ServerCounters {
  std::atomic<std::size_t> open{0};
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> refused{0};
};

/// One thread with its connections.
struct Worker {
  Worker(const Dispatcher& d, const ServerOptions& o, ServerCounters& c, std::size_t n)
      : dispatcher(d), options(o), counters(c), number(n) {}

  const Dispatcher& dispatcher;
  const ServerOptions& options;
  ServerCounters& counters;
  const std::size_t number;
  ConnectionList connections;
  std::atomic<std::size_t> load{0};                  ///< connections given to this worker
  SteadyClock::time_point now = SteadyClock::now();  ///< of the last sweep: exact enough for deadlines
  bool draining = false;
  /// The hint: one thread runs it, so that a completion need never wake another. Last, as it ends what still lives in
  /// it.
  boost::asio::io_context io{1};
};

/// Serves the connection to its end, on the worker's thread. `tls` may be null. Takes `open` and `load` down at the
/// end.
void serve(Worker& worker, Socket socket, std::string peer, boost::asio::ssl::context* tls);

}  // namespace alforis::api
