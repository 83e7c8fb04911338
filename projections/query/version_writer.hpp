#pragma once
// One version of the query tables as a Projection: the live one, one that is being built, or one to throw away.

#include <future>
#include <memory>
#include <string>

#include "projections/postgres/connection.hpp"
#include "projections/projection.hpp"
#include "projections/query/projection.hpp"
#include "projections/query/schema.hpp"
#include "projections/query/tables.hpp"

namespace alforis::projections {

/// Connection settings of everything that writes.
postgres::ConnectionOptions writer_connection(const char* application);

/// Runs `work` and turns what PostgreSQL throws into what a Projection throws.
template <class Work>
auto translated(Work&& work) {
  try {
    return work();
  } catch (const postgres::Unavailable& away) {
    throw StoreUnavailable(away.what());
  } catch (const postgres::StatementFailed& failed) {
    if (failed.undefined_object()) throw Superseded(failed.what());
    throw StoreUnavailable(failed.what());
  }
}

/// A version with a row in projection_versions, written in transactions of its own.
class VersionWriter final : public Projection {
 public:
  VersionWriter(postgres::Connection& connection, const QueryOptions& options, QueryVersion version, bool active);

  std::string name() const override { return "query"; }
  /// Where the version stood when this object was made.
  Opened open(const std::stop_token& stop) override;
  Written write(const Batch& batch) override;
  void check() override;
  void probe(std::span<const Item> items) override;
  std::vector<ParkedEvent> parked_events(const std::string& entity_id) override;

 private:
  Superseded superseded() const;
  void refresh_statistics(std::size_t rows);

  postgres::Connection& connection_;
  QuerySchemas schemas_;
  QueryVersion version_;
  bool active_;
  std::size_t rows_written_ = 0;
  std::size_t next_analyze_;
  QueryTables tables_;
};

/// A bulk load met data that the database refuses: it has to begin again, with Filling::careful.
struct CareNeeded : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A version whose tables were made in the open transaction of `connection`, and that nobody else can see before it
/// ends: no WAL (with wal_level=minimal), no indexes to keep, and nothing left behind if it is given up. While one
/// batch is under way to the database the next is folded; what goes wrong there shows at a later call.
class BulkWriter final : public Projection {
 public:
  /// `filling` is bulk, which throws CareNeeded, or careful, which finds and parks what the database refuses.
  BulkWriter(postgres::Connection& connection, const QueryOptions& options, const std::string& schema, Filling filling);
  ~BulkWriter() override;

  std::string name() const override { return "query"; }
  Opened open(const std::stop_token&) override { return {}; }
  Written write(const Batch& batch) override;
  void probe(std::span<const Item> items) override;
  std::vector<ParkedEvent> parked_events(const std::string& entity_id) override;

  /// Waits for the last batch and does what was left for the end.
  void finish();

 private:
  Written write_ahead(const Batch& batch);
  template <class Work>
  Written in_savepoint(bool keep, Work&& work);
  void await_sent();

  postgres::Connection& connection_;
  Filling filling_;
  QueryTables tables_;
  std::future<void> sending_;
};

/// What was loaded.
struct Filled {
  eventstore::Cursor cursor;
  std::uint64_t events = 0;
  std::uint64_t parked_entities = 0;
};

/// Makes the version's tables and fills them from the Log's beginning to its end, or up to exactly `upto`, in one
/// transaction that it begins and leaves open. No indexes yet but the entities' keys.
Filled build(postgres::Connection& connection, const QueryOptions& options, const std::string& schema,
             eventstore::Log& log, std::optional<Position> upto, const OnBuildProgress& progress,
             const std::stop_token& stop);

}  // namespace alforis::projections
