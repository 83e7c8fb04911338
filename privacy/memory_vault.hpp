#pragma once
// A vault that lasts as long as its process: for tests and benchmarks, which need no PostgreSQL.

#include <map>
#include <mutex>

#include "privacy/key_ring.hpp"

namespace alforis::privacy {

class MemoryVault final : public Vault {
 public:
  void add(std::span<const WrappedKey> keys) override {
    const std::lock_guard lock(mutex_);
    for (const WrappedKey& key : keys) keys_.emplace(key.id, key);
  }
  std::optional<WrappedKey> find(const domain::Uuid& id) override {
    const std::lock_guard lock(mutex_);
    const auto found = keys_.find(id);
    return found == keys_.end() ? std::nullopt : std::optional(found->second);
  }
  void for_each(const std::function<void(const WrappedKey&)>& visit) override {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, key] : keys_) visit(key);
  }
  void replace(std::span<const WrappedKey> keys) override {
    const std::lock_guard lock(mutex_);
    for (const WrappedKey& key : keys) {
      const auto found = keys_.find(key.id);
      if (found != keys_.end() && !found->second.wrapped.empty()) found->second = key;
    }
  }
  std::vector<domain::Uuid> destroyed() override {
    const std::lock_guard lock(mutex_);
    std::vector<domain::Uuid> ids;
    for (const auto& [id, key] : keys_) {
      if (key.wrapped.empty()) ids.push_back(id);
    }
    return ids;
  }
  void remove_unused(std::span<const domain::Uuid> ids) override {
    const std::lock_guard lock(mutex_);
    for (const domain::Uuid& id : ids) keys_.erase(id);
  }
  /// What the projection of erasures does in PostgreSQL.
  void destroy(const domain::Uuid& id) {
    const std::lock_guard lock(mutex_);
    const auto found = keys_.find(id);
    if (found != keys_.end()) found->second.wrapped.clear();
  }

 private:
  std::mutex mutex_;
  std::map<domain::Uuid, WrappedKey> keys_;
};

}  // namespace alforis::privacy
