// The writer: what it answers, what it writes, and what is left of both when the log fails.
#include "commands/writer.hpp"

#include <gmock/gmock.h>

#include <set>
#include <thread>

#include "commands/outcomes.hpp"
#include "given.hpp"
#include "writer_rig.hpp"

namespace alforis::commands::testing {
namespace {

using eventstore::Commit;
using eventstore::MemoryLog;
using eventstore::MemoryLogFaults;
using ::testing::HasSubstr;

const Uuid k_system = domain::system_actor();

CommandRequest request(std::string key, Command command, std::string hash = "") {
  return {std::move(key), k_system, std::move(hash), R"({"request":"r"})", false, std::move(command)};
}
CommandRequest create(const std::string& name, std::string key = "") {
  return request(key.empty() ? "create " + name : std::move(key),
                 create_organisation(name, R"({"name":")" + name + "\"}"));
}
CommandRequest rename(const std::string& name, const std::string& to, std::string key) {
  return request(std::move(key), update_organisation(name, R"({"name":")" + to + "\"}"));
}

Outcome done(const CommandResult& result) {
  if (const auto* rejection = std::get_if<Rejection>(&result)) {
    ADD_FAILURE() << "refused: " << rejection->code << ": " << rejection->detail;
    return {};
  }
  return std::get<Outcome>(result);
}

Rejection refused(const CommandResult& result) {
  if (const auto* rejection = std::get_if<Rejection>(&result)) return *rejection;
  ADD_FAILURE() << "not refused";
  return {};
}

std::size_t commits_with(eventstore::Log& log, std::string_view command_id) {
  const auto all = commits_of(log);
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [&](const Commit& commit) { return commit.command_id == command_id; }));
}

struct WriterTest : ::testing::Test {
  GatedLog log;
  WriterRig rig{log};
};

// ---- answers
// ---------------------------------------------------------------------------------------------------------

TEST_F(WriterTest, AnswersWithTheSubjectRightAfterTheCommand) {
  const Outcome created = done(rig.run(create("acme")));
  EXPECT_TRUE(created.created);
  EXPECT_TRUE(created.changed);
  EXPECT_FALSE(created.replayed);
  EXPECT_EQ(created.id, id("acme"));
  EXPECT_EQ(created.version, 1);
  EXPECT_EQ(created.position, commits_of(log).back().position);
  EXPECT_THAT(created.document, HasSubstr(R"("name":"acme")"));
  const Outcome renamed = done(rig.run(rename("acme", "Acme 2", "k2")));
  EXPECT_FALSE(renamed.created);
  EXPECT_EQ(renamed.version, 2);
  EXPECT_EQ(renamed.position, created.position + 1);
  EXPECT_THAT(renamed.document, HasSubstr(R"("name":"Acme 2")"));
}

TEST_F(WriterTest, WritesOneCommitPerCommandWithItsCircumstances) {
  done(rig.run(request("the key", create_organisation("acme", R"({"name":"Acme"})"), "the hash")));
  const Commit commit = commits_of(log).back();
  EXPECT_EQ(commit.command_id, "the key");
  EXPECT_EQ(commit.actor, k_system.text());
  EXPECT_EQ(commit.metadata, R"({"request_hash":"the hash","request":"r"})");
  ASSERT_EQ(commit.events.size(), 1u);
  EXPECT_EQ(commit.events[0].type, "organisation.created.v1");
  EXPECT_EQ(commit.events[0].entity_id, id("acme").text());
}

TEST_F(WriterTest, WhatChangesNothingWritesNothing) {
  const Outcome created = done(rig.run(create("acme")));
  const auto end = log.end();
  const Outcome same = done(rig.run(rename("acme", "acme", "k2")));
  EXPECT_FALSE(same.changed);
  EXPECT_FALSE(same.created);
  EXPECT_EQ(same.version, 1);
  EXPECT_EQ(same.document, created.document);
  EXPECT_GE(same.position, created.position);
  EXPECT_EQ(log.end(), end);
}

TEST_F(WriterTest, ADryRunDecidesAndWritesNothing) {
  const auto end = log.end();
  CommandRequest dry = create("acme");
  dry.dry_run = true;
  EXPECT_TRUE(done(rig.run(dry)).created);
  EXPECT_EQ(log.end(), end);
  EXPECT_TRUE(done(rig.run(create("acme"))).created) << "the key is still free";
  dry.command_id = "other";
  EXPECT_EQ(refused(rig.run(dry)).code, "already_exists");
}

