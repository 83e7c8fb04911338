#include "api/server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <thread>
#include <vector>

#include "api/connection.hpp"
#include "api/response_writer.hpp"

namespace alforis::api {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

using Acceptor = asio::basic_socket_acceptor<tcp, Executor>;
using Timer = asio::basic_waitable_timer<SteadyClock, asio::wait_traits<SteadyClock>, Executor>;
using WorkGuard = asio::executor_work_guard<Executor>;

constexpr std::chrono::milliseconds k_longest_tick{250};
constexpr std::chrono::milliseconds k_shortest_tick{5};
constexpr std::chrono::milliseconds k_accept_pause{100};
/// For coroutines to notice that their sockets are closed.
constexpr std::chrono::milliseconds k_abort_time{1000};

std::unique_ptr<asio::ssl::context> make_tls(const ServerOptions& options) {
  if (options.certificate_file.empty() && options.key_file.empty()) return nullptr;
  auto context = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
  context->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 |
                       asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1 |
                       static_cast<long>(SSL_OP_NO_RENEGOTIATION));
  context->use_certificate_chain_file(options.certificate_file);
  context->use_private_key_file(options.key_file, asio::ssl::context::pem);
  SSL_CTX_set_mode(context->native_handle(), SSL_MODE_RELEASE_BUFFERS);
  return context;
}

/// The peer's address as text, without port; IPv4 as such also when it came in on an IPv6 socket.
std::string peer_text(const sockaddr_storage& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.ss_family == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, text.data(), text.size());
  } else {
    const in6_addr& ip = reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&ip)) {
      inet_ntop(AF_INET, &ip.s6_addr[12], text.data(), text.size());
    } else {
      inet_ntop(AF_INET6, &ip, text.data(), text.size());
    }
  }
  return text.data();
}

/// Looks at every deadline now and then.
Task<void> sweep(Worker& worker, std::chrono::milliseconds tick) {
  Timer timer(worker.io.get_executor());
  error_code error;
  while (!error) {
    worker.now = SteadyClock::now();
    for (auto it = worker.connections.begin(); it != worker.connections.end();) {
      ConnectionBase& connection = *it++;
      if (connection.deadline() <= worker.now) connection.expire();
    }
    timer.expires_after(tick);
    co_await timer.async_wait(asio::redirect_error(use_task, error));
  }
}

}  // namespace

class Server::Impl {
 public:
  Impl(const Dispatcher& dispatcher, ServerOptions options)
      : options_(std::move(options)), dispatcher_(dispatcher), tls_(make_tls(options_)) {
    const std::size_t count = worker_count(options_);
    for (std::size_t i = 0; i < count; ++i) {
      workers_.push_back(std::make_unique<Worker>(dispatcher, options_, *counters_, i));
    }
    bind();
    register_metrics();
  }

  void start();
  void stop();
  std::uint16_t port() const { return endpoint_.port(); }
  ServerStatus status() const {
    return {counters_->open.load(), counters_->accepted.load(), counters_->refused.load()};
  }

 private:
  void bind();
  void register_metrics();
  std::chrono::milliseconds tick() const;
  Task<void> accept();
  bool accept_one();
  void take(int descriptor, std::string peer);
  void refuse(int descriptor);
  Worker& least_busy();
  template <class F>
  void on_all_connections(F f);
  void wait_until_empty(std::chrono::milliseconds limit);

  ServerOptions options_;
  const Dispatcher& dispatcher_;
  std::unique_ptr<asio::ssl::context> tls_;
  std::shared_ptr<ServerCounters> counters_ = std::make_shared<ServerCounters>();
  std::vector<std::unique_ptr<Worker>> workers_;
  std::unique_ptr<Acceptor> acceptor_;
  tcp::endpoint endpoint_;
  std::vector<WorkGuard> guards_;
  std::vector<std::thread> threads_;
  std::size_t turn_ = 0;
};

void Server::Impl::bind() {
  const tcp::endpoint wanted(asio::ip::make_address(options_.address), options_.port);
  acceptor_ = std::make_unique<Acceptor>(workers_.front()->io.get_executor());
  acceptor_->open(wanted.protocol());
  acceptor_->set_option(asio::socket_base::reuse_address(true));
  acceptor_->bind(wanted);
  acceptor_->listen(4096);
  acceptor_->non_blocking(true);
  endpoint_ = acceptor_->local_endpoint();
}

void Server::Impl::register_metrics() {
  // The functions share the counters: metrics may be asked after the server is gone.
  Metrics& metrics = dispatcher_.metrics();
  metrics.add_gauge("alforis_http_connections", "Connections open.", {},
                    [counters = counters_] { return static_cast<double>(counters->open.load()); });
  metrics.add_counter("alforis_http_connections_accepted_total", "Connections accepted.", {},
                      [counters = counters_] { return static_cast<double>(counters->accepted.load()); });
  metrics.add_counter("alforis_http_connections_refused_total", "Connections refused, as too many were open.", {},
                      [counters = counters_] { return static_cast<double>(counters->refused.load()); });
}

/// A quarter of the shortest time-out is exact enough.
std::chrono::milliseconds Server::Impl::tick() const {
  const auto shortest =
      std::min({options_.header_timeout, options_.body_timeout, options_.idle_timeout, options_.write_timeout});
  return std::clamp(shortest / 4, k_shortest_tick, k_longest_tick);
}

