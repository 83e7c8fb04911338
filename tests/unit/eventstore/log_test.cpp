// Reader and WriterEpoch on a log that does what a test wants.
#include "eventstore/log.hpp"

#include <gmock/gmock.h>

#include "eventstore/memory_log.hpp"
#include "tests/contract/settling_writer.hpp"

namespace alforis::eventstore {
namespace {

using namespace std::chrono_literals;
using namespace testing_support;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// Calls `before_append` before each append, as if something else happened at that moment.
class Interrupted final : public Log {
 public:
  Position append(std::span<const std::string> records) override {
    if (before_append) std::exchange(before_append, nullptr)();
    return log.append(records);
  }
  std::unique_ptr<RawReader> raw_reader(Position after) override { return log.raw_reader(after); }
  Position end() override { return log.end(); }
  std::size_t max_record_bytes() const override { return log.max_record_bytes(); }

  MemoryLog log;
  std::function<void()> before_append;
};

/// Gives out what it is told to.
class Scripted final : public Log {
 public:
  explicit Scripted(std::vector<StoredRecord> records) : records_(std::move(records)) {}
  Position append(std::span<const std::string>) override { throw AppendFailed("read-only"); }
  Position end() override { return records_.back().position; }
  std::size_t max_record_bytes() const override { return 1 << 20; }
  std::unique_ptr<RawReader> raw_reader(Position) override { return std::make_unique<Once>(records_); }

 private:
  class Once final : public RawReader {
   public:
    explicit Once(std::vector<StoredRecord> records) : records_(std::move(records)) {}
    std::vector<StoredRecord> read(std::size_t, std::chrono::milliseconds) override {
      return std::exchange(records_, {});
    }

   private:
    std::vector<StoredRecord> records_;
  };
  std::vector<StoredRecord> records_;
};

void ignore_commit(const Commit&) {}

WriterEpoch open_epoch(Log& log, Cursor known = {}) { return WriterEpoch(log, known, "w", ignore_commit); }

TEST(Reader, FindsThatThePositionsHaveAGap) {
  Digest chain{};
  const auto first = encode_commit(draft("c1"), 1, 1, chain, chain);
  Scripted log({{1, encode_epoch({1, "w", 0})}, {2, first}, {4, encode_commit(draft("c3"), 1, 3, chain, chain)}});
  Reader reader(log);
  EXPECT_THAT(reader.read(10, 0ms), SizeIs(1));
  try {
    reader.read(10, 0ms);
    FAIL() << "passed over";
  } catch (const LogDamaged& damage) {
    EXPECT_EQ(damage.position, 3u);
    EXPECT_THAT(damage.what(), HasSubstr("record is missing"));
  }
}

TEST(Reader, MovesItsCursorPastWhatDoesNotCount) {
  MemoryLog log;
  log.append(std::array{encode_epoch({1, "a", 0}), encode_epoch({1, "b", 0})});
  Reader reader(log);
  EXPECT_THAT(reader.read(10, 0ms), IsEmpty());
  EXPECT_EQ(reader.cursor().position, 2u);
  EXPECT_EQ(reader.newest_epoch().writer, "a");
}

TEST(WriterEpoch, HandsOverEveryCommitBeforeItOpens) {
  Interrupted log;
  SettlingWriter other(log.log, "other");
  other.commit(drafts("before", 2));
  // Between the reading to the end and the epoch record, somebody else still commits.
  log.before_append = [&] { other.commit(drafts("meanwhile", 2)); };
  std::vector<Commit> replayed;
  WriterEpoch epoch(log, {}, "w", [&](const Commit& commit) { replayed.push_back(commit); });
  EXPECT_THAT(command_ids(replayed), ElementsAre("before-0", "before-1", "meanwhile-0", "meanwhile-1"));
  EXPECT_EQ(epoch.epoch(), 2u);
}

TEST(WriterEpoch, IsDeposedWhenAnotherOpensTheSameNumberFirst) {
  Interrupted log;
  log.before_append = [&] { open_epoch(log.log); };
  EXPECT_THROW(open_epoch(log), Deposed);
  EXPECT_EQ(open_epoch(log).epoch(), 2u);
}

TEST(WriterEpoch, IsDeposedWhenAnotherOpensBetweenTwoCommits) {
  Interrupted log;
  auto epoch = open_epoch(log);
  log.before_append = [&] {
    auto other = open_epoch(log.log);
    other.commit(drafts("other", 3), 1s);
  };
  EXPECT_THROW(epoch.commit(drafts("late", 3), 1s), Deposed);
  EXPECT_THAT(command_ids(read_all(log)), ElementsAre("other-0", "other-1", "other-2"));
}

TEST(WriterEpoch, ReplaysOnlyWhatIsNotKnown) {
  MemoryLog log;
  SettlingWriter writer(log, "w");
  writer.commit(drafts("c", 5));
  const Commit& third = writer.known()[2];
  std::vector<Commit> replayed;
  WriterEpoch epoch(log, {third.position, third.epoch, third.sequence, third.chain}, "w",
                    [&](const Commit& commit) { replayed.push_back(commit); });
  EXPECT_THAT(command_ids(replayed), ElementsAre("c-3", "c-4"));
}

TEST(WriterEpoch, RefusesWhatCantBeReadBackAndGoesOn) {
  MemoryLog log;
  auto epoch = open_epoch(log);
  std::vector<CommitDraft> sent = drafts("c", 2);
  sent[1].events[0].data = "{}}";
  EXPECT_THROW(epoch.commit(sent, 1s), std::invalid_argument);
  EXPECT_EQ(log.end(), 1u);
  EXPECT_THAT(epoch.commit(std::span(sent).first(1), 1s), SizeIs(1));
}

TEST(WriterEpoch, PassesOnThatAnAppendFailed) {
  MemoryLog log;
  auto epoch = open_epoch(log);
  log.set_faults({.nothing_written = 1});
  EXPECT_THROW(epoch.commit(drafts("c", 1), 1s), AppendFailed);
  EXPECT_THROW(open_epoch(log), AppendFailed);
  log.set_faults({.lost_ack = 1});
  EXPECT_THROW(open_epoch(log), AppendFailed);
  log.set_faults({});
  EXPECT_EQ(open_epoch(log).epoch(), 3u);  // the second was opened, though nobody was told
}

TEST(MemoryLogFaults, LeaveBehindWhatTheySay) {
  const std::vector<std::string> records = {"a", "b", "c", "d"};
  const auto end_after = [&](MemoryLogFaults faults) {
    MemoryLog log(faults);
    EXPECT_THROW(log.append(records), AppendFailed);
    return log.end();
  };
  std::set<Position> prefixes;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    EXPECT_EQ(end_after({.seed = seed, .nothing_written = 1}), 0u);
    EXPECT_EQ(end_after({.seed = seed, .late = 1}), 0u);
    EXPECT_EQ(end_after({.seed = seed, .lost_ack = 1}), 4u);
    prefixes.insert(end_after({.seed = seed, .prefix_written = 1}));
  }
  EXPECT_THAT(prefixes, ElementsAre(0, 1, 2, 3));
}

TEST(MemoryLogFaults, LetLateRecordsArriveInTheEnd) {
  MemoryLog log({.seed = 1, .late = 1});
  EXPECT_THROW(log.append(std::array<std::string, 1>{"late"}), AppendFailed);
  log.set_faults({.seed = 2});
  for (int i = 0; i < 100; ++i) log.append(std::array<std::string, 1>{"next"});
  EXPECT_EQ(log.end(), 101u);
}

// ---- simulation ---------------------------------------------------------------------------------------------------

/// Several writers that forget, fail and depose each other, by seed; the same seed does the same again.
class Simulation {
 public:
  explicit Simulation(std::uint64_t seed)
      : random_(seed),
        log_({.seed = seed,
              .nothing_written = chance(0.1),
              .prefix_written = chance(0.2),
              .late = chance(0.3),
              .lost_ack = chance(0.2)}) {
    for (int i = 0; i < 3; ++i) start(i);
  }