TEST_F(WriterTest, RefusalsAreAnswersAndWriteNothing) {
  done(rig.run(create("acme")));
  const auto end = log.end();
  EXPECT_EQ(refused(rig.run(create("acme", "k2"))).code, "already_exists");
  CommandRequest stranger = create("other");
  stranger.actor = id("stranger");
  EXPECT_EQ(refused(rig.run(stranger)).kind, RejectionKind::forbidden);
  EXPECT_EQ(log.end(), end);
  EXPECT_EQ(rig.writer().status().rejections, 2u);
}

TEST_F(WriterTest, ActsWithTheRightsThatTheActorHasNow) {
  done(rig.run(request("t", create_team("paris", R"({"name":"Paris"})"))));
  done(rig.run(request("u", create_user("sam", R"({"email":"sam@firm.example"})"))));
  CommandRequest by_sam = create("acme");
  by_sam.actor = id("sam");
  done(rig.run(by_sam));
  done(rig.run(request("v", update_user("sam", R"({"active":false})"))));
  by_sam = create("other");
  by_sam.actor = id("sam");
  EXPECT_EQ(refused(rig.run(by_sam)).kind, RejectionKind::forbidden);
}

// ---- one key, one effect
// ---------------------------------------------------------------------------------------------

TEST_F(WriterTest, ARetryGetsTheFirstOutcomeBack) {
  const CommandRequest first = request("k", create_organisation("acme", R"({"name":"Acme"})"), "h");
  const Outcome outcome = done(rig.run(first));
  done(rig.run(rename("acme", "Later", "k2")));
  const Outcome again = done(rig.run(first));
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.position, outcome.position);
  EXPECT_EQ(again.version, 1);
  EXPECT_EQ(again.document, outcome.document);
  EXPECT_TRUE(again.created);
  EXPECT_EQ(commits_with(log, "k"), 1u);
}

TEST_F(WriterTest, AKeyServesOneRequest) {
  done(rig.run(request("k", create_organisation("acme", R"({"name":"Acme"})"), "h1")));
  const auto other = request("k", create_organisation("other", R"({"name":"Other"})"), "h2");
  EXPECT_EQ(refused(rig.run(other)).kind, RejectionKind::key_reused);
  rig.stop();
  rig.start();
  EXPECT_EQ(refused(rig.run(other)).code, "idempotency_key_reused") << "also after a restart";
}

TEST_F(WriterTest, ARetryInTheSameBatchHasOneEffect) {
  log.close();
  auto holding = rig.submit(create("first"));
  log.await_append();
  auto one = rig.submit(create("acme"));
  auto two = rig.submit(create("acme"));
  log.open();
  const Outcome first = done(one.get());
  const Outcome second = done(two.get());
  EXPECT_FALSE(first.replayed);
  EXPECT_TRUE(second.replayed);
  EXPECT_NE(first.position, 0u);
  EXPECT_EQ(second.position, first.position);
  EXPECT_EQ(commits_with(log, "create acme"), 1u);
  EXPECT_EQ(rig.writer().status().batches, 2u);
}

CommandRequest keyed(CommandRequest request) {
  request.keyed = true;
  request.request_hash = "hash";
  return request;
}

TEST_F(WriterTest, WhatWasRefusedUnderAKeyStaysRefused) {
  done(rig.run(create("acme")));
  const auto rename_it = keyed(rename("other", "New", "k"));
  const auto end = log.end();
  EXPECT_EQ(refused(rig.run(rename_it)).kind, RejectionKind::not_found);
  const auto wrong_name =
      keyed(request("w", update_organisation("acme", R"({"siret":"73282932000074","siren":"356000000"})")));
  const Rejection wrong = refused(rig.run(wrong_name));
  EXPECT_EQ(log.end(), end);
  done(rig.run(create("other", "k2")));
  done(rig.run(request("f", update_organisation("acme", R"({"city":"Paris"})"))));
  const auto after = log.end();
  for (const bool restarted : {false, true}) {
    EXPECT_EQ(refused(rig.run(rename_it)).kind, RejectionKind::not_found) << restarted;
    EXPECT_EQ(refused(rig.run(wrong_name)), wrong) << restarted;
    CommandRequest another = rename_it;
    another.request_hash = "another";
    EXPECT_EQ(refused(rig.run(another)).kind, RejectionKind::key_reused) << restarted;
    EXPECT_EQ(log.end(), after + (restarted ? 1 : 0)) << "but for the new epoch";
    if (restarted) break;
    rig.stop();
    rig.start();
  }
  CommandRequest anew = rename_it;
  anew.keyed = false;
  EXPECT_TRUE(done(rig.run(anew)).changed) << "an id that only recognises a creation remembers no refusal";
}

