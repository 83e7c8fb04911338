#include "eventstore/rocks_log.hpp"

#include <fcntl.h>
#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <fstream>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <thread>

namespace alforis::eventstore {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view k_marker_name = ".alforis-log";
constexpr std::string_view k_marker_text = "alforis log\nformat 1\n";
constexpr std::size_t k_max_batch_bytes = 4 << 20;  // of what one read() returns

// ---- keys ---------------------------------------------------------------------------------------------------------

std::array<char, 8> key_of(Position position) {
  std::array<char, 8> key;
  for (int i = 7; i >= 0; --i, position >>= 8) key[i] = static_cast<char>(position & 0xff);
  return key;
}

rocksdb::Slice slice(const std::array<char, 8>& key) { return {key.data(), key.size()}; }

Position position_of(const rocksdb::Slice& key) {
  if (key.size() != 8) throw LogDamaged(0, "a key is not a position");
  Position position = 0;
  for (int i = 0; i < 8; ++i) position = position << 8 | static_cast<unsigned char>(key[i]);
  return position;
}

// ---- the directory ------------------------------------------------------------------------------------------------

class File {
 public:
  File(const fs::path& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {
    if (fd_ < 0) throw fs::filesystem_error("can't open", path, {errno, std::generic_category()});
  }
  ~File() { ::close(fd_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  void write(std::string_view text) const {
    const auto written = ::write(fd_, text.data(), text.size());
    require(written == static_cast<ssize_t>(text.size()) ? 0 : written < 0 ? errno : ENOSPC, "can't write");
  }
  void sync() const { require(::fsync(fd_) == 0 ? 0 : errno, "can't sync"); }
  void allocate(std::size_t bytes) const {
    require(::posix_fallocate(fd_, 0, static_cast<off_t>(bytes)), "can't allocate " + std::to_string(bytes) + " bytes");
  }

 private:
  static void require(int error, const std::string& what) {
    if (error != 0) throw std::system_error(error, std::generic_category(), what);
  }
  int fd_;
};

/// Written before RocksDB's first file and renamed into place, so that a crash leaves an empty directory or a marked
/// one.
void write_marker(const fs::path& directory) {
  const fs::path marker = directory / k_marker_name;
  const fs::path draft = directory / (std::string(k_marker_name) + ".new");
  {
    const File file(draft, O_CREAT | O_TRUNC | O_WRONLY);
    file.write(k_marker_text);
    file.sync();
  }
  fs::rename(draft, marker);
  File(directory, O_RDONLY | O_DIRECTORY).sync();
}

void require_marker(const fs::path& directory) {
  std::ifstream file(directory / k_marker_name, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  if (!file) throw std::invalid_argument("directory " + directory.string() + " holds something else than a log");
  if (text != k_marker_text) {
    throw std::invalid_argument("directory " + directory.string() +
                                " holds a log of a format this version can't read: " + text);
  }
}

void prepare_directory(const fs::path& directory, bool read_only) {
  if (!read_only) {
    fs::create_directories(directory);
    fs::remove(directory / (std::string(k_marker_name) + ".new"));
    if (fs::is_empty(directory)) write_marker(directory);
  }
  if (!fs::is_directory(directory)) throw LogUnavailable("there is no log directory " + directory.string());
  require_marker(directory);
}

// ---- RocksDB ------------------------------------------------------------------------------------------------------

rocksdb::CompressionType supported(rocksdb::CompressionType wanted) {
  const auto types = rocksdb::GetSupportedCompressions();
  return std::find(types.begin(), types.end(), wanted) != types.end() ? wanted : rocksdb::kNoCompression;
}

/// For values that are written once, in the order of their keys, and never changed: what leaves the memtable is
/// rewritten once, from level 0 into a level 1 without limit, because files of rising keys never overlap.
rocksdb::Options database_options(const RocksLogOptions& options) {
  rocksdb::Options db;
  db.create_if_missing = !options.read_only;
  db.paranoid_checks = true;
  db.paranoid_file_checks = true;
  // A torn tail is what a crash leaves of an append that nobody was told of; damage before the tail must not pass in
  // silence.
  db.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  db.max_bgerror_resume_count = 0;  // reopening settles errors: see Store::recover

  db.write_buffer_size = options.write_buffer_bytes;
  db.max_write_buffer_number = 3;
  db.num_levels = 2;
  db.level0_file_num_compaction_trigger = 4;
  db.max_bytes_for_level_base = std::uint64_t{1} << 50;
  db.target_file_size_base = 64 << 20;
  db.compression_per_level = {supported(rocksdb::kLZ4Compression), supported(rocksdb::kZSTD)};
  db.max_background_jobs = 2;
  db.bytes_per_sync = 1 << 20;
  // The read-only instance must keep files open that the writer deletes after a compaction.
  db.max_open_files = options.read_only ? -1 : 128;

  rocksdb::BlockBasedTableOptions table;
  table.block_size = 32 << 10;
  table.block_cache = rocksdb::NewLRUCache(options.block_cache_bytes);
  db.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));

  db.info_log_level = rocksdb::WARN_LEVEL;
  db.keep_log_file_num = 3;
  db.max_log_file_size = 1 << 20;
  db.stats_dump_period_sec = 0;
  db.stats_persist_period_sec = 0;
  return db;
}

rocksdb::ReadOptions scan_options() {
  rocksdb::ReadOptions read;
  read.verify_checksums = true;
  read.fill_cache = false;  // a replay passes each block once
  return read;
}

bool is_damage(const rocksdb::Status& status) { return status.IsCorruption() || status.IsPathNotFound(); }

[[noreturn]] void throw_read_error(const rocksdb::Status& status, Position at) {
  if (is_damage(status)) throw LogDamaged(at, status.ToString());
  throw LogUnavailable("can't read the log: " + status.ToString());
}

[[noreturn]] void throw_open_error(const rocksdb::Status& status, const fs::path& directory) {
  const std::string text = status.ToString();
  if (is_damage(status)) throw LogDamaged(0, "can't open " + directory.string() + ": " + text);
  if (text.find("/LOCK") != std::string::npos) {
    throw LogUnavailable("log directory " + directory.string() +
                         " is in use: only one process may write to it (others can open it read-only): " + text);
  }
  throw LogUnavailable("can't open the log in " + directory.string() + ": " + text);
}

}  // namespace

// ---- Store --------------------------------------------------------------------------------------------------------

/// The open database, and what all readers share. Locks are taken in the order of the members.
class RocksLog::Store {
 public:
  Store(fs::path directory, RocksLogOptions options);
  ~Store();

