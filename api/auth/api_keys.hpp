#pragma once
// API keys: how they are written, and those there are, in memory: every request that brings one asks.

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "domain/api_key.hpp"
#include "eventstore/commit.hpp"

namespace alforis::api {

/// How every key begins, so that people and scanners of repositories know one when they see it.
inline constexpr std::string_view k_api_key_prefix = "alf_";

/// What a key is known by: the beginning, up to the secret. It names the key's id.
std::string api_key_prefix(const domain::Uuid& id);
/// The whole key. `secret`: 32 random bytes.
std::string api_key_text(const domain::Uuid& id, std::string_view secret);

/// A key taken apart.
struct ApiKeyParts {
  domain::Uuid id;
  std::string secret_hash;  ///< as it is stored
};
/// nullopt when the text has not the form of a key.
std::optional<ApiKeyParts> read_api_key(std::string_view text);

/// Thread-safe.
class ApiKeyDirectory {
 public:
  /// What one may do with a key, as far as the key says.
  struct Grant {
    domain::Uuid id;
    domain::Uuid user;
    domain::Role scope = domain::Role::viewer;
    bool use_untold = false;  ///< the log has not been told of a use within the last hour
  };

  /// nullopt when the key is unknown, revoked or expired. Whoever gets `use_untold` has to tell.
  std::optional<Grant> find(std::string_view key, domain::Instant now) const;

  /// Takes what the tables say at `position`; what is known of later commits stays.
  void replace(const std::vector<domain::ApiKey>& keys, eventstore::Position position);
  /// A key that was made, or revoked, by a commit at `position`. A made one has its hash.
  void update(const domain::ApiKey& key, eventstore::Position position);
  bool contains(const domain::Uuid& key) const { return keys()->contains(key); }

 private:
  struct Entry {
    domain::ApiKey key;
    eventstore::Position position = 0;                ///< of the commit it is known from; 0: from the tables
    std::shared_ptr<std::atomic<std::int64_t>> told;  ///< when the log was told of a use, microseconds
  };
  using Keys = std::unordered_map<domain::Uuid, Entry>;

  std::shared_ptr<const Keys> keys() const { return std::atomic_load(&keys_); }
  static Entry entry_of(const domain::ApiKey& key, eventstore::Position position, const Keys& known);

  std::mutex changing_;
  std::shared_ptr<const Keys> keys_ = std::make_shared<const Keys>();
};

}  // namespace alforis::api
