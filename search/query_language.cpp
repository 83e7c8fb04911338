#include "search/query_language.hpp"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <array>
#include <optional>

namespace alforis::search {
namespace {

constexpr std::size_t k_none = std::string_view::npos;

struct QuotePair {
  UChar32 opening;
  std::string_view closing;
};
constexpr std::array<QuotePair, 3> k_quotes = {{{0x22, "\""}, {0xAB, "»"}, {0x201C, "”"}}};

bool is_quote(UChar32 c) { return c == 0x22 || c == 0xAB || c == 0xBB || c == 0x201C || c == 0x201D; }

// A code point below 0 stands for bytes that are no UTF-8.
bool is_blank(UChar32 c) { return c < 0 || u_isISOControl(c) != 0 || u_isUWhiteSpace(c) != 0; }

bool is_letter_or_digit(UChar32 c) { return (U_GET_GC_MASK(c) & (U_GC_L_MASK | U_GC_N_MASK)) != 0; }

struct Char {
  UChar32 code;
  std::size_t begin;
  std::size_t end;
};

Char char_at(std::string_view text, std::size_t at) {
  auto next = static_cast<std::int64_t>(at);
  UChar32 code = 0;
  U8_NEXT(text.data(), next, static_cast<std::int64_t>(text.size()), code);
  return {code, at, static_cast<std::size_t>(next)};
}

std::string in_lower_case(std::string_view text) {
  std::string lower;
  for (std::size_t at = 0; at < text.size();) {
    const Char c = char_at(text, at);
    std::array<char, U8_MAX_LENGTH> bytes{};
    std::size_t size = 0;
    U8_APPEND_UNSAFE(bytes, size, u_tolower(c.code));
    lower.append(bytes.data(), size);
    at = c.end;
  }
  return lower;
}

// What stands between two places of the query, without the blanks around it.
struct Cut {
  std::string text;
  std::size_t end = 0;          // in the query, behind the last that is no blank
  bool has_word = false;        // a letter or a digit
  bool ends_with_word = false;  // the same of what follows the last blank
};

enum class QuotesAre : std::uint8_t { blanks, text };

// What was found in quotes: what is between them, and where the query goes on.
struct Quoted {
  std::size_t begin;
  std::size_t end;
  std::size_t after;
};

class Parser {
 public:
  Parser(std::string_view typed, const KnowsFilter& knows) : typed_(typed), knows_(knows) {}

  ParsedQuery parse() {
    while (at_ < typed_.size()) {
      const bool negated = at_minus();
      const std::size_t begin = negated ? at_ + 1 : at_;
      if (const auto quoted = quoted_at(begin)) {
        read_phrase(*quoted, negated);
      } else if (blank_or_quote_at(begin)) {
        skip_blank();
      } else {
        read_word(begin, negated);
      }
    }
    const bool goes_on = run_ends_with_word_ && run_end_ == typed_.size();
    if (run_is_open_) query_.clauses.back().may_go_on = goes_on;
    end_run();
    return std::move(query_);
  }

 private:
  bool blank_or_quote_at(std::size_t at) const {
    const UChar32 c = char_at(typed_, at).code;
    return is_blank(c) || is_quote(c);
  }

  // A minus that is an operator.
  bool at_minus() {
    const std::size_t next = at_ + 1;
    if (typed_[at_] != '-' || !behind_blank_ || next == typed_.size()) return false;
    return !blank_or_quote_at(next) || quoted_at(next);
  }

  // The quotes that open here, if they are closed too. Where a search for a closing one has come to the end of the
  // query once, none is made again: the time stays linear when many are opened and none is closed.
  std::optional<Quoted> quoted_at(std::size_t at) {
    if (at == typed_.size()) return std::nullopt;
    const Char c = char_at(typed_, at);
    for (std::size_t kind = 0; kind < k_quotes.size(); ++kind) {
      if (k_quotes[kind].opening != c.code || never_closed_[kind]) continue;
      const std::size_t end = typed_.find(k_quotes[kind].closing, c.end);
      if (end != k_none) return Quoted{c.end, end, end + k_quotes[kind].closing.size()};
      never_closed_[kind] = true;
    }
    return std::nullopt;
  }

  void skip_blank() {
    at_ = char_at(typed_, at_).end;
    behind_blank_ = true;
  }

  void go_on_at(std::size_t at) {
    at_ = at;
    behind_blank_ = false;
  }

  void read_phrase(const Quoted& quoted, bool negated) {
    add_clause(cut(quoted.begin, quoted.end, QuotesAre::blanks), true, negated);
    go_on_at(quoted.after);
  }

