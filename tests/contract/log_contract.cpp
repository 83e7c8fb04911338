#include "log_contract.hpp"

#include <cstdlib>
#include <filesystem>
#include <thread>

#include "settling_writer.hpp"

namespace alforis::eventstore {

TemporaryDirectory::TemporaryDirectory() {
  path_ = (std::filesystem::temp_directory_path() / "alforis-test-XXXXXX").string();
  if (!::mkdtemp(path_.data())) throw std::runtime_error("can't make a temporary directory");
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

namespace {

using namespace std::chrono_literals;
using namespace testing_support;
using testing::ElementsAreArray;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAreArray;
using Clock = std::chrono::steady_clock;

std::vector<StoredRecord> read_raw(Log& log, Position after, std::size_t max = 1000) {
  auto reader = log.raw_reader(after);
  std::vector<StoredRecord> all;
  for (const Position end = log.end(); after + all.size() < end;) {
    auto records = reader->read(max, 100ms);
    EXPECT_LE(records.size(), max);
    std::move(records.begin(), records.end(), std::back_inserter(all));
  }
  return all;
}

void ignore_commit(const Commit&) {}

WriterEpoch open_epoch(Log& log, std::string writer = "w") {
  return WriterEpoch(log, {}, std::move(writer), ignore_commit);
}

/// Passes on what it is asked, but loses the acknowledgement of one append.
class LosesAck final : public Log {
 public:
  explicit LosesAck(Log& log) : log_(log) {}
  Position append(std::span<const std::string> records) override {
    const Position position = log_.append(records);
    if (std::exchange(lose_next, false)) throw AppendFailed("the acknowledgement was lost");
    return position;
  }
  std::unique_ptr<RawReader> raw_reader(Position after) override { return log_.raw_reader(after); }
  Position end() override { return log_.end(); }
  std::size_t max_record_bytes() const override { return log_.max_record_bytes(); }

  bool lose_next = false;

 private:
  Log& log_;
};

// ---- records ------------------------------------------------------------------------------------------------------

TEST_P(LogContract, IsEmptyAtFirst) {
  EXPECT_EQ(log().end(), 0u);
  EXPECT_THAT(log().raw_reader(0)->read(10, 0ms), IsEmpty());
  EXPECT_THAT(Reader(log()).read(10, 0ms), IsEmpty());
}

TEST_P(LogContract, GivesBackEveryByteInOrder) {
  std::string all_bytes;
  for (int i = 0; i < 256; ++i) all_bytes += static_cast<char>(i);
  const std::vector<std::vector<std::string>> groups = {{"a"},
                                                        {all_bytes, "{}", std::string(1 << 20, 'x')},
                                                        {std::string(3, '\0')},
                                                        std::vector<std::string>(300, "same")};
  std::vector<std::string> written;
  for (const auto& group : groups) {
    written.insert(written.end(), group.begin(), group.end());
    EXPECT_EQ(log().append(group), written.size());
    EXPECT_EQ(log().end(), written.size());
  }
  const auto expect_from = [&](Position after, std::size_t max) {
    const auto records = read_raw(log(), after, max);
    ASSERT_THAT(records, SizeIs(written.size() - after));
    for (std::size_t i = 0; i < records.size(); ++i) {
      EXPECT_EQ(records[i].position, after + i + 1);
      EXPECT_EQ(records[i].value, written[after + i]);
    }
  };
  for (const Position after : {0, 1, 2, 5, 304, 305}) expect_from(after, 1000);
  expect_from(0, 1);
  reopen();
  EXPECT_EQ(log().end(), written.size());
  expect_from(0, 7);
}

TEST_P(LogContract, RefusesWhatIsTooLargeBeforeWritingAnything) {
  ASSERT_EQ(log().max_record_bytes(), k_max_record_bytes);
  const std::vector<std::string> records = {"small", std::string(k_max_record_bytes + 1, 'x')};
  EXPECT_THROW(log().append(records), RecordTooLarge);
  EXPECT_EQ(log().end(), 0u);
  EXPECT_EQ(log().append(std::array{std::string(k_max_record_bytes, 'x')}), 1u);

  EXPECT_THAT(read_raw(log(), 0), SizeIs(1));
}

TEST_P(LogContract, WakesUpAReaderThatWaits) {
  auto reader = log().raw_reader(0);
  EXPECT_THAT(reader->read(10, 0ms), IsEmpty());
  for (int round = 0; round < 5; ++round) {
    Clock::time_point read_at;
    std::jthread waiting([&] {
      EXPECT_THAT(reader->read(10, 10s), SizeIs(1));
      read_at = Clock::now();
    });
    std::this_thread::sleep_for(50ms);
    log().append(std::array<std::string, 1>{"record"});
    const auto appended_at = Clock::now();
    waiting.join();
    EXPECT_LT(read_at - appended_at, GetParam().slowest_wake_up);
  }
}

TEST_P(LogContract, WaitsNoLongerThanAsked) {
  log().append(std::array<std::string, 1>{"record"});
  auto reader = log().raw_reader(1);
  const auto start = Clock::now();
  EXPECT_THAT(reader->read(10, 100ms), IsEmpty());
  EXPECT_GE(Clock::now() - start, 90ms);
  EXPECT_LT(Clock::now() - start, 1s);
}

TEST_P(LogContract, ServesManyReadersWhileItGrows) {
  constexpr std::size_t k_records = 2'000;
  std::vector<std::jthread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      auto reader = log().raw_reader(0);
      Position last = 0;
      while (last < k_records) {
        for (const StoredRecord& record : reader->read(100, 5s)) {
          ASSERT_EQ(record.position, ++last);
          ASSERT_EQ(record.value, "record " + std::to_string(last));
        }
      }
    });
  }
  for (std::size_t next = 1; next <= k_records;) {
    std::vector<std::string> group;
    for (int i = 0; i < 20; ++i) group.push_back("record " + std::to_string(next++));
    log().append(group);
  }
}

