#pragma once
// Where the words of a folded text begin and end, and which of them count for little. Private to the analysis.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "search/folding.hpp"

namespace alforis::search {

/// A word, or one of the forms in which it is also looked up.
struct Word {
  std::string text;            ///< folded, cut to k_longest_term
  std::uint32_t position = 0;  ///< from 0; the forms of one word share it
  std::uint32_t begin = 0;     ///< in code points of the text as given
  std::uint32_t end = 0;       ///< one past it
  bool letters_alone = false;  ///< no digits, no marks
  bool light = false;          ///< a function word or a legal form
};

/// Whether words keep what was elided in front of them: d'Arcy is arcy, and then also darcy.
enum class Elided { dropped, kept };

/// Appends the words of a text by position; within one in no particular order, and perhaps twice. `folded` is what
/// fold() makes of `text`.
void cut(std::string_view text, std::span<const Folded> folded, Elided elided, std::vector<Word>& words);

/// Whether a folded word is a function word or a legal form.
bool is_light(std::string_view word);

}  // namespace alforis::search
