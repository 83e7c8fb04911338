#include "search/dictionary.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <unordered_map>

#include "search/trie.hpp"

namespace alforis::search {

namespace {

/// New words that are looked at one by one: as many as take some microseconds.
constexpr std::size_t k_most_new = 512;

/// Words of tiers that become one tier, as whoever counts a word waits for it: about 100 ms.
constexpr std::size_t k_most_merged = 300'000;

/// A tier joins those behind it once they have one word for so many of its own.
constexpr std::size_t k_growth = 2;

struct Hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view word) const { return std::hash<std::string_view>()(word); }
};

std::uint32_t changed(std::uint32_t documents, std::int64_t change) {
  constexpr std::int64_t k_most = std::numeric_limits<std::uint32_t>::max();
  return static_cast<std::uint32_t>(
      std::clamp(documents + std::clamp(change, -k_most, k_most), std::int64_t{0}, k_most));
}

bool in_order(const Counted& one, const Counted& other) { return one.word < other.word; }

}  // namespace

/// A word is in one of the tiers, or among the new ones.
class Dictionary::Core {
 public:
  void fill(const std::vector<std::pair<std::string, std::uint32_t>>& words);
  void count(std::string_view word, std::int64_t change);
  std::uint32_t documents(std::string_view word) const;
  std::size_t size() const;
  void visit_prefix(std::string_view beginning, const Visit& visit) const;
  void visit_alike(std::string_view asked, std::uint8_t most, bool beginnings, const Visit& visit) const;
  std::size_t bytes() const;

 private:
  template <int k_most>
  void visit_near(std::string_view asked, bool beginnings, const Visit& visit) const;
  void visit_same(std::string_view asked, const Visit& visit) const;
  void add(std::string_view word, std::uint32_t documents);
  void merge_new();
  void tidy(std::size_t tier);

  std::vector<Tier> tiers_;  // the largest first, by and large
  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> new_;
};

// ---- changes

void Dictionary::Core::fill(const std::vector<std::pair<std::string, std::uint32_t>>& words) {
  std::vector<Counted> sorted;
  sorted.reserve(words.size());
  for (const auto& [word, documents] : words) sorted.push_back({word, documents});
  Tier tier(sorted);
  tiers_.clear();
  new_.clear();
  if (tier.live() > 0) tiers_.push_back(std::move(tier));
}

void Dictionary::Core::count(std::string_view word, std::int64_t change) {
  if (const auto found = new_.find(word); found != new_.end()) {
    found->second = changed(found->second, change);
    return;
  }
  for (std::size_t tier = 0; tier < tiers_.size(); ++tier) {
    if (const auto found = tiers_[tier].find(word)) {
      tiers_[tier].set_documents(*found, changed(tiers_[tier].documents(*found), change));
      return tidy(tier);
    }
  }
  if (change > 0) add(word, changed(0, change));
}

void Dictionary::Core::add(std::string_view word, std::uint32_t documents) {
  check_word(word);
  new_.emplace(word, documents);
  if (new_.size() >= k_most_new) merge_new();
}

/// The new words become a tier, together with the tiers before it that are not much larger than what comes to them.
void Dictionary::Core::merge_new() {
  std::vector<Counted> words;
  for (const auto& [word, documents] : new_) {
    if (documents > 0) words.push_back({word, documents});
  }
  std::sort(words.begin(), words.end(), in_order);
  auto first = tiers_.end();
  while (first != tiers_.begin()) {
    const Tier& joining = *std::prev(first);
    if (joining.live() > k_growth * words.size() || joining.live() + words.size() > k_most_merged) break;
    --first;
    const auto middle = static_cast<std::ptrdiff_t>(words.size());
    joining.append_live(words);
    std::inplace_merge(words.begin(), words.begin() + middle, words.end(), in_order);
  }
  std::vector<Tier> merged;
  if (!words.empty()) merged.emplace_back(words);
  tiers_.erase(first, tiers_.end());
  std::move(merged.begin(), merged.end(), std::back_inserter(tiers_));
  new_.clear();
}

