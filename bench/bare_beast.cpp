// The yardstick for the api: what a minimal, sensible Beast server does with the same bytes on the same machine.
// Coroutines on one io_context per thread, keep-alive, one prepared answer, no routes, no time-outs, no headers but the
// necessary ones. Usage: bench_bare_beast PORT FILE [THREADS]

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

namespace {

using Executor = asio::io_context::executor_type;
template <class T>
using Task = asio::awaitable<T, Executor>;
using Socket = asio::basic_stream_socket<tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<tcp, Executor>;
constexpr asio::use_awaitable_t<Executor> use_task{};

Task<void> serve(Socket socket, const std::string& body) {
  boost::system::error_code error;
  socket.set_option(tcp::no_delay(true), error);
  beast::flat_buffer buffer;
  while (true) {
    http::request<http::string_body> request;
    co_await http::async_read(socket, buffer, request, asio::redirect_error(use_task, error));
    if (error) co_return;
    http::response<http::span_body<const char>> response{http::status::ok, request.version()};
    response.set(http::field::content_type, "application/json");
    response.body() = {body.data(), body.size()};
    response.keep_alive(request.keep_alive());
    response.prepare_payload();
    co_await http::async_write(socket, response, asio::redirect_error(use_task, error));
    if (error || !response.keep_alive()) co_return;
  }
}

Task<void> accept(Acceptor& acceptor, std::vector<std::unique_ptr<asio::io_context>>& contexts,
                  const std::string& body) {
  for (std::size_t turn = 0;; ++turn) {
    asio::io_context& target = *contexts[turn % contexts.size()];
    Socket socket(target.get_executor());
    boost::system::error_code error;
    co_await acceptor.async_accept(socket, asio::redirect_error(use_task, error));
    if (error) continue;
    asio::co_spawn(target, serve(std::move(socket), body), asio::detached);
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) {
    std::fprintf(stderr, "usage: %s PORT FILE [THREADS]\n", arguments[0]);
    return 2;
  }
  const auto port = static_cast<std::uint16_t>(std::atoi(arguments[1]));
  std::ifstream file(arguments[2], std::ios::binary);
  const std::string body{std::istreambuf_iterator<char>(file), {}};
  const std::size_t threads = count > 3 ? static_cast<std::size_t>(std::atoi(arguments[3])) : 2;

  std::vector<std::unique_ptr<asio::io_context>> contexts;
  for (std::size_t i = 0; i < threads; ++i) contexts.push_back(std::make_unique<asio::io_context>(1));
  Acceptor acceptor(contexts.front()->get_executor(), tcp::endpoint(asio::ip::make_address("127.0.0.1"), port));
  asio::co_spawn(*contexts.front(), accept(acceptor, contexts, body), asio::detached);
  std::vector<std::thread> running;
  for (const auto& context : contexts) {
    running.emplace_back([&context] {
      const asio::executor_work_guard<Executor> guard(context->get_executor());
      context->run();
    });
  }
  for (std::thread& thread : running) thread.join();
}