// ---- commits ------------------------------------------------------------------------------------------------------

TEST_P(LogContract, GivesBackWhatWasCommitted) {
  const auto sent = drafts("c", 100);
  std::vector<Commit> committed;
  {
    auto epoch = open_epoch(log());
    EXPECT_EQ(epoch.epoch(), 1u);
    EXPECT_THAT(epoch.commit({}, 5s), IsEmpty());
    committed = epoch.commit(sent, 5s);
  }
  ASSERT_THAT(committed, SizeIs(sent.size()));
  for (std::size_t i = 0; i < sent.size(); ++i) EXPECT_EQ(static_cast<const CommitDraft&>(committed[i]), sent[i]);
  EXPECT_EQ(read_all(log()), committed);
  reopen();
  EXPECT_EQ(read_all(log()), committed);
}

TEST_P(LogContract, GoesOnAfterARestart) {
  std::vector<CommitDraft> sent;
  for (int round = 1; round <= 3; ++round) {
    std::vector<Commit> replayed;
    {
      WriterEpoch epoch(log(), {}, "w", [&](const Commit& commit) { replayed.push_back(commit); });
      EXPECT_EQ(epoch.epoch(), static_cast<std::uint64_t>(round));
      EXPECT_THAT(command_ids(replayed), ElementsAreArray(command_ids(sent)));
      const auto more = drafts("round-" + std::to_string(round), 3);
      epoch.commit(more, 5s);
      sent.insert(sent.end(), more.begin(), more.end());
    }
    reopen();
  }
  EXPECT_THAT(command_ids(read_all(log())), ElementsAreArray(command_ids(sent)));
}

