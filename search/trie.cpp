#include "search/trie.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <stdexcept>

namespace alforis::search {

// ---- making one

/// Gathers the nodes of one word after the other, by their depth.
class Tier::Planting {
 public:
  void add(std::string_view word) {
    coming_ = code_points(word);
    const auto differ = std::mismatch(coming_.begin(), coming_.end(), current_.begin(), current_.end());
    const auto shared = static_cast<std::size_t>(differ.first - coming_.begin());
    plant(shared);
    current_.swap(coming_);
    shared_ = shared;
    ++words_;
  }

  void finish(Tier& tier) {
    plant(0);
    std::size_t size = 1;
    for (const Level& level : levels_) size += level.labels.size();
    tier.labels_.reserve(size - 1);
    tier.places_.reserve(size + 1);
    tier.places_.push_back({1, 0});
    for (Level& level : levels_) {
      const auto children = static_cast<std::uint32_t>(tier.places_.size() + level.labels.size());
      for (const Place& place : level.places) tier.places_.push_back({children + place.children, place.first});
      tier.labels_.insert(tier.labels_.end(), level.labels.begin(), level.labels.end());
      level = {};
    }
    tier.places_.push_back({static_cast<std::uint32_t>(size), words_});
  }

 private:
  struct Level {
    std::vector<Label> labels;
    std::vector<Place> places;  // children are counted from the beginning of the next level
  };

  /// The nodes of the current word that none before it has, down to where the coming one has other nodes.
  void plant(std::size_t shared_with_coming) {
    if (current_.empty()) return;
    const std::size_t last = std::min(current_.size(), std::max(shared_, shared_with_coming) + 1);
    for (std::size_t depth = shared_; depth < last; ++depth) {
      const auto children = static_cast<std::uint32_t>(levels_[depth + 1].labels.size());
      levels_[depth].labels.push_back({current_[depth], 0, 0});
      levels_[depth].places.push_back({children, words_ - 1});
    }
    Label& label = levels_[last - 1].labels.back();
    (last == current_.size() ? label.ends : label.alone) = 1;
  }

  std::array<Level, k_longest_term + 1> levels_;  // the last one stays empty
  std::u32string current_;
  std::u32string coming_;
  std::size_t shared_ = 0;  // code points that the current word has in common with the one before it
  std::uint32_t words_ = 0;
};

Tier::Tier(std::span<const Counted> sorted) {
  std::size_t length = 0;
  for (const Counted& each : sorted) length += each.word.size();
  if (length > UINT32_MAX) throw std::invalid_argument("too many words for a dictionary");
  text_.reserve(length);
  begins_.reserve(sorted.size() + 1);
  documents_.reserve(sorted.size());
  begins_.push_back(0);
  Planting planting;
  for (const Counted& each : sorted) {
    append(each);
    planting.add(each.word);
  }
  planting.finish(*this);
}

void Tier::append(const Counted& counted) {
  check_word(counted.word);
  if (!documents_.empty() && counted.word <= word(all().last - 1)) {
    throw std::invalid_argument("the dictionary's words are not in order");
  }
  text_ += counted.word;
  begins_.push_back(static_cast<std::uint32_t>(text_.size()));
  documents_.push_back(counted.documents);
  if (counted.documents > 0) ++live_;
}

void check_word(std::string_view word) {
  if (word.empty() || word.size() > k_longest_term || !is_utf8(word)) {
    throw std::invalid_argument("a word of the dictionary is 1 to 64 bytes of UTF-8");
  }
}

// ---- words

std::string_view Tier::word(std::uint32_t number) const {
  return std::string_view(text_).substr(begins_[number], begins_[number + 1] - begins_[number]);
}

void Tier::set_documents(std::uint32_t word, std::uint32_t documents) {
  live_ += documents > 0 ? 1 : 0;
  live_ -= documents_[word] > 0 ? 1 : 0;
  documents_[word] = documents;
}

void Tier::append_live(std::vector<Counted>& words) const {
  for (std::uint32_t number = 0; number < size(); ++number) {
    if (documents_[number] > 0) words.push_back(counted(number));
  }
}

// ---- looking up as it is

Tier::Range Tier::beginning_with(std::string_view beginning) const {
  Range words = all();
  std::uint32_t node = 0;
  for (std::string_view rest = beginning; !rest.empty();) {
    const char32_t point = take_code_point(rest);
    const auto begin = labels_.begin() + places_[node].children - 1;
    const auto end = labels_.begin() + places_[node + 1].children - 1;
    const auto found =
        std::lower_bound(begin, end, point, [](const Label& label, char32_t wanted) { return label.point < wanted; });
    if (found == end || found->point != point) return {};
    node = static_cast<std::uint32_t>(found - labels_.begin()) + 1;
    words = {places_[node].first, std::next(found) == end ? words.last : places_[node + 1].first};
    if (found->alone) return word(words.first).starts_with(beginning) ? words : Range{};
  }
  return words;
}

std::optional<std::uint32_t> Tier::find(std::string_view wanted) const {
  const Range words = beginning_with(wanted);
  const bool found = words.first < words.last && word(words.first).size() == wanted.size();
  return found ? std::optional(words.first) : std::nullopt;
}

bool Tier::visit_prefix(std::string_view beginning, const Dictionary::Visit& visit) const {
  const Range words = beginning_with(beginning);
  for (std::uint32_t number = words.first; number < words.last; ++number) {
    const Counted found = counted(number);
    const bool whole = found.word.size() == beginning.size();
    if (found.documents > 0 && !visit({found.word, found.documents, 0, whole})) return false;
  }
  return true;
}

// ---- looking up what is alike

/// Depth first, as far as there may be something near.
template <int k_most>
class Tier::Walk {
 public:
  Walk(const Tier& tier, Rows<k_most>& rows, bool beginnings, const Dictionary::Visit& visit)
      : tier_(tier), rows_(rows), beginnings_(beginnings), visit_(visit) {}

