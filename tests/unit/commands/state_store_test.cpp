// The state on disk: whole or thrown away, never half.
#include "commands/state_store.hpp"

#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <fstream>

#include "commands/outcomes.hpp"
#include "temporary_directory.hpp"

namespace alforis::commands {
namespace {

using eventstore::Cursor;
using testing::TemporaryDirectory;

std::vector<std::string> keys(const KeyValues& values, std::string_view prefix, std::size_t most = SIZE_MAX) {
  std::vector<std::string> found;
  values.scan(prefix, [&](std::string_view key, std::string_view) {
    found.emplace_back(key);
    return found.size() < most;
  });
  return found;
}

Cursor cursor_at(eventstore::Position position) { return {position, 3, 2, {1, 2, 3}}; }

TEST(StateStore, KeepsChangesAndCursorTogether) {
  const TemporaryDirectory directory;
  {
    StateStore store(directory.path());
    EXPECT_EQ(store.cursor(), Cursor{});
    store.write({{"e/1", "one"}, {"e/2", "two"}, {"i/x", ""}}, cursor_at(7), 1);
    store.write({{"e/1", std::nullopt}, {"e/2", "zwei"}}, cursor_at(8), 1);
    EXPECT_EQ(store.get("e/1"), std::nullopt);
    EXPECT_EQ(store.get("e/2"), "zwei");
    store.flush();
  }
  const StateStore reopened(directory.path());
  EXPECT_EQ(reopened.cursor(), cursor_at(8));
  EXPECT_EQ(reopened.get("e/2"), "zwei");
  EXPECT_EQ(reopened.get("i/x"), "");
  EXPECT_EQ(keys(reopened, "e/"), std::vector<std::string>{"e/2"});
}

TEST(StateStore, ScansInOrderUntilTheVisitorHasEnough) {
  const TemporaryDirectory directory;
  StateStore store(directory.path());
  store.write({{"a/2", ""}, {"a/1", ""}, {"a", ""}, {"b/1", ""}, {"a/3", ""}}, cursor_at(1), 1);
  EXPECT_EQ(keys(store, "a/"), (std::vector<std::string>{"a/1", "a/2", "a/3"}));
  EXPECT_EQ(keys(store, "a/", 2), (std::vector<std::string>{"a/1", "a/2"}));
  EXPECT_EQ(keys(store, "c"), std::vector<std::string>{});
}

/// Puts ten thousand keys of four kinds, or of every third key erases what there is.
void load_many(StateStore& store, const std::string& value, const Cursor& cursor, bool erases = false) {
  StateStore::Load load(store);
  int count = 0;
  for (const char* const kind : {"c/", "e/organisation/", "e/person/", "i/name/"}) {
    for (int i = 100'000; i < 110'000; ++i) {
      const std::string key = kind + std::to_string(i);
      if (erases && count++ % 3 == 0) {
        load.erase(key);
      } else {
        load.put(key, value);
      }
    }
  }
  load.finish(cursor, 1);
}

TEST(StateStore, LoadsManyChangesAtOnceOverOlderOnes) {
  const TemporaryDirectory directory;
  {
    StateStore store(directory.path());
    store.write({{"e/person/100003", "old"}, {"e/person/200000", "other"}}, cursor_at(1), 1);
    load_many(store, "first", cursor_at(2));
    load_many(store, "second", cursor_at(3), true);
    store.write({{"e/person/100002", "newest"}}, cursor_at(4), 4);
    store.flush();
  }
  const StateStore store(directory.path());
  EXPECT_EQ(store.cursor(), cursor_at(4));
  EXPECT_EQ(keys(store, "e/organisation/").size(), 6667U);
  EXPECT_EQ(store.get("c/100000"), std::nullopt);
  EXPECT_EQ(store.get("c/100001"), "second");
  EXPECT_EQ(store.get("e/person/100003"), "second");
  EXPECT_EQ(store.get("e/person/100002"), "newest");
  EXPECT_EQ(store.get("e/person/200000"), "other");
}

TEST(StateStore, AKillLeavesWhatWasLoadedWholeAndNothingOfWhatCameAfter) {
  const TemporaryDirectory directory;
  const TemporaryDirectory copy;
  StateStore store(directory.path());
  store.write({{"e/1", "one"}}, cursor_at(7), 1);
  load_many(store, "loaded", cursor_at(8));
  store.write({{"e/2", "two"}}, cursor_at(9), 1);
  std::filesystem::copy(directory.path(), copy.path(), std::filesystem::copy_options::recursive);
  const StateStore recovered(copy.path());
  EXPECT_EQ(recovered.cursor(), cursor_at(8));
  EXPECT_EQ(recovered.get("e/1"), "one");
  EXPECT_EQ(recovered.get("e/2"), std::nullopt);
  EXPECT_EQ(keys(recovered, "e/organisation/").size(), 10'000U);
}

TEST(StateStore, ALoadThatIsNotFinishedLeavesNothing) {
  const TemporaryDirectory directory;
  StateStore store(directory.path());
  store.write({{"e/1", "one"}}, cursor_at(7), 1);
  {
    StateStore::Load load(store);
    load.put("e/1", "other");
    load.put("e/2", "two");
  }
  EXPECT_EQ(store.get("e/1"), "one");
  EXPECT_EQ(store.get("e/2"), std::nullopt);
  EXPECT_EQ(store.cursor(), cursor_at(7));
  load_many(store, "loaded", cursor_at(8));
  EXPECT_EQ(store.get("e/organisation/100000"), "loaded");
}

TEST(StateStore, UnflushedChangesAreLostWithTheirCursor) {
  const TemporaryDirectory directory;
  const TemporaryDirectory copy;
  StateStore store(directory.path());
  store.write({{"e/1", "one"}}, cursor_at(7), 1);
  store.flush();
  store.write({{"e/2", "two"}}, cursor_at(8), 1);
  // What a crash leaves: the files as they are now.
  std::filesystem::copy(directory.path(), copy.path(), std::filesystem::copy_options::recursive);
  const StateStore recovered(copy.path());
  EXPECT_EQ(recovered.cursor(), cursor_at(7));
  EXPECT_EQ(recovered.get("e/1"), "one");
  EXPECT_EQ(recovered.get("e/2"), std::nullopt);
}

TEST(StateStore, OneOfAnotherLayoutIsEmptied) {
  const TemporaryDirectory directory;
  {
    StateStore store(directory.path());
    store.write({{"e/1", "one"}}, cursor_at(7), 1);
    store.flush();
  }
  {
    rocksdb::DB* opened = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open({}, directory.path().string(), &opened).ok());
    const std::unique_ptr<rocksdb::DB> raw(opened);
    ASSERT_TRUE(raw->Put({}, "m/layout", "of another program").ok());
  }
  const StateStore reopened(directory.path());
  EXPECT_EQ(reopened.cursor(), Cursor{});
  EXPECT_EQ(reopened.get("e/1"), std::nullopt);
}

void overwrite_files(const std::filesystem::path& directory, std::string_view part, std::string_view text) {
  for (const auto& file : std::filesystem::directory_iterator(directory)) {
    if (file.path().filename().string().find(part) == std::string::npos) continue;
    std::ofstream(file.path(), std::ios::trunc) << text;
  }
}

TEST(StateStore, ADamagedOneIsEmptied) {
  for (const auto* part : {"MANIFEST", "CURRENT", ".sst"}) {
    const TemporaryDirectory directory;
    {
      StateStore store(directory.path());
      store.write({{"e/1", "one"}}, cursor_at(7), 1);
      store.flush();
    }
    overwrite_files(directory.path(), part, "garbage");
    const StateStore reopened(directory.path());
    EXPECT_EQ(reopened.cursor(), Cursor{}) << part;
    EXPECT_EQ(reopened.get("e/1"), std::nullopt) << part;
  }
}

TEST(StateStore, OneThatLostAFileIsEmptied) {
  for (const auto* part : {"MANIFEST", "CURRENT", ".sst"}) {
    const TemporaryDirectory directory;
    {
      StateStore store(directory.path());
      store.write({{"e/1", "one"}}, cursor_at(7), 1);
      store.flush();
    }
    for (const auto& file : std::filesystem::directory_iterator(directory.path())) {
      if (file.path().filename().string().find(part) != std::string::npos) std::filesystem::remove(file.path());
    }
    const StateStore reopened(directory.path());
    EXPECT_EQ(reopened.cursor(), Cursor{}) << part;
  }
}

TEST(StateStore, InUseByAnotherIsRefusedAndNotEmptied) {
  const TemporaryDirectory directory;
  StateStore store(directory.path());
  store.write({{"e/1", "one"}}, cursor_at(7), 1);
  EXPECT_THROW(StateStore(directory.path()), std::runtime_error);
  EXPECT_EQ(store.get("e/1"), "one");
}

TEST(StateStore, OldOutcomesExpireWhenFilesAreRewritten) {
  const TemporaryDirectory directory;
  constexpr std::int64_t k_now = 1'700'000'000'000'000;
  const auto outcome_of = [](std::int64_t time_us) { return encode_outcome({time_us, "", {}, {}}); };
  StateStore store(directory.path());
  store.write({{outcome_key("old"), outcome_of(k_now - k_outcome_lifetime_us - 1)},
               {outcome_key("young"), outcome_of(k_now - k_outcome_lifetime_us + 1)},
               {"e/1", "one"}},
              cursor_at(7), k_now);
  // Enough files of the same keys for RocksDB to merge them.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (store.get(outcome_key("old")) && std::chrono::steady_clock::now() < deadline) {
    store.write({{"a", ""}, {"z", ""}}, cursor_at(8), k_now);
    store.flush();
  }
  EXPECT_EQ(store.get(outcome_key("old")), std::nullopt);
  EXPECT_NE(store.get(outcome_key("young")), std::nullopt);
  EXPECT_EQ(store.get("e/1"), "one");
}

}  // namespace
}  // namespace alforis::commands
