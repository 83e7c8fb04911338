#pragma once
// Who the users are, in memory: every request asks. Loaded from the query tables, dropped by the log.

#include <atomic>
#include <memory>
#include <optional>
#include <unordered_map>

#include "domain/rights.hpp"
#include "projections/query/reader.hpp"

namespace alforis::api {

/// Thread-safe.
class UserDirectory {
 public:
  /// The user as a viewer; nullopt when unknown or inactive.
  std::optional<domain::Viewer> viewer(const domain::Uuid& user) const;
  bool contains(const domain::Uuid& user) const;
  /// Whether replace() was ever called. Until then nobody can be said to be unknown.
  bool loaded() const { return loaded_.load(std::memory_order_acquire); }
  void replace(const projections::Directory& directory);

 private:
  struct Entry {
    domain::Viewer viewer;
    bool active = false;
  };
  using Users = std::unordered_map<domain::Uuid, Entry>;

  std::shared_ptr<const Users> users() const { return std::atomic_load(&users_); }

  std::atomic<bool> loaded_{false};
  std::shared_ptr<const Users> users_ = std::make_shared<const Users>();
};

}  // namespace alforis::api
