#pragma once
// The words that documents have, in memory: looked up whole, by their beginning, and with typos. No I/O.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace alforis::search {

/// A word of the dictionary that stands for one that is asked for.
struct Likeness {
  std::string_view word;        ///< valid during the call
  std::uint32_t documents = 0;  ///< that have it; never 0
  std::uint8_t edits = 0;       ///< between what is asked for and the word, or that beginning of it
  bool whole = true;            ///< false: only the word's beginning is like it
};

/// How many edits a word of so many code points may be away from what was meant: none below 5, one below 9, then two.
/// None for a word that has a digit (0 to 9).
std::uint8_t edits_allowed(std::string_view word);

/// The optimal string alignment distance (Damerau–Levenshtein, no substring edited twice) in code points: insertion,
/// deletion, substitution and transposition of neighbours cost one, but two where they change the first code point of
/// either word. More than `most` (0 to 254) is told as most + 1. O(length of one times length of the other).
///
/// That is D(all, all), where D(i, j) is about the first i code points of `asked` and the first j of `word`, both
/// counted from 1: D(0, 0) = 0, and D(i, j) is the least of
/// - D(i-1, j-1) where the i-th of `asked` is the j-th of `word`;
/// - D(i-1, j) + (i = 1 ? 2 : 1), a deletion;
/// - D(i, j-1) + (j = 1 ? 2 : 1), an insertion;
/// - D(i-1, j-1) + (i = 1 or j = 1 ? 2 : 1), a substitution;
/// - D(i-2, j-2) + (i = 2 or j = 2 ? 2 : 1), a transposition, where i and j are above 1, the i-th of `asked` is the
///   (j-1)-th of `word`, and the (i-1)-th the j-th.
std::uint8_t edits_between(std::string_view asked, std::string_view word, std::uint8_t most);

/// Words with the number of documents that have each. Readers may share it; a change needs it alone.
///
/// Held as a few sorted arrays of words, each with its trie in level order (the labels of siblings are beside each
/// other), so that a walk sees all that may follow a beginning at once and goes on only where a row of the distances'
/// matrix leaves hope. New words are gathered in a small table, and arrays grow together as in a log-structured merge
/// tree, but none is merged into more than some 300,000 words.
///
/// Words are 1 to 64 bytes of valid UTF-8; others are refused with std::invalid_argument. What is asked for is UTF-8 of
/// any length; a byte that is no part of any counts as a code point that no word has.
class Dictionary {
 public:
  Dictionary();
  ~Dictionary();
  Dictionary(Dictionary&&) noexcept;
  Dictionary& operator=(Dictionary&&) noexcept;

  /// Replaces everything by `words`, which are sorted by their bytes, each once (std::invalid_argument otherwise, and
  /// nothing changes), with documents above 0. O(total length).
  void fill(std::vector<std::pair<std::string, std::uint32_t>> words);

  /// So many documents more, or fewer, have the word; never below 0. Amortised O(log n) moves of each new word.
  void count(std::string_view word, std::int64_t change);

  /// 0 when there is none.
  std::uint32_t documents(std::string_view word) const;

  /// Words that some document has.
  std::size_t size() const;

  using Visit = std::function<bool(const Likeness&)>;  ///< false: enough

  /// Every word that begins with `beginning`, itself included. In no particular order.
  void visit_prefix(std::string_view beginning, const Visit& visit) const;

  /// Every word within `most` edits (see edits_between; 0 to 2, more is taken for 2) of `asked`, each once with its
  /// least distance; with `beginnings` also the words of which a beginning is that near, told as not whole unless the
  /// word itself is within `most` too (then its own distance is told). A beginning has at least one code point. In no
  /// particular order.
  void visit_alike(std::string_view asked, std::uint8_t most, bool beginnings, const Visit& visit) const;

  /// What it takes, in bytes.
  std::size_t bytes() const;

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace alforis::search