  /// Behind a node of this depth, which has these words. False: enough.
  bool go_on(std::uint32_t node, std::size_t depth, Range words) {
    const std::uint32_t end = tier_.places_[node + 1].children;
    const bool beginning_near = beginnings_ && depth > 0 && rows_.least_edits(depth) <= k_most;
    for (std::uint32_t child = tier_.places_[node].children; child < end; ++child) {
      const Label label = tier_.labels_[child - 1];
      const bool near = rows_.may_follow(depth, label.point) && rows_.step(depth + 1, label.point);
      if (!near && !beginning_near) continue;
      const std::uint32_t last = child + 1 < end ? tier_.places_[child + 1].first : words.last;
      const Range behind{tier_.places_[child].first, last};
      if (!(near ? look_at(child, label, depth + 1, behind) : tell_all(depth, behind))) return false;
    }
    return true;
  }

 private:
  bool look_at(std::uint32_t node, Label label, std::size_t depth, Range words) {
    if (label.alone) return look_at_rest(words.first, depth);
    if (label.ends) {
      const Counted found = tier_.counted(words.first);
      if (!tell<k_most>(found, rows_.edits(depth), rows_.least_edits(depth), beginnings_, visit_)) return false;
    }
    return go_on(node, depth, words);
  }

  bool look_at_rest(std::uint32_t number, std::size_t depth) {
    const Counted found = tier_.counted(number);
    std::string_view rest = found.word;
    for (std::size_t skipped = 0; skipped < depth; ++skipped) take_code_point(rest);
    return tell_rest(found, rest, depth, rows_, beginnings_, visit_);
  }

  /// Words that are near for their first `depth` code points, and are not near whole.
  bool tell_all(std::size_t depth, Range words) {
    for (std::uint32_t number = words.first; number < words.last; ++number) {
      const Counted found = tier_.counted(number);
      if (!tell<k_most>(found, k_most + 1, rows_.least_edits(depth), beginnings_, visit_)) return false;
    }
    return true;
  }

  const Tier& tier_;
  Rows<k_most>& rows_;
  bool beginnings_;
  const Dictionary::Visit& visit_;
};

template <int k_most>
bool Tier::visit_alike(Rows<k_most>& rows, bool beginnings, const Dictionary::Visit& visit) const {
  return Walk<k_most>(*this, rows, beginnings, visit).go_on(0, 0, all());
}

template bool Tier::visit_alike(Rows<1>&, bool, const Dictionary::Visit&) const;
template bool Tier::visit_alike(Rows<2>&, bool, const Dictionary::Visit&) const;

std::size_t Tier::bytes() const {
  return sizeof *this + text_.capacity() + begins_.capacity() * sizeof begins_[0] +
         documents_.capacity() * sizeof documents_[0] + labels_.capacity() * sizeof labels_[0] +
         places_.capacity() * sizeof places_[0];
}

}  // namespace alforis::search
