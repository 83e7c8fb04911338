#include "commands/state_store.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/compaction_filter.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <thread>

#include "commands/outcomes.hpp"
#include "commands/state.hpp"

namespace alforis::commands {

namespace {

constexpr std::string_view k_cursor_key = "m/cursor";
constexpr std::string_view k_layout_key = "m/layout";
constexpr std::size_t k_block_cache_bytes = 64U << 20;
constexpr int k_block_cache_shard_bits = 2;
constexpr std::size_t k_write_buffer_bytes = 32U << 20;

constexpr std::string_view k_load_directory = "load";

rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }
std::string_view view(const rocksdb::Slice& text) { return {text.data(), text.size()}; }

/// Lets outcomes of commands expire while RocksDB rewrites its files anyway.
class DropOldOutcomes : public rocksdb::CompactionFilter {
 public:
  explicit DropOldOutcomes(const std::atomic<std::int64_t>& now_us) : now_us_(now_us) {}
  const char* Name() const override { return "alforis.outcomes"; }
  bool Filter(int, const rocksdb::Slice& key, const rocksdb::Slice& value, std::string*, bool*) const override {
    return expired(view(key), view(value), now_us_);
  }

 private:
  const std::atomic<std::int64_t>& now_us_;
};

void require(const rocksdb::Status& status) {
  if (!status.ok()) throw std::runtime_error("the state store can't be written: " + status.ToString());
}

rocksdb::WriteBatch batch_of(const Overlay::Changes& changes) {
  rocksdb::WriteBatch batch;
  for (const auto& [key, value] : changes) {
    if (value) {
      batch.Put(key, *value);
    } else {
      batch.Delete(key);
    }
  }
  return batch;
}

/// `e/organisation/` of an entity's key, of others their first part: documents of a kind are kept in files of their
/// own, because those then never overlap the files of an earlier load, and are never written again.
std::string_view kind_of_key(std::string_view key) {
  const auto first = key.find('/') + 1;
  return key.substr(0, key.starts_with("e/") ? key.find('/', first) + 1 : first);
}

}  // namespace

struct StateStore::Database {
  std::atomic<std::int64_t> now_us{0};
  DropOldOutcomes filter{now_us};
  std::unique_ptr<rocksdb::DB> db;
  std::jthread forgetting;  ///< last: it uses the database

  rocksdb::Options options() const {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.compaction_filter = &filter;
    options.write_buffer_size = k_write_buffer_bytes;
    options.max_write_buffer_number = 3;
    options.max_open_files = 200;
    options.max_background_jobs = 2;
    options.compression = rocksdb::kLZ4Compression;
    options.info_log_level = rocksdb::WARN_LEVEL;
    options.keep_log_file_num = 2;
    rocksdb::BlockBasedTableOptions table;
    // One thread reads: few, large shards. Indexes and filters stay beside the cache, some ten megabytes for a million
    // records: in it they would push each other out, and each lookup would unpack half a megabyte again.
    table.block_cache = rocksdb::NewLRUCache(k_block_cache_bytes, k_block_cache_shard_bits);
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10, false));
    table.cache_index_and_filter_blocks = false;
    table.whole_key_filtering = true;
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    return options;
  }

  rocksdb::Status open(const std::string& directory) {
    rocksdb::DB* opened = nullptr;
    auto status = rocksdb::DB::Open(options(), directory, &opened);
    db.reset(opened);
    return status;
  }
};

StateStore::StateStore(const std::filesystem::path& directory)
    : directory_(directory), database_(std::make_unique<Database>()) {
  std::filesystem::create_directories(directory);
  auto status = database_->open(directory.string());
  std::string layout;
  if (status.ok()) {
    database_->db->Get({}, slice(k_layout_key), &layout);
    if (!layout.empty() && layout != k_state_layout) database_->db.reset();
  }
  // Files that are gone (path not found) are damage like any other.
  const bool damaged = status.IsCorruption() || status.IsPathNotFound();
  if (damaged || !database_->db) {
    if (!status.ok() && !damaged) {
      throw std::runtime_error("the state store " + directory.string() + " can't be opened: " + status.ToString());
    }
    rocksdb::DestroyDB(directory.string(), rocksdb::Options());
    status = database_->open(directory.string());
  }
  if (!status.ok())
    throw std::runtime_error("the state store " + directory.string() + " can't be opened: " + status.ToString());
}

StateStore::~StateStore() = default;

std::optional<std::string> StateStore::get(std::string_view key) const {
  std::string value;
  const auto status = database_->db->Get({}, slice(key), &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) throw std::runtime_error("the state store can't be read: " + status.ToString());
  return value;
}

