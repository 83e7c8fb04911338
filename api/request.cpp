#include "api/request.hpp"

#include <simdjson.h>

#include <algorithm>
#include <random>

#include "api/negotiation.hpp"
#include "api/problem.hpp"
#include "domain/values/ascii.hpp"

namespace alforis::api {

namespace ascii = domain::ascii;

namespace {

constexpr std::size_t k_max_request_id = 128;

struct MethodName {
  Method method;
  std::string_view text;
};
constexpr MethodName k_methods[] = {{Method::get, "GET"},         {Method::head, "HEAD"},   {Method::post, "POST"},
                                    {Method::put, "PUT"},         {Method::patch, "PATCH"}, {Method::delete_, "DELETE"},
                                    {Method::options, "OPTIONS"}, {Method::other, ""}};

int hex_value(char c) {
  if (ascii::is_digit(c)) return c - '0';
  const char lower = ascii::to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

bool lower_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return ascii::is_digit(c) || (c >= 'a' && c <= 'f'); });
}

bool all_zero(std::string_view text) { return text.find_first_not_of('0') == std::string_view::npos; }

/// `version-trace-parent-flags` of W3C Trace Context §3.2; versions after 00 may say more behind a dash.
bool valid_traceparent(std::string_view text) {
  constexpr std::size_t k_length = 55;
  if (text.size() < k_length || text[2] != '-' || text[35] != '-' || text[52] != '-') return false;
  const auto version = text.substr(0, 2);
  const auto trace = text.substr(3, 32);
  const auto parent = text.substr(36, 16);
  if (!lower_hex(version) || !lower_hex(trace) || !lower_hex(parent) || !lower_hex(text.substr(53, 2))) return false;
  if (version == "ff" || all_zero(trace) || all_zero(parent)) return false;
  return text.size() == k_length || (version != "00" && text[k_length] == '-' && printable(text));
}

/// 128 bits, unique in practice: they name a request in the logs and are no secret. SplitMix64 (Steele, Lea, Flood
/// 2014).
void make_request_id(std::array<char, 32>& out) {
  thread_local std::uint64_t state = [] {
    std::random_device device;
    return (std::uint64_t{device()} << 32U) ^ device();
  }();
  static constexpr char k_digits[] = "0123456789abcdef";
  for (std::size_t half = 0; half < 2; ++half) {
    std::uint64_t z = (state += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    z ^= z >> 31U;
    for (std::size_t i = 0; i < 16; ++i, z >>= 4U) out[half * 16 + i] = k_digits[z & 15U];
  }
}

Problem wrong_encoding(std::string_view where) {
  return Problem::of("invalid_encoding", "wrong percent-encoding, invalid UTF-8 or NUL in the " + std::string(where));
}

/// `http://host/path` of RFC 9112 §3.2.2 without its scheme and authority.
std::string_view strip_authority(std::string_view target) {
  const auto scheme = target.find("://");
  if (scheme == std::string_view::npos || target.front() == '/') return target;
  const auto name = target.substr(0, scheme);
  if (!equals_ignoring_case(name, "http") && !equals_ignoring_case(name, "https")) return target;
  const auto path = target.find_first_of("/?", scheme + 3);
  return path == std::string_view::npos ? std::string_view("/") : target.substr(path);
}

}  // namespace

std::string_view text(Method method) { return k_methods[static_cast<std::size_t>(method)].text; }

Method method_from_text(std::string_view text) {
  for (const MethodName& known : k_methods) {
    if (known.text == text) return known.method;
  }
  return Method::other;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return x == y || ascii::to_lower(x) == ascii::to_lower(y);
         });
}

bool percent_decode(std::string_view text, bool plus_is_space, std::string& out) {
  const auto start = out.size();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out.push_back(' ');
    } else if (text[i] != '%') {
      out.push_back(text[i]);
    } else {
      if (i + 2 >= text.size()) return false;
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      if (high < 0 || low < 0 || (high == 0 && low == 0)) return false;
      out.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    }
  }
  return simdjson::validate_utf8(out.data() + start, out.size() - start);
}

