#pragma once
// The embedded log: one process writes, and keeps the records in a RocksDB directory of its own.

#include <filesystem>

#include "eventstore/log.hpp"

namespace alforis::eventstore {

struct RocksLogOptions {
  /// Opens beside the process that writes, for tools that only read; sees new records by polling, also those that are
  /// written but not yet synced.
  bool read_only = false;
  std::chrono::milliseconds poll_interval{20};  ///< of a read-only log
  std::size_t max_record_bytes = 4 << 20;
  std::size_t write_buffer_bytes = 16 << 20;  ///< of one memtable; at most three are in memory
  std::size_t block_cache_bytes = 4 << 20;
  std::size_t recent_bytes = 4 << 20;  ///< newest records kept in memory for readers at the end of the log
};

/// Log in a RocksDB database: the key is the position as 8 bytes, big-endian, the value is the record. An append is one
/// synced WriteBatch, all or nothing. Thread-safe.
///
/// After a failed append (disk full, say) reading goes on. The next append checks that there is space again and reopens
/// the database, so that what the failed one left behind is settled by recovery from the disk: it is there or it is
/// not.
class RocksLog final : public Log {
 public:
  /// Opens the directory, or creates it unless read_only. Throws LogUnavailable (in use by another process, not
  /// readable, no space), LogDamaged (RocksDB finds its files damaged), std::invalid_argument (holds something else, or
  /// a newer format).
  explicit RocksLog(std::filesystem::path directory, RocksLogOptions options = {});
  ~RocksLog() override;

  Position append(std::span<const std::string> records) override;
  std::unique_ptr<RawReader> raw_reader(Position after) override;
  Position end() override;
  std::size_t max_record_bytes() const override;

 private:
  class Store;
  class Tail;
  std::unique_ptr<Store> store_;
};

}  // namespace alforis::eventstore