TEST_F(WriterTest, WhatChangedNothingUnderAKeyChangesNothingLater) {
  done(rig.run(create("acme")));
  const auto same = keyed(rename("acme", "acme", "k"));
  const Outcome first = done(rig.run(same));
  ASSERT_FALSE(first.changed);
  done(rig.run(rename("acme", "New", "k2")));
  const Outcome again = done(rig.run(same));
  EXPECT_FALSE(again.changed);
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.position, first.position);
  EXPECT_EQ(again.document, first.document);
}

TEST_F(WriterTest, ARetryUnderAKeyGetsTheWarningsOfTheFirstAnswer) {
  const auto import = [](std::string key) {
    return keyed(request(std::move(key), import_organisation("acme", R"({"name":"Acme","phone":"3949"})")));
  };
  const auto changed = done(rig.run(import("k")));
  EXPECT_TRUE(changed.changed);
  ASSERT_EQ(changed.warnings.size(), 1U);
  const auto unchanged = done(rig.run(import("k2")));
  EXPECT_FALSE(unchanged.changed);
  EXPECT_EQ(unchanged.warnings, changed.warnings);
  for (const bool restarted : {false, true}) {
    EXPECT_EQ(done(rig.run(import("k"))).warnings, changed.warnings) << restarted;
    EXPECT_TRUE(done(rig.run(import("k"))).changed) << restarted;
    EXPECT_EQ(done(rig.run(import("k2"))).warnings, changed.warnings) << restarted;
    if (restarted) break;
    rig.stop();
    rig.start();
  }
}

TEST_F(WriterTest, ARefusalIsRememberedWithinItsBatchToo) {
  log.close();
  auto holding = rig.submit(create("first"));
  log.await_append();
  auto created = rig.submit(create("acme"));
  auto unchanged = rig.submit(keyed(rename("acme", "acme", "same")));
  auto refused_once = rig.submit(keyed(rename("other", "New", "k")));
  auto made = rig.submit(create("other"));
  auto refused_again = rig.submit(keyed(rename("other", "New", "k")));
  auto unchanged_again = rig.submit(keyed(rename("acme", "acme", "same")));
  log.open();
  EXPECT_EQ(refused(refused_once.get()).kind, RejectionKind::not_found);
  EXPECT_TRUE(done(made.get()).created);
  EXPECT_EQ(refused(refused_again.get()).kind, RejectionKind::not_found);
  const auto position = done(created.get()).position;
  EXPECT_EQ(done(unchanged.get()).position, position);
  EXPECT_GE(done(unchanged_again.get()).position, position);
  EXPECT_EQ(done(rig.run(keyed(rename("acme", "acme", "same")))).position, position);
}

TEST_F(WriterTest, ARefusalOutlivesAKill) {
  const auto rename_it = keyed(rename("acme", "New", "k"));
  EXPECT_EQ(refused(rig.run(rename_it)).kind, RejectionKind::not_found);
  const TemporaryDirectory left;
  std::filesystem::copy(rig.directory(), left.path(), std::filesystem::copy_options::recursive);
  rig.stop();
  rig.start(left.path());
  done(rig.run(create("acme")));
  EXPECT_EQ(refused(rig.run(rename_it)).kind, RejectionKind::not_found);
}

TEST_F(WriterTest, CommandsOfOneBatchSeeEachOther) {
  log.close();
  auto holding = rig.submit(create("first"));
  log.await_append();
  auto created = rig.submit(create("acme"));
  auto renamed = rig.submit(rename("acme", "New", "k2"));
  auto same = rig.submit(rename("acme", "New", "k3"));
  auto taken = rig.submit(create("acme", "k4"));
  log.open();
  EXPECT_EQ(done(created.get()).version, 1);
  const Outcome second = done(renamed.get());
  EXPECT_EQ(second.version, 2);
  const Outcome third = done(same.get());
  EXPECT_FALSE(third.changed);
  EXPECT_EQ(third.position, second.position) << "it was decided upon what the batch itself had changed";
  EXPECT_EQ(refused(taken.get()).code, "already_exists");
}

