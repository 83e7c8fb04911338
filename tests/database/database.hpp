#pragma once
// A real PostgreSQL for the tests, a workspace of its own for each, and a log that tests write events into.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "domain/events.hpp"
#include "domain/wire/json.hpp"
#include "eventstore/memory_log.hpp"
#include "projections/postgres/connection.hpp"
#include "projections/query/projection.hpp"
#include "projections/query/reader.hpp"
#include "projections/runner.hpp"

namespace alforis::projections {

using domain::Uuid;

/// Connection string of the server under test: ALFORIS_TEST_POSTGRES, or a cluster that tools/postgres makes for this
/// run.
const std::string& test_dsn();

/// A name that no other test uses.
std::string fresh_workspace();

/// Ids that are the same in every run: entity number `n` of a kind.
Uuid id_of(char kind, int n);

/// What `tools/postgres` or the environment gave, seen with rights of the same user.
class Sql {
 public:
  explicit Sql(const std::string& dsn = test_dsn());
  /// The first column of the first row, "" when there is none.
  std::string value(const std::string& sql);
  /// Every row as `a|b|c`.
  std::vector<std::string> rows(const std::string& sql);
  void run(const std::string& sql) { connection_->script(sql); }

 private:
  std::unique_ptr<postgres::Connection> connection_;
};

/// An event of an entity, written as soon as it is made: variants of all there are, copied about, would be most of what
/// these files compile.
struct Happened {
  template <class Event>
  Happened(const Uuid& entity, const Event& event)
      : written{std::string(Event::k_type), entity.text(), domain::wire::to_json(event)} {}

  eventstore::Event written;
};

/// Writes commits into a log as the one writer.
class Feed {
 public:
  explicit Feed(eventstore::Log& log);

  /// One commit by `actor`, one microsecond after the last; answers with its position.
  Position commit(const std::vector<Happened>& events, const Uuid& actor = id_of('u', 1));
  template <class Event>
  Position commit(const Uuid& entity, const Event& event) {
    return commit({Happened(entity, event)});
  }
  /// Events as they are, whatever they are.
  Position commit_raw(std::vector<eventstore::Event> events);
  /// Moves the clock.
  void advance(std::chrono::microseconds by) { time_us_ += by.count(); }
  /// Of the next commit.
  domain::Instant next_time() const { return domain::Instant::from_micros(time_us_ + 1); }
  /// Many commits at once, one event each.
  Position commit_all(const std::vector<Happened>& events);

 private:
  eventstore::CommitDraft draft(const Uuid& actor);

  eventstore::WriterEpoch epoch_;
  std::int64_t time_us_ = 1'767'225'600'000'000;  // 2026-01-01
  int commands_ = 0;
};

// ---- events in few words

domain::OrganisationCreated organisation(const std::string& name, std::optional<Uuid> owner = std::nullopt);
domain::PersonCreated person(const std::string& first_name, const std::string& last_name);
domain::LinkCreated link(const Uuid& person, const Uuid& organisation);
domain::UserCreated user(const std::string& email, domain::Role role, std::optional<Uuid> team = std::nullopt);
domain::TeamCreated team(const std::string& name);
domain::UserUpdated moved_to(std::optional<Uuid> team);
domain::OrganisationUpdated renamed(const std::string& name);

domain::Viewer viewer(const Uuid& id, domain::Role role, std::optional<Uuid> team = std::nullopt);
domain::Viewer administrator();

/// A log, a feed, a projection with its runner, and a reader.
class QueryTest : public ::testing::Test {
 protected:
  QueryTest();
  ~QueryTest() override;

  /// Starts the projection; without it only the log grows.
  void start(RunnerOptions options = {});
  void stop();
  /// Waits until everything in the log has its rows.
  void settle();
  QueryOptions options() const { return {test_dsn(), workspace_}; }
  /// The live version's schema.
  std::string live() const;

  eventstore::MemoryLog log_;
  Feed feed_;
  std::string workspace_;
  std::unique_ptr<QueryProjection> projection_;
  std::unique_ptr<Runner> runner_;
  QueryReader reader_;
  Sql sql_;
};

}  // namespace alforis::projections
