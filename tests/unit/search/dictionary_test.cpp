// Words found whole, by their beginning and with typos, whatever has been counted before.
#include "search/dictionary.hpp"

#include <gmock/gmock.h>

#include <map>
#include <random>
#include <set>
#include <tuple>

namespace alforis::search {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

using Counts = std::map<std::string, std::uint32_t>;

/// A Likeness that outlives the call.
struct Told {
  std::string word;
  std::uint32_t documents = 0;
  int edits = 0;
  bool whole = true;

  friend auto operator<=>(const Told&, const Told&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Told& told) {
    return out << told.word << " in " << told.documents << ", edits " << told.edits
               << (told.whole ? "" : ", beginning");
  }
};

class Listener {
 public:
  Dictionary::Visit visit() {
    return [this](const Likeness& found) {
      told_.push_back({std::string(found.word), found.documents, found.edits, found.whole});
      return true;
    };
  }
  /// Sorted; a word that was told twice is there twice.
  std::vector<Told> told() && {
    std::sort(told_.begin(), told_.end());
    return std::move(told_);
  }

 private:
  std::vector<Told> told_;
};

std::vector<Told> with_prefix(const Dictionary& dictionary, std::string_view beginning) {
  Listener listener;
  dictionary.visit_prefix(beginning, listener.visit());
  return std::move(listener).told();
}

std::vector<Told> alike(const Dictionary& dictionary, std::string_view asked, std::uint8_t most, bool beginnings) {
  Listener listener;
  dictionary.visit_alike(asked, most, beginnings, listener.visit());
  return std::move(listener).told();
}

Dictionary of(const std::vector<std::string>& words) {
  Dictionary dictionary;
  for (const std::string& word : words) dictionary.count(word, 1);
  return dictionary;
}

// ---- the same by looking at every word

std::u32string decoded(std::string_view text) {
  std::u32string points;
  for (const char each : text) {
    const auto byte = static_cast<unsigned char>(each);
    if ((byte & 0xC0) == 0x80) {
      points.back() = points.back() << 6 | (byte & 0x3F);
    } else if (byte < 0x80) {
      points += byte;
    } else {
      points += byte & (byte < 0xE0 ? 0x1F : byte < 0xF0 ? 0x0F : 0x07);
    }
  }
  return points;
}

/// The distances between all of `asked` and every beginning of `word`, the empty one first.
std::vector<int> distances(const std::u32string& asked, const std::u32string& word) {
  const std::size_t n = asked.size();
  const std::size_t m = word.size();
  std::vector<std::vector<int>> d(n + 1, std::vector<int>(m + 1, 1000));
  for (std::size_t i = 0; i <= n; ++i) {
    for (std::size_t j = 0; j <= m; ++j) {
      int& cell = d[i][j];
      if (i == 0 && j == 0) cell = 0;
      if (i > 0) cell = std::min(cell, d[i - 1][j] + (i == 1 ? 2 : 1));
      if (j > 0) cell = std::min(cell, d[i][j - 1] + (j == 1 ? 2 : 1));
      if (i > 0 && j > 0) {
        const bool same = asked[i - 1] == word[j - 1];
        cell = std::min(cell, d[i - 1][j - 1] + (same ? 0 : i == 1 || j == 1 ? 2 : 1));
      }
      if (i > 1 && j > 1 && asked[i - 1] == word[j - 2] && asked[i - 2] == word[j - 1]) {
        cell = std::min(cell, d[i - 2][j - 2] + (i == 2 || j == 2 ? 2 : 1));
      }
    }
  }
  return d[n];
}

std::vector<Told> alike_one_by_one(const Counts& counts, std::string_view asked, int most, bool beginnings) {
  std::vector<Told> told;
  const std::u32string points = decoded(asked);
  for (const auto& [word, documents] : counts) {
    if (documents == 0) continue;
    const std::vector<int> all = distances(points, decoded(word));
    const int least = *std::min_element(all.begin() + 1, all.end());
    if (all.back() <= most) {
      told.push_back({word, documents, all.back(), true});
    } else if (beginnings && least <= most) {
      told.push_back({word, documents, least, false});
    }
  }
  return told;
}

std::vector<Told> with_prefix_one_by_one(const Counts& counts, std::string_view beginning) {
  std::vector<Told> told;
  for (const auto& [word, documents] : counts) {
    if (documents > 0 && word.starts_with(beginning)) told.push_back({word, documents, 0, word == beginning});
  }
  return told;
}

// ---- random words

class Chance {
 public:
  explicit Chance(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_); }

