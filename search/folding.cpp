#include "search/folding.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <stdexcept>
#include <string>

#include "domain/values/text.hpp"

namespace alforis::search {
namespace {

using domain::k_first_combining;

// A folded character before it has a place.
struct Part {
  char32_t c = 0;
  Kind kind = Kind::other;
  char twin = 0;
  bool latin = false;
  bool unbroken = false;
};

// Letters that Unicode does not decompose though people do, after case folding.
struct Spelling {
  char32_t letter;
  std::string_view as;
};
constexpr Spelling k_spellings[] = {
    {U'æ', "ae"}, {U'ð', "d"}, {U'ø', "o"}, {U'þ', "th"}, {U'đ', "d"},
    {U'ħ', "h"},  {U'ı', "i"}, {U'ł', "l"}, {U'œ', "oe"}, {U'ŧ', "t"},
};

std::string_view spelt_out(char32_t c) {
  const auto* const found = std::ranges::find(k_spellings, c, &Spelling::letter);
  return found == std::end(k_spellings) ? std::string_view{} : found->as;
}

// Letters that look like Latin ones, by their case folded form; the two cases may look like different letters, and one
// like none (0). The micro sign, a small mu, looks like none: µm is not mm.
struct Twin {
  char32_t letter;
  char lower;
  char upper;
};
constexpr Twin k_twins[] = {
    {U'α', 'a', 'a'}, {U'β', 'b', 'b'}, {U'ε', 'e', 'e'}, {U'ζ', 0, 'z'},   {U'η', 'n', 'h'}, {U'ι', 'i', 'i'},
    {U'κ', 'k', 'k'}, {U'μ', 0, 'm'},   {U'ν', 'v', 'n'}, {U'ο', 'o', 'o'}, {U'ρ', 'p', 'p'}, {U'τ', 't', 't'},
    {U'υ', 'u', 'y'}, {U'χ', 'x', 'x'}, {U'γ', 'y', 0},   {U'ϳ', 'j', 'j'}, {U'а', 'a', 'a'}, {U'в', 'b', 'b'},
    {U'е', 'e', 'e'}, {U'к', 'k', 'k'}, {U'м', 'm', 'm'}, {U'н', 'h', 'h'}, {U'о', 'o', 'o'}, {U'р', 'p', 'p'},
    {U'с', 'c', 'c'}, {U'т', 't', 't'}, {U'у', 'y', 'y'}, {U'х', 'x', 'x'}, {U'ѕ', 's', 's'}, {U'і', 'i', 'i'},
    {U'ј', 'j', 'j'}, {U'һ', 'h', 'h'}, {U'ӏ', 'l', 'i'}, {U'ԁ', 'd', 'd'}, {U'ԛ', 'q', 'q'}, {U'ԝ', 'w', 'w'},
    {U'ү', 'y', 'y'},
};

char twin_of(char32_t c, bool upper) {
  const auto* const found = std::ranges::find(k_twins, c, &Twin::letter);
  if (found == std::end(k_twins)) return 0;
  return upper ? found->upper : found->lower;
}

// What people, keyboards and word processors put where an apostrophe belongs.
bool is_apostrophe(char32_t c) {
  static constexpr std::u32string_view k_apostrophes =
      U"'`\u00B4\u02B9\u02BB\u02BC\u02BD\u2018\u2019\u201B\u2032\uFF07";
  return k_apostrophes.find(c) != std::u32string_view::npos;
}

bool is_accent(char32_t c) { return c >= 0x0300 && c <= 0x036F; }

// Normalisers would drop it as if it were a joiner; but who puts it somewhere wants a line to break there.
constexpr char32_t k_zero_width_space = 0x200B;

Kind kind_of(char32_t c) {
  if (is_apostrophe(c)) return Kind::apostrophe;
  if (c == '.') return Kind::dot;
  if (c == '&') return Kind::ampersand;
  const auto point = static_cast<UChar32>(c);
  if (u_isdigit(point) != 0) return Kind::digit;
  if (u_isalpha(point) != 0) return Kind::letter;
  if ((U_GET_GC_MASK(point) & U_GC_M_MASK) != 0) return Kind::mark;
  return u_isUWhiteSpace(point) != 0 || u_iscntrl(point) != 0 ? Kind::blank : Kind::other;
}

UScriptCode script_of(char32_t c) {
  // Of no script of its own, and never apart from one: the long vowel of Japanese, and its marks of repetition.
  if (c == 0x30FC || (c >= 0x3031 && c <= 0x3035)) return USCRIPT_KATAKANA;
  UErrorCode status = U_ZERO_ERROR;
  return uscript_getScript(static_cast<UChar32>(c), &status);
}

bool writes_no_blanks(UScriptCode script) {
  static constexpr std::array k_scripts = {USCRIPT_HAN, USCRIPT_HIRAGANA, USCRIPT_KATAKANA, USCRIPT_THAI,
                                           USCRIPT_LAO, USCRIPT_KHMER,    USCRIPT_MYANMAR};
  return std::ranges::find(k_scripts, script) != k_scripts.end();
}

Part part_of(char32_t c, bool upper) {
  Part part{.c = c, .kind = kind_of(c)};
  if (part.kind == Kind::apostrophe) part.c = '\'';
  if (part.kind != Kind::letter) return part;
  const UScriptCode script = script_of(c);
  part.latin = script == USCRIPT_LATIN;
  part.unbroken = writes_no_blanks(script);
  part.twin = twin_of(c, upper);
  return part;
}

// Case folded, in compatibility forms, accents apart from their letters.
icu::UnicodeString decomposed(char32_t c) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* const casefold = icu::Normalizer2::getNFKCCasefoldInstance(status);
  const icu::Normalizer2* const decompose = icu::Normalizer2::getNFKDInstance(status);
  if (U_FAILURE(status)) throw std::runtime_error(std::string("ICU cannot fold: ") + u_errorName(status));
  const icu::UnicodeString folded = casefold->normalize(icu::UnicodeString(static_cast<UChar32>(c)), status);
  icu::UnicodeString result = decompose->normalize(folded, status);
  if (U_FAILURE(status)) throw std::runtime_error(std::string("ICU cannot fold: ") + u_errorName(status));
  return result;
}

std::vector<Part> parts_of(char32_t c) {
  // Some would decompose: the acute accent to a blank and a combining one.
  if (is_apostrophe(c) || c == k_zero_width_space) return {part_of(c == k_zero_width_space ? ' ' : c, false)};
  const bool upper = u_isupper(static_cast<UChar32>(c)) != 0;
  const icu::UnicodeString characters = decomposed(c);
  std::vector<Part> parts;
  for (std::int32_t at = 0; at < characters.length(); at = characters.moveIndex32(at, 1)) {
    const auto folded = static_cast<char32_t>(characters.char32At(at));
    if (is_accent(folded)) continue;
    const std::string_view spelling = spelt_out(folded);
    for (const char letter : spelling) parts.push_back(part_of(static_cast<unsigned char>(letter), upper));
    if (spelling.empty()) parts.push_back(part_of(folded, upper));
  }
  return parts;
}

// The parts of a character, where there is room for them: all but some compatibility forms.
struct Entry {
  char32_t c = 0;
  std::uint8_t count = 0;
  std::array<Part, 3> parts{};

