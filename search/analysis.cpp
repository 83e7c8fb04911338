#include "search/analysis.hpp"

#include <libstemmer.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>

#include "search/folding.hpp"
#include "search/words.hpp"

namespace alforis::search {
namespace {

// Not for two threads at once.
class Stemmer {
 public:
  explicit Stemmer(const char* language) : stemmer_(sb_stemmer_new(language, "UTF_8")) {
    if (!stemmer_) throw std::runtime_error(std::string("libstemmer has no stemmer for ") + language);
  }

  // Valid until the next call.
  std::string_view operator()(std::string_view word) {
    const auto* const bytes = reinterpret_cast<const sb_symbol*>(word.data());
    const sb_symbol* const stem = sb_stemmer_stem(stemmer_.get(), bytes, static_cast<int>(word.size()));
    if (stem == nullptr) throw std::bad_alloc();
    return {reinterpret_cast<const char*>(stem), static_cast<std::size_t>(sb_stemmer_length(stemmer_.get()))};
  }

 private:
  struct Delete {
    void operator()(sb_stemmer* stemmer) const { sb_stemmer_delete(stemmer); }
  };
  std::unique_ptr<sb_stemmer, Delete> stemmer_;
};

Stemmer& french() {
  thread_local Stemmer stemmer("french");
  return stemmer;
}

Stemmer& english() {
  thread_local Stemmer stemmer("english");
  return stemmer;
}

// The stems of a word, by their bytes; `second` is empty where both stemmers agree.
struct Stems {
  std::string word;
  std::string first;
  std::string second;
};

std::string stem_by(Stemmer& stemmer, std::string_view word) {
  std::string stem(stemmer(word));
  shorten(stem, k_longest_term);
  return stem;
}

// Texts say the same words again and again, and a stemmer takes longer than all else that is done to a word: each
// thread keeps the stems of those that it met last, each at the place of its hash.
const Stems& stems_of(const std::string& word) {
  static constexpr std::size_t k_places = 4096;
  thread_local std::vector<Stems> places(k_places);
  Stems& stems = places[std::hash<std::string>{}(word) % k_places];
  if (stems.word == word) return stems;
  stems.first = stem_by(french(), word);
  stems.second = stem_by(english(), word);
  if (stems.first == stems.second) stems.second.clear();
  if (!stems.second.empty() && stems.second < stems.first) std::swap(stems.first, stems.second);
  stems.word = word;
  return stems;
}

// What analysing a text needs, kept for the next one.
struct Workshop {
  std::vector<Folded> folded;
  std::vector<Word> words;

