#include "search/store.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/merge_operator.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <fstream>

#include "search/postings.hpp"

namespace alforis::search {

namespace {

constexpr std::size_t k_block_cache_bytes = 160U << 20;
constexpr int k_block_cache_shard_bits = 3;
constexpr std::size_t k_write_buffer_bytes = 32U << 20;
/// A block that changes more often than that before it leaves memory is put together on the way in, so that who reads
/// it has few changes to join.
constexpr std::size_t k_most_changes_apart = 64;

rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }
std::string_view view(const rocksdb::Slice& text) { return {text.data(), text.size()}; }

void require(const rocksdb::Status& status, std::string_view doing) {
  if (status.ok()) return;
  const std::string what = "the search index can't be " + std::string(doing) + ": " + status.ToString();
  // Files that are gone (path not found) are damage like any other.
  if (status.IsCorruption() || status.IsPathNotFound()) throw IndexDamaged(what);
  throw IndexUnavailable(what);
}

class NoLog : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

class MergeBlocks : public rocksdb::MergeOperator {
 public:
  const char* Name() const override { return "alforis.postings"; }

  bool FullMergeV2(const MergeOperationInput& in, MergeOperationOutput* out) const override {
    std::vector<std::string_view> changes;
    changes.reserve(in.operand_list.size());
    for (const rocksdb::Slice& operand : in.operand_list) changes.push_back(view(operand));
    auto merged = merge_block(in.existing_value ? std::optional(view(*in.existing_value)) : std::nullopt, changes);
    if (!merged) return false;
    out->new_value = std::move(*merged);
    return true;
  }

  bool PartialMergeMulti(const rocksdb::Slice&, const std::deque<rocksdb::Slice>& operands, std::string* joined,
                         rocksdb::Logger*) const override {
    for (const rocksdb::Slice& operand : operands) joined->append(operand.data(), operand.size());
    return true;
  }
};

constexpr std::array<const char*, k_shelves> k_names = {"default", "postings", "words", "documents", "texts", "states"};

}  // namespace

struct Store::Database {
  std::unique_ptr<rocksdb::DB> db;
  std::vector<std::unique_ptr<rocksdb::ColumnFamilyHandle>> shelves;
  std::shared_ptr<rocksdb::Cache> cache = rocksdb::NewLRUCache(k_block_cache_bytes, k_block_cache_shard_bits);

  rocksdb::ColumnFamilyHandle* shelf(Shelf shelf) const { return shelves[static_cast<std::size_t>(shelf)].get(); }

  rocksdb::ColumnFamilyOptions shelf_options(Shelf shelf) const {
    rocksdb::ColumnFamilyOptions options;
    options.write_buffer_size = k_write_buffer_bytes;
    options.compression = rocksdb::kLZ4Compression;
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = cache;
    table.cache_index_and_filter_blocks = true;
    table.pin_l0_filter_and_index_blocks_in_cache = true;
    if (shelf == Shelf::postings) {
      options.merge_operator = std::make_shared<MergeBlocks>();
      options.max_successive_merges = k_most_changes_apart;
    }
    if (shelf == Shelf::texts || shelf == Shelf::states) {
      // Read one by one and seldom: small, in few files.
      options.bottommost_compression = rocksdb::kZSTD;
      table.block_size = 8U << 10;
      table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10, false));
    }
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    return options;
  }

  static rocksdb::DBOptions options() {
    rocksdb::DBOptions options;
    options.create_if_missing = true;
    options.create_missing_column_families = true;
    options.max_open_files = 300;
    options.max_background_jobs = 2;
    // Its own log file ends the program when the disk was full (an assertion of 7.8), and who opens the store again
    // recovers it.
    options.info_log = std::make_shared<NoLog>();
    options.max_bgerror_resume_count = 0;
    options.max_total_wal_size = 64U << 20;
    // Room is not taken ahead: files that are only begun would fill a small disk.
    options.allow_fallocate = false;
    return options;
  }

  rocksdb::Status open(const std::string& directory, Access access) {
    std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
    for (std::size_t i = 0; i < k_shelves; ++i) {
      descriptors.emplace_back(k_names[i], shelf_options(static_cast<Shelf>(i)));
    }
    rocksdb::DBOptions how = options();
    // All files, so that they stay readable when another program takes them away.
    if (access == Access::reading) how.max_open_files = -1;
    rocksdb::DB* opened = nullptr;
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    auto status = access == Access::whole
                      ? rocksdb::DB::Open(how, directory, descriptors, &handles, &opened)
                      : rocksdb::DB::OpenForReadOnly(how, directory, descriptors, &handles, &opened);
    db.reset(opened);
    for (auto* handle : handles) shelves.emplace_back(handle);
    return status;
  }

  ~Database() {
    shelves.clear();
    if (db) db->Close();
  }
};

// ---- batches

struct StoreBatch::Changes {
  const Store::Database& database;
  rocksdb::WriteBatch batch;
};

StoreBatch::StoreBatch(const Store& store) : changes_(new Changes{*store.database_, rocksdb::WriteBatch()}) {}
StoreBatch::~StoreBatch() = default;
StoreBatch::StoreBatch(StoreBatch&&) noexcept = default;
StoreBatch& StoreBatch::operator=(StoreBatch&&) noexcept = default;

void StoreBatch::put(Shelf shelf, std::string_view key, std::string_view value) {
  changes_->batch.Put(changes_->database.shelf(shelf), slice(key), slice(value));
}
void StoreBatch::erase(Shelf shelf, std::string_view key) {
  changes_->batch.Delete(changes_->database.shelf(shelf), slice(key));
}
void StoreBatch::merge(std::string_view posting_key, std::string_view change) {
  changes_->batch.Merge(changes_->database.shelf(Shelf::postings), slice(posting_key), slice(change));
}
std::size_t StoreBatch::bytes() const { return changes_->batch.GetDataSize(); }

