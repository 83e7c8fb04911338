#include "search/match.hpp"

#include <cmath>

#include "search/varint.hpp"

namespace alforis::search {

namespace {

/// Blocks of terms that begin so, at most.
constexpr std::size_t k_most_range_blocks = 20'000;
constexpr float k_saturation = 1.2F;    // BM25's k1
constexpr float k_length_share = 0.4F;  // BM25's b: names are short, and many things are hardly longer than others
constexpr float k_usual_length = 25;    // words
constexpr float k_nearest = 5;
constexpr float k_highest_weight = 20;

/// Rounded so far that one document more or less, which the asker may not see, does not show.
float rarity(std::uint64_t documents, std::uint64_t all) {
  const auto rounded = [](std::uint64_t count) {
    std::uint64_t power = 64;
    while (power < count) power *= 2;
    return static_cast<float>(power);
  };
  return std::log(1 + rounded(all) / rounded(documents));
}

float words_of_length(std::uint8_t length) { return std::pow(1.25F, static_cast<float>(length)); }

/// The postings of a term, block after block.
class TermSource {
 public:
  explicit TermSource(std::vector<StoredBlock> blocks) : blocks_(std::move(blocks)) {}

  /// The postings in a block of documents; blocks are asked for in order.
  Block* in(std::uint32_t number) {
    while (at_ < blocks_.size() && blocks_[at_].number < number) ++at_;
    if (at_ == blocks_.size() || blocks_[at_].number != number) return nullptr;
    if (!block_.read(blocks_[at_].bytes)) throw IndexDamaged("the search index has a block that can't be read");
    return &block_;
  }

  const std::vector<StoredBlock>& blocks() const { return blocks_; }
  void rewind() { at_ = 0; }

 private:
  std::vector<StoredBlock> blocks_;
  std::size_t at_ = 0;
  Block block_;
};

std::uint8_t first_field_of(std::string_view places) {
  std::uint64_t tag = 0;
  if (!take_varint(places, tag)) throw IndexDamaged("the search index has places that can't be read");
  return static_cast<std::uint8_t>(tag >> 1);
}

void add_places(Block& block, std::size_t index, std::vector<Place>& places) {
  if (!decode_places(block.places(index), places)) throw IndexDamaged("the search index has places that can't be read");
}

/// Local numbers of documents, rising.
using Locals = std::span<const std::uint16_t>;

/// Tells the places in `documents` of those that are among `among`.
template <class Tell>
void each_common(Locals documents, Locals among, const Tell& tell) {
  // So much shorter, each of it is looked up.
  constexpr std::size_t k_much = 12;
  std::size_t at = 0;
  for (const std::uint16_t wanted : among) {
    if (documents.size() - at > k_much * among.size()) {
      at = static_cast<std::size_t>(
          std::lower_bound(documents.begin() + static_cast<std::ptrdiff_t>(at), documents.end(), wanted) -
          documents.begin());
    } else {
      while (at < documents.size() && documents[at] < wanted) ++at;
    }
    if (at == documents.size()) return;
    if (documents[at] == wanted) tell(at);
  }
}

/// The same, where no `among` means all.
template <class Tell>
void each_of(Locals documents, const std::vector<std::uint16_t>* among, const Tell& tell) {
  if (among != nullptr) return each_common(documents, *among, tell);
  for (std::size_t i = 0; i < documents.size(); ++i) tell(i);
}

/// Meets one choice of one unit in a block of documents.
class ChoiceSource {
 public:
  ChoiceSource(const Choice& choice, Index::Postings& postings, bool& cut) : kind_(choice.kind) {
    if (kind_ == Choice::Kind::range) {
      std::map<std::uint32_t, std::vector<StoredBlock>> by_number;
      for (StoredBlock& block : postings.from(choice.terms.front(), k_most_range_blocks, cut)) {
        by_number[block.number].push_back(std::move(block));
      }
      for (auto& [number, blocks] : by_number) range_.emplace_back(number, std::move(blocks));
    } else {
      for (const std::string& term : choice.terms) terms_.emplace_back(postings.of(term));
    }
  }

