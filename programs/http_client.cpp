#include "programs/http_client.hpp"

#include <openssl/ssl.h>
#include <simdjson.h>

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <optional>
#include <thread>

#include "domain/wire/json.hpp"

namespace alforis::programs {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Tcp = asio::ip::tcp;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;
using boost::system::error_code;

constexpr std::size_t k_largest_answer = std::size_t{64} << 20U;
constexpr std::chrono::seconds k_longest_pause{30};
constexpr std::size_t k_shown_of_body = 300;

struct Address {
  bool tls = false;
  std::string host;
  std::string port;
  std::string prefix;  // of every target, without a slash at its end
};

Address parse_address(const std::string& server) {
  const auto url = boost::urls::parse_uri(server);
  if (!url || (url->scheme() != "http" && url->scheme() != "https") || url->host().empty()) {
    throw std::runtime_error("the server's address '" + server + "' is no URL such as " +
                             std::string(k_default_server));
  }
  Address address;
  address.tls = url->scheme() == "https";
  address.host = url->host_address();
  address.port = url->has_port() ? std::string(url->port()) : (address.tls ? "443" : "80");
  address.prefix = std::string(url->encoded_path());
  while (address.prefix.ends_with('/')) address.prefix.pop_back();
  return address;
}

bool is_busy(unsigned status) { return status == 503 || status == 429; }

// A text member of a JSON object, or "".
std::string text_of(simdjson::dom::element object, const char* member) {
  std::string_view text;
  return object[member].get(text) == simdjson::SUCCESS ? std::string(text) : "";
}

std::string read_token(const std::string& body) {
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  if (parser.parse(body).get(document) != simdjson::SUCCESS) return "";
  return text_of(document, "access_token");
}

std::string explain_errors(simdjson::dom::element document) {
  std::string text;
  simdjson::dom::array errors;
  if (document["errors"].get(errors) != simdjson::SUCCESS) return text;
  for (const simdjson::dom::element error : errors) {
    std::string place = text_of(error, "pointer");
    if (place.empty()) place = text_of(error, "parameter");
    const std::string code = text_of(error, "code");
    text += "\n  " + (place.empty() ? "" : place + ": ") + text_of(error, "detail") +
            (code.empty() ? "" : " (" + code + ")");
  }
  return text;
}

}  // namespace

std::string explain(const HttpResponse& response) {
  std::string text = "HTTP " + std::to_string(response.status);
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  if (parser.parse(response.body).get(document) != simdjson::SUCCESS || !document.is_object()) {
    if (!response.body.empty()) text += ": " + response.body.substr(0, k_shown_of_body);
    return text;
  }
  const std::string title = text_of(document, "title");
  const std::string detail = text_of(document, "detail");
  if (!title.empty()) text += " " + title;
  if (!detail.empty() && detail != title) text += ": " + detail;
  text += explain_errors(document);
  if (const std::string id = text_of(document, "request_id"); !id.empty() && response.status >= 500) {
    text += "\n  request id " + id;
  }
  return text;
}

// ---- connection
// ------------------------------------------------------------------------------------------------------

/// Beast's timeouts count for asynchronous operations alone: each one is started and run to its end.
class HttpClient::Connection {
 public:
  Connection(const std::string& server, const HttpClientOptions& options)
      : server_(server), address_(parse_address(server)), options_(options) {
    if (!address_.tls) return;
    tls_context_.emplace(asio::ssl::context::tls_client);
    tls_context_->set_default_verify_paths();
    tls_context_->set_verify_mode(asio::ssl::verify_peer);
  }

  bool open() const { return plain_ || tls_; }

  void close() {
    plain_.reset();
    tls_.reset();
    buffer_.clear();
  }

  /// Throws ConnectionError.
  void connect() {
    close();
    error_code error;
    Tcp::resolver resolver(io_);
    const auto endpoints = resolver.resolve(address_.host, address_.port, error);
    if (error) fail("cannot find the server", error);
    if (address_.tls) {
      tls_.emplace(io_, *tls_context_);
      if (SSL_set_tlsext_host_name(tls_->native_handle(), address_.host.c_str()) != 1) throw std::bad_alloc();
      tls_->set_verify_callback(asio::ssl::host_name_verification(address_.host));
    } else {
      plain_.emplace(io_);
    }
    auto& socket = tls_ ? beast::get_lowest_layer(*tls_) : *plain_;
    socket.expires_after(options_.connect_timeout);
    run("cannot connect to the server", [&](auto done) { socket.async_connect(endpoints, done); });
    socket.socket().set_option(Tcp::no_delay(true), error);
    if (tls_)
      run("cannot agree on TLS with the server",
          [&](auto done) { tls_->async_handshake(asio::ssl::stream_base::client, done); });
  }

  /// Throws ConnectionError.
  HttpResponse exchange(const HttpRequest& request, const std::string& token) {
    return tls_ ? exchange_on(*tls_, request, token) : exchange_on(*plain_, request, token);
  }

