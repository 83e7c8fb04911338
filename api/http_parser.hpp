#pragma once
// HTTP/1.1 messages (RFC 9112) on Beast's parser. Included by the exchange and its tests only: Beast is heavy.

#include <boost/beast/http/basic_parser.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/request.hpp"

namespace alforis::api {

/// Looks for the end of a header block as bytes come in, each byte once. Beast is only given whole header blocks: its
/// views into the buffer then stay good, and a slow sender costs nothing but this scan.
class HeadScanner {
 public:
  enum class Found { need_more, complete, malformed, too_large };

  /// Lines of a header block, request line included.
  static constexpr std::size_t k_max_lines = 101;

  explicit HeadScanner(std::size_t limit) : limit_(limit) {}

  /// `received` begins where it began at the last call and may have grown.
  Found scan(std::string_view received);
  /// Of the block with its empty line, once complete.
  std::size_t size() const { return line_; }
  void reset() { next_ = line_ = lines_ = 0; }

 private:
  Found line_ends_at(std::string_view received, std::size_t newline);

  std::size_t limit_;
  std::size_t next_ = 0;  ///< first byte not looked at
  std::size_t line_ = 0;  ///< where the current line begins
  std::size_t lines_ = 0;
};

/// How the message is delimited and what becomes of the connection.
struct Framing {
  bool http11 = true;
  bool keep_alive = true;
  bool expects_continue = false;
  bool expects_else = false;  ///< an expectation nobody knows: 417
  bool chunked = false;
  std::uint64_t content_length = 0;
};

/// Parses one request. Stricter than Beast where leniency is how requests get smuggled: one Host, no Transfer-Encoding
/// but `chunked`, not beside Content-Length nor in HTTP/1.0, no folded lines.
class RequestParser final : private boost::beast::http::basic_parser<true> {
 public:
  explicit RequestParser(Request& request);

  /// `head` is what the scanner found. Fills the request with views into it; nullopt when it is malformed.
  std::optional<Framing> parse_head(std::string_view head);

  /// Of the request line; the caller splits and decodes it, as what is wrong there has a problem of its own.
  std::string_view target() const { return target_; }

  enum class Chunks { need_more, complete, malformed, too_large };
  /// Decodes chunks, after parse_head said `chunked`: takes bytes off the front of `raw` and appends what they carry to
  /// `body`.
  Chunks take_chunks(std::string& raw, std::string& body, std::size_t limit);

 private:
  using Verb = boost::beast::http::verb;
  using Field = boost::beast::http::field;
  using Text = boost::beast::string_view;
  using ErrorCode = boost::beast::error_code;

  void on_request_impl(Verb verb, Text method, Text target, int version, ErrorCode& error) override;
  void on_response_impl(int, Text, int, ErrorCode&) override {}
  void on_field_impl(Field name, Text name_text, Text value, ErrorCode& error) override;
  void on_header_impl(ErrorCode& error) override { error = {}; }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, ErrorCode& error) override { error = {}; }
  std::size_t on_body_impl(Text body, ErrorCode& error) override;
  void on_chunk_header_impl(std::uint64_t size, Text, ErrorCode& error) override;
  std::size_t on_chunk_body_impl(std::uint64_t, Text body, ErrorCode& error) override;
  void on_finish_impl(ErrorCode& error) override { error = {}; }

  Request& request_;
  std::string_view head_;
  std::string_view target_;
  std::string* body_ = nullptr;
  std::size_t body_limit_ = 0;
  bool head_done_ = false;
  int version_ = 11;
  int hosts_ = 0;
  int lengths_ = 0;
  int codings_ = 0;
  bool chunked_ = false;
  bool expects_continue_ = false;
  bool expects_else_ = false;
};

}  // namespace alforis::api