  void collect_numbers(std::vector<std::uint32_t>& numbers) const {
    for (const auto& [number, blocks] : range_) numbers.push_back(number);
    if (terms_.empty()) return;
    for (const StoredBlock& block : terms_.front().blocks()) numbers.push_back(block.number);
  }

  /// About how many documents meet it: of a sequence, how many have its first term.
  std::uint64_t documents() const {
    std::uint64_t total = 0;
    for (const auto& [number, blocks] : range_) {
      for (const auto& block : blocks) total += about_documents(block.bytes);
    }
    if (!terms_.empty()) {
      for (const auto& block : terms_.front().blocks()) total += about_documents(block.bytes);
    }
    return total;
  }

  /// From the first block on again.
  void rewind() {
    for (TermSource& term : terms_) term.rewind();
    range_at_ = 0;
  }

  /// The local numbers of the documents, of those in `among` where that is given, that meet it in the block; each is
  /// told with what `places` is to be asked. Returns how many postings were read.
  template <class Tell>
  std::size_t meet(std::uint32_t number, const std::vector<std::uint16_t>* among, const Tell& tell) {
    switch (kind_) {
      case Choice::Kind::term:
        return meet_term(number, among, tell);
      case Choice::Kind::range:
        return meet_range(number, among, tell);
      default:
        return meet_sequence(number, among, tell);
    }
  }

  /// The lowest number of a field that it is in.
  std::uint8_t first_field(std::uint32_t which) {
    switch (kind_) {
      case Choice::Kind::term:
        return first_field_of(here_[0]->places(which));
      case Choice::Kind::range:
        return first_field_of(range_blocks_[which >> k_block_bits].places(which & (k_block_documents - 1)));
      default:
        return sequences_[which].front().field;
    }
  }

  void add_places_of(std::uint32_t which, std::vector<Place>& places) {
    switch (kind_) {
      case Choice::Kind::term:
        return add_places(*here_[0], which, places);
      case Choice::Kind::range:
        return add_places(range_blocks_[which >> k_block_bits], which & (k_block_documents - 1), places);
      case Choice::Kind::sequence:
        places.insert(places.end(), sequences_[which].begin(), sequences_[which].end());
    }
  }

 private:
  template <class Tell>
  std::size_t meet_term(std::uint32_t number, const std::vector<std::uint16_t>* among, const Tell& tell) {
    here_.assign(1, terms_.front().in(number));
    if (here_[0] == nullptr) return 0;
    const auto documents = here_[0]->documents();
    each_of(documents, among, [&](std::size_t i) { tell(documents[i], static_cast<std::uint32_t>(i)); });
    return documents.size();
  }

  template <class Tell>
  std::size_t meet_range(std::uint32_t number, const std::vector<std::uint16_t>* among, const Tell& tell) {
    while (range_at_ < range_.size() && range_[range_at_].first < number) ++range_at_;
    range_blocks_.clear();
    if (range_at_ == range_.size() || range_[range_at_].first != number) return 0;
    const auto& stored = range_[range_at_].second;
    range_blocks_.resize(stored.size());
    std::size_t read = 0;
    for (std::size_t b = 0; b < stored.size(); ++b) {
      if (!range_blocks_[b].read(stored[b].bytes))
        throw IndexDamaged("the search index has a block that can't be read");
      const auto documents = range_blocks_[b].documents();
      read += documents.size();
      each_of(documents, among,
              [&](std::size_t i) { tell(documents[i], static_cast<std::uint32_t>(b << k_block_bits | i)); });
    }
    return read;
  }

