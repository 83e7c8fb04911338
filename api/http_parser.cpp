#include "api/http_parser.hpp"

#include <boost/beast/http/error.hpp>
#include <cstring>
#include <limits>

#include "domain/values/ascii.hpp"

namespace alforis::api {

namespace http = boost::beast::http;

namespace {

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

}  // namespace

// ---- the end of the header block -----------------------------------------------------------------------------------

HeadScanner::Found HeadScanner::scan(std::string_view received) {
  // Something that is no HTTP at all, such as a TLS greeting, is told so at once rather than after the time-out.
  if (!received.empty() && !domain::ascii::is_letter(received.front())) return Found::malformed;
  const std::size_t end = std::min(received.size(), limit_);
  while (next_ < end) {
    const auto* found = static_cast<const char*>(std::memchr(received.data() + next_, '\n', end - next_));
    if (found == nullptr) {
      next_ = end;
      break;
    }
    const auto newline = static_cast<std::size_t>(found - received.data());
    next_ = newline + 1;
    const Found result = line_ends_at(received, newline);
    if (result != Found::need_more) return result;
  }
  return received.size() >= limit_ ? Found::too_large : Found::need_more;
}

HeadScanner::Found HeadScanner::line_ends_at(std::string_view received, std::size_t newline) {
  if (newline == line_ || received[newline - 1] != '\r') return Found::malformed;
  const bool empty = newline - line_ == 1;
  line_ = newline + 1;
  if (empty) return Found::complete;
  return ++lines_ > k_max_lines ? Found::too_large : Found::need_more;
}

// ---- the header block ----------------------------------------------------------------------------------------------

RequestParser::RequestParser(Request& request) : request_(request) {
  // Both limits are the exchange's business: it knows the route.
  body_limit(boost::none);
  header_limit(std::numeric_limits<std::uint32_t>::max());
}

std::optional<Framing> RequestParser::parse_head(std::string_view head) {
  head_ = head;
  ErrorCode error;
  const auto taken = put(boost::asio::const_buffer(head.data(), head.size()), error);
  if (error || taken != head.size() || !is_header_done()) return std::nullopt;
  head_done_ = true;
  const bool http11 = version_ >= 11;
  if (hosts_ > 1 || (http11 && hosts_ == 0)) return std::nullopt;
  if (lengths_ > 1 || codings_ > 1 || (codings_ == 1 && (!chunked_ || lengths_ != 0 || !http11))) return std::nullopt;
  Framing framing;
  framing.http11 = http11;
  framing.keep_alive = keep_alive();
  framing.expects_continue = http11 && expects_continue_;
  framing.expects_else = expects_else_;
  framing.chunked = chunked_;
  if (const auto length = content_length()) framing.content_length = *length;
  return framing;
}

void RequestParser::on_request_impl(Verb, Text method, Text target, int version, ErrorCode& error) {
  error = {};
  version_ = version;
  request_.set_method(method_from_text(view(method)));
  target_ = view(target);
}

void RequestParser::on_field_impl(Field name, Text name_text, Text value, ErrorCode& error) {
  error = {};
  if (head_done_) return;  // Trailers: nobody here has a use for them.
  // Beast joins folded lines in memory of its own. RFC 9112 §5.2 lets us refuse them.
  if (!value.empty() && (value.data() < head_.data() || value.data() >= head_.data() + head_.size())) {
    error = http::error::bad_value;
    return;
  }
  const auto text = view(value);
  switch (name) {
    case Field::host:
      ++hosts_;
      break;
    case Field::content_length:
      ++lengths_;
      break;
    case Field::transfer_encoding:
      ++codings_;
      chunked_ = equals_ignoring_case(text, "chunked");
      break;
    case Field::expect:
      (equals_ignoring_case(text, "100-continue") ? expects_continue_ : expects_else_) = true;
      break;
    default:
      break;
  }
  request_.add_header(view(name_text), text);
}

// ---- chunks --------------------------------------------------------------------------------------------------------

RequestParser::Chunks RequestParser::take_chunks(std::string& raw, std::string& body, std::size_t limit) {
  body_ = &body;
  body_limit_ = limit;
  eager(true);
  std::size_t taken = 0;
  ErrorCode error;
  while (taken < raw.size() && !is_done() && !error) {
    taken += put(boost::asio::const_buffer(raw.data() + taken, raw.size() - taken), error);
  }
  raw.erase(0, taken);
  if (error == http::error::need_more) return Chunks::need_more;
  if (error == http::error::body_limit) return Chunks::too_large;
  if (error) return Chunks::malformed;
  return is_done() ? Chunks::complete : Chunks::need_more;
}

std::size_t RequestParser::on_body_impl(Text body, ErrorCode& error) {
  error = {};
  return body.size();
}

void RequestParser::on_chunk_header_impl(std::uint64_t size, Text, ErrorCode& error) {
  error = {};
  if (size > body_limit_ - body_->size()) error = http::error::body_limit;
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, Text body, ErrorCode& error) {
  error = {};
  body_->append(body.data(), body.size());
  return body.size();
}

}  // namespace alforis::api
