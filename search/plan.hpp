#pragma once
// From what is asked to what is looked up: each word with the ways in which a document can meet it.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "search/index.hpp"
#include "search/query_language.hpp"

namespace alforis::search {

/// How a word was met, best first. What comes later ranks behind, whatever else speaks for it.
enum class Match : std::uint8_t {
  exact,
  related,       ///< by its stem, a synonym, or written in one or apart
  prefix,        ///< it begins the word found
  typo,          ///< one edit away
  prefix_typo,   ///< a beginning of the word found is one edit away
  typos,         ///< two edits
  prefix_typos,  ///< a beginning of the word found is two edits away
};
std::string_view match_name(Match match);

/// One way to meet a word.
struct Choice {
  enum class Kind : std::uint8_t {
    term,      ///< the term is there
    sequence,  ///< the terms are there, side by side in one field
    range,     ///< a term that begins so is there
  };
  Kind kind = Kind::term;
  Match match = Match::exact;
  std::vector<std::string> terms;  ///< keys (term_key)

  friend bool operator==(const Choice&, const Choice&) = default;
};

/// A word or a phrase that is asked for.
struct Unit {
  std::string asked;                       ///< folded
  std::vector<Choice> choices;             ///< best first; one of them is enough
  bool required = true;                    ///< false: a light word, which only adds to the score
  bool negated = false;                    ///< none of them may be met
  std::optional<std::uint8_t> field = {};  ///< only there

  friend bool operator==(const Unit&, const Unit&) = default;
};

struct Plan {
  std::vector<Unit> units;
  bool cut = false;     ///< there were more ways than are looked at
  bool nearer = false;  ///< with PlanOptions::far there would be more ways

  friend bool operator==(const Plan&, const Plan&) = default;
};

/// Words that stand for each other: folded words of each side, from one to the others.
using Synonyms = std::map<std::string, std::vector<std::vector<std::string>>>;

struct PlanOptions {
  bool typing = false;  ///< the last word may be a beginning only, and only it: suggestions
  /// Two edits are looked at too, and typos of words that many documents have; when nothing else was found.
  bool far = false;
  std::size_t most_words = 32;  ///< words that are looked at; further ones are left out, and `cut` says so
};

/// Most ways that one word is looked for with typos: those with fewer edits first, then those that more documents have.
inline constexpr std::size_t k_most_alike = 128;
inline constexpr std::size_t k_most_alike_far = 512;

/// A word that so many documents have is taken at its word, unless PlanOptions::far.
inline constexpr std::uint32_t k_well_known = 64;

Plan make_plan(const ParsedQuery& query, const Index& index, const Synonyms& synonyms, const PlanOptions& options);

}  // namespace alforis::search