void StateStore::scan(std::string_view prefix,
                      const std::function<bool(std::string_view, std::string_view)>& visit) const {
  const std::unique_ptr<rocksdb::Iterator> entry(database_->db->NewIterator({}));
  for (entry->Seek(slice(prefix)); entry->Valid(); entry->Next()) {
    if (!view(entry->key()).starts_with(prefix) || !visit(view(entry->key()), view(entry->value()))) return;
  }
  if (!entry->status().ok()) throw std::runtime_error("the state store can't be read: " + entry->status().ToString());
}

eventstore::Cursor StateStore::cursor() const {
  const auto text = get(k_cursor_key);
  return text ? eventstore::Cursor::parse(*text) : eventstore::Cursor{};
}

void StateStore::write(const Overlay::Changes& changes, const eventstore::Cursor& cursor, std::int64_t time_us) {
  rocksdb::WriteBatch batch = batch_of(changes);
  batch.Put(slice(k_cursor_key), cursor.text());
  batch.Put(slice(k_layout_key), slice(k_state_layout));
  rocksdb::WriteOptions unlogged;
  unlogged.disableWAL = true;  // the Log is the write-ahead log of this store
  require(database_->db->Write(unlogged, &batch));
  database_->now_us = std::max(database_->now_us.load(), time_us);
}

void StateStore::remember(const Overlay::Changes& entries) {
  rocksdb::WriteBatch batch = batch_of(entries);
  require(database_->db->Write(rocksdb::WriteOptions(), &batch));
}

void StateStore::forget(std::vector<std::string> prefixes) {
  auto work = [db = database_->db.get(), prefixes = std::move(prefixes)] {
    rocksdb::CompactRangeOptions all;
    all.exclusive_manual_compaction = false;
    all.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    db->Flush(rocksdb::FlushOptions());
    for (const std::string& prefix : prefixes) {
      const std::string end = prefix + '\xff';
      const rocksdb::Slice from(prefix);
      const rocksdb::Slice to(end);
      db->CompactRange(all, &from, &to);
    }
  };
  database_->forgetting = std::jthread(std::move(work));  // waits for the one before
}

void StateStore::flush() { database_->db->Flush(rocksdb::FlushOptions()); }

void scan_state_files(
    const std::filesystem::path& directory,
    const std::function<void(const std::string& file, std::string_view key, std::string_view value)>& visit) {
  for (const auto& file : std::filesystem::directory_iterator(directory)) {
    if (file.path().extension() != ".sst") continue;
    rocksdb::SstFileReader reader{rocksdb::Options()};
    if (!reader.Open(file.path().string()).ok()) continue;
    const std::unique_ptr<rocksdb::Iterator> entry(reader.NewIterator({}));
    for (entry->SeekToFirst(); entry->Valid(); entry->Next()) {
      visit(file.path().filename().string(), view(entry->key()), view(entry->value()));
    }
  }
}

// ---- loading

struct StateStore::Load::Files {
  std::filesystem::path directory;
  rocksdb::Options options;
  std::vector<std::string> names;
  std::unique_ptr<rocksdb::SstFileWriter> open;
  std::string kind;  ///< of the keys in the open one

  /// The file for a key: that of the key before it, or a new one.
  rocksdb::SstFileWriter& of(std::string_view key) {
    if (open && key.starts_with(kind)) return *open;
    close();
    kind = kind_of_key(key);
    open = std::make_unique<rocksdb::SstFileWriter>(rocksdb::EnvOptions(), options);
    names.push_back(directory / (std::to_string(names.size()) + ".sst"));
    require(open->Open(names.back()));
    return *open;
  }

  void close() {
    if (open) require(open->Finish());
    open.reset();
  }
};

StateStore::Load::Load(StateStore& store) : store_(store), files_(std::make_unique<Files>()) {
  files_->directory = store.directory_ / k_load_directory;
  files_->options = store.database_->options();
  std::filesystem::remove_all(files_->directory);
  std::filesystem::create_directories(files_->directory);
}

StateStore::Load::~Load() = default;

void StateStore::Load::put(std::string_view key, std::string_view value) {
  require(files_->of(key).Put(slice(key), slice(value)));
}

void StateStore::Load::erase(std::string_view key) { require(files_->of(key).Delete(slice(key))); }

void StateStore::Load::finish(const eventstore::Cursor& cursor, std::int64_t time_us) {
  put(k_cursor_key, cursor.text());
  put(k_layout_key, k_state_layout);
  files_->close();
  rocksdb::IngestExternalFileOptions moved;
  moved.move_files = true;
  require(store_.database_->db->IngestExternalFile(files_->names, moved));
  store_.database_->now_us = std::max(store_.database_->now_us.load(), time_us);
}

}  // namespace alforis::commands
