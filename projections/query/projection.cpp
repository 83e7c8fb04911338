#include "projections/query/projection.hpp"

#include "projections/query/tallies.hpp"
#include "projections/query/version_writer.hpp"

namespace alforis::projections {

using postgres::Connection;

class QueryProjection::Core {
 public:
  Core(QueryOptions options, eventstore::Log& log, OnBuildProgress on_build)
      : options_(std::move(options)), schemas_(options_.workspace), log_(log), on_build_(std::move(on_build)) {}

  Opened open(const std::stop_token& stop) {
    return translated([&] {
      writer_.reset();
      connection_ = std::make_unique<Connection>(options_.dsn, writer_connection("alforis query"));
      ensure_stable_schema(*connection_, schemas_);
      const QueryVersion version = current_version(stop);
      writer_.emplace(*connection_, options_, version, true);
      Opened opened = writer_->open(stop);
      opened.fresh = opened_version_ != version.number;
      opened_version_ = version.number;
      return opened;
    });
  }

  VersionWriter& writer() {
    if (!writer_) throw StoreUnavailable("the query tables are not open");
    return *writer_;
  }

  int version() const { return opened_version_; }

 private:
  /// The active version in this program's layout; makes it when there is none, has it built anew when it is an older
  /// program's.
  QueryVersion current_version(const std::stop_token& stop) {
    auto version = active_query_version(*connection_, schemas_);
    if (!version) return first_version();
    if (version->layout > k_query_layout) {
      throw NewerLayout("the query tables have layout " + std::to_string(version->layout) + ", this program knows " +
                        std::to_string(k_query_layout));
    }
    if (version->fingerprint == query_layout_fingerprint()) return *version;
    rebuild_query(log_, options_, on_build_, stop);
    return active_query_version(*connection_, schemas_).value();
  }

  QueryVersion first_version() {
    postgres::Transaction transaction(*connection_);
    connection_->run("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", {"alforis " + schemas_.stable()});
    if (auto meanwhile = active_query_version(*connection_, schemas_)) return *meanwhile;
    const std::string schema = schemas_.version(1);
    connection_->script("DROP SCHEMA IF EXISTS " + schema + " CASCADE");
    connection_->script(query_tables_sql(schema));
    for (const std::string& statement : query_finish_statements(schema)) connection_->script(statement);
    connection_->script(tally_triggers_sql(schema));
    insert_query_version(*connection_, schemas_, 1, true, {});
    connection_->script(query_views_sql(schemas_, 1));
    transaction.commit();
    return active_query_version(*connection_, schemas_).value();
  }

  QueryOptions options_;
  QuerySchemas schemas_;
  eventstore::Log& log_;
  OnBuildProgress on_build_;
  std::unique_ptr<Connection> connection_;
  std::optional<VersionWriter> writer_;
  std::atomic<int> opened_version_{0};
};

QueryProjection::QueryProjection(QueryOptions options, eventstore::Log& log, OnBuildProgress on_build)
    : core_(std::make_unique<Core>(std::move(options), log, std::move(on_build))) {}
QueryProjection::~QueryProjection() = default;

Projection::Opened QueryProjection::open(const std::stop_token& stop) { return core_->open(stop); }
Written QueryProjection::write(const Batch& batch) { return core_->writer().write(batch); }
void QueryProjection::check() { core_->writer().check(); }
void QueryProjection::probe(std::span<const Item> items) { core_->writer().probe(items); }
std::vector<ParkedEvent> QueryProjection::parked_events(const std::string& entity_id) {
  return core_->writer().parked_events(entity_id);
}
int QueryProjection::version() const { return core_->version(); }

}  // namespace alforis::projections
