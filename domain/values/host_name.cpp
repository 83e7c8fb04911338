#include "domain/values/host_name.hpp"

#include <unicode/idna.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "domain/values/ascii.hpp"

namespace alforis::domain {
namespace {

constexpr std::size_t k_max_label = 63;
constexpr std::size_t k_max_name = 253;

// Calls `each` with every part of `text` between dots until it answers false; tells whether all were right.
template <class Check>
bool all_labels(std::string_view text, Check each) {
  while (true) {
    const std::size_t dot = text.find('.');
    if (!each(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_label(std::string_view label) {
  if (label.empty() || label.size() > k_max_label || label.front() == '-' || label.back() == '-') return false;
  return std::all_of(label.begin(), label.end(),
                     [](char c) { return ascii::is_lower(c) || ascii::is_digit(c) || c == '-'; });
}

bool is_internationalised(std::string_view name) {
  if (!ascii::all_ascii(name)) return true;
  return !all_labels(name, [](std::string_view label) { return !label.starts_with("xn--"); });
}

const icu::IDNA& idna() {
  static const std::unique_ptr<const icu::IDNA> k_idna = [] {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<const icu::IDNA> made(icu::IDNA::createUTS46Instance(
        UIDNA_USE_STD3_RULES | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII, status));
    if (U_FAILURE(status)) throw std::runtime_error(std::string("ICU has no UTS #46 data: ") + u_errorName(status));
    return made;
  }();
  return *k_idna;
}

std::optional<std::string> to_dns(std::string_view name) {
  std::string result;
  icu::StringByteSink<std::string> sink(&result);
  icu::IDNAInfo info;
  UErrorCode status = U_ZERO_ERROR;
  idna().nameToASCII_UTF8({name.data(), static_cast<std::int32_t>(name.size())}, sink, info, status);
  if (U_FAILURE(status) || info.hasErrors() != 0) return std::nullopt;
  return result;
}

}  // namespace

std::optional<std::string> canonical_host(std::string_view typed) {
  // UTS #46 costs more than linear time on labels that no DNS could hold, and nothing that long comes out short.
  if (typed.empty() || typed.size() > 4 * k_max_name) return std::nullopt;
  std::string name = ascii::lower(typed);
  if (is_internationalised(name)) {
    auto mapped = to_dns(name);
    if (!mapped) return std::nullopt;
    name = std::move(*mapped);
  }
  if (name.size() > k_max_name || !all_labels(name, is_label)) return std::nullopt;
  return name;
}

bool is_public_name(std::string_view canonical) {
  const std::size_t dot = canonical.rfind('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view last = canonical.substr(dot + 1);
  return last.starts_with("xn--") || (last.size() >= 2 && std::all_of(last.begin(), last.end(), ascii::is_letter));
}

bool is_ipv4(std::string_view text) {
  int numbers = 0;
  const bool right = all_labels(text, [&numbers](std::string_view part) {
    ++numbers;
    if (!ascii::all_digits(part) || part.size() > 3 || (part.size() > 1 && part.front() == '0')) return false;
    int value = 0;
    for (const char c : part) value = value * 10 + (c - '0');
    return value <= 255;
  });
  return right && numbers == 4;
}

}  // namespace alforis::domain