void Server::Impl::start() {
  for (const auto& worker : workers_) {
    guards_.emplace_back(worker->io.get_executor());
    asio::co_spawn(worker->io, sweep(*worker, tick()), asio::detached);
  }
  asio::co_spawn(workers_.front()->io, accept(), asio::detached);
  for (const auto& worker : workers_) {
    threads_.emplace_back([&io = worker->io] { io.run(); });
  }
}

Task<void> Server::Impl::accept() {
  Timer pause(workers_.front()->io.get_executor());
  error_code error;
  while (acceptor_->is_open()) {
    co_await acceptor_->async_wait(Acceptor::wait_read, asio::redirect_error(use_task, error));
    if (error) co_return;
    while (accept_one()) {
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ECONNABORTED || errno == EINTR) continue;
    // Out of descriptors or memory: the connections there are go on, new ones wait in the kernel.
    spdlog::warn("accept: {}", std::generic_category().message(errno));
    pause.expires_after(k_accept_pause);
    co_await pause.async_wait(asio::redirect_error(use_task, error));
  }
}

/// By the system call itself: the descriptor goes to another thread's io_context, and Asio would register it here
/// first.
bool Server::Impl::accept_one() {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  const int descriptor = ::accept4(acceptor_->native_handle(), reinterpret_cast<sockaddr*>(&address), &length,
                                   SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (descriptor < 0) return false;
  if (counters_->open.load(std::memory_order_relaxed) >= options_.max_connections) {
    refuse(descriptor);
  } else {
    take(descriptor, peer_text(address));
  }
  return true;
}

Worker& Server::Impl::least_busy() {
  Worker* best = workers_[turn_ % workers_.size()].get();
  for (std::size_t i = 1; i < workers_.size(); ++i) {
    Worker& candidate = *workers_[(turn_ + i) % workers_.size()];
    if (candidate.load.load(std::memory_order_relaxed) < best->load.load(std::memory_order_relaxed)) best = &candidate;
  }
  ++turn_;
  return *best;
}

void Server::Impl::take(int descriptor, std::string peer) {
  Worker& worker = least_busy();
  worker.load.fetch_add(1, std::memory_order_relaxed);
  counters_->open.fetch_add(1, std::memory_order_relaxed);
  counters_->accepted.fetch_add(1, std::memory_order_relaxed);
  asio::post(worker.io, [this, &worker, descriptor, peer = std::move(peer)]() mutable {
    serve(worker, Socket(worker.io.get_executor(), endpoint_.protocol(), descriptor), std::move(peer), tls_.get());
  });
}

void Server::Impl::refuse(int descriptor) {
  counters_->refused.fetch_add(1, std::memory_order_relaxed);
  if (!tls_) {
    Problem problem = Problem::of("too_many_connections");
    problem.retry_after = 1;
    Request request;
    request.headers_complete();
    const Response response = to_response(problem, request.locale(), request.request_id());
    std::string bytes;
    write_head(bytes, response, {request.request_id(), true, false, false, response.bytes().size()});
    bytes += response.bytes();
    // A fresh socket has room for it; whoever does not read it does not miss it.
    [[maybe_unused]] const auto sent = ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    ::shutdown(descriptor, SHUT_WR);
  }
  ::close(descriptor);
}

template <class F>
void Server::Impl::on_all_connections(F f) {
  for (const auto& worker : workers_) {
    asio::post(worker->io, [&worker = *worker, f] {
      worker.draining = true;
      for (auto it = worker.connections.begin(); it != worker.connections.end();) f(*it++);
    });
  }
}

void Server::Impl::wait_until_empty(std::chrono::milliseconds limit) {
  constexpr std::chrono::milliseconds k_step{2};  // This happens once in a server's life: no need to be notified.
  const auto end = SteadyClock::now() + limit;
  while (counters_->open.load(std::memory_order_acquire) != 0 && SteadyClock::now() < end)
    std::this_thread::sleep_for(k_step);
}

void Server::Impl::stop() {
  if (threads_.empty()) return;
  asio::post(workers_.front()->io, [this] {
    error_code ignored;
    acceptor_->close(ignored);
  });
  on_all_connections([](ConnectionBase& connection) { connection.drain(); });
  wait_until_empty(options_.drain_timeout);
  if (const auto left = counters_->open.load(); left != 0) {
    spdlog::warn("server stops with {} connections under way", left);
    on_all_connections([](ConnectionBase& connection) { connection.abort(); });
    wait_until_empty(k_abort_time);
  }
  guards_.clear();
  for (const auto& worker : workers_) worker->io.stop();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

Server::Server(const Dispatcher& dispatcher, ServerOptions options)
    : impl_(std::make_unique<Impl>(dispatcher, std::move(options))) {}
Server::~Server() { stop(); }

std::size_t Server::worker_count(const ServerOptions& options) {
  return options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
}

void Server::start() { impl_->start(); }
std::uint16_t Server::port() const { return impl_->port(); }
ServerStatus Server::status() const { return impl_->status(); }
void Server::stop() { impl_->stop(); }

}  // namespace alforis::api