  /// Of one to `longest` letters.
  std::string word(const std::vector<std::string>& letters, std::size_t longest) {
    std::string made;
    for (std::size_t left = 1 + below(longest); left > 0; --left) made += letters[below(letters.size())];
    return made;
  }

 private:
  std::mt19937 random_;
};

const std::vector<std::string> k_few_letters = {"a", "b", "c"};
const std::vector<std::string> k_wide_letters = {"a", "é", "ж", "漢", "😀"};

/// A dictionary, and beside it what it has to know.
struct Pair {
  Dictionary dictionary;
  Counts counts;

  void count(const std::string& word, std::int64_t change) {
    dictionary.count(word, change);
    const std::int64_t documents = std::max<std::int64_t>(counts[word] + change, 0);
    counts[word] = static_cast<std::uint32_t>(documents);
  }
  void fill() {
    std::vector<std::pair<std::string, std::uint32_t>> words;
    for (const auto& [word, documents] : counts) {
      if (documents > 0) words.emplace_back(word, documents);
    }
    dictionary.fill(std::move(words));
  }
  void expect_same_counts() const {
    std::size_t live = 0;
    for (const auto& [word, documents] : counts) {
      ASSERT_EQ(dictionary.documents(word), documents) << word;
      if (documents > 0) ++live;
    }
    EXPECT_EQ(dictionary.size(), live);
  }
  void expect_same_visits(const std::string& asked) const {
    EXPECT_EQ(with_prefix(dictionary, asked), with_prefix_one_by_one(counts, asked)) << asked;
    for (const std::uint8_t most : {0, 1, 2}) {
      for (const bool beginnings : {false, true}) {
        EXPECT_EQ(alike(dictionary, asked, most, beginnings), alike_one_by_one(counts, asked, most, beginnings))
            << asked << ", most " << int{most} << (beginnings ? ", beginnings" : "");
      }
    }
  }
};

/// Counts up and down, more of the former, so that words come, vanish and come again.
void change_at_random(Pair& pair, Chance& chance, const std::vector<std::string>& letters, std::size_t longest,
                      int changes) {
  for (; changes > 0; --changes) {
    pair.count(chance.word(letters, longest), chance.below(3) == 0 ? -2 : 1 + static_cast<int>(chance.below(2)));
  }
}

// ---- distances

TEST(EditsAllowed, AreNoneBelowFiveLettersOneBelowNineThenTwo) {
  EXPECT_EQ(edits_allowed(""), 0);
  EXPECT_EQ(edits_allowed("paul"), 0);
  EXPECT_EQ(edits_allowed("marie"), 1);
  EXPECT_EQ(edits_allowed("bertrand"), 1);
  EXPECT_EQ(edits_allowed("christine"), 2);
  EXPECT_EQ(edits_allowed(std::string(64, 'a')), 2);
}

TEST(EditsAllowed, AreByCodePoints) {
  EXPECT_EQ(edits_allowed("жжжж"), 0);
  EXPECT_EQ(edits_allowed("жжжжж"), 1);
  EXPECT_EQ(edits_allowed("漢漢漢漢漢漢漢漢"), 1);
  EXPECT_EQ(edits_allowed("漢漢漢漢漢漢漢漢漢"), 2);
}

TEST(EditsAllowed, AreNoneWithADigit) {
  EXPECT_EQ(edits_allowed("fonds2030"), 0);
  EXPECT_EQ(edits_allowed("0612345678"), 0);
  EXPECT_EQ(edits_allowed("christine9"), 0);
}

struct Distance {
  std::string_view asked;
  std::string_view word;
  int edits;
};

TEST(EditsBetween, CountInsertionsDeletionsSubstitutionsAndSwapsOfNeighbours) {
  for (const auto& [asked, word, edits] : std::vector<Distance>{
           {"durand", "durand", 0},
           {"durnad", "durand", 1},
           {"durad", "durand", 1},
           {"durrand", "durand", 1},
           {"durend", "durand", 1},
           {"durandd", "durand", 1},
           {"duran", "durand", 1},
           {"dupont", "durand", 3},
           {"drudan", "durand", 3},
           {"xca", "xabc", 3},  // not swapped and then parted, which would be two
           {"", "", 0},
           {"", "a", 2},
           {"", "abc", 4},
       }) {
    EXPECT_EQ(edits_between(asked, word, 9), edits) << asked << ", " << word;
    EXPECT_EQ(edits_between(word, asked, 9), edits) << word << ", " << asked;
  }
}

