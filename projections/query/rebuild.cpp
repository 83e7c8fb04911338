// Blue/green: a new version of the query tables beside the live one, and the swap.

#include <future>
#include <limits>
#include <mutex>

#include "projections/applier.hpp"
#include "projections/query/projection.hpp"
#include "projections/query/tallies.hpp"
#include "projections/query/version_writer.hpp"

namespace alforis::projections {

using postgres::Connection;
using postgres::Rows;
using postgres::Transaction;

namespace {

constexpr std::size_t k_catch_up_batch = 5000;
/// Records behind the Log's end at which the swap begins: few enough for the live runner to wait for.
constexpr Position k_near = 1000;
constexpr std::chrono::milliseconds k_log_wait{200};
constexpr int k_lock_attempts = 100;
constexpr std::chrono::milliseconds k_lock_pause{20};
constexpr std::string_view k_lock_not_available = "55P03";

class Rebuild {
 public:
  Rebuild(eventstore::Log& log, const QueryOptions& options, const OnBuildProgress& progress, std::stop_token stop)
      : log_(log),
        options_(options),
        schemas_(options.workspace),
        progress_(progress),
        stop_(std::move(stop)),
        connection_(options.dsn, writer_connection("alforis rebuild")) {}

  Rebuilt run() {
    try {
      return rebuild();
    } catch (const std::runtime_error&) {
      require_going_on();  // or it was a cancelled statement
      throw;
    }
  }

 private:
  Rebuilt rebuild() {
    ensure_stable_schema(connection_, schemas_);
    lock();
    drop_inactive();
    result_.version = next_version();
    const eventstore::Cursor loaded = load();
    VersionWriter writer(connection_, options_, QueryVersion{result_.version, k_query_layout, {}, loaded}, false);
    Applier applier(writer);
    applier.open();
    eventstore::Reader reader(log_, loaded);
    catch_up(applier, reader);
    swap(applier, reader);
    drop_replaced();
    result_.position = reader.cursor().position;
    result_.parked_entities = applier.parked().size();
    return result_;
  }

  std::string versions() const { return schemas_.stable() + ".projection_versions"; }

  /// One build at a time; the lock goes with the connection. The server may take a moment to notice that an earlier
  /// builder's connection is closed.
  void lock() {
    for (int attempt = 0; attempt < k_lock_attempts; ++attempt) {
      const Rows taken = connection_.run("SELECT pg_try_advisory_lock(hashtextextended($1, 0))",
                                         {"alforis build " + schemas_.stable()});
      if (taken.boolean(0, 0)) return;
      std::this_thread::sleep_for(k_lock_pause);
    }
    throw std::runtime_error("another build of the query tables is under way");
  }

  /// What builds that were given up, and swaps, left behind.
  void drop_inactive() {
    const Rows rows =
        connection_.run("SELECT version FROM " + versions() + " WHERE projection = 'query' AND NOT active");
    for (std::size_t row = 0; row < rows.size(); ++row) {
      Transaction transaction(connection_);
      connection_.script("SET LOCAL lock_timeout TO '10s'");
      connection_.script("DROP SCHEMA IF EXISTS " + schemas_.version(static_cast<int>(rows.integer(row, 0))) +
                         " CASCADE");
      connection_.run("DELETE FROM " + versions() + " WHERE projection = 'query' AND version = $1 AND NOT active",
                      {std::string(rows.text(row, 0))});
      transaction.commit();
    }
  }

  /// The swap is done and stands, whether the old tables go now or before the next build: somebody may still read in
  /// them.
  void drop_replaced() {
    try {
      drop_inactive();
    } catch (const postgres::StatementFailed& failed) {
      if (failed.sqlstate != k_lock_not_available) throw;
    }
  }

  int next_version() {
    const Rows rows =
        connection_.run("SELECT coalesce(max(version), 0) + 1 FROM " + versions() + " WHERE projection = 'query'");
    return static_cast<int>(rows.integer(0, 0));
  }