void Request::clear() {
  method_ = Method::get;
  locale_ = domain::Locale::fr;
  target_ = path_ = raw_query_ = body_ = request_id_ = traceparent_ = {};
  headers_.clear();
  parameters_.clear();
  path_parameters_.clear();
}

std::optional<std::string_view> Request::header(std::string_view name) const {
  for (const NameValue& field : headers_) {
    if (equals_ignoring_case(field.name, name)) return field.value;
  }
  return std::nullopt;
}

std::optional<std::string_view> Request::parameter(std::string_view name) const {
  for (const NameValue& parameter : parameters_) {
    if (parameter.name == name) return parameter.value;
  }
  return std::nullopt;
}

std::string_view Request::media_type() const {
  const auto field = header("Content-Type");
  return field ? trimmed(field->substr(0, field->find(';'))) : std::string_view();
}

void Request::headers_complete() {
  const auto id = header("X-Request-Id");
  if (id && !id->empty() && id->size() <= k_max_request_id && printable(*id)) {
    request_id_ = *id;
  } else {
    make_request_id(made_request_id_);
    request_id_ = {made_request_id_.data(), made_request_id_.size()};
  }
  const auto trace = header("traceparent");
  if (trace && valid_traceparent(*trace)) traceparent_ = *trace;
  if (const auto languages = header("Accept-Language")) locale_ = preferred_locale(*languages);
}

std::optional<Problem> Request::set_target(std::string_view target) {
  target_ = path_ = target;
  if (target.empty()) return Problem::of("invalid_target");
  target = strip_authority(target);
  const auto question = target.find('?');
  target_ = target;
  path_ = target.substr(0, question);
  if (path_.empty()) path_ = "/";
  if (path_ != "*" && path_.front() != '/') return Problem::of("invalid_target", "the target is no path");
  if (target.find('#') != std::string_view::npos) {
    return Problem::of("invalid_target", "a fragment is not sent to servers");
  }
  if (question == std::string_view::npos) return std::nullopt;
  raw_query_ = target.substr(question + 1);
  return decode_query();
}

std::optional<Problem> Request::decode_query() {
  decoded_query_.clear();
  // Decoding never lengthens: with this room the text never moves, and views into it stay good.
  decoded_query_.reserve(raw_query_.size());
  const auto decoded = [this](std::string_view raw, std::string_view& out) {
    out = raw;
    if (raw.find_first_of("%+") == std::string_view::npos) return true;
    const auto start = decoded_query_.size();
    if (!percent_decode(raw, true, decoded_query_)) return false;
    out = std::string_view(decoded_query_).substr(start);
    return true;
  };
  std::string_view rest = raw_query_;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('&'), rest.size());
    const auto pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (pair.empty()) continue;
    const auto equals = std::min(pair.find('='), pair.size());
    NameValue parameter;
    if (!decoded(pair.substr(0, equals), parameter.name) ||
        !decoded(pair.substr(std::min(equals + 1, pair.size())), parameter.value)) {
      return wrong_encoding("query");
    }
    parameters_.push_back(parameter);
  }
  return std::nullopt;
}

std::optional<Problem> Request::set_path_parameters(std::span<const std::string_view> raw) {
  std::size_t room = 0;
  for (const auto segment : raw) room += segment.size();
  decoded_path_.clear();
  decoded_path_.reserve(room);
  for (const auto segment : raw) {
    if (segment.find('%') == std::string_view::npos) {
      path_parameters_.push_back(segment);
      continue;
    }
    const auto start = decoded_path_.size();
    if (!percent_decode(segment, false, decoded_path_)) return wrong_encoding("path");
    path_parameters_.push_back(std::string_view(decoded_path_).substr(start));
  }
  return std::nullopt;
}

}  // namespace alforis::api