/// A tier of which most words have vanished is made anew, as no other might ever join it.
void Dictionary::Core::tidy(std::size_t tier) {
  const Tier& worn = tiers_[tier];
  if (worn.live() > worn.size() / 2 || worn.live() > k_most_merged) return;
  std::vector<Counted> words;
  worn.append_live(words);
  if (words.empty()) {
    tiers_.erase(tiers_.begin() + static_cast<std::ptrdiff_t>(tier));
  } else {
    tiers_[tier] = Tier(words);
  }
}

// ---- looking up

std::uint32_t Dictionary::Core::documents(std::string_view word) const {
  if (const auto found = new_.find(word); found != new_.end()) return found->second;
  for (const Tier& tier : tiers_) {
    if (const auto found = tier.find(word)) return tier.documents(*found);
  }
  return 0;
}

std::size_t Dictionary::Core::size() const {
  auto words = static_cast<std::size_t>(
      std::count_if(new_.begin(), new_.end(), [](const auto& each) { return each.second > 0; }));
  for (const Tier& tier : tiers_) words += tier.live();
  return words;
}

void Dictionary::Core::visit_prefix(std::string_view beginning, const Visit& visit) const {
  if (!is_utf8(beginning)) return;  // it may be the first bytes of a word, but not its first code points
  for (const Tier& tier : tiers_) {
    if (!tier.visit_prefix(beginning, visit)) return;
  }
  for (const auto& [word, documents] : new_) {
    if (documents == 0 || !word.starts_with(beginning)) continue;
    if (!visit({word, documents, 0, word.size() == beginning.size()})) return;
  }
}

void Dictionary::Core::visit_alike(std::string_view asked, std::uint8_t most, bool beginnings,
                                   const Visit& visit) const {
  if (most == 1) return visit_near<1>(asked, beginnings, visit);
  if (most > 1) return visit_near<2>(asked, beginnings, visit);
  if (asked.empty()) return;
  if (beginnings) return visit_prefix(asked, visit);
  visit_same(asked, visit);
}

void Dictionary::Core::visit_same(std::string_view asked, const Visit& visit) const {
  if (const std::uint32_t having = documents(asked)) visit({asked, having, 0, true});
}

template <int k_most>
void Dictionary::Core::visit_near(std::string_view asked, bool beginnings, const Visit& visit) const {
  const std::u32string points = code_points(asked);
  if (points.size() > Rows<k_most>::k_longest_asked) return;
  Rows<k_most> rows(points);
  for (const Tier& tier : tiers_) {
    if (!tier.visit_alike(rows, beginnings, visit)) return;
  }
  for (const auto& [word, documents] : new_) {
    if (!tell_rest<k_most>({word, documents}, word, 0, rows, beginnings, visit)) return;
  }
}

std::size_t Dictionary::Core::bytes() const {
  constexpr std::size_t k_link = 2 * sizeof(void*);  // of a node of the hash table: the next one, and its hash
  std::size_t all = sizeof *this + new_.bucket_count() * sizeof(void*);
  for (const auto& [word, documents] : new_) all += k_link + sizeof word + sizeof documents + word.capacity();
  for (const Tier& tier : tiers_) all += tier.bytes();
  return all;
}

// ---- the dictionary

Dictionary::Dictionary() : core_(std::make_unique<Core>()) {}
Dictionary::~Dictionary() = default;
Dictionary::Dictionary(Dictionary&&) noexcept = default;
Dictionary& Dictionary::operator=(Dictionary&&) noexcept = default;

void Dictionary::fill(std::vector<std::pair<std::string, std::uint32_t>> words) { core_->fill(words); }

void Dictionary::count(std::string_view word, std::int64_t change) { core_->count(word, change); }

std::uint32_t Dictionary::documents(std::string_view word) const { return core_->documents(word); }

std::size_t Dictionary::size() const { return core_->size(); }

void Dictionary::visit_prefix(std::string_view beginning, const Visit& visit) const {
  core_->visit_prefix(beginning, visit);
}

void Dictionary::visit_alike(std::string_view asked, std::uint8_t most, bool beginnings, const Visit& visit) const {
  core_->visit_alike(asked, most, beginnings, visit);
}

std::size_t Dictionary::bytes() const { return core_->bytes(); }

}  // namespace alforis::search