  // One long text is no reason to keep its room for ever.
  void tidy() {
    static constexpr std::size_t k_kept = 1 << 16;
    if (folded.capacity() > k_kept) folded = {};
    if (words.capacity() > k_kept) words = {};
    words.clear();
  }
};

Workshop& workshop() {
  thread_local Workshop shop;
  return shop;
}

auto place_of(const Term& term) { return std::tie(term.begin, term.form, term.text); }
auto name_of(const Term& term) { return std::tie(term.form, term.text, term.begin, term.end); }

// Terms of one position from `first` on, which is at the end: each once, in order.
void order(std::vector<Term>& terms, std::size_t first) {
  const auto begin = terms.begin() + static_cast<std::ptrdiff_t>(first);
  const auto named = [](const Term& a, const Term& b) { return name_of(a) < name_of(b); };
  const auto same = [](const Term& a, const Term& b) { return a.form == b.form && a.text == b.text; };
  const auto placed = [](const Term& a, const Term& b) { return place_of(a) < place_of(b); };
  std::sort(begin, terms.end(), named);
  terms.erase(std::unique(begin, terms.end(), same), terms.end());
  std::sort(begin, terms.end(), placed);
}

// A word's terms, in order.
void add_terms(std::vector<Term>& terms, Word& word, bool stemmed) {
  const auto add = [&](Form form, std::string text) {
    if (!text.empty()) terms.push_back({form, std::move(text), word.position, word.begin, word.end, word.light});
  };
  if (stemmed && word.letters_alone) {
    const Stems& stems = stems_of(word.text);
    add(Form::stem, stems.first);
    add(Form::stem, stems.second);
  }
  add(Form::word, std::move(word.text));
}

// Adds the terms of words; `terms` may have some for the first position already.
void add_words(std::vector<Term>& terms, std::vector<Word>& words, bool stemmed) {
  terms.reserve(terms.size() + words.size() * (stemmed ? 3 : 1));
  std::size_t first = 0;
  for (std::size_t i = 0; i < words.size();) {
    const std::uint32_t position = words[i].position;
    const std::size_t begin = i;
    for (; i < words.size() && words[i].position == position; ++i) add_terms(terms, words[i], stemmed);
    if (i - begin > 1 || begin == 0) order(terms, first);
    first = terms.size();
  }
}

// From the first to the last character that `counts`; nothing when none does.
template <typename Counts>
std::optional<std::pair<std::uint32_t, std::uint32_t>> extent(std::span<const Folded> folded, const Counts& counts) {
  const auto first = std::ranges::find_if(folded, counts);
  if (first == folded.end()) return std::nullopt;
  const auto last = std::find_if(folded.rbegin(), folded.rend(), counts);
  return std::pair{first->begin, last->end};
}

bool in_code(const Folded& character) { return character.starts_word(); }

void add_code(std::vector<Term>& terms, std::span<const Folded> folded) {
  const auto where = extent(folded, in_code);
  if (!where) return;
  std::string code;
  const bool read_twins = reads_twins(folded);
  for (const Folded& character : folded) {
    if (code.size() > k_longest_term) break;
    if (in_code(character)) code += joined({&character, 1}, read_twins, k_longest_term);
  }
  shorten(code, k_longest_term);
  terms.push_back({Form::code, std::move(code), 0, where->first, where->second, false});
}

void add_email(std::vector<Term>& terms, std::span<const Folded> folded) {
  if (std::ranges::none_of(folded, in_code)) return;
  const auto where = extent(folded, [](const Folded& character) { return character.kind != Kind::blank; });
  std::string address;
  const bool read_twins = reads_twins(folded);
  for (const Folded& character : folded) {
    if (address.size() > k_longest_term) break;
    if (character.in_word()) {
      address += joined({&character, 1}, read_twins, k_longest_term);
    } else if (character.kind != Kind::blank) {
      append_utf8(address, character.c);
    }
  }
  shorten(address, k_longest_term);
  terms.push_back({Form::email, std::move(address), 0, where->first, where->second, false});
}

// Digits of every script in those of ASCII.
std::string digits_of(std::span<const Folded> folded) {
  std::string digits;
  for (const Folded& character : folded) {
    if (character.kind != Kind::digit) continue;
    digits += static_cast<char>('0' + u_charDigitValue(static_cast<UChar32>(character.c)));
    if (digits.size() == k_longest_term) break;
  }
  return digits;
}

// As E.164 has them, whatever parts the digits.
bool is_international(std::span<const Folded> folded, std::string_view digits) {
  static constexpr std::size_t k_fewest = 7;
  static constexpr std::size_t k_most = 15;
  const auto first = std::ranges::find_if(folded, [](const Folded& c) { return c.kind != Kind::blank; });
  return first != folded.end() && first->c == '+' && digits.size() >= k_fewest && digits.size() <= k_most &&
         digits.front() != '0' && std::ranges::count(folded, Kind::letter, &Folded::kind) == 0;
}

std::vector<Term> phone_terms(std::span<const Folded> folded) {
  static constexpr std::string_view k_france = "33";
  static constexpr std::size_t k_french = 11;
  const auto digits_at = extent(folded, [](const Folded& character) { return character.kind == Kind::digit; });
  if (!digits_at) return {};
  std::string digits = digits_of(folded);
  if (!is_international(folded, digits)) {
    return {{Form::code, std::move(digits), 0, digits_at->first, digits_at->second, false}};
  }
  const auto whole = extent(folded, [](const Folded& c) { return c.c == '+' || c.kind == Kind::digit; });
  std::vector<Term> terms;
  if (digits.starts_with(k_france) && digits.size() == k_french) {
    terms.push_back({Form::code, '0' + digits.substr(k_france.size()), 0, whole->first, whole->second, false});
  }
  terms.push_back({Form::code, std::move(digits), 0, whole->first, whole->second, false});
  order(terms, 0);
  return terms;
}

std::vector<Term> terms_of(FieldKind kind, std::string_view text, Workshop& shop) {
  fold(text, shop.folded);
  if (kind == FieldKind::phone) return phone_terms(shop.folded);
  std::vector<Term> terms;
  if (kind == FieldKind::code) add_code(terms, shop.folded);
  if (kind == FieldKind::email) add_email(terms, shop.folded);
  const bool stemmed = kind == FieldKind::text;
  cut(text, shop.folded, stemmed ? Elided::dropped : Elided::kept, shop.words);
  add_words(terms, shop.words, stemmed);
  return terms;
}

}  // namespace

std::vector<Term> analyse(FieldKind kind, std::string_view text) {
  if (kind == FieldKind::shown) return {};
  Workshop& shop = workshop();
  shop.tidy();  // what a failure may have left
  std::vector<Term> terms = terms_of(kind, text, shop);
  shop.tidy();
  return terms;
}

std::string folded_word(std::string_view word) {
  Workshop& shop = workshop();
  shop.tidy();
  std::vector<Folded>& folded = shop.folded;
  fold(word, folded);
  // Marks of what is no letter are no part of a word, and would come behind another's once that is gone.
  bool belongs = false;
  std::erase_if(folded, [&belongs](const Folded& character) {
    belongs = character.starts_word() || (belongs && character.in_word());
    return !belongs;
  });
  return joined(folded, reads_twins(folded), k_longest_term);
}

std::string french_stem(std::string_view word) { return std::string(french()(word)); }

std::string english_stem(std::string_view word) { return std::string(english()(word)); }

}  // namespace alforis::search
