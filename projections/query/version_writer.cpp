#include "projections/query/version_writer.hpp"

#include "projections/applier.hpp"

namespace alforis::projections {

namespace {

constexpr std::size_t k_bulk_batch = 5000;
constexpr std::chrono::milliseconds k_log_wait{200};

}  // namespace

postgres::ConnectionOptions writer_connection(const char* application) {
  postgres::ConnectionOptions options;
  options.application = application;
  return options;
}

// ---- VersionWriter ---------------------------------------------------------------------------------------------------

VersionWriter::VersionWriter(postgres::Connection& connection, QuerySchemas schemas, QueryVersion version, bool active)
    : connection_(connection),
      schemas_(std::move(schemas)),
      version_(std::move(version)),
      active_(active),
      tables_(connection, schemas_.version(version_.number), Filling::live) {
  // A commit that a crash of the server takes back takes its checkpoint back too, and is made again: it need not wait for the disk.
  connection_.script("SET synchronous_commit TO off");
}

Projection::Opened VersionWriter::open() {
  return translated([&] { return Opened{version_.cursor, tables_.parked_entities(), false}; });
}

Written VersionWriter::write(const Batch& batch) {
  return translated([&] {
    tables_.rolled_back();  // whatever the last call left behind
    postgres::Transaction transaction(connection_);
    if (!advance_checkpoint(connection_, schemas_, version_.number, active_, version_.cursor, batch.cursor)) {
      throw Superseded("version " + std::to_string(version_.number) + " of the query tables is not ours to write any more");
    }
    const Written written = tables_.write(batch.items);
    if (batch.from_parked) tables_.unpark(batch.items);
    tables_.park(batch.parked);
    transaction.commit();
    tables_.committed();
    version_.cursor = batch.cursor;
    return written;
  });
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

// ---- BulkWriter ------------------------------------------------------------------------------------------------------

BulkWriter::BulkWriter(postgres::Connection& connection, const std::string& schema)
    : connection_(connection), tables_(connection, schema, Filling::bulk) {}

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

Written BulkWriter::write(const Batch& batch) {
  return in_savepoint(true, [&] {
    Written written = tables_.write(batch.items);
    tables_.park(batch.parked);
    return written;
  });
}

void BulkWriter::probe(std::span<const Item> items) {
  in_savepoint(false, [&] { return tables_.write(items); });
}

std::vector<ParkedEvent> BulkWriter::parked_events(const std::string& entity_id) {
  return translated([&] { return tables_.parked_events(entity_id); });
}

Filled fill(BulkWriter& writer, eventstore::Log& log, std::optional<Position> upto, const OnBuildProgress& progress,
            const std::stop_token& stop) {
  Applier applier(writer);
  applier.open();
  eventstore::Reader reader(log);
  const Position end = upto.value_or(log.end());
  Filled filled;
  while (reader.cursor().position < end) {
    if (stop.stop_requested()) throw std::runtime_error("the build was stopped");
    const std::size_t left = end - reader.cursor().position;
    const auto commits = reader.read(std::min(left, k_bulk_batch), k_log_wait);
    filled.events += applier.apply(commits, reader.cursor()).events;
    if (progress) progress({reader.cursor().position, end, filled.events, "load"});
  }
  filled.cursor = reader.cursor();
  filled.parked_entities = applier.parked().size();
  return filled;
}

}  // namespace alforis::projections
