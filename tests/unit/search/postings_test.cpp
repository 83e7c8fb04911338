// Posting blocks: what goes in comes out, changes count as if they had been there from the start, damage is noticed.
#include "search/postings.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace alforis::search {
namespace {

using Postings = std::map<std::uint32_t, std::vector<Place>>;

Postings read_all(std::string_view bytes) {
  Block block;
  EXPECT_TRUE(block.read(bytes));
  Postings postings;
  for (std::size_t i = 0; i < block.documents().size(); ++i) {
    EXPECT_TRUE(decode_places(block.places(i), postings[block.documents()[i]]));
  }
  return postings;
}

std::string block_of(const Postings& postings) {
  BlockBuilder builder;
  for (const auto& [document, places] : postings) builder.add(document, encode_places(places));
  return builder.finish();
}

std::vector<Place> random_places(std::mt19937& dice) {
  std::set<Place> places;
  const auto count = 1 + dice() % 5;
  while (places.size() < count) {
    places.insert(
        {static_cast<std::uint8_t>(dice() % 3), static_cast<std::uint32_t>(dice() % (dice() % 9 == 0 ? 40000 : 30))});
  }
  return {places.begin(), places.end()};
}

TEST(Places, ComeBackAsTheyWere) {
  for (const std::vector<Place>& places :
       {std::vector<Place>{{0, 0}}, {{3, 7}, {3, 9}}, {{0, 5}, {1, 0}, {1, 1}}, {{255, UINT32_MAX}}}) {
    std::vector<Place> back;
    EXPECT_TRUE(decode_places(encode_places(places), back));
    EXPECT_EQ(back, places);
  }
}

TEST(Places, OneTakesTwoBytes) { EXPECT_EQ(encode_places(std::vector<Place>{{2, 9}}).size(), 2U); }

TEST(Places, ThatAreNoneAreRefused) {
  for (const std::string_view bytes : {std::string_view(""), std::string_view("\x02", 1), std::string_view("\x03", 1),
                                       std::string_view("\xff\xff", 2)}) {
    std::vector<Place> back;
    EXPECT_FALSE(decode_places(bytes, back));
  }
}

TEST(Block, HoldsItsFirstAndItsLastDocument) {
  const Postings postings = {{0, {{0, 1}}}, {k_block_documents - 1, {{1, 2}, {1, 300}}}};
  EXPECT_EQ(read_all(block_of(postings)), postings);
}

TEST(Block, OfNothingIsEmpty) { EXPECT_TRUE(read_all(block_of({})).empty()); }

TEST(Block, IsAfterAnyChangesWhatOneMadeAtOnceWouldBe) {
  std::mt19937 dice(5);
  for (int round = 0; round < 50; ++round) {
    Postings postings;
    std::optional<std::string> block;
    const std::uint32_t documents = round % 2 == 0 ? 40 : k_block_documents;
    for (int step = 0; step < 60; ++step) {
      std::vector<std::string> changes;
      for (auto many = dice() % 12; many-- > 0;) {
        const auto document = static_cast<std::uint32_t>(dice() % documents);
        if (dice() % 3 == 0) {
          postings.erase(document);
          changes.push_back(encode_absence(document));
        } else {
          postings[document] = random_places(dice);
          changes.push_back(encode_posting(document, encode_places(postings[document])));
        }
      }
      const std::vector<std::string_view> views(changes.begin(), changes.end());
      block = merge_block(block, views);
      ASSERT_TRUE(block);
      ASSERT_EQ(read_all(*block), postings);
    }
  }
}

TEST(Block, DoesNotGrowWithChangesThatUndoEachOther) {
  std::optional<std::string> block;
  for (int i = 0; i < 10'000; ++i) {
    const std::string change =
        i % 2 == 0 ? encode_posting(7, encode_places(std::vector<Place>{{1, 1}})) : encode_absence(7);
    const std::string_view view = change;
    block = merge_block(block, {&view, 1});
    ASSERT_LE(block->size(), 400U);
  }
}

TEST(Block, ThatIsCutOffOrScrambledNeverReadsOutsideItself) {
  std::mt19937 dice(9);
  Postings postings;
  for (int i = 0; i < 300; ++i) postings[dice() % k_block_documents] = random_places(dice);
  const std::string whole = block_of(postings) + encode_absence(3) + encode_posting(9, "\x01\x02");
  for (int round = 0; round < 3000; ++round) {
    std::string damaged = whole.substr(0, round % 2 == 0 ? whole.size() : dice() % whole.size());
    if (!damaged.empty()) damaged[dice() % damaged.size()] = static_cast<char>(dice());
    Block block;
    if (!block.read(damaged)) continue;
    for (std::size_t i = 0; i < block.documents().size(); ++i) {
      std::vector<Place> places;
      decode_places(block.places(i), places);
    }
  }
}

}  // namespace
}  // namespace alforis::search
