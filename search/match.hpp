#pragma once
// Which documents meet a plan, and in what order.

#include <array>
#include <optional>
#include <vector>

#include "search/index.hpp"
#include "search/plan.hpp"

namespace alforis::search {

/// What the owner of the documents knows about them.
class Lens {
 public:
  virtual ~Lens() = default;
  /// Whether the document is looked at at all: it is one that the asker sees, and that the filters let through.
  virtual bool shows(DocumentNumber number) const = 0;
  /// What speaks for it besides its words: from 0 to 10, the same at every time.
  virtual float bonus(DocumentNumber number) const = 0;
  /// Which documents are parts of one, by a number that they share; most are no part of any. What has several parts is
  /// found once, by the best of those that are shown.
  virtual std::optional<DocumentNumber> whole(DocumentNumber) const { return std::nullopt; }
  /// Called once for each document that is found, in no particular order, whether it is on the page or not.
  virtual void found(DocumentNumber) {}
};

/// How much a word in each field says: from 0 to 20.
using FieldWeights = std::array<float, k_most_fields>;

/// What a score is the sum of.
struct Score {
  float fields = 0;     ///< the weights of the best fields that the words are in
  float rarity = 0;     ///< BM25 of the words, fields weighted
  float closeness = 0;  ///< neighbours in the query that are neighbours in a field
  float bonus = 0;      ///< Lens::bonus

  float total() const { return fields + rarity + closeness + bonus; }
};

/// A document's place in the order: what is less comes first.
struct Rank {
  std::uint8_t missing = 0;  ///< required words that it does not have
  std::uint16_t cost = 0;    ///< the sum of how its words were met (Match)
  float score = 0;
  DocumentNumber number = 0;

  friend bool operator<(const Rank& a, const Rank& b) {
    return std::tuple(a.missing, a.cost, -a.score, a.number) < std::tuple(b.missing, b.cost, -b.score, b.number);
  }
};

/// How one unit of the plan was met.
struct Met {
  std::size_t choice = 0;     ///< of the unit's
  std::vector<Place> places;  ///< of the (first) term
};

struct Hit {
  Rank rank;
  Score score;
  std::vector<std::optional<Met>> met;  ///< by unit
};

struct MatchOptions {
  std::size_t limit = 20;
  std::optional<Rank> after;  ///< the last of the page before
  bool all_words = false;     ///< only what has all required units, or nothing
  /// Postings that are read at most: what costs more is cut, and `partial` says so.
  std::size_t budget = 4'000'000;
};

struct Found {
  std::vector<Hit> hits;     ///< in order
  std::uint64_t total = 0;   ///< that are found, on all pages
  std::uint8_t missing = 0;  ///< words that even the best lack: nothing has them all
  bool partial = false;      ///< there may be more
};

/// A document is found when it has all required units and no negated one. When none has, those are found that have most
/// of the required units, at least half of them. Holds no lock: the caller does (Index::reading).
Found match(const Index& index, const Plan& plan, Lens& lens, const FieldWeights& weights, const MatchOptions& options);

}  // namespace alforis::search
