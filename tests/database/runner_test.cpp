// The runner on a real database: exactly once, parking, rebuilds, verification, outages.

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <set>
#include <thread>

#include "database.hpp"

namespace alforis::projections {
namespace {

using domain::EntityKind;

class RunnerTest : public QueryTest {
 protected:
  std::string count(const std::string& table) { return sql_.value("SELECT count(*) FROM " + workspace_ + '.' + table); }
  std::string position() {
    return sql_.value("SELECT \"position\" FROM " + workspace_ + ".projection_versions WHERE active");
  }
  void create(int from, int to) {
    std::vector<Happened> events;
    for (int i = from; i < to; ++i) events.emplace_back(id_of('o', i), organisation("Société " + std::to_string(i)));
    feed_.commit_all(events);
  }
  void expect_verified() {
    const Verified verified = verify_query(log_, options());
    EXPECT_FALSE(verified.first) << verified.first->table << ' ' << verified.first->id << ' ' << verified.first->column
                                 << ": " << verified.first->live << " vs " << verified.first->rebuilt;
  }
};

TEST_F(RunnerTest, RowsAndPositionChangeTogetherHoweverOftenTheConnectionIsKilled) {
  RunnerOptions options;
  options.batch_limit = 50;
  options.min_interval = std::chrono::milliseconds(0);
  start(options);
  settle();
  std::atomic<int> kills{0};
  std::jthread killer([&](const std::stop_token& stop) {
    Sql sql;
    while (!stop.stop_requested()) {
      if (sql.value(
              "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'alforis query' "
              "AND query LIKE '%" +
              workspace_ + "%'") != "0") {
        ++kills;
      }
      // Whatever is visible is a whole prefix of the log: as many rows as commits up to the position, of which the
      // first is no commit.
      const auto rows = sql.rows("SELECT (SELECT count(*) FROM " + workspace_ + ".history), (SELECT count(*) FROM " +
                                 workspace_ + ".organisations), (SELECT greatest(\"position\" - 1, 0) FROM " +
                                 workspace_ + ".projection_versions WHERE active)");
      ASSERT_EQ(rows.size(), 1U);
      const std::string history = rows[0].substr(0, rows[0].find('|'));
      EXPECT_EQ(rows[0], history + '|' + history + '|' + history);
      // Longer and longer, so that the end is reached on a slow machine too.
      std::this_thread::sleep_for(std::chrono::milliseconds(10 + 5 * kills.load()));
    }
  });
  for (int i = 0; i < 30; ++i) create(i * 100, i * 100 + 100);
  ASSERT_TRUE(runner_->wait_for(log_.end(), std::chrono::seconds(60))) << runner_->status().trouble;
  killer.request_stop();
  killer.join();
  EXPECT_GT(kills.load(), 0);
  EXPECT_EQ(count("organisations"), "3000");
  EXPECT_EQ(count("history"), "3000");
  expect_verified();
}

TEST_F(RunnerTest, ABadEventParksItsEntityAndNoOther) {
  start();
  create(1, 20);
  feed_.commit_raw({{"organisation.exploded.v9", id_of('o', 3).text(), "{}"}});
  feed_.commit(id_of('o', 3), renamed("After the bad one"));
  feed_.commit(id_of('o', 4), renamed("Not concerned"));
  feed_.commit_raw({{"organisation.updated.v1", id_of('o', 5).text(), R"({"name":17})"}});
  feed_.commit_raw({{"nothing.known.v1", "not-a-uuid", "{}"}});
  feed_.commit(id_of('o', 999), renamed("Never created"));
  settle();
  const RunnerStatus status = runner_->status();
  EXPECT_EQ(status.parked_entities, 4U);
  EXPECT_EQ(count("parked_events"), "5");
  EXPECT_EQ(
      sql_.value("SELECT name_key FROM " + workspace_ + ".organisations WHERE id = '" + id_of('o', 3).text() + "'"),
      "societe 3");
  EXPECT_EQ(
      sql_.value("SELECT name_key FROM " + workspace_ + ".organisations WHERE id = '" + id_of('o', 4).text() + "'"),
      "not concerned");
  EXPECT_EQ(position(), std::to_string(log_.end()));
  expect_verified();
}

TEST_F(RunnerTest, ARowThatTheDatabaseRefusesIsFoundAmongThousandsAndReplayedInOrder) {
  start();
  settle();
  sql_.run("ALTER TABLE " + live() + ".organisations ADD CONSTRAINT no_culprit CHECK (name_key <> 'culprit')");
  std::vector<Happened> events;
  for (int i = 0; i < 3000; ++i) events.emplace_back(id_of('o', i), organisation(i == 1234 ? "Culprit" : "Innocent"));
  events.emplace_back(id_of('o', 77), renamed("Innocent still"));
  runner_->pause();
  feed_.commit_all(events);
  runner_->resume();
  settle();
  EXPECT_EQ(count("organisations"), "2999");
  ASSERT_EQ(runner_->status().parked.size(), 1U);
  EXPECT_EQ(runner_->status().parked[0].id, id_of('o', 1234).text());
  EXPECT_NE(runner_->status().parked[0].reason.find("no_culprit"), std::string::npos);

  EXPECT_EQ(runner_->retry_parked().still_parked, 1U);
  feed_.commit(id_of('o', 1234), renamed("Second name"));
  feed_.commit(id_of('o', 1234), domain::OrganisationDeleted{});
  settle();
  EXPECT_EQ(runner_->status().parked[0].events, 3U);
  sql_.run("ALTER TABLE " + live() + ".organisations DROP CONSTRAINT no_culprit");
  const Retried retried = runner_->retry_parked();
  EXPECT_EQ(retried.unparked, 1U);
  EXPECT_EQ(retried.still_parked, 0U);
  EXPECT_EQ(count("parked_events"), "0");
  EXPECT_EQ(runner_->status().parked_entities, 0U);
  EXPECT_EQ(sql_.rows("SELECT name_key, version, deleted FROM " + workspace_ + ".organisations WHERE id = '" +
                      id_of('o', 1234).text() + "'"),
            std::vector<std::string>{"second name|3|true"});
  EXPECT_EQ(reader_.history(EntityKind::organisation, id_of('o', 1234), "", 9)->entries.size(), 3U);
  expect_verified();
}

TEST_F(RunnerTest, ParkedEntitiesAreTriedAgainWhenTheRunnerStarts) {
  start();
  settle();
  sql_.run("ALTER TABLE " + live() + ".organisations ADD CONSTRAINT no_culprit CHECK (name_key <> 'culprit')");
  feed_.commit(id_of('o', 1), organisation("Culprit"));
  settle();
  EXPECT_EQ(runner_->status().parked_entities, 1U);
  sql_.run("ALTER TABLE " + live() + ".organisations DROP CONSTRAINT no_culprit");
  stop();
  start();
  feed_.commit(id_of('o', 2), organisation("Next"));
  settle();
  EXPECT_EQ(runner_->status().parked_entities, 0U);
  EXPECT_EQ(count("organisations"), "2");
}

TEST_F(RunnerTest, ARebuildStopsNeitherWritesNorReads) {
  start();
  create(0, 2000);
  feed_.commit({{id_of('p', 1), person("Jean", "Lit")}, {id_of('l', 1), link(id_of('p', 1), id_of('o', 1))}});
  settle();
  const int before = projection_->version();
  std::atomic<bool> done{false};
  Position seen = 0;
  std::jthread reading([&] {
    QueryReader reader(test_dsn(), workspace_);
    const auto query = *parse_list_query(EntityKind::organisation, {{"sort", "name"}, {"limit", "5"}}, administrator());
    while (!done) {
      const auto page = reader.list(query);
      ASSERT_TRUE(page);
      EXPECT_EQ(page->documents.size(), 5U);
      EXPECT_GE(page->position, seen) << "a swap must not take a reader back";
      seen = page->position;
      EXPECT_TRUE(reader.find(EntityKind::organisation, id_of('o', 1)));
      EXPECT_TRUE(reader.find(EntityKind::person, id_of('p', 1)));  // three views in one statement
    }
  });
  std::jthread writing([&] {
    for (int i = 2000; !done; i += 10) {
      create(i, i + 10);
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  });
  EXPECT_NO_THROW({
    for (int i = 0; i < 3; ++i) {
      const Rebuilt rebuilt = rebuild_query(log_, options());
      EXPECT_EQ(rebuilt.version, before + i + 1);
      EXPECT_GE(rebuilt.events, 2000U);
    }
  });
  done = true;
  reading.join();
  writing.join();
  settle();
  EXPECT_EQ(count("organisations"), std::to_string(log_.end() - 2));
  EXPECT_EQ(sql_.value("SELECT count(*) FROM pg_namespace WHERE nspname LIKE '" + workspace_ + "\\_query\\_v%'"), "1");
  expect_verified();
}

TEST_F(RunnerTest, ARebuiltVersionEqualsTheLiveOne) {
  start();
  feed_.commit({{id_of('t', 1), team("Un")},
                {id_of('t', 2), team("Deux")},
                {id_of('u', 2), user("a@example.fr", domain::Role::sales, id_of('t', 1))}});
  std::vector<Happened> events;
  for (int i = 0; i < 7000; ++i) {
    events.emplace_back(id_of('o', i), organisation("Société " + std::to_string(i),
                                                    i % 2 ? std::optional(id_of('u', 2)) : std::nullopt));
    if (i % 10 == 0) events.emplace_back(id_of('o', i / 2), renamed("Nouveau " + std::to_string(i)));
    if (i == 3000) events.emplace_back(id_of('u', 2), moved_to(id_of('t', 2)));
  }
  feed_.commit_all(events);
  feed_.commit_raw({{"organisation.exploded.v9", id_of('o', 3).text(), "{}"}});
  settle();
  expect_verified();
  rebuild_query(log_, options());
  feed_.commit(id_of('o', 9000), organisation("After the swap"));
  settle();
  EXPECT_EQ(projection_->version(), 2);
  EXPECT_EQ(runner_->status().parked_entities, 1U);
  expect_verified();
}

TEST_F(RunnerTest, VerificationNamesTheFirstDifference) {
  start();
  create(0, 300);
  settle();
  sql_.run("UPDATE " + live() + ".organisations SET city_key = 'ailleurs' WHERE id = '" + id_of('o', 42).text() + "'");
  Verified verified = verify_query(log_, options());
  ASSERT_TRUE(verified.first);
  EXPECT_EQ(verified.differing_buckets, 1U);
  EXPECT_EQ(verified.first->table, "organisations");
  EXPECT_EQ(verified.first->id, id_of('o', 42).text());
  EXPECT_EQ(verified.first->column, "city_key");
  EXPECT_EQ(verified.first->live, "ailleurs");
  EXPECT_EQ(verified.first->rebuilt, "(null)");
  rebuild_query(log_, options());
  expect_verified();
  feed_.commit(id_of('o', 1), renamed("Still alive"));
  settle();
  sql_.run("DELETE FROM " + live() + ".history WHERE entity_id = '" + id_of('o', 7).text() + "'");
  verified = verify_query(log_, options());
  ASSERT_TRUE(verified.first);
  EXPECT_EQ(verified.first->table, "history");
  EXPECT_EQ(verified.first->live, "(no row)");
}

TEST_F(RunnerTest, AnOlderLayoutIsRebuiltWhileTheOldRowsServe) {
  start();
  create(0, 100);
  settle();
  stop();
  sql_.run("UPDATE " + workspace_ + ".projection_versions SET fingerprint = 'of an older program'");
  EXPECT_EQ(reader_.checkpoint(), log_.end());
  create(100, 110);
  start();
  settle();
  EXPECT_EQ(projection_->version(), 2);
  EXPECT_EQ(count("organisations"), "110");
  stop();
  sql_.run("UPDATE " + workspace_ + ".projection_versions SET layout = layout + 1");
  start();
  EXPECT_FALSE(runner_->wait_for(log_.end() + 1, std::chrono::milliseconds(300)));
  EXPECT_TRUE(runner_->status().stopped) << "an older program must not touch a newer one's tables";
}

TEST_F(RunnerTest, ARebuildAtTheStartIsGivenUpWhenTheRunnerStops) {
  start();
  create(0, 5000);
  settle();
  stop();
  sql_.run("UPDATE " + workspace_ + ".projection_versions SET fingerprint = 'of an older program'");
  for (const std::string step : {"load", "index"}) {
    std::promise<void> reached;
    std::stop_source stopping;
    QueryProjection projection(options(), log_, [&, done = false](const BuildProgress& progress) mutable {
      if (progress.step != step || std::exchange(done, true)) return;
      reached.set_value();
      while (!stopping.stop_requested()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      std::this_thread::sleep_for(std::chrono::milliseconds(50));  // the runner's own stop follows ours
    });
    auto runner = std::make_unique<Runner>(log_, projection);
    ASSERT_EQ(reached.get_future().wait_for(std::chrono::seconds(30)), std::future_status::ready) << step;
    stopping.request_stop();
    runner.reset();
    EXPECT_EQ(sql_.value("SELECT version FROM " + workspace_ + ".projection_versions WHERE active"), "1") << step;
  }
}

TEST_F(RunnerTest, TwoRunnersOnOneWorkspaceDoNotDouble) {
  start();
  QueryProjection second(options(), log_);
  RunnerOptions quick;
  quick.poll = std::chrono::milliseconds(10);
  Runner other(log_, second, quick);
  for (int i = 0; i < 20; ++i) create(i * 50, i * 50 + 50);
  settle();
  EXPECT_EQ(count("organisations"), "1000");
  EXPECT_EQ(count("history"), "1000");
  expect_verified();
}

TEST_F(RunnerTest, OfTwoRunnersEachIsToldOfWhatTheOtherWrote) {
  start();
  QueryProjection second(options(), log_);
  RunnerOptions quick;
  quick.poll = std::chrono::milliseconds(10);
  Runner other(log_, second, quick);
  struct Told {
    std::mutex mutex;
    std::set<std::string> stale;  ///< entities that somebody keeps in memory in a version that is no longer true
  };
  std::array<Told, 2> told;
  const auto forget = [](Told& listener, const Committed& committed) {
    const std::lock_guard lock(listener.mutex);
    if (committed.everything) listener.stale.clear();
    for (const std::string& id : committed.entities) listener.stale.erase(id);
  };
  create(0, 1);
  settle();
  ASSERT_TRUE(other.wait_for(log_.end(), std::chrono::seconds(10)));
  runner_->subscribe([&](const Committed& committed) { forget(told[0], committed); });
  other.subscribe([&](const Committed& committed) { forget(told[1], committed); });
  for (int i = 0; i < 20; ++i) {
    for (Told& listener : told) {
      const std::lock_guard lock(listener.mutex);
      listener.stale.insert(id_of('o', 0).text());
    }
    feed_.commit(id_of('o', 0), renamed("Nom " + std::to_string(i)));
    settle();
    ASSERT_TRUE(other.wait_for(log_.end(), std::chrono::seconds(10)));
    for (Told& listener : told) {
      const std::lock_guard lock(listener.mutex);
      EXPECT_TRUE(listener.stale.empty()) << "after change " << i;
    }
  }
  runner_.reset();  // before what it tells
}

TEST_F(RunnerTest, AnIdleRunnerNoticesThatARebuiltVersionTookOver) {
  start();
  create(0, 3);
  settle();
  std::promise<void> told;
  runner_->subscribe([&, done = false](const Committed& committed) mutable {
    if (committed.everything && !std::exchange(done, true)) told.set_value();
  });
  rebuild_query(log_, options());
  EXPECT_EQ(told.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
  EXPECT_EQ(projection_->version(), 2);
  runner_.reset();  // before what it tells
}

TEST_F(RunnerTest, ADamagedLogStopsTheRunnerAndSaysWhere) {
  create(0, 10);
  log_.alter(5, [](std::string& record) { record[record.size() / 2] ^= 1; });
  start();
  for (int i = 0; i < 1000 && !runner_->status().stopped; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  const RunnerStatus status = runner_->status();
  EXPECT_TRUE(status.stopped);
  EXPECT_LT(status.position, log_.end());
  EXPECT_EQ(status.damaged_at, 5U);
  EXPECT_EQ(status.position, 4U);
  EXPECT_EQ(count("organisations"), "3");
}

TEST_F(RunnerTest, PausedMeansThatNothingIsWritten) {
  start();
  settle();
  runner_->pause();
  EXPECT_TRUE(runner_->status().paused);
  create(0, 10);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_EQ(count("organisations"), "0");
  EXPECT_THROW(runner_->retry_parked(), StoreUnavailable);
  runner_->resume();
  settle();
  EXPECT_EQ(count("organisations"), "10");
}

TEST_F(RunnerTest, AStatementUnderWayCanBeCancelledFromAnotherThread) {
  postgres::Connection connection(test_dsn(), {});
  connection.cancel();
  EXPECT_NO_THROW(connection.run("SELECT 1"));
  std::jthread canceller([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      connection.cancel();
    }
  });
  EXPECT_THROW(connection.run("SELECT pg_sleep(60)"), postgres::Unavailable);
}

TEST_F(RunnerTest, WithoutTablesReadersSayUnavailable) {
  EXPECT_THROW(reader_.checkpoint(), DatabaseUnavailable);
  EXPECT_THROW(reader_.find(EntityKind::organisation, id_of('o', 1)), DatabaseUnavailable);
  start();
  settle();
  EXPECT_FALSE(reader_.find(EntityKind::organisation, id_of('o', 1)));
}

TEST_F(RunnerTest, AReadersLostConnectionIsMadeAgain) {
  start();
  create(0, 3);
  settle();
  EXPECT_TRUE(reader_.find(EntityKind::organisation, id_of('o', 1)));
  sql_.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'alforis reader'");
  EXPECT_TRUE(reader_.find(EntityKind::organisation, id_of('o', 1)));
}

/// A server that this test may stop: one of its own.
TEST(Outage, PostgresDownMeansUnavailableAndThenAllCatchesUp) {
  char directory[] = "/tmp/alforis-outage-XXXXXX";
  ASSERT_NE(::mkdtemp(directory), nullptr);
  std::filesystem::permissions(directory, std::filesystem::perms(0755));
  const auto tool = [&](const std::string& command) {
    return std::system(
        ("'" ALFORIS_SOURCE_DIR "/tools/postgres' " + command + " --dir " + directory + "/pg >/dev/null 2>&1").c_str());
  };
  ASSERT_EQ(tool("start"), 0);
  const std::string dsn = std::string("host=") + directory + "/pg/socket port=5433 user=alforis dbname=alforis";
  {
    eventstore::MemoryLog log;
    Feed feed(log);
    feed.commit(id_of('o', 1), organisation("Before"));
    QueryProjection projection({dsn, "outage"}, log);
    std::vector<std::string> said;
    std::mutex mutex;
    RunnerOptions options;
    options.poll = options.first_backoff = std::chrono::milliseconds(10);
    options.max_backoff = std::chrono::milliseconds(100);
    options.say = [&](const std::string& message) {
      const std::lock_guard lock(mutex);
      said.push_back(message);
    };
    Runner runner(log, projection, options);
    ASSERT_TRUE(runner.wait_for(log.end(), std::chrono::seconds(10)));
    QueryReader reader(dsn, "outage");
    EXPECT_TRUE(reader.find(EntityKind::organisation, id_of('o', 1)));

    EXPECT_EQ(tool("stop"), 0);
    EXPECT_THROW(reader.find(EntityKind::organisation, id_of('o', 1)), DatabaseUnavailable);
    EXPECT_THROW(reader.checkpoint(), DatabaseUnavailable);
    feed.commit(id_of('o', 2), organisation("During"));
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    EXPECT_FALSE(runner.status().connected);
    EXPECT_FALSE(runner.status().trouble.empty());

    EXPECT_EQ(tool("start"), 0);
    EXPECT_TRUE(runner.wait_for(log.end(), std::chrono::seconds(20)));
    EXPECT_TRUE(reader.find(EntityKind::organisation, id_of('o', 2)));
    EXPECT_TRUE(runner.status().connected);
    const std::lock_guard lock(mutex);
    EXPECT_LT(said.size(), 8U) << "changes of state are told once, not every attempt";
  }
  EXPECT_EQ(tool("stop"), 0);
  EXPECT_EQ(std::system((std::string("rm -rf ") + directory).c_str()), 0);
}

}  // namespace
}  // namespace alforis::projections
