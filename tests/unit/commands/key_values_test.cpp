// An overlay reads as if its changes had been made below.
#include "commands/key_values.hpp"

#include <gtest/gtest.h>

#include <random>
#include <utility>
#include <vector>

namespace alforis::commands {
namespace {

using Entries = std::vector<std::pair<std::string, std::string>>;

Entries scanned(const KeyValues& values, std::string_view prefix, std::size_t most = SIZE_MAX) {
  Entries found;
  values.scan(prefix, [&](std::string_view key, std::string_view value) {
    found.emplace_back(key, value);
    return found.size() < most;
  });
  return found;
}

struct OverlayTest : testing::Test {
  NoKeyValues nothing;
  Overlay base{nothing};
  Overlay top{static_cast<const KeyValues&>(base)};
};

TEST_F(OverlayTest, ReadsItsChangesFirst) {
  base.put("a", "below");
  base.put("b", "below");
  base.put("c", "below");
  top.put("b", "above");
  top.erase("c");
  EXPECT_EQ(top.get("a"), "below");
  EXPECT_EQ(top.get("b"), "above");
  EXPECT_EQ(top.get("c"), std::nullopt);
  EXPECT_EQ(top.get("d"), std::nullopt);
  EXPECT_EQ(base.get("c"), "below");
}

TEST_F(OverlayTest, ScansBothInOneOrder) {
  for (const auto* key : {"p/b", "p/d", "p/f", "q/a"}) base.put(key, "below");
  for (const auto* key : {"o/z", "p/a", "p/d", "p/g"}) top.put(key, "above");
  top.erase("p/f");
  EXPECT_EQ(scanned(top, "p/"), (Entries{{"p/a", "above"}, {"p/b", "below"}, {"p/d", "above"}, {"p/g", "above"}}));
  EXPECT_EQ(scanned(top, "p/", 2), (Entries{{"p/a", "above"}, {"p/b", "below"}}));
  EXPECT_EQ(scanned(top, "x/"), Entries{});
}

TEST_F(OverlayTest, StopsWhenTheVisitorHasEnough) {
  for (const auto* key : {"a", "b", "c", "d"}) (key[0] % 2 == 0 ? base : top).put(key, "");
  for (std::size_t most = 1; most <= 4; ++most) EXPECT_EQ(scanned(top, "", most).size(), most);
}

TEST_F(OverlayTest, ScanAgreesWithGetWhateverHappened) {
  std::mt19937_64 random(17);
  for (int round = 0; round < 200; ++round) {
    const std::string key(1, static_cast<char>('a' + random() % 12));
    Overlay& changed = random() % 2 == 0 ? base : top;
    random() % 3 == 0 ? changed.erase(key) : changed.put(key, std::to_string(round));
    Entries expected;
    for (char c = 'a'; c <= 'l'; ++c) {
      if (auto value = top.get(std::string(1, c))) expected.emplace_back(std::string(1, c), *value);
    }
    ASSERT_EQ(scanned(top, ""), expected) << "round " << round;
  }
}

}  // namespace
}  // namespace alforis::commands
