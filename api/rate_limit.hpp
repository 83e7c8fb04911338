#pragma once
// A token bucket per asker (draft-ietf-httpapi-ratelimit-headers for the header fields), kept as one time stamp each:
// the generic cell rate algorithm (ITU-T I.371).

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace alforis::api {

struct RateLimitOptions {
  unsigned quota = 0;  ///< requests per window; 0: no limit
  std::chrono::seconds window{60};
};

class RateLimit {
 public:
  struct Decision {
    bool allowed = true;
    unsigned remaining = 0;      ///< requests at once that would pass now
    unsigned reset_seconds = 0;  ///< until `remaining` is the quota again; when refused, until the next one passes
  };

  explicit RateLimit(RateLimitOptions options);

  /// Takes one request of that asker (user, API key or network) off its bucket. Thread-safe.
  Decision take(std::string_view asker, std::chrono::steady_clock::time_point now);

  /// `"default";q=6000;w=60`
  const std::string& policy() const { return policy_; }
  /// `"default";r=5999;t=1`
  static std::string header(const Decision& decision);

 private:
  struct Shard {
    std::mutex mutex;
    std::unordered_map<std::uint64_t, std::int64_t>
        full_at;  ///< when each bucket is full again, in ns of the steady clock
    std::size_t sweep_at = 4096;
  };

  RateLimitOptions options_;
  std::int64_t interval_ns_;
  std::int64_t window_ns_;
  std::uint64_t seed_;
  std::string policy_;
  std::array<Shard, 16> shards_;
};

}  // namespace alforis::api
