#pragma once
// From texts to terms: how a text is cut into what is looked up, the same way for documents and for what is asked.
// Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace alforis::search {

/// What a field holds, which decides how it is cut.
enum class FieldKind : std::uint8_t {
  name,   ///< of people, firms, places, products: words as they are, never stemmed
  text,   ///< sentences: words, and their stems
  code,   ///< LEI, ISIN, SIREN, numbers: one code in whatever spelling, and its parts as words
  email,  ///< the whole address, and its parts as words
  phone,  ///< E.164 where it is understood: the number with its country, and as it is dialled at home
  shown,  ///< not looked up, only shown
};

/// What a term is. Terms of different forms never meet.
enum class Form : char {
  word = 'w',   ///< folded
  stem = 's',   ///< of a folded word, by the French and by the English stemmer; one term where both agree
  code = 'c',   ///< letters and digits alone, lower case
  email = 'e',  ///< folded, whole
};

/// One term of a text.
struct Term {
  Form form = Form::word;
  std::string text;            ///< UTF-8, not empty, at most k_longest_term bytes
  std::uint32_t position = 0;  ///< of its word in the text, from 0; the forms of one word share it
  std::uint32_t begin = 0;     ///< of what it stands for in the text, in code points of the text as given
  std::uint32_t end = 0;       ///< one past it
  bool light = false;          ///< a function word or a legal form: who asks with it does not insist on it

  friend bool operator==(const Term&, const Term&) = default;
};

/// Longer ones are cut, at a code point.
inline constexpr std::size_t k_longest_term = 64;

/// The terms of a text, ordered by position, then begin, form and text; each once per position. `text` is valid UTF-8.
///
/// Words are runs of letters, marks and digits (UAX #29 through ICU where a script writes no blanks between words).
/// They are folded: compatibility forms, case, accents and ligatures (NFKD, case folding; œ → oe, æ → ae, ß → ss, ø →
/// o); in a word that has Latin letters, Cyrillic and Greek letters that look like Latin ones are read as those.
/// - Elided articles, which stand before a vowel or h, are dropped (l'Oréal is oreal, d'Arcy arcy, qu'il il), whatever
///   the apostrophe; in names they also stay as one word (darcy). "aujourd'hui" is one word, other apostrophes join and
///   part (O'Connor: oconnor, connor; single letters are no parts), at one position.
/// - Parts of hyphenated words are words of their own, with positions of their own; nothing is joined over a hyphen.
/// - Single letters with dots are one word (B.N.P. is bnp, S.C.A. sca). "&" is the light word "et"; where at most two
///   letters stand on either side, without blanks, the three are also one word (M&G: m, et, g, and mg at m's position).
/// - Where digits stand next to letters (Fonds2030), the whole is a word, and its parts are too, at the same position.
/// - Light are French and English articles, prepositions, pronouns and the like, and legal forms (sa, sas, sarl, sca,
///   snc, sci, eurl, gmbh, ag, se, ltd, llc, plc, inc, nv, bv, spa, srl and so on).
/// - A code keeps letters and digits alone: "FR00 1234-5678" is fr0012345678; its parts are words as well.
/// - A phone in E.164 is two codes, with its country (33612345678) and, for France, as dialled there (0612345678);
///   another one is the code of its digits.
/// - Stems are of folded words, and only of words of a FieldKind::text that have letters alone; a stem that equals its
///   word is a term all the same.
std::vector<Term> analyse(FieldKind kind, std::string_view text);

/// A word folded as analyse() folds it, without blanks or punctuation; may be empty.
std::string folded_word(std::string_view word);

/// The stem of a lower case word by Snowball's French or English stemmer (libstemmer).
std::string french_stem(std::string_view word);
std::string english_stem(std::string_view word);

}  // namespace alforis::search