  bool hold(char32_t whole, const std::vector<Part>& of) {
    if (of.size() > parts.size()) return false;
    c = whole;
    count = static_cast<std::uint8_t>(of.size());
    std::ranges::copy(of, parts.begin());
    return true;
  }
};

// Of all below k_first_combining, so that French needs no ICU once they are known.
using Table = std::array<Entry, k_first_combining>;

const Table& table() {
  static const Table made = [] {
    Table entries;
    for (char32_t c = 0; c < k_first_combining; ++c) {
      if (!entries[c].hold(c, parts_of(c))) throw std::logic_error("a Latin letter folds to more than three");
    }
    return entries;
  }();
  return made;
}

// The other characters that a thread met last, each at the place that its lower bits give it.
Entry* remembered(char32_t c) {
  static constexpr std::size_t k_places = 1024;
  thread_local std::vector<Entry> places(k_places);
  return &places[c % k_places];
}

// Gives the characters of a text their places.
class Folder {
 public:
  explicit Folder(std::vector<Folded>& folded) : folded_(folded) {}

  void at(std::uint32_t byte) { byte_ = byte; }

  void add(std::span<const Part> parts) {
    for (const Part& part : parts) {
      folded_.push_back({part.c, place_, place_ + 1, byte_, part.kind, part.twin, part.latin, part.unbroken});
    }
    // Accents belong to the letter in front of them.
    if (parts.empty() && !folded_.empty() && folded_.back().in_word() && folded_.back().end == place_) {
      folded_.back().end = place_ + 1;
    }
    ++place_;
  }