 private:
  template <class Stream>
  HttpResponse exchange_on(Stream& stream, const HttpRequest& request, const std::string& token) {
    auto message = make_message(request, token);
    beast::get_lowest_layer(stream).expires_after(options_.answer_timeout);
    run("the connection broke while sending", [&](auto done) { http::async_write(stream, message, done); });
    http::response_parser<http::string_body> parser;
    parser.body_limit(k_largest_answer);
    run("the connection broke before the answer", [&](auto done) { http::async_read(stream, buffer_, parser, done); });
    HttpResponse response;
    response.status = parser.get().result_int();
    response.retry_after = std::chrono::seconds(std::atoi(std::string(parser.get()[http::field::retry_after]).c_str()));
    const bool keep = parser.get().keep_alive();
    response.body = std::move(parser.get().body());
    if (!keep) close();
    return response;
  }

  http::request<http::string_body> make_message(const HttpRequest& request, const std::string& token) const {
    http::request<http::string_body> message;
    message.method_string(std::string(request.method));
    message.target(address_.prefix + request.target);
    message.version(11);
    message.set(http::field::host, address_.host + ":" + address_.port);
    message.set(http::field::user_agent, "alforis");
    message.set(http::field::accept, "application/json");
    message.set(http::field::accept_language, "en");
    if (!token.empty()) message.set(http::field::authorization, "Bearer " + token);
    if (!request.idempotency_key.empty()) message.set("Idempotency-Key", request.idempotency_key);
    if (!request.body.empty()) message.set(http::field::content_type, "application/json");
    message.body() = request.body;
    message.prepare_payload();
    return message;
  }

  template <class Start>
  void run(std::string_view trouble, Start start) {
    error_code result = asio::error::would_block;
    start([&result](error_code error, auto&&...) { result = error; });
    io_.restart();
    io_.run();
    if (result) fail(trouble, result);
  }

  [[noreturn]] void fail(std::string_view trouble, const error_code& error) {
    close();
    throw ConnectionError(std::string(trouble) + " " + server_ + ": " + error.message());
  }

  std::string server_;
  Address address_;
  HttpClientOptions options_;
  asio::io_context io_;
  std::optional<asio::ssl::context> tls_context_;
  std::optional<beast::tcp_stream> plain_;
  std::optional<TlsStream> tls_;
  beast::flat_buffer buffer_;
};

// ---- client
// ----------------------------------------------------------------------------------------------------------

HttpClient::HttpClient(std::shared_ptr<ServerSession> session, HttpClientOptions options)
    : session_(std::move(session)),
      options_(options),
      connection_(std::make_unique<Connection>(session_->access().server, options)) {}

HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

HttpResponse HttpClient::attempt(const HttpRequest& request, const std::string& token) {
  if (!connection_->open()) {
    connection_->connect();
    reached_ = true;
  }
  return connection_->exchange(request, token);
}

HttpResponse HttpClient::persist(const HttpRequest& request, const std::string& token) {
  const auto deadline = std::chrono::steady_clock::now() + options_.patience;
  std::chrono::milliseconds pause = options_.first_pause;
  for (;;) {
    std::chrono::milliseconds wait = pause;
    const bool was_open = connection_->open();
    try {
      HttpResponse response = attempt(request, token);
      if (!is_busy(response.status)) return response;
      if (response.retry_after.count() > 0) wait = std::min(response.retry_after, k_longest_pause);
      if (std::chrono::steady_clock::now() + wait > deadline) return response;
    } catch (const ConnectionError&) {
      if (!reached_ || std::chrono::steady_clock::now() + wait > deadline) throw;
      // The server closes idle connections when it likes: that is no trouble yet.
      if (was_open) continue;
    }
    std::this_thread::sleep_for(wait);
    pause = std::min<std::chrono::milliseconds>(pause * 2, k_longest_pause);
  }
}

std::string HttpClient::token() {
  const std::lock_guard lock(session_->mutex_);
  if (!session_->token_.empty()) return session_->token_;
  const ServerAccess& access = session_->access_;
  std::string body = R"({"email":)";
  domain::wire::quote(body, access.email);
  body += R"(,"password":)";
  domain::wire::quote(body, access.password);
  const HttpResponse response = persist({"POST", "/api/v1/auth/login", body + "}", ""}, "");
  if (!response.ok())
    throw LoginError("cannot log in to " + access.server + " as " + access.email + ": " + explain(response));
  session_->token_ = read_token(response.body);
  if (session_->token_.empty())
    throw LoginError("the answer of " + access.server + " to the login has no access_token");
  return session_->token_;
}

void HttpClient::forget(const std::string& token) {
  const std::lock_guard lock(session_->mutex_);
  if (session_->token_ == token) session_->token_.clear();
}

HttpResponse HttpClient::send(const HttpRequest& request) {
  const std::string first = token();
  HttpResponse response = persist(request, first);
  if (response.status != 401) return response;
  if (session_->access().password.empty()) {
    throw LoginError("the server does not accept the token: " + explain(response));
  }
  forget(first);
  return persist(request, token());
}

}  // namespace alforis::programs
