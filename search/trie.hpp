#pragma once
// Sorted words that stay as they are, with a trie over them: what the dictionary is made of.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "search/dictionary.hpp"
#include "search/edits.hpp"

namespace alforis::search {

/// A word and the number of documents that have it.
struct Counted {
  std::string_view word;
  std::uint32_t documents = 0;
};

/// Throws std::invalid_argument unless the dictionary may have the word: 1 to k_longest_term bytes of UTF-8.
void check_word(std::string_view word);

/// Tells of a word what is asked for: of itself where it is within k_most (`edits`), else, with `beginnings`, of its
/// beginning (`least_edits`), else nothing. False: enough.
template <int k_most>
bool tell(const Counted& found, std::uint8_t edits, std::uint8_t least_edits, bool beginnings,
          const Dictionary::Visit& visit) {
  if (found.documents == 0) return true;
  if (edits <= k_most) return visit({found.word, found.documents, edits, true});
  if (beginnings && least_edits <= k_most) return visit({found.word, found.documents, least_edits, false});
  return true;
}

/// The same, once `rows` have gone on from `depth` through the `rest` of the word as far as it is near.
template <int k_most>
bool tell_rest(const Counted& found, std::string_view rest, std::size_t depth, Rows<k_most>& rows, bool beginnings,
               const Dictionary::Visit& visit) {
  bool near = true;
  while (near && !rest.empty()) {
    const char32_t label = take_code_point(rest);
    near = rows.may_follow(depth, label) && rows.step(depth + 1, label);
    if (near) ++depth;
  }
  const std::uint8_t edits = near ? rows.edits(depth) : k_most + 1;
  return tell<k_most>(found, edits, rows.least_edits(depth), beginnings, visit);
}

/// Words sorted by their bytes, of which only the numbers of documents change. Those without documents are not visited.
/// Readers may share it.
class Tier {
 public:
  /// Each word once, of 1 to k_longest_term bytes of UTF-8; otherwise std::invalid_argument. O(total length).
  explicit Tier(std::span<const Counted> sorted);

  /// Where the word is, with documents or without. O(length).
  std::optional<std::uint32_t> find(std::string_view word) const;

  std::uint32_t documents(std::uint32_t word) const { return documents_[word]; }
  void set_documents(std::uint32_t word, std::uint32_t documents);

  /// Words, and those of them that some document has.
  std::size_t size() const { return documents_.size(); }
  std::size_t live() const { return live_; }

  /// Appends the words that some document has; they are valid as long as this is.
  void append_live(std::vector<Counted>& words) const;

  /// As Dictionary's; false: enough. `rows` are of what is asked.
  bool visit_prefix(std::string_view beginning, const Dictionary::Visit& visit) const;
  template <int k_most>
  bool visit_alike(Rows<k_most>& rows, bool beginnings, const Dictionary::Visit& visit) const;

  std::size_t bytes() const;

 private:
  /// Words from `first` up to `last`, which is none of them.
  struct Range {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
  };

  /// What a walk reads of every node that it comes by. A node stands for the words that begin with the code points on
  /// the way to it. What is left of a word that is alone behind a node is not made of nodes but read from the word.
  struct Label {
    std::uint32_t point : 30;
    std::uint32_t ends : 1;   // a word ends here: the first one
    std::uint32_t alone : 1;  // there is one word, and it goes on
  };

  /// What it reads of those that it goes on from. Nodes are in level order: those behind a node are beside each other,
  /// by their code points, up to where those of the next node begin. Its words go up to the first of the next node that
  /// has the same parent, or to the last of the parent.
  struct Place {
    std::uint32_t children;
    std::uint32_t first;  // word
  };

  class Planting;
  template <int k_most>
  class Walk;

  std::string_view word(std::uint32_t number) const;
  Counted counted(std::uint32_t number) const { return {word(number), documents_[number]}; }
  Range all() const { return {0, static_cast<std::uint32_t>(size())}; }
  Range beginning_with(std::string_view beginning) const;
  void append(const Counted& counted);

  std::string text_;
  std::vector<std::uint32_t> begins_;  // of the words in text_, and its size
  std::vector<std::uint32_t> documents_;
  std::vector<Label> labels_;
  std::vector<Place> places_;  // of the root, then of labels_, then the end: the label of place n is n - 1
  std::size_t live_ = 0;
};

}  // namespace alforis::search
