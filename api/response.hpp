#pragma once
// An answer as handlers give it. The connection adds what belongs to every answer: length, date, request id, security
// headers, gzip, and 304 for a matching If-None-Match.

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace alforis::api {

inline constexpr std::string_view k_json = "application/json";
inline constexpr std::string_view k_problem_json = "application/problem+json";
inline constexpr std::string_view k_html = "text/html; charset=utf-8";
inline constexpr std::string_view k_csv = "text/csv; charset=utf-8";
inline constexpr std::string_view k_plain_text = "text/plain; charset=utf-8";

/// Bytes that several answers share, such as a cached document. Their gzip form is made once, when first asked for.
class SharedBody {
 public:
  explicit SharedBody(std::string bytes) : bytes_(std::move(bytes)) {}
  ~SharedBody() { delete gzip_.load(std::memory_order_acquire); }
  SharedBody(const SharedBody&) = delete;
  SharedBody& operator=(const SharedBody&) = delete;

  const std::string& bytes() const { return bytes_; }
  /// Thread-safe. The reference lives as long as this body.
  const std::string& gzip() const;

 private:
  std::string bytes_;
  mutable std::atomic<const std::string*> gzip_{nullptr};
};
using SharedBodyPtr = std::shared_ptr<const SharedBody>;

/// An extra header field. The name must outlive the answer (a literal); control characters of the value are dropped.
struct ResponseHeader {
  std::string_view name;
  std::string value;
};

struct Response {
  unsigned status = 200;
  std::string_view content_type = k_json;  ///< a literal
  std::variant<std::string, SharedBodyPtr> body;
  std::string
      etag;  ///< opaque tag without quotes; empty: none. Sent as `"etag"`, the same for both codings of the body
  std::string_view cache_control = "private, no-cache";  ///< a literal
  std::string
      content_security_policy;  ///< for pages; empty: a policy that forbids everything, as data needs no scripts
  std::vector<ResponseHeader> headers;
  std::string problem;  ///< the code of the problem that this is; empty: none
  bool close = false;   ///< end the connection after this answer

  std::string_view bytes() const;

  Response& header(std::string_view name, std::string value) {
    headers.push_back({name, std::move(value)});
    return *this;
  }
  /// The value of an extra header, empty when absent; names as written above.
  std::string_view find_header(std::string_view name) const;

  /// JSON that was put together for this answer.
  static Response json(std::string document, unsigned status = 200);
  /// JSON from a cache.
  static Response json(SharedBodyPtr document, std::string etag, unsigned status = 200);
  static Response text(std::string_view content_type, std::string body, unsigned status = 200);
  /// 204
  static Response no_content();
};

/// gzip (RFC 1952) of the bytes at a level that favours speed.
std::string gzip(std::string_view bytes);

}  // namespace alforis::api
