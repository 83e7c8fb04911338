#include "api/connection.hpp"

#include <spdlog/spdlog.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <limits>
#include <memory>
#include <type_traits>

#include "api/exchange.hpp"

namespace alforis::api {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

using TlsStream = asio::ssl::stream<Socket>;

/// How long, and how much, a connection is read after its last answer, so that the answer is not lost in a reset.
constexpr std::chrono::seconds k_linger_time{2};
constexpr std::size_t k_linger_bytes = 1U << 20;
constexpr std::chrono::seconds k_tls_shutdown_time{2};

template <class Stream>
class Connection final : public ConnectionBase {
  static constexpr bool k_tls = std::is_same_v<Stream, TlsStream>;
  static constexpr std::uint64_t k_no_request = std::numeric_limits<std::uint64_t>::max();

 public:
  template <class... Args>
  Connection(Worker& worker, std::string peer, Args&&... stream)
      : worker_(worker),
        stream_(std::forward<Args>(stream)...),
        exchange_(worker.dispatcher, worker.options.header_limit, std::move(peer), worker.number) {
    worker_.connections.push_back(*this);
  }
  ~Connection() override {
    worker_.load.fetch_sub(1, std::memory_order_relaxed);
    worker_.counters.open.fetch_sub(1, std::memory_order_release);
  }

  void expire() override {
    expired_ = true;
    no_deadline();
    cancel();
  }
  void drain() override {
    exchange_.drain();
    if (waits_for_request_) cancel();
  }
  void abort() override {
    aborted_ = true;
    error_code ignored;
    socket().close(ignored);
  }

  Task<void> run();

 private:
  Socket& socket() {
    if constexpr (k_tls) {
      return stream_.next_layer();
    } else {
      return stream_;
    }
  }
  void cancel() {
    error_code ignored;
    socket().cancel(ignored);
  }
  /// And the next wait sets its own.
  void no_deadline() {
    deadline_ = k_never;
    waited_request_ = k_no_request;
  }
  void wait_at_most(std::chrono::milliseconds time) { deadline_ = worker_.now + time; }
  /// The fixed time-out and what a client at the least rate we bear needs for so many bytes.
  std::chrono::milliseconds allowance(std::chrono::milliseconds fixed, std::size_t bytes) const {
    return fixed + std::chrono::milliseconds(1000 * bytes / worker_.options.min_rate);
  }

  void begin_wait();
  bool nothing_to_drain();
  bool read_failed(error_code error);
  bool send_now();
  Task<bool> send_rest(std::size_t sent);
  Task<void> close();
  Task<void> linger();

