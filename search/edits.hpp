#pragma once
// How far words are from each other, code point by code point. The measure is edits_between's (search/dictionary.hpp).

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "search/analysis.hpp"

namespace alforis::search {

inline constexpr char32_t k_last_code_point = 0x10FFFF;

/// Cuts the first code point off `rest`, which is not empty. A byte that begins no valid UTF-8 is a code point of its
/// own, above k_last_code_point.
char32_t take_code_point(std::string_view& rest);

/// All of them.
std::u32string code_points(std::string_view text);

bool is_utf8(std::string_view text);

/// The matrix of the distances between what is asked and a word, as far as they matter: of each row, which belongs to
/// one more code point of the word, the 2 * k_most + 1 cells about the diagonal, as all others are above k_most
/// (E. Ukkonen, Algorithms for approximate string matching, 1985). Rows are kept, so that a walk through a trie goes on
/// from the row of a node's parent.
template <int k_most>
class Rows {
 public:
  /// Longer ones are like no word.
  static constexpr std::size_t k_longest_asked = k_longest_term + k_most;

  /// `asked` has at most k_longest_asked code points.
  explicit Rows(std::u32string_view asked);

  /// Makes the row of a word's code point number `depth` (1 to k_longest_term) from the two before it. False when no
  /// word that goes on from here, nor this one, can be within k_most. O(k_most).
  bool step(std::size_t depth, char32_t label);

  /// False when a word that goes on with this label after the first `depth` code points, which were near, is surely not
  /// near. Quicker than step(), and says so of most labels.
  bool may_follow(std::size_t depth, char32_t label) const { return row(depth).followers >> label % 64 & 1; }

  /// Between what is asked and the word's first `depth` code points; above k_most is any number above it.
  std::uint8_t edits(std::size_t depth) const {
    const std::size_t cell = asked_size_ + k_most - depth;
    return cell < k_width ? row(depth).cells[cell] : k_far;
  }

  /// The least of edits(1) to edits(depth).
  std::uint8_t least_edits(std::size_t depth) const { return row(depth).least; }

 private:
  static constexpr std::size_t k_width = 2 * k_most + 1;
  static constexpr std::uint8_t k_far = 100;  // more than any cell comes to; the sum of two fits a byte
  static constexpr char32_t k_none = 0xFFFFFFFF;
  static constexpr std::size_t k_margin = k_most + 1;  // so that what is about the diagonal needs no check

  /// Cell c of the row of depth d is about the first d + c - k_most code points of what is asked.
  struct Row {
    std::array<std::uint8_t, k_width + 1> cells;  // and one that stays far
    std::uint8_t least = k_far;
    char32_t label = k_none;
    std::uint64_t followers = ~std::uint64_t{0};  // a bit for label % 64; see may_follow
  };

  static std::uint64_t follower(char32_t label) { return std::uint64_t{1} << label % 64; }
  void note_followers(std::size_t depth);

  Row& row(std::size_t depth) { return rows_[depth + 1]; }
  const Row& row(std::size_t depth) const { return rows_[depth + 1]; }

  std::array<char32_t, k_longest_asked + 2 * k_margin> asked_;       // number i (from 1) at i + k_margin - 1
  std::array<std::uint8_t, k_longest_asked + 2 * k_margin> prices_;  // of deleting or replacing it
  std::size_t asked_size_;
  std::array<Row, k_longest_term + 2> rows_;  // from depth -1, which is far from everything
};

template <int k_most>
Rows<k_most>::Rows(std::u32string_view asked) : asked_size_(asked.size()) {
  asked_.fill(k_none);
  prices_.fill(k_far);
  std::copy(asked.begin(), asked.end(), asked_.begin() + k_margin);
  std::fill_n(prices_.begin() + k_margin, asked.size(), std::uint8_t{1});
  if (!asked.empty()) prices_[k_margin] = 2;
  for (Row& each : rows_) each.cells.fill(k_far);
  for (std::size_t i = 0; i <= k_most && i <= asked.size(); ++i) {
    row(0).cells[k_most + i] = static_cast<std::uint8_t>(i == 0 ? 0 : i + 1);
  }
  if (k_most < 2) note_followers(0);  // a change of the first code point is too dear
}

template <int k_most>
inline bool Rows<k_most>::step(std::size_t depth, char32_t label) {
  const Row& before = row(depth - 1);
  const Row& swapped = row(depth - 2);
  Row& now = row(depth);
  const std::uint8_t price = depth == 1 ? 2 : 1;
  std::uint8_t left = k_far;
  std::uint8_t nearest = k_far;
  for (std::size_t c = 0; c < k_width; ++c) {
    const std::size_t at = depth + c;  // where asked_ has the code point that the cell's beginning of it ends in
    const std::uint8_t replaced = asked_[at] == label ? 0 : std::max(prices_[at], price);
    std::uint8_t edits = before.cells[c] + replaced;
    edits = std::min<std::uint8_t>(edits, before.cells[c + 1] + price);
    edits = std::min<std::uint8_t>(edits, left + prices_[at]);
    if (asked_[at] == before.label && asked_[at - 1] == label) {
      const std::uint8_t swap = depth == 2 || at == k_margin + 1 ? 2 : 1;
      edits = std::min<std::uint8_t>(edits, swapped.cells[c] + swap);
    }
    now.cells[c] = left = std::min(edits, k_far);
    nearest = std::min(nearest, edits);
  }
  now.label = label;
  now.least = std::min(before.least, edits(depth));
  if (nearest > k_most) return false;
  now.followers = ~std::uint64_t{0};
  if (nearest == k_most) note_followers(depth);
  return true;
}

/// A row with nothing to spare goes on only with what is asked next after one of its near cells. The second half of a
/// swap is that too: what it costs, an insertion of the first half has cost by then.
template <int k_most>
inline void Rows<k_most>::note_followers(std::size_t depth) {
  Row& now = row(depth);
  now.followers = 0;
  for (std::size_t c = 0; c < k_width; ++c) {
    if (now.cells[c] <= k_most) now.followers |= follower(asked_[depth + 1 + c]);
  }
}

}  // namespace alforis::search