TEST(EditsBetween, CountTheFirstLetterTwice) {
  for (const auto& [asked, word, edits] : std::vector<Distance>{
           {"burand", "durand", 2},
           {"urand", "durand", 2},
           {"adurand", "durand", 2},
           {"udrand", "durand", 2},
           {"ddurand", "durand", 1},  // the second of two like ones may be what is too much
           {"burnad", "durand", 3},
           {"a", "b", 2},
           {"ab", "ba", 2},
       }) {
    EXPECT_EQ(edits_between(asked, word, 9), edits) << asked << ", " << word;
    EXPECT_EQ(edits_between(word, asked, 9), edits) << word << ", " << asked;
  }
}

TEST(EditsBetween, CountACodePointOnce) {
  EXPECT_EQ(edits_between("петров", "петрав", 9), 1);
  EXPECT_EQ(edits_between("петров", "пертов", 9), 1);
  EXPECT_EQ(edits_between("a漢b", "ab", 9), 1);
  EXPECT_EQ(edits_between("a😀b", "a漢b", 9), 1);
  EXPECT_EQ(edits_between("жa", "зa", 9), 2) << "though they share a byte";
}

TEST(EditsBetween, KnowsNothingOfAccents) {
  EXPECT_EQ(edits_between("helene", "hélène", 9), 2) << "words are folded before";
}

TEST(EditsBetween, TellsNoMoreThanOneMoreThanTheMost) {
  EXPECT_EQ(edits_between("durand", "martin", 2), 3);
  EXPECT_EQ(edits_between("durand", "durnad", 0), 1);
  EXPECT_EQ(edits_between("durand", "durnad", 1), 1);
  EXPECT_EQ(edits_between("a", std::string(64, 'a'), 2), 3);
  EXPECT_EQ(edits_between(std::string(64, 'a'), std::string(64, 'b'), 254), 65);
}

TEST(EditsBetween, IsTheDistanceOfTheWholeMatrix) {
  Chance chance(1);
  for (int round = 0; round < 20'000; ++round) {
    const auto& letters = round % 2 == 0 ? k_few_letters : k_wide_letters;
    const std::string asked = chance.word(letters, 8);
    const std::string word = chance.word(letters, 8);
    const int wanted = distances(decoded(asked), decoded(word)).back();
    for (const int most : {0, 1, 2, 3, 20}) {
      ASSERT_EQ(edits_between(asked, word, static_cast<std::uint8_t>(most)), std::min(wanted, most + 1))
          << asked << ", " << word << ", most " << most;
    }
  }
}

// ---- counts

TEST(Dictionary, HasNothingAtFirst) {
  const Dictionary dictionary;
  EXPECT_EQ(dictionary.size(), 0u);
  EXPECT_EQ(dictionary.documents("durand"), 0u);
  EXPECT_EQ(dictionary.documents(""), 0u);
  EXPECT_THAT(with_prefix(dictionary, ""), IsEmpty());
  for (const std::uint8_t most : {0, 1, 2}) {
    EXPECT_THAT(alike(dictionary, "durand", most, true), IsEmpty());
    EXPECT_THAT(alike(dictionary, "", most, true), IsEmpty());
  }
}