  template <class Tell>
  std::size_t meet_sequence(std::uint32_t number, const std::vector<std::uint16_t>* among, const Tell& tell) {
    sequences_.clear();
    here_.clear();
    std::size_t read = 0;
    for (TermSource& term : terms_) {
      here_.push_back(term.in(number));
      if (here_.back() == nullptr) return read;
      read += here_.back()->documents().size();
    }
    std::vector<std::size_t> at(here_.size(), 0);
    const auto documents = here_[0]->documents();
    each_of(documents, among, [&](std::size_t i) {
      at[0] = i;
      if (!all_have(documents[i], at)) return;
      auto starts = side_by_side(at);
      if (starts.empty()) return;
      sequences_.push_back(std::move(starts));
      tell(documents[i], static_cast<std::uint32_t>(sequences_.size() - 1));
    });
    return read;
  }

  bool all_have(std::uint16_t document, std::vector<std::size_t>& at) {
    for (std::size_t term = 1; term < here_.size(); ++term) {
      const auto documents = here_[term]->documents();
      while (at[term] < documents.size() && documents[at[term]] < document) ++at[term];
      if (at[term] == documents.size() || documents[at[term]] != document) return false;
    }
    return true;
  }

  /// Where the first of the terms stands with the others behind it.
  std::vector<Place> side_by_side(const std::vector<std::size_t>& at) {
    std::vector<Place> starts;
    add_places(*here_[0], at[0], starts);
    std::vector<Place> places;
    for (std::size_t term = 1; term < here_.size() && !starts.empty(); ++term) {
      places.clear();
      add_places(*here_[term], at[term], places);
      std::erase_if(starts, [&](const Place& start) {
        const Place wanted{start.field, start.position + static_cast<std::uint32_t>(term)};
        return !std::binary_search(places.begin(), places.end(), wanted);
      });
    }
    return starts;
  }

  Choice::Kind kind_;
  std::vector<TermSource> terms_;
  std::vector<Block*> here_;
  std::vector<std::vector<Place>> sequences_;
  std::vector<std::pair<std::uint32_t, std::vector<StoredBlock>>> range_;
  std::size_t range_at_ = 0;
  std::vector<Block> range_blocks_;
};

/// Which documents of a block of documents meet a unit, each with the best of its choices.
class UnitSource {
 public:
  UnitSource(const Unit& unit, Index::Postings& postings, std::uint64_t all, bool& cut) : unit_(unit) {
    for (const Choice& choice : unit.choices) {
      choices_.emplace_back(choice, postings, cut);
      const std::uint64_t documents = choices_.back().documents();
      postings_ += documents;
      rarity_.push_back(rarity(documents, all));
    }
    at_.assign(k_block_documents, 0);
  }

  /// About how many documents meet it.
  std::uint64_t postings() const { return postings_; }

  const Unit& unit() const { return unit_; }

  void collect_numbers(std::vector<std::uint32_t>& numbers) const {
    for (const ChoiceSource& choice : choices_) choice.collect_numbers(numbers);
  }

  /// Goes to a block of documents, where only those in `among` matter if that is given. Returns how many postings were
  /// read.
  std::size_t enter(std::uint32_t number, const std::vector<std::uint16_t>* among) {
    for (const std::uint16_t document : documents_) at_[document] = 0;
    documents_.clear();
    entries_.clear();
    std::size_t read = 0;
    for (std::size_t c = 0; c < choices_.size(); ++c) {
      read += choices_[c].meet(number, among, [&](std::uint16_t document, std::uint32_t which) {
        if (at_[document] != 0 || (unit_.field && !is_in_field(c, which))) return;
        entries_.push_back({static_cast<std::uint16_t>(c), which});
        documents_.push_back(document);
        at_[document] = static_cast<std::uint16_t>(entries_.size());
      });
    }
    return read;
  }

  const std::vector<std::uint16_t>& documents() const { return documents_; }
  bool has(std::uint16_t document) const { return at_[document] != 0; }
  Match match(std::uint16_t document) const { return unit_.choices[entry(document).choice].match; }
  float rarity_of(std::uint16_t document) const { return rarity_[entry(document).choice]; }

  std::size_t choice(std::uint16_t document) const { return entry(document).choice; }

  std::uint8_t first_field(std::uint16_t document) {
    const Entry& found = entry(document);
    return choices_[found.choice].first_field(found.which);
  }

