#include "projections/query/version_writer.hpp"

#include "projections/applier.hpp"

namespace alforis::projections {

namespace {

constexpr std::size_t k_bulk_batch = 2000;
constexpr std::size_t k_batches_ahead = 3;
constexpr std::chrono::milliseconds k_log_wait{200};

/// After how many rows the planner's statistics are made for the first time, and from when on autovacuum may do it.
constexpr std::size_t k_first_analyze = 1000;
constexpr std::size_t k_last_analyze = 1'000'000;

}  // namespace

postgres::ConnectionOptions writer_connection(const char* application) {
  postgres::ConnectionOptions options;
  options.application = application;
  return options;
}

// ---- VersionWriter

VersionWriter::VersionWriter(postgres::Connection& connection, const QueryOptions& options, QueryVersion version,
                             bool active)
    : connection_(connection),
      schemas_(options.workspace),
      version_(std::move(version)),
      active_(active),
      next_analyze_(k_first_analyze),
      tables_(connection, options, schemas_.version(version_.number), Filling::live) {
  // Tables that were filled before have their statistics: making them again would only hold up who waits for rows.
  rows_written_ = static_cast<std::size_t>(version_.cursor.position);
  while (next_analyze_ <= rows_written_) next_analyze_ *= 2;
  // A commit that a crash of the server takes back takes its checkpoint back too, and is made again: it need not wait
  // for the disk.
  connection_.script("SET synchronous_commit TO off");
  // Whoever stands still in the middle of a transaction must not keep the tables from the other servers.
  connection_.script("SET idle_in_transaction_session_timeout TO '10s'");
}

Projection::Opened VersionWriter::open(const std::stop_token&) {
  return translated([&] { return Opened{version_.cursor, tables_.parked_entities(), false}; });
}

Written VersionWriter::write(const Batch& batch) {
  return translated([&] {
    tables_.rolled_back();  // whatever the last call left behind
    postgres::Transaction transaction(connection_);
    if (!advance_checkpoint(connection_, schemas_, version_.number, active_, version_.cursor, batch.cursor)) {
      throw superseded();
    }
    Written written = tables_.write(batch.items);
    if (batch.from_parked) tables_.unpark(batch.items);
    tables_.park(batch.parked);
    refresh_statistics(written.rows);
    transaction.commit();
    tables_.committed();
    version_.cursor = batch.cursor;
    return written;
  });
}

void VersionWriter::check() {
  translated([&] {
    if (!checkpoint_stands(connection_, schemas_, version_.number, active_, version_.cursor)) throw superseded();
  });
}

Superseded VersionWriter::superseded() const {
  return Superseded("version " + std::to_string(version_.number) +
                    " of the query tables is not ours to write any more");
}

/// Tables that an import has just filled would be searched without the indexes until autovacuum comes round, because
/// the planner takes them for empty. Each time the rows have doubled is often enough.
void VersionWriter::refresh_statistics(std::size_t rows) {
  rows_written_ += rows;
  if (rows_written_ < next_analyze_ || next_analyze_ > k_last_analyze) return;
  while (next_analyze_ <= rows_written_) next_analyze_ *= 2;
  connection_.script("ANALYZE " + query_table_list(schemas_.version(version_.number)));
}

void VersionWriter::probe(std::span<const Item> items) {
  translated([&] {
    tables_.rolled_back();
    const postgres::Transaction transaction(connection_);
    tables_.write(items);
    tables_.rolled_back();
  });
}

std::vector<ParkedEvent> VersionWriter::parked_events(const std::string& entity_id) {
  return translated([&] { return tables_.parked_events(entity_id); });
}

// ---- BulkWriter

BulkWriter::BulkWriter(postgres::Connection& connection, const QueryOptions& options, const std::string& schema,
                       Filling filling)
    : connection_(connection), filling_(filling), tables_(connection, options, schema, filling) {}

BulkWriter::~BulkWriter() {
  if (sending_.valid()) sending_.wait();
}

Written BulkWriter::write(const Batch& batch) {
  if (filling_ == Filling::bulk) return write_ahead(batch);
  return in_savepoint(true, [&] {
    Written written = tables_.write(batch.items);
    tables_.park(batch.parked);
    return written;
  });
}

/// Only one of the two threads uses the connection at a time: loading waits for what is being sent.
Written BulkWriter::write_ahead(const Batch& batch) {
  return translated([&] {
    std::shared_ptr<PreparedBatch> prepared;
    try {
      prepared = tables_.prepare(batch.items, [this] { await_sent(); });
    } catch (const ItemsRefused&) {
      tables_.rolled_back();  // nothing was sent: the others are prepared again without the refused ones
      throw;
    }
    tables_.committed();
    Written written;
    written.rows = prepared->rows;
    await_sent();
    tables_.park(batch.parked);
    sending_ = std::async(std::launch::async, [this, prepared] { tables_.send(*prepared); });
    return written;
  });
}

void BulkWriter::await_sent() {
  if (!sending_.valid()) return;
  try {
    sending_.get();
  } catch (const ItemsRefused& refused) {
    throw CareNeeded(refused.what());
  }
}

template <class Work>
Written BulkWriter::in_savepoint(bool keep, Work&& work) {
  return translated([&] {
    connection_.script("SAVEPOINT batch");
    try {
      Written written = work();
      connection_.script(keep ? "RELEASE batch" : "ROLLBACK TO batch");
      keep ? tables_.committed() : tables_.rolled_back();
      return written;
    } catch (const ItemsRefused&) {
      connection_.script("ROLLBACK TO batch");
      tables_.rolled_back();
      throw;
    }
  });
}

void BulkWriter::probe(std::span<const Item> items) {
  in_savepoint(false, [&] { return tables_.write(items); });
}

std::vector<ParkedEvent> BulkWriter::parked_events(const std::string& entity_id) {
  return translated([&] {
    await_sent();
    return tables_.parked_events(entity_id);
  });
}

void BulkWriter::finish() {
  translated([&] {
    await_sent();
    tables_.finish_bulk();
  });
}

// ---- filling

namespace {

/// Reads the Log on a thread of its own, a few batches ahead.
class ReadAhead {
 public:
  struct Batch {
    std::vector<eventstore::Commit> commits;
    eventstore::Cursor cursor;
  };

