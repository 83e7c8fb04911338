#pragma once
// Who the users are, in memory: every request asks. Loaded from the query tables, dropped by the log, and told of what
// was acknowledged before the tables have it.

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "domain/rights.hpp"
#include "domain/user.hpp"
#include "projections/query/reader.hpp"

namespace alforis::api {

/// Thread-safe.
class UserDirectory {
 public:
  /// The user as a viewer; nullopt when unknown or inactive.
  std::optional<domain::Viewer> viewer(const domain::Uuid& user) const;
  bool contains(const domain::Uuid& user) const;
  /// Whether there is such a user, active or not, whom the viewer may know of.
  bool seen_by(const domain::Viewer& viewer, const domain::Uuid& user) const;
  /// By whose clock the user's days begin: the firm's for who chose none.
  std::string time_zone(const domain::Uuid& user) const;
  /// Whether replace() was ever called. Until then nobody can be said to be unknown.
  bool loaded() const { return loaded_.load(std::memory_order_acquire); }
  /// Takes what the tables say; of a user who is known in a newer version, that one stays.
  void replace(const projections::Directory& directory);
  /// Takes a newer version of a known user. Returns whether role, team or being active are others than before.
  bool update(const domain::User& user);

 private:
  struct Entry {
    domain::Viewer viewer;
    bool active = false;
    std::int64_t version = 0;
    std::string time_zone;  ///< empty: the firm's
  };
  using Users = std::unordered_map<domain::Uuid, Entry>;

  std::shared_ptr<const Users> users() const { return std::atomic_load(&users_); }
  void publish(std::shared_ptr<const Users> fresh) { std::atomic_store(&users_, std::move(fresh)); }

  std::atomic<bool> loaded_{false};
  std::mutex changing_;  ///< held by who makes the next `users_` from the present one
  std::shared_ptr<const Users> users_ = std::make_shared<const Users>();
};

}  // namespace alforis::api