  void run(int steps) {
    for (int step = 0; step < steps; ++step) {
      const auto who = static_cast<int>(random_() % writers_.size());
      if (random_() % 10 == 0) start(who);  // a new process, which remembers nothing
      const auto group = drafts("step" + std::to_string(step), 1 + random_() % 5);
      writers_[who]->commit(group);
      for (const auto& draft : group) expected_.insert(draft.command_id);
      // Another process retries what was already answered.
      if (random_() % 5 == 0) writers_[random_() % writers_.size()]->commit(group);
    }
  }

  void check() {
    const auto all = read_all(log_);
    std::multiset<std::string> found;
    for (const Commit& commit : all) found.insert(commit.command_id);
    EXPECT_EQ(found, expected_);
    for (const auto& writer : writers_) {
      const auto& known = writer->known();
      ASSERT_LE(known.size(), all.size());
      EXPECT_TRUE(std::equal(known.begin(), known.end(), all.begin()));
    }
    const auto& from = all[random_() % all.size()];
    EXPECT_EQ(read_all(log_, {from.position, from.epoch, from.sequence, from.chain}).size(),
              static_cast<std::size_t>(&all.back() - &from));
  }

 private:
  double chance(double most) { return std::uniform_real_distribution<>(0, most)(random_); }

  void start(int who) {
    if (writers_.size() <= static_cast<std::size_t>(who)) writers_.resize(static_cast<std::size_t>(who) + 1);
    writers_[static_cast<std::size_t>(who)] =
        std::make_unique<SettlingWriter>(log_, "writer" + std::to_string(who), std::chrono::microseconds(0));
  }

  std::mt19937_64 random_;
  MemoryLog log_;
  std::vector<std::unique_ptr<SettlingWriter>> writers_;
  std::multiset<std::string> expected_;
};

TEST(LogSimulation, EveryCommandTakesEffectExactlyOnceWhateverFails) {
  for (std::uint64_t seed = 1; seed <= 250; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulation simulation(seed);
    simulation.run(16);
    simulation.check();
    if (testing::Test::HasFailure()) break;
  }
}

}  // namespace
}  // namespace alforis::eventstore