  ReadAhead(eventstore::Log& log, Position end) : reader_(log), end_(end) {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }

  /// The next batch; throws what the Log's reader threw.
  Batch next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !batches_.empty() || failure_; });
    if (batches_.empty()) std::rethrow_exception(failure_);
    Batch batch = std::move(batches_.front());
    batches_.pop_front();
    changed_.notify_all();
    return batch;
  }

 private:
  void run(const std::stop_token& stop) {
    try {
      while (reader_.cursor().position < end_ && !stop.stop_requested()) {
        const std::size_t left = end_ - reader_.cursor().position;
        Batch batch{reader_.read(std::min(left, k_bulk_batch), k_log_wait), {}};
        batch.cursor = reader_.cursor();
        std::unique_lock lock(mutex_);
        if (!changed_.wait(lock, stop, [&] { return batches_.size() < k_batches_ahead; })) return;
        batches_.push_back(std::move(batch));
        changed_.notify_all();
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      failure_ = std::current_exception();
      changed_.notify_all();
    }
  }

  eventstore::Reader reader_;
  const Position end_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Batch> batches_;
  std::exception_ptr failure_;
  std::jthread thread_;  // last: it uses everything above
};

Filled fill(BulkWriter& writer, eventstore::Log& log, std::optional<Position> upto, const OnBuildProgress& progress,
            const std::stop_token& stop) {
  Applier applier(writer);
  applier.open();
  const Position end = upto.value_or(log.end());
  ReadAhead reader(log, end);
  Filled filled;
  while (filled.cursor.position < end) {
    if (stop.stop_requested()) throw std::runtime_error("the build was stopped");
    const auto [commits, cursor] = reader.next();
    filled.events += applier.apply(commits, cursor).events;
    filled.cursor = cursor;
    if (progress) progress({cursor.position, end, filled.events, "load"});
  }
  writer.finish();
  filled.parked_entities = applier.parked().size();
  return filled;
}

}  // namespace

Filled build(postgres::Connection& connection, const QueryOptions& options, const std::string& schema,
             eventstore::Log& log, std::optional<Position> upto, const OnBuildProgress& progress,
             const std::stop_token& stop) {
  const auto attempt = [&](Filling filling) {
    connection.script("BEGIN");
    connection.script("DROP SCHEMA IF EXISTS " + schema + " CASCADE");
    connection.script(query_tables_sql(schema));
    BulkWriter writer(connection, options, schema, filling);
    return fill(writer, log, upto, progress, stop);
  };
  try {
    return attempt(Filling::bulk);
  } catch (const CareNeeded&) {
    connection.script("ROLLBACK");
    return attempt(Filling::careful);
  }
}

}  // namespace alforis::projections
