#include "domain/values/url.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "domain/values/ascii.hpp"
#include "domain/values/host_name.hpp"
#include "domain/values/text.hpp"

namespace alforis::domain {
namespace {

constexpr std::string_view k_after_scheme = "://";

// The places of a URL as typed: views into it.
struct Places {
  std::string scheme;
  std::string_view host;
  std::string_view port;
  bool has_port = false;
  std::string_view rest;
};

Problems invalid_url(std::string_view reason) {
  return problem("invalid_url", std::string(reason) + "; expected an address such as https://www.example.com/page");
}

Result<Places> split(std::string_view url) {
  const std::size_t colon = url.find(k_after_scheme);
  if (colon == std::string_view::npos) return invalid_url("the address does not begin with http:// or https://");
  Places places;
  places.scheme = ascii::lower(url.substr(0, colon));
  if (places.scheme != "http" && places.scheme != "https") {
    return invalid_url("the scheme of the address is neither http nor https");
  }
  url.remove_prefix(colon + k_after_scheme.size());
  const std::size_t end = std::min(url.find_first_of("/?#"), url.size());
  const std::string_view authority = url.substr(0, end);
  places.rest = url.substr(end);
  if (authority.find('@') != std::string_view::npos) return invalid_url("the address contains a user name");
  const std::size_t port = authority.find(':');
  places.host = authority.substr(0, port);
  places.has_port = port != std::string_view::npos;
  if (places.has_port) places.port = authority.substr(port + 1);
  return places;
}

bool is_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port >= 1 && port <= 65535;
}

bool is_plausible(std::string_view host, UrlInput input) {
  if (is_public_name(host)) return true;
  if (input == UrlInput::loose) return false;
  // A browser takes a name that ends in a number for an address, and so must we, or fail.
  const std::string_view last = host.substr(host.rfind('.') + 1);
  return ascii::all_digits(last) ? is_ipv4(host) : true;
}

// RFC 3987 §3.1: what lies outside ASCII is percent-encoded, byte by byte.
std::string percent_encoded(std::string_view text) {
  constexpr std::string_view k_digits = "0123456789ABCDEF";
  std::string result;
  result.reserve(text.size());
  for (const char c : text) {
    if (ascii::is_ascii(c)) {
      result += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    result += {'%', k_digits[byte >> 4], k_digits[byte & 0x0F]};
  }
  return result;
}

// What RFC 3986 §3.3–3.5 lets stand in a path, a query and a fragment: unreserved, sub-delims, ":", "@", "/", "?".
constexpr auto k_url_characters = [] {
  std::array<bool, 256> allowed{};
  for (const char c : std::string_view("-._~!$&'()*+,;=:@/?")) allowed[static_cast<unsigned char>(c)] = true;
  for (unsigned char c = '0'; c <= '9'; ++c) allowed[c] = true;
  for (unsigned char c = 'A'; c <= 'Z'; ++c) allowed[c] = allowed[c | 32U] = true;
  return allowed;
}();

bool is_hex(char c) { return ascii::is_digit(c) || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f'); }

// Path, query and fragment, in ASCII. Looked at here because every event read from the log comes by: a general parser
// took half of the time that reading an organisation takes.
bool is_after_authority(std::string_view text) {
  bool in_fragment = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '%') {
      if (text.size() - at < 3 || !is_hex(text[at + 1]) || !is_hex(text[at + 2])) return false;
      at += 2;
    } else if (c == '#') {
      if (in_fragment) return false;
      in_fragment = true;
    } else if (!k_url_characters[static_cast<unsigned char>(c)]) {
      return false;
    }
  }
  return true;
}

Result<std::string> canonical(std::string_view typed, UrlInput input) {
  const auto places = split(typed);
  if (!places) return places.error();
  const auto host = canonical_host(places->host);
  if (!host || !is_plausible(*host, input)) {
    return invalid_url("the host is no name of letters, digits, hyphens and dots");
  }
  if (places->has_port && !is_port(places->port)) return invalid_url("the port is no number from 1 to 65535");
  std::string url = places->scheme;
  url.append(k_after_scheme).append(*host);
  if (places->has_port) url.append(":").append(places->port);
  const std::string rest = percent_encoded(places->rest);
  if (!is_after_authority(rest)) return invalid_url("the address has characters that a URL cannot have");
  url += rest;
  return url;
}

}  // namespace

Result<std::string> checked_url(std::string_view typed, std::size_t max, UrlInput input) {
  auto line = checked_text(typed, max, Lines::one);
  if (!line) return line;
  // A scheme stands in front of all else; "://" further on belongs to a query.
  const std::size_t colon = line->find(k_after_scheme);
  const bool is_complete = colon != std::string::npos && line->find_first_of("/?#") == colon + 1;
  // Only without a scheme is a host in doubt: who types one means an address.
  auto url = input == UrlInput::absolute || is_complete ? canonical(*line, UrlInput::absolute)
                                                        : canonical("https://" + *line, UrlInput::loose);
  if (url && url->size() > max) {
    return problem("too_long", "the address has " + std::to_string(url->size()) + " characters once encoded; at most " +
                                   std::to_string(max) + " are allowed");
  }
  return url;
}

std::string_view url_host(std::string_view url) {
  url.remove_prefix(url.find(k_after_scheme) + k_after_scheme.size());
  return url.substr(0, url.find_first_of(":/?#"));
}

}  // namespace alforis::domain