  void add_places_of(std::uint16_t document, std::vector<Place>& places) {
    const Entry& found = entry(document);
    choices_[found.choice].add_places_of(found.which, places);
  }

  void rewind() {
    for (ChoiceSource& choice : choices_) choice.rewind();
  }

 private:
  struct Entry {
    std::uint16_t choice;
    std::uint32_t which;
  };
  bool is_in_field(std::size_t choice, std::uint32_t which) {
    field_places_.clear();
    choices_[choice].add_places_of(which, field_places_);
    return std::any_of(field_places_.begin(), field_places_.end(),
                       [&](const Place& place) { return place.field == *unit_.field; });
  }

  const Entry& entry(std::uint16_t document) const { return entries_[at_[document] - 1U]; }

  const Unit& unit_;
  std::vector<ChoiceSource> choices_;
  std::vector<float> rarity_;
  std::uint64_t postings_ = 0;
  std::vector<std::uint16_t> at_;  ///< by document: 1 + its entry
  std::vector<Entry> entries_;
  std::vector<std::uint16_t> documents_;
  std::vector<Place> field_places_;
};

/// How near two words that are asked for side by side are in a document, at best: 1 is the first right before the
/// second.
float nearness(const std::vector<Place>& a, const std::vector<Place>& b) {
  constexpr std::size_t k_looked_at = 32;  // the first of a long text's will do
  float best = 0;
  for (std::size_t i = 0; i < std::min(a.size(), k_looked_at); ++i) {
    for (std::size_t j = 0; j < std::min(b.size(), k_looked_at); ++j) {
      if (a[i].field != b[j].field || a[i].position == b[j].position) continue;
      const bool in_order = a[i].position < b[j].position;
      const auto apart = static_cast<float>(in_order ? b[j].position - a[i].position : a[i].position - b[j].position);
      best = std::max(best, 1 / (in_order ? apart : apart + 0.5F));
    }
  }
  return best;
}

class Matcher {
 public:
  Matcher(const Index& index, const Plan& plan, Lens& lens, const FieldWeights& weights, const MatchOptions& options)
      : index_(index), lens_(lens), weights_(weights), options_(options), places_(plan.units.size()) {
    found_.partial = plan.cut;
    Index::Postings postings(index);
    units_.reserve(plan.units.size());
    for (const Unit& unit : plan.units) {
      UnitSource& source = units_.emplace_back(unit, postings, index.end(), found_.partial);
      (unit.negated ? negated_ : unit.required ? required_ : wished_).push_back(&source);
    }
    rarest_first_ = required_;
    std::stable_sort(rarest_first_.begin(), rarest_first_.end(),
                     [](const auto* a, const auto* b) { return a->postings() < b->postings(); });
    // No field from a number on weighs more.
    float heaviest = 0;
    for (std::size_t field = k_most_fields; field-- > 0;) {
      heaviest = heaviest_from_[field] = std::max(heaviest, weights[field]);
    }
  }

  Found all() {
    if (required_.empty()) return std::move(found_);
    walk([this](std::uint16_t document) { return take(document, 0); }, 0);
    const auto most_missing = static_cast<std::uint8_t>(required_.size() / 2);
    if (found_.total == 0 && parts_.empty() && most_missing > 0 && !options_.all_words) find_most(most_missing);
    keep_parts();
    std::sort(found_.hits.begin(), found_.hits.end(), [](const Hit& a, const Hit& b) { return a.rank < b.rank; });
    return std::move(found_);
  }

 private:
  /// Nothing has all words: what has most of them? The first walk finds how many that are, the second the documents.
  void find_most(std::uint8_t most_missing) {
    std::uint8_t least = most_missing + 1;
    walk([&](std::uint16_t document) { least = std::min(least, missing(document)); }, most_missing);
    if (least > most_missing) return;
    found_.missing = least;
    walk([&](std::uint16_t document) { return missing(document) == least ? take(document, least) : void(); }, least);
  }