  /// Everything up to the Log's present end: rows in one transaction, then indexes and tallies.
  eventstore::Cursor load() {
    const std::string schema = schemas_.version(result_.version);
    Connection loader(options_.dsn, writer_connection("alforis rebuild load"));
    Connection helper(options_.dsn, writer_connection("alforis rebuild index"));
    // A statement over a large table takes minutes.
    const std::stop_callback cancel(stop_, [&] {
      loader.cancel();
      helper.cancel();
    });
    Transaction transaction(loader, Transaction::Adopt{});  // build() begins it, perhaps twice
    const Filled filled = build(loader, options_, schema, log_, std::nullopt, progress_, stop_);
    result_.events = filled.events;
    insert_query_version(loader, schemas_, result_.version, false, filled.cursor);
    transaction.commit();
    report(filled.cursor.position, "index");
    finish(loader, helper, query_finish_statements(schema));
    loader.script(tally_triggers_sql(schema));
    // Now, so that the first readers have good plans; from a small sample, which autovacuum makes good in its own time.
    loader.script("SET default_statistics_target TO 20");
    loader.script("ANALYZE " + query_table_list(schema));
    return filled.cursor;
  }

  /// On two connections, the largest (it comes last) first. If this fails, the next build drops the version.
  void finish(Connection& loader, Connection& helper, std::vector<std::string> statements) {
    std::mutex mutex;
    const auto work = [&](Connection& connection) {
      while (true) {
        require_going_on();
        std::string statement;
        {
          const std::lock_guard lock(mutex);
          if (statements.empty()) return;
          statement = std::move(statements.back());
          statements.pop_back();
        }
        connection.script(statement);
      }
    };
    auto helped = std::async(std::launch::async, [&] { work(helper); });
    work(loader);
    helped.get();
  }

  /// Round by round, each as long as what was written during the one before. When that does not get shorter, the
  /// writers are faster: then the swap, during which the live version waits, is where the rest is made up.
  void catch_up(Applier& applier, eventstore::Reader& reader) {
    Position last = std::numeric_limits<Position>::max();
    while (true) {
      const Position end = log_.end();
      const Position behind = end - std::min(end, reader.cursor().position);
      if (behind <= k_near || behind >= last) return;
      last = behind;
      while (reader.cursor().position < end) {
        require_going_on();
        advance(applier, reader, std::min<std::size_t>(end - reader.cursor().position, k_catch_up_batch));
        report(reader.cursor().position, "catch_up");
      }
    }
  }

  void require_going_on() const {
    if (stop_.stop_requested()) throw std::runtime_error("the build was stopped");
  }

  void advance(Applier& applier, eventstore::Reader& reader, std::size_t most) {
    const auto commits = reader.read(most, k_log_wait);
    result_.events += applier.apply(commits, reader.cursor()).events;
  }

  /// The live row is locked, so that the live version stands still until the new one, which must not be behind, takes
  /// over.
  void swap(Applier& applier, eventstore::Reader& reader) {
    Connection swapper(options_.dsn, writer_connection("alforis swap"));
    Transaction transaction(swapper);
    const Rows live =
        swapper.run("SELECT \"position\" FROM " + versions() + " WHERE projection = 'query' AND active FOR UPDATE");
    const Position reached = live.empty() ? 0 : static_cast<Position>(live.integer(0, 0));
    while (reader.cursor().position < reached) advance(applier, reader, reached - reader.cursor().position);
    report(reader.cursor().position, "swap");
    replace_views(swapper);
    swapper.run("UPDATE " + versions() + " SET active = (version = $1) WHERE projection = 'query'",
                {std::to_string(result_.version)});
    transaction.commit();
  }

  /// A view can only be replaced when no statement reads in it, and a reader that waits for one view may hold another:
  /// rather than be part of a deadlock, let go of all of them after a moment and try again.
  void replace_views(Connection& swapper) {
    swapper.script("SET LOCAL lock_timeout TO '100ms'");
    for (int attempt = 1;; ++attempt) {
      swapper.script("SAVEPOINT views");
      try {
        return swapper.script(query_views_sql(schemas_, result_.version));
      } catch (const postgres::StatementFailed& failed) {
        if (failed.sqlstate != k_lock_not_available || attempt == k_lock_attempts) throw;
      }
      swapper.script("ROLLBACK TO views");
      std::this_thread::sleep_for(k_lock_pause);
    }
  }

  void report(Position position, const char* step) {
    if (progress_) progress_({position, std::max(position, log_.end()), result_.events, step});
  }

  eventstore::Log& log_;
  const QueryOptions& options_;
  QuerySchemas schemas_;
  const OnBuildProgress& progress_;
  std::stop_token stop_;
  Connection connection_;
  Rebuilt result_;
};

}  // namespace

Rebuilt rebuild_query(eventstore::Log& log, const QueryOptions& options, const OnBuildProgress& progress,
                      std::stop_token stop) {
  return translated([&] { return Rebuild(log, options, progress, std::move(stop)).run(); });
}

}  // namespace alforis::projections
