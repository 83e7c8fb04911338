#include "search/words.hpp"

#include <unicode/brkiter.h>
#include <unicode/utext.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>

#include "search/analysis.hpp"

namespace alforis::search {
namespace {

using Packed = std::uint64_t;

// A word of at most eight bytes as a number; no two words have the same one, for none has a NUL.
constexpr Packed packed(std::string_view word) {
  Packed result = 0;
  for (const char c : word) result = result << 8 | static_cast<unsigned char>(c);
  return result;
}

// Words that are as often something else are not here: est (Grand Est), or and car (gold, coach), it, us, no, and i,
// which tells one fund from the next.
constexpr std::string_view k_light =
    // French articles, prepositions, conjunctions
    "a ainsi apres au aux avant avec chez comme contre d dans de depuis des donc dont du en entre et "
    "jusqu jusque l la le les lors lorsqu lorsque mais malgre ne ni ou par parmi pas pendant pour puis "
    "puisqu puisque qu quand quoiqu quoique sans sauf selon si sous sur un une vers "
    // French pronouns and determiners
    "ca ce ceci cela celle celles celui ces cet cette ceux chaque elle elles eux il ils je laquelle "
    "lequel lesquels leur leurs lui ma me mes moi mon nos notre nous on que quel quelle quelles quelque "
    "quelques quels qui quoi sa se ses soi son ta te tes toi ton tu vos votre vous y "
    // English
    "about after an and as at because before between but by for from he her him his if in into is its my "
    "not of off onto our over per she so than that the their them then these they this those through to "
    "under upon we what when where which while who whom whose with within without you your "
    // Legal forms
    "ab ag aps asa bv bvba cie co corp doo eurl ev gie gmbh inc kft kg kgaa limited llc llp lp ltd nv ohg "
    "oy oyj plc pte pty sarl sas sasu sca sci scp scs selarl sl snc spa sprl srl sro ug zrt ";

constexpr bool fits_packed(std::string_view word) { return word.size() <= sizeof(Packed); }

constexpr auto k_packed_light = [] {
  std::array<Packed, std::ranges::count(k_light, ' ')> words{};
  std::string_view rest = k_light;
  for (Packed& word : words) {
    const std::size_t end = rest.find(' ');
    if (!fits_packed(rest.substr(0, end))) throw std::logic_error("too long to be packed");
    word = packed(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
  std::ranges::sort(words);
  return words;
}();
static_assert(std::ranges::adjacent_find(k_packed_light) == k_packed_light.end(), "a word is here twice");

// Whether a word, folded, is one that loses its vowel in front of another.
bool is_elidable(std::string_view word) {
  static constexpr std::string_view k_elidable[] = {"l", "d",  "j",     "m",      "t",      "s",     "n",
                                                    "c", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu"};
  return std::ranges::find(k_elidable, word) != std::end(k_elidable);
}

// Where the words of scripts without blanks end. Not for two threads at once.
icu::BreakIterator& word_breaks() {
  thread_local const std::unique_ptr<icu::BreakIterator> breaks = [] {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<icu::BreakIterator> made(icu::BreakIterator::createWordInstance(icu::Locale::getRoot(), status));
    if (U_FAILURE(status)) throw std::runtime_error(std::string("ICU cannot find words: ") + u_errorName(status));
    return made;
  }();
  return *breaks;
}

// A stretch of the folded text: letters, marks and digits that nothing parts, or letters with dots.
struct Stretch {
  std::size_t first = 0;
  std::size_t last = 0;  // one past it
};

class Cutter {
 public:
  Cutter(std::string_view text, std::span<const Folded> folded, Elided elided, std::vector<Word>& words)
      : text_(text), folded_(folded), elided_(elided), words_(words) {}

  void cut() {
    for (std::size_t i = 0; i < folded_.size();) {
      if (folded_[i].kind == Kind::ampersand) {
        words_.push_back({"et", position_++, folded_[i].begin, folded_[i].end, true, true});
        ++i;
      } else if (!folded_[i].starts_word()) {
        ++i;
      } else if (folded_[i].unbroken) {
        i = cut_unbroken(i);
      } else {
        i = cut_word(i);
      }
    }
  }

 private:
  bool is(std::size_t i, Kind kind) const { return i < folded_.size() && folded_[i].kind == kind; }
  bool word_starts(std::size_t i) const {
    return i < folded_.size() && folded_[i].starts_word() && !folded_[i].unbroken;
  }
  bool goes_on(std::size_t i) const { return is(i, Kind::apostrophe) && word_starts(i + 1); }
  std::span<const Folded> characters(Stretch of) const { return folded_.subspan(of.first, of.last - of.first); }

  std::size_t run_end(std::size_t i) const {
    while (i < folded_.size() && folded_[i].in_word() && !folded_[i].unbroken) ++i;
    return i;
  }
  std::size_t letter_end(std::size_t i) const {
    do ++i;
    while (is(i, Kind::mark));
    return i;
  }

  // Where the letters with dots that begin here end: behind the last dot. Nowhere but here when there are none.
  std::size_t acronym_end(std::size_t first) const {
    std::size_t end = first;
    std::size_t letters = 0;
    for (std::size_t i = first; is(i, Kind::letter) && word_starts(i); i = end) {
      const std::size_t after = letter_end(i);
      if (run_end(after) != after) break;  // J.P.Morgan: the dotted letters end in front of the M
      ++letters;
      end = is(after, Kind::dot) ? after + 1 : after;
      if (end == after) break;
    }
    return letters < 2 ? first : end;
  }

  Stretch stretch_at(std::size_t first) const {
    const std::size_t end = run_end(first);
    if (is(end, Kind::dot) && is(first, Kind::letter) && letter_end(first) == end) {
      if (const std::size_t dotted = acronym_end(first); dotted != first) return {first, dotted};
    }
    return {first, end};
  }

  std::uint32_t end_of(Stretch of) const {
    // Marks may have changed places.
    std::uint32_t end = 0;
    for (std::size_t i = of.last; i-- > of.first;) {
      end = std::max(end, folded_[i].end);
      if (folded_[i].kind != Kind::mark) break;
    }
    return end;
  }

  // Of the characters of words: the other ones, between them, do not count.
  bool all(Stretch of, Kind kind) const {
    return std::ranges::all_of(characters(of), [kind](const Folded& c) { return !c.in_word() || c.kind == kind; });
  }
  std::size_t letters(Stretch of) const {
    return static_cast<std::size_t>(std::ranges::count(characters(of), Kind::letter, &Folded::kind));
  }
  bool short_letters(Stretch of) const { return all(of, Kind::letter) && letters(of) <= 2; }

  Word& add(Stretch of, bool read_twins) {
    std::string word = joined(characters(of), read_twins, k_longest_term);
    const bool light = is_light(word);
    words_.push_back({std::move(word), position_, folded_[of.first].begin, end_of(of), all(of, Kind::letter), light});
    return words_.back();
  }

  // The stretch, and where it has both letters and digits also these and those.
  bool add_with_parts(Stretch of, bool read_twins) {
    const bool light = add(of, read_twins).light;
    const bool has_digits = std::ranges::count(characters(of), Kind::digit, &Folded::kind) > 0;
    if (!has_digits || letters(of) == 0) return light;
    for (std::size_t i = of.first; i < of.last;) {
      const Kind kind = folded_[i].kind;
      std::size_t end = i + 1;
      while (end < of.last && (folded_[end].kind == kind || folded_[end].kind == Kind::mark)) ++end;
      add({i, end}, read_twins);
      i = end;
    }
    return light;
  }

  // M&G, of which the M has been added: the three together, where both sides are so short.
  void add_over_ampersand(Stretch left) {
    if (!short_letters(left) || !is(left.last, Kind::ampersand) || !word_starts(left.last + 1)) return;
    const Stretch right = stretch_at(left.last + 1);
    if (!short_letters(right) || goes_on(right.last)) return;
    const Stretch whole{left.first, right.last};
    add(whole, reads_twins(characters(whole))).light = false;
  }

  std::size_t cut_word(std::size_t first) {
    const Stretch stretch = stretch_at(first);
    if (goes_on(stretch.last)) return cut_apostrophes(stretch);
    add_with_parts(stretch, reads_twins(characters(stretch)));
    add_over_ampersand(stretch);
    ++position_;
    return stretch.last;
  }

  std::string word_of(Stretch of) const { return joined(characters(of), reads_twins(characters(of)), k_longest_term); }

  // The stretches that apostrophes join to this one. "aujourd'hui" is one of them: its apostrophe is a letter to it.
  void collect(Stretch first) {
    chain_.assign(1, first);
    while (goes_on(chain_.back().last)) {
      const Stretch next = stretch_at(chain_.back().last + 1);
      if (word_of(chain_.back()) == "aujourd" && word_of(next) == "hui") {
        chain_.back().last = next.last;
      } else {
        chain_.push_back(next);
      }
    }
  }

  // Articles are elided before vowels and h alone: N'Diaye and M'Bala begin with none. A single letter may be said with
  // a vowel (l'X), and so may a number (l'Euro, l'11).
  bool elided_before(Stretch next) const {
    static constexpr std::u32string_view k_vowels = U"aeiouyh";
    const Folded& first = folded_[next.first];
    if (first.kind == Kind::digit || letters(next) == 1) return true;
    const bool read_as_twin = first.twin != 0 && reads_twins(characters(next));
    return k_vowels.find(read_as_twin ? static_cast<unsigned char>(first.twin) : first.c) != std::u32string_view::npos;
  }

  std::size_t elisions() const {
    std::size_t count = 0;
    while (count + 1 < chain_.size() && is_elidable(word_of(chain_[count])) && elided_before(chain_[count + 1]))
      ++count;
    return count;
  }

  std::size_t cut_apostrophes(Stretch first) {
    collect(first);
    const std::size_t end = chain_.back().last;
    const std::size_t dropped = elisions();
    const Stretch rest{chain_[dropped].first, end};
    bool light = false;
    if (dropped + 1 == chain_.size()) {
      light = add_with_parts(rest, reads_twins(characters(rest)));
      add_over_ampersand(rest);
    } else {
      light = add_joined(dropped);
    }
    if (dropped > 0 && elided_ == Elided::kept) {
      const Stretch whole{first.first, end};
      // As light as what the article stands before.
      add(whole, reads_twins(characters(whole))).light = light;
    }
    ++position_;
    return end;
  }

  // O'Connor: the stretches together, and each that is more than a letter.
  bool add_joined(std::size_t dropped) {
    const Stretch rest{chain_[dropped].first, chain_.back().last};
    const std::size_t whole = words_.size();
    add(rest, reads_twins(characters(rest)));
    bool parts_light = true;
    bool has_parts = false;
    for (std::size_t i = dropped; i < chain_.size(); ++i) {
      if (chain_[i].last - chain_[i].first == 1) continue;
      parts_light = add_with_parts(chain_[i], reads_twins(characters(chain_[i]))) && parts_light;
      has_parts = true;
    }
    words_[whole].light = words_[whole].light || (has_parts && parts_light);
    return words_[whole].light;
  }

  // The letters here of a script without blanks, as far as they go, word by word.
  std::size_t cut_unbroken(std::size_t first) {
    std::size_t last = first;
    while (last < folded_.size() && (folded_[last].unbroken || folded_[last].kind == Kind::mark)) ++last;
    const std::size_t begin = folded_[first].byte;
    std::size_t end = begin;
    for (auto left = end_of({first, last}) - folded_[first].begin; left > 0; --left) {
      U8_FWD_1(text_.data(), end, text_.size());
    }
    for (const std::size_t bound : bounds(begin, end)) {
      std::size_t next = first;
      while (next < last && folded_[next].byte < bound) ++next;
      while (first < next && !folded_[first].starts_word()) ++first;
      if (first < next) {
        add({first, next}, false);
        ++position_;
      }
      first = next;
    }
    return last;
  }

  // Where words end between two bytes of the text.
  std::vector<std::size_t> bounds(std::size_t begin, std::size_t end) const {
    UErrorCode status = U_ZERO_ERROR;
    UText utf8 = UTEXT_INITIALIZER;
    utext_openUTF8(&utf8, text_.data() + begin, static_cast<std::int64_t>(end - begin), &status);
    icu::BreakIterator& breaks = word_breaks();
    breaks.setText(&utf8, status);
    utext_close(&utf8);
    if (U_FAILURE(status)) throw std::runtime_error(std::string("ICU cannot find words: ") + u_errorName(status));
    std::vector<std::size_t> result;
    breaks.first();
    for (auto at = breaks.next(); at != icu::BreakIterator::DONE; at = breaks.next()) {
      result.push_back(begin + static_cast<std::size_t>(at));
    }
    return result;
  }

  std::string_view text_;
  std::span<const Folded> folded_;
  Elided elided_;
  std::vector<Word>& words_;
  std::vector<Stretch> chain_;
  std::uint32_t position_ = 0;
};

}  // namespace

void cut(std::string_view text, std::span<const Folded> folded, Elided elided, std::vector<Word>& words) {
  Cutter(text, folded, elided, words).cut();
}

bool is_light(std::string_view word) {
  return fits_packed(word) && std::ranges::binary_search(k_packed_light, packed(word));
}

}  // namespace alforis::search