// ---- limits
// ----------------------------------------------------------------------------------------------------------

TEST(WriterLimits, AFullQueueIsUnavailableAtOnce) {
  GatedLog log;
  WriterRig rig(log, 2);
  log.close();
  auto appending = rig.submit(create("a"));
  log.await_append();
  auto waiting_1 = rig.submit(create("b"));
  auto waiting_2 = rig.submit(create("c"));
  EXPECT_EQ(rig.writer().status().queued, 2u);
  EXPECT_EQ(refused(rig.run(create("d"))).kind, RejectionKind::unavailable);
  log.open();
  done(appending.get());
  done(waiting_1.get());
  done(waiting_2.get());
  done(rig.run(create("d")));
}

TEST(WriterLimits, WhatTheLogCannotHoldIsRefusedAlone) {
  GatedLog log({}, 8000);
  WriterRig rig(log);
  const std::string notes(6500, 'x');
  const auto large = request("k", create_organisation("large", R"({"name":"L","notes":")" + notes + "\"}"));
  EXPECT_EQ(refused(rig.run(large)).problems.front().code, "too_large");
  EXPECT_TRUE(rig.writer().status().ready);
  done(rig.run(create("small")));
}

TEST_F(WriterTest, AKeyOrMetadataThatIsNoTextIsRefusedAlone) {
  const auto epoch = rig.writer().status().epoch;
  CommandRequest bad = create("acme", std::string("\xC3\x28", 2));
  EXPECT_EQ(refused(rig.run(bad)).kind, RejectionKind::invalid);
  bad = create("acme", "good");
  bad.metadata = "{\"client\":\"\xFF\"}";
  EXPECT_EQ(refused(rig.run(bad)).kind, RejectionKind::invalid);
  EXPECT_EQ(refused(rig.run(create("acme", std::string(1000, 'k')))).kind, RejectionKind::invalid);
  done(rig.run(create("acme")));
  EXPECT_EQ(rig.writer().status().epoch, epoch) << "the writer went on undisturbed";
}

TEST(WriterEnd, FinishesWhatWasTaken) {
  GatedLog log;
  auto rig = std::make_unique<WriterRig>(log);
  log.close();
  std::vector<std::future<CommandResult>> results;
  results.push_back(rig->submit(create("first")));
  log.await_append();
  for (int i = 0; i < 20; ++i) results.push_back(rig->submit(create("n" + std::to_string(i))));
  std::thread opens([&] { log.open(); });
  rig.reset();
  opens.join();
  for (auto& result : results) done(result.get());
}

TEST_F(WriterTest, ManyThreadsAtOnceLoseAndDoubleNothing) {
  constexpr int k_threads = 8;
  constexpr int k_each = 100;
  std::array<std::vector<Outcome>, k_threads> outcomes;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < k_threads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < k_each; ++i) {
          const auto result = rig.run(create("t" + std::to_string(t) + "n" + std::to_string(i)));
          if (const auto* outcome = std::get_if<Outcome>(&result)) outcomes[t].push_back(*outcome);
        }
      });
    }
  }
  std::set<Position> positions;
  for (const auto& of_thread : outcomes) {
    EXPECT_EQ(of_thread.size(), static_cast<std::size_t>(k_each));
    for (const Outcome& outcome : of_thread) positions.insert(outcome.position);
  }
  EXPECT_EQ(positions.size(), static_cast<std::size_t>(k_threads * k_each));
  EXPECT_EQ(commits_of(log).size(), positions.size());
}

// ---- restarts
// --------------------------------------------------------------------------------------------------------

void work(WriterRig& rig) {
  done(rig.run(create("acme")));
  done(rig.run(create("other")));
  done(rig.run(request("p", create_person("ann", R"({"last_name":"Ann"})"))));
  done(rig.run(request("q", create_person("bob", R"({"last_name":"Bob"})"), "hash")));
  done(rig.run(request("l", create_link("l1", "ann", "acme", R"("is_primary":true)"))));
  done(rig.run(request("m", create_link("l2", "bob", "acme", R"("is_primary":true)"))));
  done(rig.run(request("u", create_user("eve", R"({"email":"eve@firm.example","role":"admin"})", "hash"))));
  done(rig.run(rename("acme", "Renamed", "r")));
  done(rig.run(request("s", update_organisation("acme", R"({"city":"Paris","pipeline_stage":"signe"})"))));
  done(rig.run(request("d", delete_organisation("other"))));
}

