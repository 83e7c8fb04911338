#pragma once
// Sessions that are over although access tokens of theirs have not expired yet.

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>

#include "domain/values/uuid.hpp"

namespace alforis::api {

/// Thread-safe; asking takes no lock. Whoever was revoked longer ago than a token lives is forgotten: so it holds a few
/// minutes' worth of logouts, however many sessions there are.
class RevokedSessions {
 public:
  /// `token_lifetime`: of access tokens.
  explicit RevokedSessions(std::chrono::seconds token_lifetime) : remembered_(token_lifetime + k_margin) {}

  bool contains(const domain::Uuid& session) const { return std::atomic_load(&until_)->contains(session); }
  void add(std::span<const domain::Uuid> sessions, std::int64_t now_seconds);
  /// How far back the revoked sessions matter.
  std::chrono::seconds remembered() const { return remembered_; }

 private:
  using Until = std::unordered_map<domain::Uuid, std::int64_t>;
  /// Clocks of servers differ, and commits take a moment to be read.
  static constexpr std::chrono::seconds k_margin{300};

  std::chrono::seconds remembered_;
  std::mutex changing_;
  std::shared_ptr<const Until> until_ = std::make_shared<const Until>();  ///< Unix seconds after which it is forgotten
};

}  // namespace alforis::api
