#pragma once
// A request as handlers see it. All views point into memory of the connection and live until the answer is written.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/user.hpp"

namespace alforis::api {

struct Problem;

enum class Method : std::uint8_t { get, head, post, put, patch, delete_, options, other };

/// `GET`, `POST`, …; empty for other.
std::string_view text(Method method);
/// Methods are case-sensitive (RFC 9110 §9.1).
Method method_from_text(std::string_view text);

/// One header field as sent, or one query parameter decoded.
struct NameValue {
  std::string_view name;
  std::string_view value;
};

/// Equal but for the case of ASCII letters.
bool equals_ignoring_case(std::string_view a, std::string_view b);

/// One request. Reused from one request of a connection to the next, so that its lists keep their room.
class Request {
 public:
  Method method() const { return method_; }
  /// As in the request line, without scheme and authority.
  std::string_view target() const { return target_; }
  /// The part before `?`, still percent-encoded; begins with `/`, or is `*`.
  std::string_view path() const { return path_; }
  /// The part after `?`, still encoded; empty when there is none.
  std::string_view raw_query() const { return raw_query_; }

  /// Query parameters in the order sent, names and values decoded. A name may come more than once.
  std::span<const NameValue> parameters() const { return parameters_; }
  /// The first parameter of that name.
  std::optional<std::string_view> parameter(std::string_view name) const;

  /// The decoded segments that the route's pattern names, in its order: `{id}` of /api/v1/organisations/{id} is 0.
  std::string_view path_parameter(std::size_t index) const { return path_parameters_.at(index); }

  std::span<const NameValue> headers() const { return headers_; }
  /// The first field of that name, in any case, without surrounding blanks; nullopt when absent.
  std::optional<std::string_view> header(std::string_view name) const;

  /// Content-Type without its parameters, as sent; empty when absent.
  std::string_view media_type() const;
  std::string_view body() const { return body_; }

  /// X-Request-Id when that is 1 to 128 printable ASCII characters, else made here; never empty.
  std::string_view request_id() const { return request_id_; }
  /// W3C Trace Context when well-formed, else empty.
  std::string_view traceparent() const { return traceparent_; }
  /// The best of fr and en by Accept-Language (RFC 9110 §12.5.4); fr when nothing is asked for.
  domain::Locale locale() const { return locale_; }
  /// Address of the peer without port.
  std::string_view remote_address() const { return remote_address_; }

  // ---- for the connection, the router and tests ----

  /// Forgets everything but the peer's address.
  void clear();
  void set_method(Method method) { method_ = method; }
  /// Splits and decodes the request target. Strict: a wrong percent-encoding, invalid UTF-8 or a NUL in a query
  /// parameter is a problem (`invalid_encoding`), as is a target that is no path (`invalid_target`).
  std::optional<Problem> set_target(std::string_view target);
  void add_header(std::string_view name, std::string_view value) { headers_.push_back({name, value}); }
  /// Reads what the connection itself needs from the headers: request id, trace, language.
  void headers_complete();
  void set_body(std::string_view body) { body_ = body; }
  void set_remote_address(std::string_view address) { remote_address_ = address; }
  /// Decodes the raw segments a pattern matched. Same strictness as set_target.
  std::optional<Problem> set_path_parameters(std::span<const std::string_view> raw);

 private:
  std::optional<Problem> decode_query();

  Method method_ = Method::get;
  domain::Locale locale_ = domain::Locale::fr;
  std::string_view target_;
  std::string_view path_;
  std::string_view raw_query_;
  std::string_view body_;
  std::string_view request_id_;
  std::string_view traceparent_;
  std::string_view remote_address_;
  std::vector<NameValue> headers_;
  std::vector<NameValue> parameters_;
  std::vector<std::string_view> path_parameters_;
  std::string decoded_query_;  ///< what the views of parameters_ point into when something was encoded
  std::string decoded_path_;   ///< the same for path_parameters_
  std::array<char, 32> made_request_id_{};
};

/// Percent-decodes `text` to the end of `out`; false when the encoding or the UTF-8 of the result is wrong, or a NUL is
/// in it. `plus_is_space` as in query strings (WHATWG URL, application/x-www-form-urlencoded).
bool percent_decode(std::string_view text, bool plus_is_space, std::string& out);

}  // namespace alforis::api
