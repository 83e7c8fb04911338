#pragma once
// Ready documents in memory, dropped exactly when the log changed them, never by time.

#include <array>
#include <atomic>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "api/response.hpp"
#include "projections/query/reader.hpp"

namespace alforis::api {

/// A record with its document as answers share it.
struct CachedRecord {
  projections::Record record;  ///< without its document
  SharedBodyPtr body;
  std::string etag;  ///< the version, without quotes
};
using CachedRecordPtr = std::shared_ptr<const CachedRecord>;

CachedRecordPtr make_cached(projections::Record record);

/// Thread-safe, least recently used out first. A reader takes a ticket before it asks the database and hands it in with
/// what it found: if anything of that shard was dropped in between, the find may be old and is not kept.
class RecordCache {
 public:
  using Ticket = std::uint64_t;

  /// `budget`: bytes of documents kept, about.
  explicit RecordCache(std::size_t budget);

  CachedRecordPtr find(domain::EntityKind kind, const domain::Uuid& id);
  Ticket ticket(const domain::Uuid& id) const;
  void put(domain::EntityKind kind, const domain::Uuid& id, CachedRecordPtr record, Ticket ticket);

  void drop(const domain::Uuid& id);
  void drop_all();

 private:
  static constexpr std::size_t k_shards = 64;
  struct Entry {
    domain::EntityKind kind;
    domain::Uuid id;
    CachedRecordPtr record;
  };
  struct Shard {
    mutable std::mutex mutex;
    std::uint64_t drops = 0;
    std::size_t bytes = 0;
    std::list<Entry> by_use;  ///< latest first
    std::unordered_map<domain::Uuid, std::list<Entry>::iterator> by_id;
  };

  static std::size_t cost(const CachedRecord& record);
  static void forget(Shard& shard, std::list<Entry>::iterator entry);
  Shard& shard(const domain::Uuid& id) { return shards_[std::hash<domain::Uuid>{}(id) % k_shards]; }
  const Shard& shard(const domain::Uuid& id) const { return shards_[std::hash<domain::Uuid>{}(id) % k_shards]; }

  std::size_t shard_budget_;
  std::array<Shard, k_shards> shards_;
};

/// Ready pages of lists. Any change drops them all: which lists a change concerns is not worth finding out.
class PageCache {
 public:
  using Ticket = std::uint64_t;

  explicit PageCache(std::size_t budget) : budget_(budget) {}

  SharedBodyPtr find(const std::string& key) const;
  Ticket ticket() const;
  void put(const std::string& key, SharedBodyPtr page, Ticket ticket);
  void drop_all();

 private:
  std::size_t budget_;
  mutable std::mutex mutex_;
  std::uint64_t drops_ = 0;
  std::size_t bytes_ = 0;
  std::unordered_map<std::string, SharedBodyPtr> pages_;
};

}  // namespace alforis::api