  Position append(std::span<const std::string> records);
  Position end();
  const RocksLogOptions& options() const { return options_; }

  /// Waits until there is a record after `after`.
  bool wait_beyond(Position after, std::chrono::milliseconds wait);
  /// Up to `max` records after `after` from memory; empty when they are not there (any more).
  std::vector<StoredRecord> recent(Position after, std::size_t max);
  std::vector<StoredRecord> scan(Tail& reader, std::size_t max);

  void enlist(Tail& reader);
  void dismiss(Tail& reader);

 private:
  void open();
  void close();
  void recover();
  void require_open();
  void require_space() const;
  void publish(std::span<const std::string> records);
  Position last_position() const;
  bool poll_beyond(Position after, std::chrono::milliseconds wait);
  void catch_up();

  const fs::path directory_;
  const RocksLogOptions options_;
  const fs::path scratch_;  // of a read-only log: RocksDB wants a place for its own notes

  std::mutex append_mutex_;
  bool append_failed_ = false;

  std::shared_mutex database_mutex_;  // exclusive to open and close, shared to use
  std::unique_ptr<rocksdb::DB> database_;
  std::set<Tail*> readers_;

  std::mutex tail_mutex_;
  std::condition_variable grown_;
  Position end_ = 0;
  std::deque<StoredRecord> recent_;
  std::size_t recent_size_ = 0;
};

class RocksLog::Tail final : public Log::RawReader {
 public:
  Tail(Store& store, Position after) : store_(store), after_(after) { store_.enlist(*this); }
  ~Tail() override { store_.dismiss(*this); }

  std::vector<StoredRecord> read(std::size_t max, std::chrono::milliseconds wait) override {
    if (!store_.wait_beyond(after_, wait)) return {};
    auto records = store_.recent(after_, max);
    if (records.empty()) {
      records = store_.scan(*this, max);
    } else {
      iterator_.reset();  // at the end of the log: hold on to no snapshot
    }
    if (!records.empty()) after_ = records.back().position;
    return records;
  }

