#pragma once
// Free text, of one line or of several.

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "domain/result.hpp"
#include "domain/values/stored.hpp"

namespace alforis::domain {

/// Whether a text may run over several lines (newline and tab allowed) or is one line (neither is).
enum class Lines { one, many };

/// Below it every character is in NFC, combines with none before it, and folds by itself: Latin text with precomposed
/// accents needs no ICU.
inline constexpr char32_t k_first_combining = 0x0300;

/// What is left without the blanks at both ends: Unicode's White_Space, the zero-width space and the byte order mark.
std::string_view trimmed(std::string_view typed);

/// The canonical form of a text, or what is wrong with it; `Text` and `Line` stand on it, and so do other values that
/// are typed freely. White space at both ends is dropped (Unicode's White_Space, zero-width space and byte order mark),
/// CRLF becomes a newline where newlines may stand, and the rest is brought to NFC (UAX #15). Fails with `invalid_utf8`
/// (RFC 3629), `control_character` (C0 and C1 but newline and tab; for one line also these two and U+2028, U+2029),
/// `empty`, or `too_long` (more than `max` code points, counted in NFC).
Result<std::string> checked_text(std::string_view typed, std::size_t max, Lines lines);

/// A text that is not empty, has no control characters, is in NFC and has at most `Max` code points.
/// Fails as `checked_text` does.
template <std::size_t Max, Lines lines>
class BasicText {
 public:
  static constexpr std::string_view k_schema_type = "string";
  static constexpr std::string_view k_schema_format = "";
  static constexpr std::string_view k_schema_pattern = "";
  static constexpr std::size_t k_max_length = Max;

  static Result<BasicText> parse(std::string_view typed) {
    auto checked = checked_text(typed, Max, lines);
    if (!checked) return std::move(checked).error();
    return BasicText(std::move(*checked));
  }

  BasicText(Stored, std::string_view text) : text_(text) {}

  const std::string& text() const { return text_; }

  friend auto operator<=>(const BasicText&, const BasicText&) = default;

 private:
  explicit BasicText(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

/// Text of several lines: notes, descriptions.
template <std::size_t Max>
using Text = BasicText<Max, Lines::many>;

/// Text of one line: names, cities, titles, register numbers.
template <std::size_t Max>
using Line = BasicText<Max, Lines::one>;

/// As much of the beginning of a text, which some line has, as a line of `Max` characters has room for.
template <std::size_t Max>
Line<Max> shortened(std::string text) {
  while (true) {
    if (auto fits = Line<Max>::parse(text)) return *fits;
    // A character's last byte at a time: what is left is read again, and cut further while it ends within one.
    text.pop_back();
  }
}

}  // namespace alforis::domain