TEST_P(LogContract, ReadsOnFromEveryCommitsCursor) {
  SettlingWriter first(log(), "first");
  SettlingWriter second(elsewhere(), "second");
  first.commit(drafts("a", 3));
  second.commit(drafts("b", 3));
  first.commit(drafts("c", 3));  // deposed, opens a third epoch
  const auto all = read_all(log());
  ASSERT_THAT(all, SizeIs(9));
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Cursor from{all[i].position, all[i].epoch, all[i].sequence, all[i].chain};
    EXPECT_EQ(read_all(log(), from), std::vector<Commit>(all.begin() + static_cast<std::ptrdiff_t>(i) + 1, all.end()));
  }
}

TEST_P(LogContract, KeepsTheEpochWhenACommitIsTooLarge) {
  auto epoch = open_epoch(log());
  const std::vector<CommitDraft> sent = {draft("small"), draft("large", k_max_record_bytes)};
  EXPECT_THROW(epoch.commit(sent, 5s), RecordTooLarge);
  EXPECT_THAT(epoch.commit(std::span(sent).first(1), 5s), SizeIs(1));
  EXPECT_THAT(command_ids(read_all(log())), ElementsAreArray({"small"}));
}

TEST_P(LogContract, ADeposedWriterIsToldSo) {
  auto old_epoch = open_epoch(log(), "old");
  old_epoch.commit(drafts("a", 2), 5s);
  auto new_epoch = open_epoch(elsewhere(), "new");
  EXPECT_THROW(old_epoch.commit(drafts("late", 2), 5s), Deposed);
  new_epoch.commit(drafts("b", 2), 5s);
  EXPECT_THAT(command_ids(read_all(log())), ElementsAreArray({"a-0", "a-1", "b-0", "b-1"}));
}

TEST_P(LogContract, AWriterFindsOutWithoutWritingThatItIsDeposed) {
  auto old_epoch = open_epoch(log(), "old");
  old_epoch.commit(drafts("a", 2), 5s);
  EXPECT_NO_THROW(old_epoch.confirm());
  open_epoch(elsewhere(), "new");
  EXPECT_THROW(old_epoch.confirm(), Deposed);
}

TEST_P(LogContract, ADeposedWriterThatGoesOnSendingIsIgnoredByAll) {
  auto epoch = open_epoch(log(), "old");
  epoch.commit(drafts("a", 1), 5s);
  Digest chain = epoch.cursor().chain;
  std::vector<std::string> late;
  for (int i = 2; i < 12; ++i) late.push_back(encode_commit(draft("late"), 1, i, chain, chain));
  auto next = open_epoch(elsewhere(), "new");
  for (const std::string& record : late) {
    log().append(std::array{record});
    next.commit(drafts("b" + std::to_string(&record - late.data()), 1), 5s);
  }
  Reader at_once(log());
  Reader one_by_one(elsewhere());
  const auto commits = at_once.read(1000, 1s);
  std::vector<Commit> singly;
  while (one_by_one.cursor().position < log().end()) {
    for (auto& commit : one_by_one.read(1, 1s)) singly.push_back(std::move(commit));
  }
  while (at_once.cursor().position < log().end()) ASSERT_THAT(at_once.read(1000, 1s), IsEmpty());
  EXPECT_THAT(commits, SizeIs(11));
  EXPECT_EQ(singly, commits);
  EXPECT_EQ(one_by_one.cursor(), at_once.cursor());
}