  void add(char32_t c) {
    Entry* const entry = remembered(c);
    if (entry->c != c) {
      const std::vector<Part> parts = parts_of(c);
      if (!entry->hold(c, parts)) return add(std::span<const Part>(parts));
    }
    add(std::span<const Part>(entry->parts).first(entry->count));
  }

 private:
  std::vector<Folded>& folded_;
  std::uint32_t place_ = 0;
  std::uint32_t byte_ = 0;
};

// Marks of one letter come in any order, and mean the same. `first` is a mark.
std::size_t sort_marks(std::vector<Folded>& folded, std::size_t first) {
  const auto rank = [](const Folded& character) { return u_getCombiningClass(static_cast<UChar32>(character.c)); };
  const auto begin = folded.begin() + static_cast<std::ptrdiff_t>(first);
  const auto end = std::find_if(begin, folded.end(), [&](const Folded& character) {
    return character.kind != Kind::mark || rank(character) == 0;
  });
  std::stable_sort(begin, end, [&](const Folded& a, const Folded& b) { return rank(a) < rank(b); });
  return std::max(first + 1, static_cast<std::size_t>(end - folded.begin()));
}

void order_marks(std::vector<Folded>& folded) {
  for (std::size_t i = 0; i < folded.size();) i = folded[i].kind == Kind::mark ? sort_marks(folded, i) : i + 1;
}

}  // namespace

void fold(std::string_view text, std::vector<Folded>& folded) {
  folded.clear();
  folded.reserve(text.size());
  const Table& entries = table();
  Folder folder(folded);
  bool has_marks = false;
  const auto size = static_cast<std::int64_t>(text.size());
  for (std::int64_t at = 0; at < size;) {
    folder.at(static_cast<std::uint32_t>(at));
    UChar32 next = 0;
    U8_NEXT(text.data(), at, size, next);
    const auto c = next < 0 ? U' ' : static_cast<char32_t>(next);
    if (c < k_first_combining) {
      folder.add(std::span<const Part>(entries[c].parts).first(entries[c].count));
    } else {
      folder.add(c);
      has_marks = has_marks || (!folded.empty() && folded.back().kind == Kind::mark);
    }
  }
  if (has_marks) order_marks(folded);
}

bool reads_twins(std::span<const Folded> word) {
  bool latin = false;
  bool twins = false;
  for (const Folded& character : word) {
    latin = latin || character.latin;
    twins = twins || character.twin != 0;
  }
  return latin && twins;
}

std::string joined(std::span<const Folded> characters, bool read_twins, std::size_t most) {
  std::string word;
  for (const Folded& character : characters) {
    if (!character.in_word()) continue;
    const bool as_twin = read_twins && character.twin != 0;
    append_utf8(word, as_twin ? static_cast<unsigned char>(character.twin) : character.c);
    if (word.size() > most) break;
  }
  shorten(word, most);
  return word;
}

void append_utf8(std::string& text, char32_t c) {
  if (c < 0x80) {
    text += static_cast<char>(c);
    return;
  }
  std::array<char, 4> bytes{};
  std::int32_t length = 0;
  U8_APPEND_UNSAFE(bytes.data(), length, static_cast<UChar32>(c));
  text.append(bytes.data(), static_cast<std::size_t>(length));
}

void shorten(std::string& text, std::size_t most) {
  if (text.size() <= most) return;
  std::size_t size = most;
  while (size > 0 && U8_IS_TRAIL(static_cast<std::uint8_t>(text[size]))) --size;
  text.resize(size);
}

}  // namespace alforis::search