  /// Tells every document that the asker sees, that has no negated unit, and that lacks at most so many required ones.
  template <class Tell>
  void walk(const Tell& tell, std::uint8_t most_missing) {
    for (UnitSource& unit : units_) unit.rewind();
    for (const std::uint32_t number : block_numbers(most_missing)) {
      first_ = number << k_block_bits;
      most_missing == 0 ? meet_all(number) : meet_some(number);
      for (const std::uint16_t document : candidates_) {
        if (missing(document) > most_missing || !lens_.shows(first_ + document)) continue;
        if (std::any_of(negated_.begin(), negated_.end(), [&](const auto* unit) { return unit->has(document); }))
          continue;
        tell(document);
      }
      if (read_ > options_.budget) {
        found_.partial = true;
        return;
      }
    }
  }

  /// Blocks of documents in which something may be found.
  std::vector<std::uint32_t> block_numbers(std::uint8_t most_missing) const {
    std::map<std::uint32_t, std::size_t> units_in;
    for (const UnitSource* unit : required_) {
      std::vector<std::uint32_t> numbers;
      unit->collect_numbers(numbers);
      std::sort(numbers.begin(), numbers.end());
      numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
      for (const std::uint32_t number : numbers) ++units_in[number];
    }
    std::vector<std::uint32_t> numbers;
    for (const auto& [number, units] : units_in) {
      if (units + most_missing >= required_.size()) numbers.push_back(number);
    }
    return numbers;
  }

  /// The candidates are those that have all required units: the rarest one leads.
  void meet_all(std::uint32_t number) {
    for (UnitSource* unit : rarest_first_) {
      const bool leads = unit == rarest_first_.front();
      read_ += unit->enter(number, leads ? nullptr : &candidates_);
      candidates_ = unit->documents();
      if (candidates_.empty()) return;
      // A single choice tells them in order.
      if (!std::is_sorted(candidates_.begin(), candidates_.end())) std::sort(candidates_.begin(), candidates_.end());
    }
    for (UnitSource* unit : wished_) read_ += unit->enter(number, &candidates_);
    for (UnitSource* unit : negated_) read_ += unit->enter(number, &candidates_);
  }

  /// The candidates are those that have any.
  void meet_some(std::uint32_t number) {
    for (UnitSource& unit : units_) read_ += unit.enter(number, nullptr);
    candidates_.clear();
    for (const UnitSource* unit : required_) {
      candidates_.insert(candidates_.end(), unit->documents().begin(), unit->documents().end());
    }
    std::sort(candidates_.begin(), candidates_.end());
    candidates_.erase(std::unique(candidates_.begin(), candidates_.end()), candidates_.end());
  }

  std::uint8_t missing(std::uint16_t document) const {
    return static_cast<std::uint8_t>(
        std::count_if(required_.begin(), required_.end(), [&](const auto* unit) { return !unit->has(document); }));
  }

  void take(std::uint16_t document, std::uint8_t missing) {
    const DocumentNumber number = first_ + document;
    Rank rank{missing, 0, 0, number};
    for (const UnitSource* unit : required_) {
      if (unit->has(document)) rank.cost += static_cast<std::uint16_t>(unit->match(document));
    }
    if (const auto whole = lens_.whole(number)) return take_part(*whole, rank, document);
    ++found_.total;
    lens_.found(number);
    if (options_.limit == 0 || behind_page(rank)) return;
    if (found_.hits.size() == options_.limit) {
      rank.score = highest_score(document);
      if (!(rank < found_.hits.front().rank)) return;
    }
    const Score score = score_of(document);
    rank.score = score.total();
    if (belongs(rank)) keep(hit(rank, score, document));
  }

  /// Other parts of the same may still come, in any block.
  void take_part(DocumentNumber whole, Rank rank, std::uint16_t document) {
    const Score score = score_of(document);
    rank.score = score.total();
    const auto known = parts_.find(whole);
    if (known == parts_.end()) {
      parts_.emplace(whole, hit(rank, score, document));
    } else if (rank < known->second.rank) {
      known->second = hit(rank, score, document);
    }
  }