  void read_word(std::size_t begin, bool negated) {
    std::size_t colon = k_none;
    std::size_t end = begin;
    while (end < typed_.size()) {
      const Char c = char_at(typed_, end);
      if (is_blank(c.code) || is_quote(c.code)) break;
      if (c.code == ':' && colon == k_none) colon = c.begin;
      end = c.end;
    }
    const bool names_field = colon != k_none && colon > begin;
    const auto quoted = names_field && end == colon + 1 ? quoted_at(end) : std::nullopt;
    const std::size_t after = quoted ? quoted->after : end;
    const bool is_filter =
        names_field && add_filter(begin, colon, quoted.value_or(Quoted{colon + 1, end, end}), negated);
    if (!is_filter) add_words(begin, after, negated);
    go_on_at(after);
    // What ends a word is a blank, even a quote that at the beginning of the next word would open a phrase.
    if (!quoted && at_ < typed_.size()) skip_blank();
  }

  bool add_filter(std::size_t begin, std::size_t colon, const Quoted& value, bool negated) {
    FieldFilter filter{in_lower_case(typed_.substr(begin, colon - begin)),
                       cut(value.begin, value.end, QuotesAre::text).text, negated};
    if (filter.value.empty() || !knows_(filter.field, filter.value)) return false;
    query_.filters.push_back(std::move(filter));
    run_is_parted_ = true;
    return true;
  }

  void add_words(std::size_t begin, std::size_t end, bool negated) {
    Cut words = cut(begin, end, QuotesAre::blanks);
    if (negated) {
      add_clause(std::move(words), false, true);
      return;
    }
    if (!run_is_open_) {
      query_.clauses.emplace_back();
    } else if (run_is_parted_) {
      query_.clauses.back().text += ' ';
    } else {
      append_typed(query_.clauses.back().text, run_end_, begin);
    }
    query_.clauses.back().text += words.text;
    run_is_open_ = true;
    run_is_parted_ = false;
    run_has_word_ = run_has_word_ || words.has_word;
    run_ends_with_word_ = words.ends_with_word;
    run_end_ = words.end;
  }

  // A phrase or a negated clause.
  void add_clause(Cut words, bool phrase, bool negated) {
    if (!words.has_word) {
      run_is_parted_ = true;
      return;
    }
    end_run();
    query_.clauses.push_back({phrase, negated, std::move(words.text), false});
  }

  void end_run() {
    if (run_is_open_ && !run_has_word_) query_.clauses.pop_back();
    run_is_open_ = run_has_word_ = false;
  }

  // As typed, but a space for each blank that is no white space.
  void append_typed(std::string& text, const Char& c, QuotesAre quotes) const {
    const bool white = c.code >= 0 && u_isUWhiteSpace(c.code) != 0;
    const bool blank = is_blank(c.code) || (quotes == QuotesAre::blanks && is_quote(c.code));
    text += blank && !white ? " " : typed_.substr(c.begin, c.end - c.begin);
  }

  void append_typed(std::string& text, std::size_t begin, std::size_t end) const {
    while (begin < end) {
      const Char c = char_at(typed_, begin);
      append_typed(text, c, QuotesAre::blanks);
      begin = c.end;
    }
  }

  Cut cut(std::size_t begin, std::size_t end, QuotesAre quotes) const {
    Cut cut;
    std::size_t size = 0;
    bool behind_blank = true;
    while (begin < end) {
      const Char c = char_at(typed_, begin);
      begin = c.end;
      const bool blank = is_blank(c.code) || (quotes == QuotesAre::blanks && is_quote(c.code));
      if (blank && size == 0) continue;
      append_typed(cut.text, c, quotes);
      if (!blank) {
        const bool of_word = is_letter_or_digit(c.code);
        cut.has_word = cut.has_word || of_word;
        cut.ends_with_word = of_word || (cut.ends_with_word && !behind_blank);
        cut.end = c.end;
        size = cut.text.size();
      }
      behind_blank = blank;
    }
    cut.text.resize(size);
    return cut;
  }

  std::string_view typed_;
  const KnowsFilter& knows_;
  ParsedQuery query_;
  std::size_t at_ = 0;
  bool behind_blank_ = true;
  std::array<bool, k_quotes.size()> never_closed_{};

  // The run of plain words that more may join: the last clause.
  bool run_is_open_ = false;
  bool run_is_parted_ = false;  // more than blanks has come behind it since, but nothing that ends it
  bool run_has_word_ = false;
  bool run_ends_with_word_ = false;
  std::size_t run_end_ = 0;
};

}  // namespace

ParsedQuery parse_query(std::string_view typed, const KnowsFilter& knows) { return Parser(typed, knows).parse(); }

}  // namespace alforis::search