 private:
  friend class Store;
  Store& store_;
  Position after_;
  std::unique_ptr<rocksdb::Iterator>
      iterator_;  // stands on the first record after after_; guarded by the database's lock
};

RocksLog::Store::Store(fs::path directory, RocksLogOptions options)
    : directory_(std::move(directory)),
      options_(options),
      scratch_(options.read_only
                   ? fs::temp_directory_path() / ("alforis-log-reader-" + std::to_string(::getpid()) + '-' +
                                                  std::to_string(reinterpret_cast<std::uintptr_t>(this)))
                   : fs::path()) {
  try {
    prepare_directory(directory_, options_.read_only);
  } catch (const std::system_error& error) {
    throw LogUnavailable("can't open the log in " + directory_.string() + ": " + error.what());
  }
  const std::unique_lock lock(database_mutex_);
  open();
}

RocksLog::Store::~Store() {
  const std::unique_lock lock(database_mutex_);
  close();
  std::error_code ignored;
  if (options_.read_only) fs::remove_all(scratch_, ignored);
}

void RocksLog::Store::open() {
  rocksdb::DB* database = nullptr;
  const auto db_options = database_options(options_);
  const auto status = options_.read_only
                          ? rocksdb::DB::OpenAsSecondary(db_options, directory_.string(), scratch_.string(), &database)
                          : rocksdb::DB::Open(db_options, directory_.string(), &database);
  if (!status.ok()) throw_open_error(status, directory_);
  database_.reset(database);
  const Position last = last_position();
  const std::lock_guard lock(tail_mutex_);
  recent_.clear();
  recent_size_ = 0;
  end_ = last;
  grown_.notify_all();
}

void RocksLog::Store::close() {
  for (Tail* reader : readers_) reader->iterator_.reset();
  database_.reset();
}

Position RocksLog::Store::last_position() const {
  const std::unique_ptr<rocksdb::Iterator> iterator(database_->NewIterator(scan_options()));
  iterator->SeekToLast();
  if (iterator->Valid()) return position_of(iterator->key());
  if (!iterator->status().ok()) throw_read_error(iterator->status(), 0);
  return 0;
}

// ---- appending ----------------------------------------------------------------------------------------------------

Position RocksLog::Store::append(std::span<const std::string> records) {
  if (options_.read_only) throw AppendFailed("log in " + directory_.string() + " is opened read-only");
  const std::lock_guard lock(append_mutex_);
  if (append_failed_) recover();
  rocksdb::WriteBatch batch;
  Position position = end_;  // only an append changes it
  for (const std::string& record : records) batch.Put(slice(key_of(++position)), record);
  rocksdb::WriteOptions durable;
  durable.sync = true;
  const auto status = database_->Write(durable, &batch);
  if (!status.ok()) {
    append_failed_ = true;
    if (is_damage(status)) throw LogDamaged(end_ + 1, status.ToString());
    throw AppendFailed("can't append to the log in " + directory_.string() + ": " + status.ToString());
  }
  publish(records);
  return position;
}

void RocksLog::Store::publish(std::span<const std::string> records) {
  const std::lock_guard lock(tail_mutex_);
  for (const std::string& record : records) {
    recent_.push_back({++end_, record});
    recent_size_ += record.size();
  }
  while (recent_size_ > options_.recent_bytes) {
    recent_size_ -= recent_.front().value.size();
    recent_.pop_front();
  }
  grown_.notify_all();
}

/// RocksDB's own Resume() would go on behind a torn record in the same write-ahead log when the memtable is empty;
/// opening anew reads back what is really there, and starts a new file.
void RocksLog::Store::recover() {
  try {
    require_space();
    const std::unique_lock lock(database_mutex_);
    close();
    open();
  } catch (const LogUnavailable& error) {
    throw AppendFailed(error.what());
  }
  append_failed_ = false;
}

/// While the disk is still full, the open database is worth more than a closed one: readers go on reading.
void RocksLog::Store::require_space() const {
  const fs::path probe = directory_ / ".space-probe";
  try {
    File(probe, O_CREAT | O_TRUNC | O_WRONLY).allocate(2 * options_.write_buffer_bytes);
    fs::remove(probe);
  } catch (const std::system_error& error) {
    std::error_code ignored;
    fs::remove(probe, ignored);
    throw AppendFailed("no space for the log in " + directory_.string() + ": " + error.what());
  }
}

/// A recovery that failed half-way leaves no database; whoever needs one tries again.
void RocksLog::Store::require_open() {
  {
    const std::shared_lock lock(database_mutex_);
    if (database_) return;
  }
  const std::lock_guard append_lock(append_mutex_);
  const std::unique_lock lock(database_mutex_);
  if (!database_) open();
}

// ---- reading ------------------------------------------------------------------------------------------------------

Position RocksLog::Store::end() {
  require_open();
  if (options_.read_only) catch_up();
  const std::lock_guard lock(tail_mutex_);
  return end_;
}

bool RocksLog::Store::wait_beyond(Position after, std::chrono::milliseconds wait) {
  if (options_.read_only) return poll_beyond(after, wait);
  std::unique_lock lock(tail_mutex_);
  return grown_.wait_for(lock, wait, [&] { return end_ > after; });
}

bool RocksLog::Store::poll_beyond(Position after, std::chrono::milliseconds wait) {
  const auto deadline = std::chrono::steady_clock::now() + wait;
  while (true) {
    {
      const std::lock_guard lock(tail_mutex_);
      if (end_ > after) return true;
    }
    if (end() > after) return true;
    const auto now = std::chrono::steady_clock::now();
    if (now >= deadline) return false;
    std::this_thread::sleep_until(std::min(deadline, now + options_.poll_interval));
  }
}

void RocksLog::Store::catch_up() {
  const std::unique_lock lock(database_mutex_);
  const auto status = database_->TryCatchUpWithPrimary();
  if (!status.ok()) throw_read_error(status, end_ + 1);
  const Position last = last_position();
  const std::lock_guard tail_lock(tail_mutex_);
  end_ = last;
}

std::vector<StoredRecord> RocksLog::Store::recent(Position after, std::size_t max) {
  const std::lock_guard lock(tail_mutex_);
  if (recent_.empty() || recent_.front().position > after + 1 || recent_.back().position <= after) return {};
  const auto first = recent_.begin() + static_cast<std::ptrdiff_t>(after + 1 - recent_.front().position);
  const auto count = std::min(max, static_cast<std::size_t>(recent_.end() - first));
  return {first, first + static_cast<std::ptrdiff_t>(count)};
}

std::vector<StoredRecord> RocksLog::Store::scan(Tail& reader, std::size_t max) {
  require_open();
  const std::shared_lock lock(database_mutex_);
  if (!database_) throw LogUnavailable("log in " + directory_.string() + " is being reopened");
  auto& iterator = reader.iterator_;
  if (iterator && !iterator->Valid()) iterator.reset();  // its snapshot is used up
  if (!iterator) {
    iterator.reset(database_->NewIterator(scan_options()));
    iterator->Seek(slice(key_of(reader.after_ + 1)));
  }
  std::vector<StoredRecord> records;
  records.reserve(std::min<std::size_t>(max, 1024));
  for (std::size_t bytes = 0; iterator->Valid() && records.size() < max && bytes < k_max_batch_bytes;
       iterator->Next()) {
    records.push_back({position_of(iterator->key()), iterator->value().ToString()});
    bytes += records.back().value.size();
  }
  // What was read before the damage is handed out; the next call seeks behind it and finds the damage again.
  if (records.empty() && !iterator->status().ok()) throw_read_error(iterator->status(), reader.after_ + 1);
  return records;
}

void RocksLog::Store::enlist(Tail& reader) {
  const std::unique_lock lock(database_mutex_);
  readers_.insert(&reader);
}

void RocksLog::Store::dismiss(Tail& reader) {
  const std::unique_lock lock(database_mutex_);
  reader.iterator_.reset();
  readers_.erase(&reader);
}

// ---- RocksLog -----------------------------------------------------------------------------------------------------

RocksLog::RocksLog(fs::path directory, RocksLogOptions options)
    : store_(std::make_unique<Store>(std::move(directory), options)) {}

RocksLog::~RocksLog() = default;

Position RocksLog::append(std::span<const std::string> records) {
  require_size(records);
  return store_->append(records);
}

std::unique_ptr<Log::RawReader> RocksLog::raw_reader(Position after) { return std::make_unique<Tail>(*store_, after); }

Position RocksLog::end() { return store_->end(); }

std::size_t RocksLog::max_record_bytes() const { return store_->options().max_record_bytes; }

}  // namespace alforis::eventstore
