#include "api/cache/record_cache.hpp"

namespace alforis::api {

namespace {

/// What an entry takes beside its document: list and map nodes, ownerships, control blocks.
constexpr std::size_t k_overhead = 400;

}  // namespace

CachedRecordPtr make_cached(projections::Record record) {
  auto cached = std::make_shared<CachedRecord>();
  cached->body = std::make_shared<const SharedBody>(std::move(record.document));
  cached->etag = std::to_string(record.version);
  record.document.clear();
  cached->record = std::move(record);
  return cached;
}

RecordCache::RecordCache(std::size_t budget) : shard_budget_(budget / k_shards) {}

std::size_t RecordCache::cost(const CachedRecord& record) { return record.body->bytes().size() + k_overhead; }

void RecordCache::forget(Shard& shard, std::list<Entry>::iterator entry) {
  shard.bytes -= cost(*entry->record);
  shard.by_id.erase(entry->id);
  shard.by_use.erase(entry);
}

CachedRecordPtr RecordCache::find(domain::EntityKind kind, const domain::Uuid& id) {
  Shard& shard = this->shard(id);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.by_id.find(id);
  if (found == shard.by_id.end() || found->second->kind != kind) return nullptr;
  shard.by_use.splice(shard.by_use.begin(), shard.by_use, found->second);
  return found->second->record;
}

RecordCache::Ticket RecordCache::ticket(const domain::Uuid& id) const {
  const Shard& shard = this->shard(id);
  const std::lock_guard lock(shard.mutex);
  return shard.drops;
}

void RecordCache::put(domain::EntityKind kind, const domain::Uuid& id, CachedRecordPtr record, Ticket ticket) {
  Shard& shard = this->shard(id);
  const std::lock_guard lock(shard.mutex);
  if (shard.drops != ticket) return;
  if (const auto known = shard.by_id.find(id); known != shard.by_id.end()) forget(shard, known->second);
  shard.bytes += cost(*record);
  shard.by_use.push_front({kind, id, std::move(record)});
  shard.by_id.emplace(id, shard.by_use.begin());
  while (shard.bytes > shard_budget_) forget(shard, std::prev(shard.by_use.end()));
}

void RecordCache::drop(const domain::Uuid& id) {
  Shard& shard = this->shard(id);
  const std::lock_guard lock(shard.mutex);
  ++shard.drops;
  if (const auto known = shard.by_id.find(id); known != shard.by_id.end()) forget(shard, known->second);
}

void RecordCache::drop_all() {
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    ++shard.drops;
    shard.bytes = 0;
    shard.by_id.clear();
    shard.by_use.clear();
  }
}

SharedBodyPtr PageCache::find(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = pages_.find(key);
  return found == pages_.end() ? nullptr : found->second;
}

PageCache::Ticket PageCache::ticket() const {
  const std::lock_guard lock(mutex_);
  return drops_;
}

void PageCache::put(const std::string& key, SharedBodyPtr page, Ticket ticket) {
  const std::lock_guard lock(mutex_);
  if (drops_ != ticket) return;
  const std::size_t bytes = page->bytes().size() + key.size() + k_overhead;
  if (bytes_ + bytes > budget_) {
    pages_.clear();
    bytes_ = 0;
  }
  if (pages_.emplace(key, std::move(page)).second) bytes_ += bytes;
}

void PageCache::drop_all() {
  const std::lock_guard lock(mutex_);
  ++drops_;
  if (pages_.empty()) return;
  pages_.clear();
  bytes_ = 0;
}

}  // namespace alforis::api