TEST_P(LogContract, TwoWritersAtOnceCommitEverythingExactlyOnce) {
  constexpr std::size_t k_groups = 20;
  std::vector<std::string> expected;
  const auto write = [&](Log& log, const std::string& name, std::vector<Commit>& known) {
    SettlingWriter writer(log, name);
    for (std::size_t i = 0; i < k_groups; ++i) writer.commit(drafts(name + std::to_string(i), 5));
    known = writer.known();
  };
  std::vector<Commit> known_to_first;
  std::vector<Commit> known_to_second;
  {
    std::jthread first([&] { write(log(), "first", known_to_first); });
    std::jthread second([&] { write(elsewhere(), "second", known_to_second); });
  }
  for (const char* name : {"first", "second"}) {
    for (std::size_t i = 0; i < k_groups; ++i) {
      for (const auto& each : drafts(name + std::to_string(i), 5)) expected.push_back(each.command_id);
    }
  }
  const auto all = read_all(log());
  EXPECT_THAT(command_ids(all), UnorderedElementsAreArray(expected));
  // Both have seen the same history, each up to its own last commit.
  for (const auto* known : {&known_to_first, &known_to_second}) {
    ASSERT_LE(known->size(), all.size());
    EXPECT_TRUE(std::equal(known->begin(), known->end(), all.begin()));
  }
}

TEST_P(LogContract, ALostAcknowledgementIsSettledByReplay) {
  LosesAck lossy(log());
  const auto sent = drafts("c", 3);
  auto epoch = std::make_unique<WriterEpoch>(lossy, Cursor{}, "w", ignore_commit);
  lossy.lose_next = true;
  EXPECT_THROW(epoch->commit(sent, 5s), AppendFailed);
  std::vector<Commit> replayed;
  epoch =
      std::make_unique<WriterEpoch>(lossy, Cursor{}, "w", [&](const Commit& commit) { replayed.push_back(commit); });
  EXPECT_THAT(command_ids(replayed), ElementsAreArray(command_ids(sent)));
}

TEST_P(LogContract, OpeningAnEpochStopsWhenAsked) {
  open_epoch(log()).commit(drafts("c", 1), 5s);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(WriterEpoch(log(), {}, "w", ignore_commit, stop.get_token()), Deposed);
}

// ---- damage -------------------------------------------------------------------------------------------------------

struct Damage {
  const char* what;
  std::function<void(std::vector<std::string>&)> inflict;  // on the records, of which the fourth is at position 4
};

TEST_P(LogContract, StopsAtDamageAndSaysWhere) {
  const Damage damages[] = {
      {"torn", [](auto& records) { records[3].resize(records[3].size() / 2); }},
      {"one character of the data altered", [](auto& records) { records[3][records[3].find("xxx")] = 'y'; }},
      {"replaced by a commit of another history",
       [](auto& records) {
         Digest chain{};
         records[3] = encode_commit(draft("other"), 1, 3, Digest{}, chain);
       }},
      {"not ours", [](auto& records) { records[3] = "hello"; }},
      {"epoch record lost",
       [](auto& records) {
         records[3] = encode_epoch({3, "w", 0});
       }},
  };
  for (const Damage& damage : damages) {
    SCOPED_TRACE(damage.what);
    const Position before = log().end();
    // Each damaged history is put behind what is there already, and read from its own beginning.
    Digest chain{};
    std::vector<std::string> records = {encode_epoch({1, "w", 0})};
    for (int i = 1; i <= 5; ++i) records.push_back(encode_commit(draft("c" + std::to_string(i)), 1, i, chain, chain));
    damage.inflict(records);
    log().append(records);
    for (const std::size_t max : {std::size_t{1}, std::size_t{1000}}) {
      Reader reader(log(), Cursor{before, 0, 0, {}});
      std::vector<Commit> commits;
      while (commits.size() < 2) {
        for (auto& commit : reader.read(max, 1s)) commits.push_back(std::move(commit));
      }
      EXPECT_THAT(command_ids(commits), ElementsAreArray({"c1", "c2"}));
      for (int again = 0; again < 3; ++again) {
        try {
          reader.read(max, 1s);
          FAIL() << "read on";
        } catch (const LogDamaged& error) {
          EXPECT_EQ(error.position, before + 4);
        }
        EXPECT_EQ(reader.cursor().position, before + 3);
      }
    }
    EXPECT_THROW(WriterEpoch(log(), Cursor{before, 0, 0, {}}, "w", ignore_commit), LogDamaged);
  }
}

}  // namespace
}  // namespace alforis::eventstore
