#pragma once
// A server of a few lines that answers what a test tells it to, over real sockets.

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace alforis::programs {

struct FakeRequest {
  std::string method;
  std::string target;
  std::string authorization;
  std::string key;
  std::string body;
};

struct FakeAnswer {
  unsigned status = 200;
  std::string body{};
  std::string retry_after{};
  bool close = false;  ///< hang up behind it
  bool drop = false;   ///< hang up instead of it
};

class FakeServer {
 public:
  using Handler = std::function<FakeAnswer(const FakeRequest&)>;

  explicit FakeServer(Handler handler) : handler_(std::move(handler)), acceptor_(io_, {loopback(), 0}) {
    accepting_ = std::thread([this] { accept(); });
  }
  ~FakeServer() {
    stopping_ = true;
    Socket wake(io_);
    boost::system::error_code ignored;
    wake.connect(acceptor_.local_endpoint(), ignored);
    accepting_.join();
    {
      const std::lock_guard lock(mutex_);
      for (auto& socket : sockets_) socket->shutdown(Socket::shutdown_both, ignored);
    }
    for (auto& thread : threads_) thread.join();
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()); }
  std::vector<FakeRequest> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  std::size_t connections() const {
    const std::lock_guard lock(mutex_);
    return sockets_.size();
  }

 private:
  using Tcp = boost::asio::ip::tcp;
  using Socket = Tcp::socket;
  static boost::asio::ip::address loopback() { return boost::asio::ip::address_v4::loopback(); }

  void accept() {
    for (;;) {
      auto socket = std::make_shared<Socket>(io_);
      boost::system::error_code error;
      acceptor_.accept(*socket, error);
      if (stopping_ || error) return;
      {
        const std::lock_guard lock(mutex_);
        sockets_.push_back(socket);
      }
      threads_.emplace_back([this, socket] { serve(*socket); });
    }
  }

  void serve(Socket& socket) {
    namespace http = boost::beast::http;
    boost::beast::flat_buffer buffer;
    boost::system::error_code error;
    for (;;) {
      http::request_parser<http::string_body> parser;
      parser.body_limit(std::uint64_t{64} << 20U);
      http::read(socket, buffer, parser, error);
      if (error) break;
      const auto& message = parser.get();
      FakeRequest request{std::string(message.method_string()), std::string(message.target()),
                          std::string(message[http::field::authorization]), std::string(message["Idempotency-Key"]),
                          message.body()};
      FakeAnswer answer;
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
        answer = handler_(request);
      }
      if (answer.drop) break;
      http::response<http::string_body> response(static_cast<http::status>(answer.status), 11);
      if (!answer.retry_after.empty()) response.set(http::field::retry_after, answer.retry_after);
      response.keep_alive(!answer.close);
      response.body() = answer.body;
      response.prepare_payload();
      http::write(socket, response, error);
      if (error || answer.close) break;
    }
    socket.shutdown(Socket::shutdown_both, error);
  }

  Handler handler_;
  boost::asio::io_context io_;
  Tcp::acceptor acceptor_;
  std::atomic<bool> stopping_{false};
  std::thread accepting_;
  std::vector<std::thread> threads_;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<Socket>> sockets_;
  std::vector<FakeRequest> requests_;
};

/// The answer to a login, or nothing when the request is another.
inline std::optional<FakeAnswer> fake_login(const FakeRequest& request, const std::string& token = "the-token") {
  if (request.target != "/api/v1/auth/login") return std::nullopt;
  return FakeAnswer{.status = 200, .body = R"({"access_token":")" + token + R"(","token_type":"Bearer"})"};
}

}  // namespace alforis::programs