TEST_F(WriterTest, AnyStoreIsReplayedToTheSameState) {
  const TemporaryDirectory older;
  work(rig);
  rig.store().flush();
  std::filesystem::copy(rig.directory(), older.path(), std::filesystem::copy_options::recursive);
  done(rig.run(rename("acme", "Again", "r2")));
  done(rig.run(request("x", end_link("l2"))));
  const Content live = content(rig.store());
  rig.stop();
  rig.start();
  EXPECT_EQ(content(rig.store()), live) << "from its own store";
  rig.stop();
  rig.start(older.path());
  EXPECT_EQ(content(rig.store()), live) << "from an older one";
  rig.stop();
  const TemporaryDirectory empty;
  rig.start(empty.path());
  EXPECT_EQ(content(rig.store()), live) << "from nothing";
  rig.stop();
}

TEST_F(WriterTest, OutcomesSurviveARestartWithoutItsStore) {
  const Outcome first = done(rig.run(create("acme")));
  rig.stop();
  const TemporaryDirectory empty;
  rig.start(empty.path());
  const Outcome again = done(rig.run(create("acme")));
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.position, first.position);
  EXPECT_EQ(again.document, first.document);
  rig.stop();
}

TEST_F(WriterTest, AStoreThatKnowsMoreThanTheLogIsNotGoneOnFrom) {
  work(rig);
  rig.stop();
  MemoryLog shorter;
  WriterRig other(shorter);
  done(other.run(create("acme")));
  other.stop();
  const auto end = shorter.end();
  other.launch(rig.directory());
  for (int i = 0; i < 50; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_FALSE(other.writer().status().ready);
  EXPECT_THAT(other.writer().status().trouble, HasSubstr("state store"));
  EXPECT_EQ(shorter.end(), end) << "nothing is written to a log that has lost its end";
  EXPECT_EQ(refused(other.run(create("x"))).kind, RejectionKind::unavailable);
}

TEST_F(WriterTest, ADamagedLogIsSaidAndNotWrittenTo) {
  work(rig);
  rig.stop();
  log.memory().alter(4, [](std::string& record) { record[record.size() / 2] ^= 1; });
  const auto end = log.end();
  const TemporaryDirectory empty;
  rig.launch(empty.path());
  const auto troubled = [&] {
    return rig.writer().status().trouble.find("damaged at position 4") != std::string::npos;
  };
  for (int i = 0; i < 2000 && !troubled(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_TRUE(troubled()) << rig.writer().status().trouble;
  EXPECT_FALSE(rig.writer().status().ready);
  EXPECT_EQ(log.end(), end);
  rig.stop();
}

/// A log whose readers wait until they are let on.
class HeldLog final : public eventstore::Log {
 public:
  explicit HeldLog(eventstore::Log& log) : log_(log) {}

  Position append(std::span<const std::string> records) override { return log_.append(records); }
  std::unique_ptr<RawReader> raw_reader(Position after) override {
    return std::make_unique<HeldReader>(log_.raw_reader(after), gate_);
  }
  Position end() override { return log_.end(); }
  std::size_t max_record_bytes() const override { return log_.max_record_bytes(); }
  void let_on() { gate_ = true; }

 private:
  struct HeldReader final : RawReader {
    HeldReader(std::unique_ptr<RawReader> the_reader, std::atomic<bool>& the_gate)
        : reader(std::move(the_reader)), gate(the_gate) {}
    std::vector<eventstore::StoredRecord> read(std::size_t max, std::chrono::milliseconds wait) override {
      if (!gate) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return {};
      }
      return reader->read(max, wait);
    }
    std::unique_ptr<RawReader> reader;
    std::atomic<bool>& gate;
  };

  eventstore::Log& log_;
  std::atomic<bool> gate_{false};
};

TEST_F(WriterTest, HowFarAReplayIsIsTold) {
  work(rig);
  rig.stop();
  const auto end = log.end();
  HeldLog held(log);
  const TemporaryDirectory empty;
  WriterOptions options;
  options.now_us = [] { return 1'750'000'000'000'000; };
  StateStore store(empty.path());
  Writer writer(held, store, test_keys(), options);
  while (writer.status().replaying_to == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(writer.status().replaying_to, end);
  EXPECT_EQ(writer.status().position, 0U);
  EXPECT_FALSE(writer.status().ready);
  held.let_on();
  while (!writer.status().ready) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(writer.status().replaying_to, 0U);
  EXPECT_GE(writer.status().position, end);
}

// ---- a log that fails
// ------------------------------------------------------------------------------------------------

TEST_F(WriterTest, ADeposedWriterOpensANewEpochAndGoesOn) {
  done(rig.run(create("before")));
  const auto epoch = rig.writer().status().epoch;
  const eventstore::WriterEpoch other(log, {}, "other", [](const Commit&) {});
  const Outcome after = done(rig.run_until_answered(create("after")));
  EXPECT_TRUE(after.created);
  EXPECT_EQ(commits_with(log, "create after"), 1u);
  EXPECT_EQ(rig.writer().status().epoch, epoch + 2);
}

TEST_F(WriterTest, WhatAnotherWriterWroteIsKnownAfterwards) {
  done(rig.run(create("before")));
  {
    WriterRig other(log);
    done(other.run(rename("before", "By the other", "k")));
  }
  const Outcome mine = done(rig.run_until_answered(rename("before", "By me", "k2")));
  EXPECT_EQ(mine.version, 3);
  EXPECT_EQ(content(rig.store()), replayed_content(log));
}

TEST_F(WriterTest, RefusesNothingUponWhatAnotherWriterHasChanged) {
  done(rig.run(create("before")));
  {
    WriterRig other(log);
    done(other.run(create("theirs")));
  }
  const CommandRequest rename_it = keyed(rename("theirs", "By me", "k"));
  EXPECT_EQ(refused(rig.run(rename_it)).kind, RejectionKind::unavailable) << "not not_found";
  EXPECT_EQ(done(rig.run_until_answered(rename_it)).version, 2);
}

TEST_F(WriterTest, LateRecordsOfADeposedWriterDeposeNobody) {
  const std::string late = [&] {
    eventstore::WriterEpoch deposed(log, {}, "other", [](const Commit&) {});
    eventstore::Digest chain;
    return eventstore::encode_commit({"late", std::string(domain::k_system_actor), 1, "{}", {}}, deposed.epoch(), 1, {},
                                     chain);
  }();
  done(rig.run_until_answered(create("before")));
  const auto epoch = rig.writer().status().epoch;
  log.append(std::array{late});
  EXPECT_EQ(refused(rig.run(create("before", "k2"))).code, "already_exists");
  EXPECT_EQ(rig.writer().status().epoch, epoch);
}

TEST_F(WriterTest, ATroubleIsSaidOnceAndOnceWhenItIsOver) {
  done(rig.run(create("before")));
  EXPECT_THAT(rig.said(), ::testing::IsEmpty()) << "a start is no trouble";
  MemoryLogFaults full;
  full.nothing_written = 1;
  log.memory().set_faults(full);
  for (int i = 0; i < 20; ++i) refused(rig.run(create("during " + std::to_string(i))));
  log.memory().set_faults({});
  done(rig.run_until_answered(create("after")));
  EXPECT_THAT(rig.said(),
              ::testing::ElementsAre(HasSubstr("the log can't be written: "), "the log can be written again"));
}

TEST_F(WriterTest, ThatAnotherWriterTookOverIsNoTrouble) {
  done(rig.run(create("before")));
  const eventstore::WriterEpoch other(log, {}, "other", [](const Commit&) {});
  done(rig.run_until_answered(create("after")));
  EXPECT_THAT(rig.said(), ::testing::IsEmpty());
}

struct FaultCase {
  const char* name;
  MemoryLogFaults faults;
};
void PrintTo(const FaultCase& fault, std::ostream* out) { *out << fault.name; }

class FailingLog : public ::testing::TestWithParam<FaultCase> {};

TEST_P(FailingLog, IsUnavailableAndARetryHasOneEffect) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    MemoryLog log;
    WriterRig rig(log);
    MemoryLogFaults faults = GetParam().faults;
    faults.seed = seed;
    log.set_faults(faults);
    std::size_t unavailable = 0;
    for (int i = 0; i < 20; ++i) {
      const auto command = create("n" + std::to_string(i));
      auto result = rig.run(command);
      if (std::holds_alternative<Rejection>(result)) {
        EXPECT_EQ(refused(result).kind, RejectionKind::unavailable);
        ++unavailable;
        result = rig.run_until_answered(command);
      }
      EXPECT_TRUE(done(result).created) << "seed " << seed;
    }
    EXPECT_GT(unavailable, 0u) << "the faults happened";
    log.set_faults({});
    for (int i = 0; i < 20; ++i) EXPECT_EQ(commits_with(log, "create n" + std::to_string(i)), 1u) << "seed " << seed;
    EXPECT_EQ(content(rig.store()), replayed_content(log)) << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Writer, FailingLog,
                         ::testing::Values(FaultCase{"NothingWritten", {.nothing_written = 0.4}},
                                           FaultCase{"PrefixWritten", {.prefix_written = 0.4}},
                                           FaultCase{"Late", {.late = 0.4}}, FaultCase{"LostAck", {.lost_ack = 0.4}}),
                         [](const auto& info) { return std::string(info.param.name); });

// ---- policies: what the clock makes due

struct PoliciesTest : WriterTest {
  void SetUp() override {
    rig.stop();
    rig.policy_interval = std::chrono::milliseconds(2);
    rig.start();
  }
  /// Active until the day.
  void make_mandat(const std::string& name, std::string_view day) {
    if (!made_) done(rig.run(create("acme")));
    made_ = true;
    done(rig.run(request("create " + name, create_mandat(name, R"({"organisation_id":"@acme","date_fin":")" +
                                                                   std::string(day) + "\"}"))));
    done(rig.run(request("sign " + name, sign(name, "2025-01-01"))));
    done(rig.run(request("activate " + name, activate(name, "2025-01-01"))));
  }
  std::vector<std::string> events_of(std::string_view type) {
    std::vector<std::string> found;
    for (const Commit& commit : commits_of(log)) {
      for (const auto& event : commit.events) {
        if (event.type == type) found.push_back(with_names(event.entity_id));
      }
    }
    return found;
  }
  void await(std::string_view type, std::size_t count) {
    for (int i = 0; i < 2000 && events_of(type).size() < count; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }
  void let_policies_run() { std::this_thread::sleep_for(std::chrono::milliseconds(50)); }

  bool made_ = false;
};

// The rig's clock begins on 2025-06-15.
TEST_F(PoliciesTest, EndAMandatWhenItsLastDayIsOverAndTellOfItBefore) {
  make_mandat("m", "2025-08-31");
  let_policies_run();
  EXPECT_TRUE(events_of("mandat.expiring_soon.v1").empty()) << "78 days are left";
  rig.advance(std::chrono::hours(24 * 47));  // 1 August
  await("mandat.expiring_soon.v1", 1);
  rig.advance(std::chrono::hours(24 * 30));  // 31 August, its last day
  let_policies_run();
  EXPECT_TRUE(events_of("mandat.terminated.v1").empty());
  rig.advance(std::chrono::hours(24));
  await("mandat.terminated.v1", 1);
  rig.advance(std::chrono::hours(24 * 100));
  let_policies_run();
  EXPECT_THAT(events_of("mandat.expiring_soon.v1"), ::testing::ElementsAre("m"));
  EXPECT_THAT(events_of("mandat.terminated.v1"), ::testing::ElementsAre("m"));
}

TEST_F(PoliciesTest, TellAgainOfAnEndThatWasMovedOnTheSameDay) {
  make_mandat("m", "2025-07-01");
  await("mandat.expiring_soon.v1", 1);
  for (const auto* day : {"2025-07-02", "2025-07-01"}) {
    done(rig.run(
        request(std::string("move to ") + day, update_mandat("m", R"({"date_fin":")" + std::string(day) + "\"}"))));
    await("mandat.expiring_soon.v1", day == std::string_view("2025-07-02") ? 2 : 3);
  }
  EXPECT_EQ(events_of("mandat.expiring_soon.v1").size(), 3U);
}

TEST_F(PoliciesTest, CatchUpOnceInOrderAfterDowntime) {
  make_mandat("late", "2025-07-20");
  make_mandat("early", "2025-07-01");
  make_mandat("later", "2025-12-31");
  rig.stop();
  rig.advance(std::chrono::hours(24 * 60));
  rig.start();
  await("mandat.terminated.v1", 2);
  for (int i = 0; i < 2; ++i) {
    rig.stop();
    rig.start(rig.directory() / ("anew" + std::to_string(i)));  // a store that has to be replayed
    let_policies_run();
  }
  EXPECT_THAT(events_of("mandat.terminated.v1"), ::testing::ElementsAre("early", "late"));
}

}  // namespace
}  // namespace alforis::commands::testing
