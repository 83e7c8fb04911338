#pragma once
// The query read model in PostgreSQL: a row per entity with typed columns and a ready document, and a row per event for
// histories.

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "eventstore/log.hpp"
#include "privacy/keys.hpp"
#include "projections/projection.hpp"

namespace alforis::projections {

struct QueryOptions {
  std::string dsn;                                  ///< libpq connection string or URI
  std::string workspace;                            ///< [a-z][a-z0-9_]{0,39}: names the schemas
  const privacy::Keys* keys = &privacy::no_keys();  ///< open what is sealed; outlive whatever is made with them
};

/// How far a build is.
struct BuildProgress {
  Position position = 0;
  Position end = 0;  ///< of the Log, as last seen
  std::uint64_t events = 0;
  std::string step;  ///< `load`, `index`, `catch_up`, `swap`, `compare`
};
using OnBuildProgress = std::function<void(const BuildProgress&)>;

/// Keeps the active version of the query tables. open() makes version 1 when there is none, and when the tables were
/// laid out by an older program builds a new version beside them and swaps, while the old rows go on being read; that
/// is why it needs the Log.
class QueryProjection final : public Projection {
 public:
  /// Throws std::invalid_argument for a workspace that cannot name a schema.
  QueryProjection(QueryOptions options, eventstore::Log& log, OnBuildProgress on_build = {});
  ~QueryProjection() override;

  std::string name() const override { return "query"; }
  Opened open(const std::stop_token& stop) override;
  Written write(const Batch& batch) override;
  void check() override;
  void probe(std::span<const Item> items) override;
  std::vector<ParkedEvent> parked_events(const std::string& entity_id) override;

  /// The active version's number; 0 before open().
  int version() const;

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

/// Outcome of a rebuild.
struct Rebuilt {
  int version = 0;
  Position position = 0;
  std::uint64_t events = 0;
  std::uint64_t parked_entities = 0;
};

/// Builds a new version of the query tables from the Log beside the live one, swaps when it has caught up, drops the
/// old one. Readers and the live runner, here or in another process, go on all the while. Throws StoreUnavailable,
/// eventstore::LogDamaged, LogUnavailable; std::runtime_error when stopped or when another build is under way. Nothing
/// is swapped then.
Rebuilt rebuild_query(eventstore::Log& log, const QueryOptions& options, const OnBuildProgress& progress = {},
                      std::stop_token stop = {});

/// The first place where the live tables differ from what the Log says.
struct Difference {
  std::string table;
  std::string id;      ///< of the row: an entity id, or entity id, position and index for histories
  std::string column;  ///< empty when the row is there on one side alone
  std::string live;    ///< the value as text, `(no row)` or `(null)`
  std::string rebuilt;
};

/// Outcome of a verification.
struct Verified {
  Position position = 0;  ///< up to which both were compared
  std::uint64_t rows = 0;
  std::uint64_t differing_buckets = 0;
  std::optional<Difference> first;  ///< nullopt: equal
};

/// Compares one snapshot of the live tables with a throw-away version built from the Log up to exactly the snapshot's
/// checkpoint. Throws as rebuild_query does.
Verified verify_query(eventstore::Log& log, const QueryOptions& options, const OnBuildProgress& progress = {},
                      std::stop_token stop = {});

}  // namespace alforis::projections
