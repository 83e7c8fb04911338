#include "domain/values/text.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdio>
#include <limits>
#include <stdexcept>

#include "domain/values/ascii.hpp"

namespace alforis::domain {
namespace {

constexpr UChar32 k_zero_width_space = 0x200B;
constexpr UChar32 k_byte_order_mark = 0xFEFF;
constexpr UChar32 k_line_separator = 0x2028;
constexpr UChar32 k_paragraph_separator = 0x2029;

bool is_blank(UChar32 c) {
  if (c < 0x80) return c == ' ' || (c >= '\t' && c <= '\r');
  return c == k_zero_width_space || c == k_byte_order_mark || u_isUWhiteSpace(c) != 0;
}

struct Scan {
  std::size_t code_points = 0;
  bool has_crlf = false;
  bool may_need_nfc = false;
};

// True when none of eight characters needs a look: all of them ASCII, none a control character.
bool is_plain(const char* characters) {
  const ascii::Eight eight(characters);
  return (eight.beyond_ascii() | eight.below(0x20) | eight.equal(0x7F)) == 0;
}

bool is_control(UChar32 c, Lines lines) {
  if (c == '\n' || c == '\t') return lines == Lines::one;
  if (c == k_line_separator || c == k_paragraph_separator) return lines == Lines::one;
  return c < 0x20 || (c >= 0x7F && c < 0xA0);
}

Problems control_character(UChar32 c, Lines lines) {
  char name[16];
  std::snprintf(name, sizeof name, "U+%04X", static_cast<unsigned>(c));
  return problem("control_character", std::string("the text contains the control character ") + name +
                                          (lines == Lines::many ? "; only newline and tab may stand in it"
                                                                : "; a text of one line may contain none"));
}

Problems invalid_utf8(std::size_t offset) {
  return problem("invalid_utf8", "the text is no valid UTF-8 at byte " + std::to_string(offset));
}

Result<Scan> scan(std::string_view text, Lines lines) {
  Scan found;
  const auto size = static_cast<std::int64_t>(text.size());
  std::int64_t at = 0;
  while (at < size) {
    if (size - at >= 8 && is_plain(text.data() + at)) {
      at += 8;
      found.code_points += 8;
      continue;
    }
    const std::int64_t start = at;
    UChar32 c = 0;
    U8_NEXT(text.data(), at, size, c);
    if (c < 0) return invalid_utf8(static_cast<std::size_t>(start));
    if (c == '\r' && lines == Lines::many && at < size && text[static_cast<std::size_t>(at)] == '\n') {
      found.has_crlf = true;
      continue;
    }
    if (is_control(c, lines)) return control_character(c, lines);
    found.may_need_nfc = found.may_need_nfc || static_cast<char32_t>(c) >= k_first_combining;
    ++found.code_points;
  }
  return found;
}

std::size_t count_code_points(std::string_view utf8) {
  std::size_t count = 0;
  for (const char c : utf8) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

std::string to_nfc(std::string text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(status);
  const icu::StringPiece piece(text.data(), static_cast<std::int32_t>(text.size()));
  if (U_SUCCESS(status) && nfc->isNormalizedUTF8(piece, status) != 0) return text;
  std::string result;
  icu::StringByteSink<std::string> sink(&result, piece.length());
  nfc->normalizeUTF8(0, piece, sink, nullptr, status);
  if (U_FAILURE(status)) throw std::runtime_error(std::string("ICU cannot normalise: ") + u_errorName(status));
  return result;
}

}  // namespace

std::string_view trimmed(std::string_view typed) {
  while (!typed.empty()) {
    const auto size = static_cast<std::int64_t>(typed.size());
    std::int64_t next = 0;
    UChar32 c = 0;
    U8_NEXT(typed.data(), next, size, c);
    if (!is_blank(c)) break;
    typed.remove_prefix(static_cast<std::size_t>(next));
  }
  while (!typed.empty()) {
    // ICU counts backwards in 32 bits; a character has four bytes at most.
    const std::string_view tail = typed.substr(typed.size() - std::min<std::size_t>(typed.size(), 4));
    const auto size = static_cast<std::int32_t>(tail.size());
    std::int32_t previous = size;
    UChar32 c = 0;
    U8_PREV(reinterpret_cast<const std::uint8_t*>(tail.data()), 0, previous, c);
    if (!is_blank(c)) break;
    typed.remove_suffix(static_cast<std::size_t>(size - previous));
  }
  return typed;
}

Result<std::string> checked_text(std::string_view typed, std::size_t max, Lines lines) {
  const std::string_view bare = trimmed(typed);
  if (bare.empty()) return problem("empty", "the text is empty; expected at least one character that is no blank");
  // ICU counts in 32 bits. No field of ours is near that, but a length is not to be trusted before it is looked at.
  if (bare.size() > std::numeric_limits<std::int32_t>::max()) return problem("too_long", "the text has over 2 GiB");
  const auto found = scan(bare, lines);
  if (!found) return found.error();
  std::size_t length = found->code_points;
  std::string text(bare);
  if (found->has_crlf) {
    std::size_t kept = 0;
    for (const char c : bare) {
      if (c != '\r') text[kept++] = c;
    }
    text.resize(kept);
  }
  if (found->may_need_nfc) {
    text = to_nfc(std::move(text));
    length = count_code_points(text);
  }
  if (length > max) {
    return problem("too_long", "the text has " + std::to_string(length) + " characters; at most " +
                                   std::to_string(max) + " are allowed");
  }
  return text;
}

}  // namespace alforis::domain
