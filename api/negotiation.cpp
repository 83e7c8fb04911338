#include "api/negotiation.hpp"

#include <algorithm>

#include "api/request.hpp"

namespace alforis::api {

namespace {

/// The next element of a comma-separated list, with the list moved on behind it.
std::string_view next_element(std::string_view& list) {
  const auto comma = std::min(list.find(','), list.size());
  const auto element = trimmed(list.substr(0, comma));
  list.remove_prefix(std::min(comma + 1, list.size()));
  return element;
}

/// Thousandths, 0 … 1000 (RFC 9110 §12.4.2); 1000 when absent, 0 when it is no number.
int quality(std::string_view element) {
  auto semicolon = element.find(';');
  while (semicolon != std::string_view::npos) {
    element.remove_prefix(semicolon + 1);
    semicolon = element.find(';');
    const auto parameter = trimmed(element.substr(0, semicolon));
    if (parameter.size() < 3 || (parameter[0] != 'q' && parameter[0] != 'Q') || parameter[1] != '=') continue;
    if (parameter[2] == '1') return 1000;
    if (parameter[2] != '0') return 0;
    int value = 0;
    int scale = 100;
    for (const char digit : parameter.substr(std::min<std::size_t>(4, parameter.size()))) {
      if (digit < '0' || digit > '9') return 0;
      value += (digit - '0') * scale;
      scale /= 10;
    }
    return value;
  }
  return 1000;
}

std::string_view without_parameters(std::string_view element) { return trimmed(element.substr(0, element.find(';'))); }

/// How closely a media range names the type: 0 not at all, 1 `*/*`, 2 `type/*`, 3 exactly.
int closeness(std::string_view range, std::string_view media_type) {
  if (range == "*/*") return 1;
  if (equals_ignoring_case(range, media_type)) return 3;
  const auto slash = media_type.find('/');
  if (range.size() == slash + 2 && range.ends_with("/*") &&
      equals_ignoring_case(range.substr(0, slash), media_type.substr(0, slash))) {
    return 2;
  }
  return 0;
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

domain::Locale preferred_locale(std::string_view accept_language) {
  int french = -1;
  int english = -1;
  while (!accept_language.empty()) {
    const auto element = next_element(accept_language);
    const auto range = without_parameters(element);
    const auto primary = range.substr(0, range.find('-'));
    if (equals_ignoring_case(primary, "fr")) french = std::max(french, quality(element));
    if (equals_ignoring_case(primary, "en")) english = std::max(english, quality(element));
  }
  return english > std::max(french, 0) ? domain::Locale::en : domain::Locale::fr;
}

bool accepts_media_type(std::string_view accept, std::string_view media_type) {
  media_type = without_parameters(media_type);
  if (accept.empty()) return true;
  int closest = 0;
  int best = 0;
  while (!accept.empty()) {
    const auto element = next_element(accept);
    const int close = closeness(without_parameters(element), media_type);
    if (close == 0 || close < closest) continue;
    best = close > closest ? quality(element) : std::max(best, quality(element));
    closest = close;
  }
  return best > 0;
}

bool accepts_gzip(std::string_view accept_encoding) {
  int any = 0;
  while (!accept_encoding.empty()) {
    const auto element = next_element(accept_encoding);
    const auto coding = without_parameters(element);
    if (equals_ignoring_case(coding, "gzip") || equals_ignoring_case(coding, "x-gzip")) return quality(element) > 0;
    if (coding == "*") any = quality(element);
  }
  return any > 0;
}

bool etag_matches(std::string_view if_none_match, std::string_view etag) {
  if (trimmed(if_none_match) == "*") return true;
  // Tags may contain commas: walk from quote to quote.
  while (true) {
    const auto open = if_none_match.find('"');
    if (open == std::string_view::npos) return false;
    const auto close = if_none_match.find('"', open + 1);
    if (close == std::string_view::npos) return false;
    if (if_none_match.substr(open + 1, close - open - 1) == etag) return true;
    if_none_match.remove_prefix(close + 1);
  }
}

bool compressible(std::string_view content_type) {
  return content_type.starts_with("text/") || content_type.starts_with("application/json") ||
         content_type.starts_with("application/problem+json") || content_type.starts_with("application/javascript") ||
         content_type.starts_with("image/svg");
}

}  // namespace alforis::api
