#pragma once
// The characters of a text, folded one by one, each with the place it has in the text as given. Private to the
// analysis.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace alforis::search {

/// What a folded character is to a word.
enum class Kind : std::uint8_t {
  letter,
  digit,
  mark,  ///< that is no accent: accents are dropped
  apostrophe,
  dot,
  ampersand,
  blank,
  other,  ///< any other punctuation or symbol
};

/// One character of a folded text.
struct Folded {
  char32_t c = 0;           ///< an apostrophe is U+0027, whichever was typed
  std::uint32_t begin = 0;  ///< in code points of the text as given; a ligature's letters share their place
  std::uint32_t end = 0;    ///< one past it and the accents that follow it
  std::uint32_t byte = 0;   ///< where `begin` is in the bytes of the text as given
  Kind kind = Kind::other;
  char twin = 0;          ///< the Latin letter that a Cyrillic or Greek one looks like
  bool latin = false;     ///< a Latin letter
  bool unbroken = false;  ///< of a script that writes no blanks between words

  /// Whether a word can begin with it.
  bool starts_word() const { return kind <= Kind::digit; }
  /// Whether a word goes on with it.
  bool in_word() const { return kind <= Kind::mark; }
};

/// Puts the folded text into `folded`, whatever that held: compatibility forms, case and ligatures as fold_name() of
/// the domain folds them, accents and what shows nothing (soft hyphens, joiners) dropped, marks in canonical order.
/// O(length) but for long runs of marks, which are sorted.
void fold(std::string_view text, std::vector<Folded>& folded);

/// Whether letters of a word are to be read as the Latin ones that they look like: it has Latin letters too.
bool reads_twins(std::span<const Folded> word);

/// The letters, marks and digits among the characters, in UTF-8, cut at a code point so that they have at most `most`
/// bytes.
std::string joined(std::span<const Folded> characters, bool read_twins, std::size_t most);

/// Appends a character in UTF-8.
void append_utf8(std::string& text, char32_t c);

/// Cuts a text at a code point so that it has at most `most` bytes.
void shorten(std::string& text, std::size_t most);

}  // namespace alforis::search
