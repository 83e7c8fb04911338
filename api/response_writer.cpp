#include "api/response_writer.hpp"

#include <array>
#include <charconv>
#include <ctime>

#include "api/negotiation.hpp"

namespace alforis::api {

namespace {

constexpr std::string_view k_fixed_headers =
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n";
/// Data is shown by nobody's browser as a page; should one try, nothing in it may act.
constexpr std::string_view k_data_policy = "default-src 'none'; frame-ancestors 'none'";

std::string_view reason(unsigned status) {
  switch (status) {
    case 200:
      return "200 OK";
    case 201:
      return "201 Created";
    case 202:
      return "202 Accepted";
    case 204:
      return "204 No Content";
    case 206:
      return "206 Partial Content";
    case 301:
      return "301 Moved Permanently";
    case 302:
      return "302 Found";
    case 303:
      return "303 See Other";
    case 304:
      return "304 Not Modified";
    case 307:
      return "307 Temporary Redirect";
    case 308:
      return "308 Permanent Redirect";
    case 400:
      return "400 Bad Request";
    case 401:
      return "401 Unauthorized";
    case 403:
      return "403 Forbidden";
    case 404:
      return "404 Not Found";
    case 405:
      return "405 Method Not Allowed";
    case 406:
      return "406 Not Acceptable";
    case 408:
      return "408 Request Timeout";
    case 409:
      return "409 Conflict";
    case 410:
      return "410 Gone";
    case 412:
      return "412 Precondition Failed";
    case 413:
      return "413 Content Too Large";
    case 415:
      return "415 Unsupported Media Type";
    case 417:
      return "417 Expectation Failed";
    case 422:
      return "422 Unprocessable Content";
    case 428:
      return "428 Precondition Required";
    case 429:
      return "429 Too Many Requests";
    case 431:
      return "431 Request Header Fields Too Large";
    case 500:
      return "500 Internal Server Error";
    case 503:
      return "503 Service Unavailable";
    default:
      return {};
  }
}

void write_number(std::string& out, std::size_t number) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

void write_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

/// A value from outside must not begin a header of its own.
void write_checked_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ");
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f) out.push_back(c);
  }
  out.append("\r\n");
}

std::size_t format_date(std::time_t now, std::array<char, 64>& out) {
  // strftime would follow the locale.
  static constexpr const char* k_days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* k_months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm utc{};
  gmtime_r(&now, &utc);
  const int length =
      std::snprintf(out.data(), out.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT", k_days[utc.tm_wday], utc.tm_mday,
                    k_months[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
  return static_cast<std::size_t>(length);
}

}  // namespace

std::string_view http_date() {
  struct Cached {
    std::time_t second = -1;
    std::array<char, 64> text{};
    std::size_t length = 0;
  };
  thread_local Cached cached;
  timespec now{};
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  if (now.tv_sec != cached.second) {
    cached.length = format_date(now.tv_sec, cached.text);
    cached.second = now.tv_sec;
  }
  return {cached.text.data(), cached.length};
}

void write_head(std::string& out, const Response& response, const HeadFacts& facts) {
  out.append("HTTP/1.1 ");
  if (const auto line = reason(response.status); !line.empty()) {
    out.append(line);
  } else {
    write_number(out, response.status);
    out.push_back(' ');
  }
  out.append("\r\n");
  const bool has_body = response.status != 204 && response.status != 304;
  if (has_body) {
    write_field(out, "Content-Type", response.content_type);
    out.append("Content-Length: ");
    write_number(out, facts.body_size);
    out.append("\r\n");
    if (facts.gzipped) out.append("Content-Encoding: gzip\r\n");
    write_field(out, "Content-Security-Policy",
                response.content_security_policy.empty() ? k_data_policy : response.content_security_policy);
  }
  if (compressible(response.content_type)) out.append("Vary: Accept-Encoding\r\n");
  if (!response.etag.empty()) out.append("ETag: \"").append(response.etag).append("\"\r\n");
  write_field(out, "Cache-Control", response.cache_control);
  write_field(out, "Date", http_date());
  write_field(out, "X-Request-Id", facts.request_id);
  out.append(k_fixed_headers);
  for (const ResponseHeader& field : response.headers) write_checked_field(out, field.name, field.value);
  if (!facts.keep_alive) {
    out.append("Connection: close\r\n");
  } else if (!facts.http11) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
}

}  // namespace alforis::api