// ---- store

Store::Store(const std::filesystem::path& directory, Access access)
    : directory_(directory), database_(std::make_unique<Database>()) {
  if (access == Access::whole) std::filesystem::create_directories(directory);
  require(database_->open(directory.string(), access), "opened");
}

Store::~Store() = default;

std::optional<std::string> Store::get(Shelf shelf, std::string_view key) const {
  std::string value;
  const auto status = database_->db->Get({}, database_->shelf(shelf), slice(key), &value);
  if (status.IsNotFound()) return std::nullopt;
  require(status, "read");
  return value;
}

std::vector<std::optional<std::string>> Store::get(Shelf shelf, const std::vector<std::string>& keys) const {
  std::vector<rocksdb::Slice> slices;
  slices.reserve(keys.size());
  for (const std::string& key : keys) slices.push_back(slice(key));
  std::vector<rocksdb::PinnableSlice> values(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  database_->db->MultiGet({}, database_->shelf(shelf), keys.size(), slices.data(), values.data(), statuses.data());
  std::vector<std::optional<std::string>> found(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (statuses[i].IsNotFound()) continue;
    require(statuses[i], "read");
    found[i] = values[i].ToString();
  }
  return found;
}

void Store::scan(Shelf shelf, std::string_view prefix, std::string_view from, const Visit& visit) const {
  rocksdb::ReadOptions options;
  std::string end(prefix);
  while (!end.empty() && end.back() == '\xff') end.pop_back();
  if (!end.empty()) ++end.back();
  const rocksdb::Slice bound = slice(end);
  if (!end.empty()) options.iterate_upper_bound = &bound;
  const std::unique_ptr<rocksdb::Iterator> at(database_->db->NewIterator(options, database_->shelf(shelf)));
  for (at->Seek(slice(std::max(prefix, from))); at->Valid(); at->Next()) {
    if (!visit(view(at->key()), view(at->value()))) return;
  }
  require(at->status(), "read");
}

struct Store::Cursor::Place {
  std::unique_ptr<rocksdb::Iterator> at;
};

Store::Cursor::Cursor(const Store& store, Shelf shelf)
    : place_(new Place{
          std::unique_ptr<rocksdb::Iterator>(store.database_->db->NewIterator({}, store.database_->shelf(shelf)))}) {}
Store::Cursor::~Cursor() = default;

void Store::Cursor::seek(std::string_view key) {
  place_->at->Seek(slice(key));
  require(place_->at->status(), "read");
}
bool Store::Cursor::at_end() const { return !place_->at->Valid(); }
std::string_view Store::Cursor::key() const { return view(place_->at->key()); }
std::string_view Store::Cursor::value() const { return view(place_->at->value()); }
void Store::Cursor::next() {
  place_->at->Next();
  if (!place_->at->Valid()) require(place_->at->status(), "read");
}

void Store::write(StoreBatch& batch) { require(database_->db->Write({}, &batch.changes_->batch), "written"); }

void Store::write_unlogged(StoreBatch& batch) {
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  require(database_->db->Write(options, &batch.changes_->batch), "written");
}

void Store::load(Shelf shelf, const SortedPairs& pairs) {
  if (pairs.empty()) return;
  const rocksdb::Options options(database_->db->GetOptions(database_->shelf(shelf)));
  rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), options, database_->shelf(shelf));
  const auto file = directory_ / ("load-" + std::to_string(loads_++) + ".sst");
  require(writer.Open(file.string()), "written");
  for (const auto& [key, value] : pairs) require(writer.Put(slice(key), slice(value)), "written");
  require(writer.Finish(), "written");
  rocksdb::IngestExternalFileOptions ingest;
  ingest.move_files = true;
  require(database_->db->IngestExternalFile(database_->shelf(shelf), {file.string()}, ingest), "written");
  std::filesystem::remove(file);
}

void Store::flush() {
  std::vector<rocksdb::ColumnFamilyHandle*> all;
  for (const auto& shelf : database_->shelves) all.push_back(shelf.get());
  require(database_->db->Flush({}, all), "written");
}

void Store::forget() {
  flush();
  rocksdb::CompactRangeOptions options;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  options.exclusive_manual_compaction = false;
  for (const auto& shelf : database_->shelves) {
    require(database_->db->CompactRange(options, shelf.get(), nullptr, nullptr), "compacted");
  }
}

void scan_files(
    const std::filesystem::path& directory,
    const std::function<void(const std::string& file, std::string_view key, std::string_view value)>& visit) {
  rocksdb::Options options;
  options.merge_operator = std::make_shared<MergeBlocks>();
  for (const auto& file : std::filesystem::directory_iterator(directory)) {
    const std::string name = file.path().filename().string();
    if (file.path().extension() == ".log") {
      std::ifstream in(file.path(), std::ios::binary);
      visit(name, {}, std::string(std::istreambuf_iterator<char>(in), {}));
    }
    if (file.path().extension() != ".sst") continue;
    rocksdb::SstFileReader reader(options);
    if (!reader.Open(file.path().string()).ok()) continue;
    const std::unique_ptr<rocksdb::Iterator> entry(reader.NewIterator({}));
    for (entry->SeekToFirst(); entry->Valid(); entry->Next()) visit(name, view(entry->key()), view(entry->value()));
  }
}

}  // namespace alforis::search