  Worker& worker_;
  Stream stream_;
  Exchange exchange_;
  bool expired_ = false;
  bool aborted_ = false;
  bool waits_for_request_ = false;
  // The wait that the deadline was set for: a peer that sends a byte now and then must not move it.
  Exchange::Phase waited_phase_ = Exchange::Phase::body;
  std::uint64_t waited_request_ = k_no_request;
  std::size_t sent_ = 0;
};

template <class Stream>
Task<void> Connection<Stream>::run() {
  error_code error;
  if constexpr (k_tls) {
    wait_at_most(worker_.options.header_timeout);
    co_await stream_.async_handshake(asio::ssl::stream_base::server, asio::redirect_error(use_task, error));
    if (error) co_return;
  }
  while (!aborted_) {
    switch (exchange_.advance()) {
      case Exchange::Want::read: {
        if (nothing_to_drain()) co_return;
        begin_wait();
        const auto room = exchange_.room();
        const auto got = co_await stream_.async_read_some(asio::buffer(room.data(), room.size()),
                                                          asio::redirect_error(use_task, error));
        waits_for_request_ = false;
        if (!error) {
          exchange_.received(got);
        } else if (read_failed(error)) {
          co_return;
        }
        break;
      }
      case Exchange::Want::write: {
        if (!send_now()) {
          if (!co_await send_rest(sent_)) co_return;
        }
        exchange_.written();
        break;
      }
      case Exchange::Want::handler: {
        no_deadline();
        auto pending = worker_.dispatcher.run(exchange_.context());
        Response response = co_await std::move(pending);
        exchange_.answered(std::move(response));
        break;
      }
      case Exchange::Want::close:
        co_await close();
        co_return;
    }
  }
}

template <class Stream>
void Connection<Stream>::begin_wait() {
  const auto phase = exchange_.phase();
  waits_for_request_ = phase == Exchange::Phase::idle;
  if (phase == waited_phase_ && exchange_.requests() == waited_request_) return;
  waited_phase_ = phase;
  waited_request_ = exchange_.requests();
  switch (phase) {
    case Exchange::Phase::idle:
      wait_at_most(worker_.options.idle_timeout);
      break;
    case Exchange::Phase::head:
      wait_at_most(worker_.options.header_timeout);
      break;
    case Exchange::Phase::body:
      wait_at_most(allowance(worker_.options.body_timeout, exchange_.body_expected()));
      break;
  }
}

/// While the server stops, a connection without a request ends; what has arrived already is still answered.
template <class Stream>
bool Connection<Stream>::nothing_to_drain() {
  if (!worker_.draining || exchange_.phase() != Exchange::Phase::idle) return false;
  exchange_.drain();
  error_code ignored;
  return socket().available(ignored) == 0;
}

/// Whether that was the end of the connection.
template <class Stream>
bool Connection<Stream>::read_failed(error_code error) {
  if (error != asio::error::operation_aborted || aborted_) return true;
  if (expired_) {
    expired_ = false;
    exchange_.expire();
    return false;
  }
  return !worker_.draining;
}

/// The socket's buffer nearly always has room: then this is the whole write, without a turn of the event loop.
template <class Stream>
bool Connection<Stream>::send_now() {
  sent_ = 0;
  if constexpr (!k_tls) {
    const auto& buffers = exchange_.output();
    error_code error;
    sent_ = buffers.size() == 1 ? stream_.write_some(buffers.front(), error) : stream_.write_some(buffers, error);
    return !error && sent_ == exchange_.output_size();
  }
  return false;
}

/// False when the connection broke, or its peer does not read.
template <class Stream>
Task<bool> Connection<Stream>::send_rest(std::size_t sent) {
  std::vector<asio::const_buffer> rest;
  for (const asio::const_buffer& piece : exchange_.output()) {
    const std::size_t skipped = std::min(sent, piece.size());
    sent -= skipped;
    if (skipped != piece.size()) rest.push_back(piece + skipped);
  }
  wait_at_most(allowance(worker_.options.write_timeout, exchange_.output_size()));
  error_code error;
  co_await asio::async_write(stream_, rest, asio::redirect_error(use_task, error));
  no_deadline();
  co_return !error;
}

template <class Stream>
Task<void> Connection<Stream>::close() {
  error_code ignored;
  if constexpr (k_tls) {
    wait_at_most(k_tls_shutdown_time);
    co_await stream_.async_shutdown(asio::redirect_error(use_task, ignored));
  }
  if (exchange_.lingers()) co_await linger();
}

template <class Stream>
Task<void> Connection<Stream>::linger() {
  error_code error;
  socket().shutdown(Socket::shutdown_send, error);
  wait_at_most(k_linger_time);
  std::array<char, 4096> dropped{};
  for (std::size_t total = 0; !error && total < k_linger_bytes;) {
    total += co_await socket().async_read_some(asio::buffer(dropped), asio::redirect_error(use_task, error));
  }
}

/// Owns the connection while it runs.
template <class Stream>
Task<void> live(std::unique_ptr<Connection<Stream>> connection) {
  try {
    co_await connection->run();
  } catch (const std::exception& error) {
    spdlog::error("connection ended: {}", error.what());
  }
}

}  // namespace

void serve(Worker& worker, Socket socket, std::string peer, asio::ssl::context* tls) {
  error_code error;
  socket.set_option(asio::ip::tcp::no_delay(true), error);
  socket.non_blocking(true, error);
  const auto executor = worker.io.get_executor();
  if (tls != nullptr) {
    auto made = std::make_unique<Connection<TlsStream>>(worker, std::move(peer), std::move(socket), *tls);
    asio::co_spawn(executor, live(std::move(made)), asio::detached);
  } else {
    auto made = std::make_unique<Connection<Socket>>(worker, std::move(peer), std::move(socket));
    asio::co_spawn(executor, live(std::move(made)), asio::detached);
  }
}

}  // namespace alforis::api