  void keep_parts() {
    for (auto& [whole, best] : parts_) {
      ++found_.total;
      lens_.found(best.rank.number);
      if (options_.limit > 0 && belongs(best.rank)) keep(std::move(best));
    }
  }

  /// By what is known without its score.
  bool behind_page(const Rank& rank) const {
    if (found_.hits.size() < options_.limit) return false;
    const Rank& worst = found_.hits.front().rank;
    return std::tuple(rank.missing, rank.cost) > std::tuple(worst.missing, worst.cost);
  }

  /// No score of the document is higher: from the first field that each word is in.
  float highest_score(std::uint16_t document) {
    float highest = lens_.bonus(first_ + document);
    for (UnitSource& unit : units_) {
      if (unit.unit().negated || !unit.has(document)) continue;
      highest += heaviest_from_[unit.first_field(document)] + unit.rarity_of(document) + k_nearest;
    }
    return highest;
  }

  Score score_of(std::uint16_t document) {
    const DocumentNumber number = first_ + document;
    const float length = words_of_length(index_.length(number)) / k_usual_length;
    const float slope = k_saturation * (1 - k_length_share + k_length_share * length);
    Score score;
    for (std::size_t u = 0; u < units_.size(); ++u) {
      places_[u].clear();
      if (units_[u].unit().negated || !units_[u].has(document)) continue;
      units_[u].add_places_of(document, places_[u]);
      float best = 0;
      float weighted = 0;
      for (const Place& place : places_[u]) {
        best = std::max(best, weights_[place.field]);
        weighted += weights_[place.field] / k_highest_weight;
      }
      score.fields += best;
      score.rarity += units_[u].rarity_of(document) * weighted / (weighted + slope);
      if (u > 0) score.closeness += k_nearest * nearness(places_[u - 1], places_[u]);
    }
    score.bonus = lens_.bonus(number);
    return score;
  }

  /// With what score_of() has just found.
  Hit hit(const Rank& rank, const Score& score, std::uint16_t document) const {
    Hit hit{rank, score, {}};
    for (std::size_t u = 0; u < units_.size(); ++u) {
      auto& met = hit.met.emplace_back();
      if (!places_[u].empty()) met = Met{units_[u].choice(document), places_[u]};
    }
    return hit;
  }

  /// On the page, as far as is known by now.
  bool belongs(const Rank& rank) const {
    if (options_.after && !(*options_.after < rank)) return false;
    return found_.hits.size() < options_.limit || rank < found_.hits.front().rank;
  }

  void keep(Hit hit) {
    const auto worse = [](const Hit& a, const Hit& b) { return a.rank < b.rank; };
    auto& hits = found_.hits;
    if (hits.size() == options_.limit) {
      std::pop_heap(hits.begin(), hits.end(), worse);
      hits.pop_back();
    }
    hits.push_back(std::move(hit));
    std::push_heap(hits.begin(), hits.end(), worse);
  }

  const Index& index_;
  Lens& lens_;
  const FieldWeights& weights_;
  const MatchOptions& options_;
  std::vector<UnitSource> units_;
  std::vector<UnitSource*> required_;
  std::vector<UnitSource*> rarest_first_;  ///< the required ones
  std::vector<UnitSource*> wished_;
  std::vector<UnitSource*> negated_;
  std::vector<std::vector<Place>> places_;  ///< by unit, of the document that is looked at
  std::array<float, k_most_fields> heaviest_from_{};
  std::vector<std::uint16_t> candidates_;
  std::map<DocumentNumber, Hit> parts_;  ///< by what they are parts of: the best so far
  DocumentNumber first_ = 0;             ///< of the block that is looked at
  std::size_t read_ = 0;
  Found found_;
};

}  // namespace

Found match(const Index& index, const Plan& plan, Lens& lens, const FieldWeights& weights,
            const MatchOptions& options) {
  return Matcher(index, plan, lens, weights, options).all();
}

}  // namespace alforis::search