TEST(Dictionary, CountsDocumentsUpAndDownButNotBelowNone) {
  Dictionary dictionary;
  dictionary.count("durand", 2);
  dictionary.count("durand", 1);
  EXPECT_EQ(dictionary.documents("durand"), 3u);
  dictionary.count("durand", -5);
  EXPECT_EQ(dictionary.documents("durand"), 0u);
  EXPECT_EQ(dictionary.size(), 0u);
  EXPECT_THAT(with_prefix(dictionary, "d"), IsEmpty());
  dictionary.count("durand", 1);
  EXPECT_EQ(dictionary.documents("durand"), 1u);
  dictionary.count("martin", -1);
  EXPECT_EQ(dictionary.size(), 1u) << "what nobody has can't become less";
  dictionary.count("durand", std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(dictionary.documents("durand"), std::numeric_limits<std::uint32_t>::max());
  dictionary.count("durand", std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(dictionary.documents("durand"), 0u);
}

TEST(Dictionary, RefusesWhatIsNoWord) {
  Dictionary dictionary;
  for (const std::string& word : {std::string(), std::string(65, 'a'), std::string("caf\xC3"), std::string("\xFF")}) {
    EXPECT_THROW(dictionary.count(word, 1), std::invalid_argument);
    EXPECT_THROW(dictionary.fill({{word, 1}}), std::invalid_argument);
    EXPECT_EQ(dictionary.documents(word), 0u);
  }
  EXPECT_EQ(dictionary.size(), 0u);
}

TEST(Dictionary, IsFilledInPlaceOfWhatItHad) {
  Dictionary dictionary = of({"durand"});
  dictionary.fill({{"dupont", 2}, {"martin", 3}});
  EXPECT_EQ(dictionary.size(), 2u);
  EXPECT_EQ(dictionary.documents("durand"), 0u);
  EXPECT_EQ(dictionary.documents("martin"), 3u);
  dictionary.fill({});
  EXPECT_EQ(dictionary.size(), 0u);
}

TEST(Dictionary, IsNotFilledOutOfOrder) {
  Dictionary dictionary = of({"durand"});
  EXPECT_THROW(dictionary.fill({{"b", 1}, {"a", 1}}), std::invalid_argument);
  EXPECT_THROW(dictionary.fill({{"a", 1}, {"a", 1}}), std::invalid_argument);
  EXPECT_EQ(dictionary.documents("durand"), 1u);
}

TEST(Dictionary, MovesAsAWhole) {
  Dictionary one = of({"durand"});
  const Dictionary other = std::move(one);
  EXPECT_EQ(other.documents("durand"), 1u);
  one = of({"martin"});
  EXPECT_EQ(one.documents("martin"), 1u);
}

TEST(Dictionary, KeepsCountOfManyWordsThatComeAndGo) {
  constexpr int k_words = 60'000;
  Pair pair;
  for (int number = 0; number < k_words; ++number) pair.count("w" + std::to_string(number * 7919 % k_words), 1);
  pair.expect_same_counts();
  const std::size_t full = pair.dictionary.bytes();
  EXPECT_GT(full, 0u);
  for (int number = 0; number < k_words; ++number) {
    if (number % 10 != 0) pair.count("w" + std::to_string(number), -1);
  }
  pair.expect_same_counts();
  EXPECT_LT(pair.dictionary.bytes(), full / 2) << "words that vanished take no room for long";
  for (int number = 0; number < k_words; ++number) pair.count("w" + std::to_string(number), 1);
  pair.expect_same_counts();
  EXPECT_EQ(with_prefix(pair.dictionary, "w123"), with_prefix_one_by_one(pair.counts, "w123"));
  for (int number = 0; number < k_words; ++number) pair.count("w" + std::to_string(number), -2);
  pair.expect_same_counts();
}

// ---- visits

TEST(Dictionary, TellsWordsByTheirBeginning) {
  const Dictionary dictionary = of({"dur", "durand", "duras", "du", "dupont", "жук", "жуков"});
  EXPECT_THAT(with_prefix(dictionary, "dur"),
              ElementsAre(Told{"dur", 1, 0, true}, Told{"durand", 1, 0, false}, Told{"duras", 1, 0, false}));
  EXPECT_THAT(with_prefix(dictionary, "durandal"), IsEmpty());
  EXPECT_THAT(with_prefix(dictionary, "жуко"), ElementsAre(Told{"жуков", 1, 0, false}));
  EXPECT_EQ(with_prefix(dictionary, "").size(), 7u);
}

TEST(Dictionary, TakesNoPartOfACodePointForABeginning) {
  Dictionary dictionary = of({"жук"});
  EXPECT_THAT(with_prefix(dictionary, "\xD0"), IsEmpty());
  dictionary.fill({{"жук", 1}});
  EXPECT_THAT(with_prefix(dictionary, "\xD0"), IsEmpty());
  EXPECT_THAT(alike(dictionary, "\xD0", 1, true), IsEmpty());
}

TEST(Dictionary, TellsWordsWithTypos) {
  const Dictionary dictionary = of({"durand", "durant", "dura", "burand", "martin"});
  EXPECT_THAT(alike(dictionary, "durnad", 1, false), ElementsAre(Told{"durand", 1, 1, true}));
  EXPECT_THAT(alike(dictionary, "durand", 1, false),
              ElementsAre(Told{"durand", 1, 0, true}, Told{"durant", 1, 1, true}));
  EXPECT_THAT(alike(dictionary, "durand", 2, false),
              UnorderedElementsAre(Told{"durand", 1, 0, true}, Told{"durant", 1, 1, true}, Told{"dura", 1, 2, true},
                                   Told{"burand", 1, 2, true}));
  EXPECT_THAT(alike(dictionary, "durand", 0, false), ElementsAre(Told{"durand", 1, 0, true}));
  EXPECT_EQ(alike(dictionary, "durand", 9, false), alike(dictionary, "durand", 2, false)) << "two at the most";
}

TEST(Dictionary, TellsBeginningsWithTyposUnlessTheWordItselfIsAlike) {
  const Dictionary dictionary = of({"durand", "durandal", "durantine", "durnas"});
  EXPECT_THAT(alike(dictionary, "durand", 1, true),
              ElementsAre(Told{"durand", 1, 0, true}, Told{"durandal", 1, 0, false}, Told{"durantine", 1, 1, false}));
  EXPECT_THAT(alike(dictionary, "durand", 2, true),
              ElementsAre(Told{"durand", 1, 0, true}, Told{"durandal", 1, 2, true}, Told{"durantine", 1, 1, false},
                          Told{"durnas", 1, 2, true}));
}

TEST(Dictionary, IsAskedForNothingAndTellsWhatIsThatNear) {
  const Dictionary dictionary = of({"a", "ab", "ж"});
  EXPECT_THAT(alike(dictionary, "", 1, true), IsEmpty());
  EXPECT_THAT(alike(dictionary, "", 2, false), ElementsAre(Told{"a", 1, 2, true}, Told{"ж", 1, 2, true}));
  EXPECT_THAT(alike(dictionary, "", 2, true),
              ElementsAre(Told{"a", 1, 2, true}, Told{"ab", 1, 2, false}, Told{"ж", 1, 2, true}));
}

TEST(Dictionary, StopsOnceTheVisitorHasEnough) {
  std::vector<std::string> words;
  for (int number = 0; number < 3000; ++number) words.push_back("word" + std::to_string(number));
  const Dictionary counted = of(words);
  Dictionary filled;
  std::sort(words.begin(), words.end());
  std::vector<std::pair<std::string, std::uint32_t>> sorted;
  for (const std::string& word : words) sorted.emplace_back(word, 1);
  filled.fill(std::move(sorted));
  const Dictionary young = of({"word1", "word2", "word3", "word4", "word5", "word6"});
  for (const Dictionary* dictionary : std::initializer_list<const Dictionary*>{&counted, &filled, &young}) {
    for (const int enough : {1, 2, 5}) {
      int told = 0;
      const Dictionary::Visit visit = [&](const Likeness&) { return ++told < enough; };
      dictionary->visit_prefix("wor", visit);
      EXPECT_EQ(told, enough);
      for (const std::uint8_t most : {0, 1, 2}) {
        told = 0;
        dictionary->visit_alike("word", most, true, visit);
        EXPECT_EQ(told, enough) << int{most};
      }
      told = 0;
      dictionary->visit_alike("word0", 2, false, visit);
      EXPECT_EQ(told, enough);
    }
  }
}

TEST(Dictionary, HasWordsOf64Bytes) {
  const std::string long_one(64, 'a');
  std::string faces;
  for (int face = 0; face < 16; ++face) faces += "😀";
  Pair pair;
  for (const std::string& word : {long_one, std::string(63, 'a') + "b", std::string(62, 'a'), faces})
    pair.count(word, 1);
  for (int round = 0; round < 2; ++round) {
    pair.expect_same_counts();
    for (const std::string& asked : {long_one, long_one + "a", long_one + "aa", long_one + "aaa", std::string(61, 'a'),
                                     std::string(60, 'a'), std::string(300, 'a'), faces, faces + "a", faces + "😀😀😀"}) {
      pair.expect_same_visits(asked);
    }
    pair.fill();
  }
}

TEST(Dictionary, TellsTheSameAsALookAtEveryWord) {
  for (const auto& [letters, longest, seed] : std::vector<std::tuple<std::vector<std::string>, std::size_t, unsigned>>{
           {k_few_letters, 9, 2}, {k_wide_letters, 6, 3}, {{"a", "b"}, 14, 4}}) {
    Chance chance(seed);
    Pair pair;
    for (int round = 0; round < 6; ++round) {
      change_at_random(pair, chance, letters, longest, 1500);
      pair.expect_same_counts();
      for (int query = 0; query < 15; ++query) pair.expect_same_visits(chance.word(letters, longest + 2));
      if (round == 3) pair.fill();
    }
  }
}

TEST(Dictionary, TellsTheSameOfFewWordsOfEveryShape) {
  Chance chance(5);
  for (int round = 0; round < 400; ++round) {
    const auto& letters = round % 2 == 0 ? k_few_letters : k_wide_letters;
    Pair pair;
    change_at_random(pair, chance, letters, 5, 1 + static_cast<int>(chance.below(30)));
    if (chance.below(4) != 0) pair.fill();
    change_at_random(pair, chance, letters, 5, static_cast<int>(chance.below(10)));
    pair.expect_same_counts();
    for (int query = 0; query < 4; ++query) pair.expect_same_visits(chance.word(letters, 6));
  }
}

}  // namespace
}  // namespace alforis::search
