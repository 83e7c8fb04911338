#include "api/rate_limit.hpp"

#include <algorithm>
#include <random>

namespace alforis::api {

namespace {

constexpr std::int64_t k_second_ns = 1'000'000'000;

unsigned seconds_up(std::int64_t ns) {
  return static_cast<unsigned>((std::max<std::int64_t>(ns, 0) + k_second_ns - 1) / k_second_ns);
}

/// FNV-1a from a secret start, so that nobody can aim at somebody else's bucket.
std::uint64_t hash(std::string_view text, std::uint64_t seed) {
  std::uint64_t h = 0xcbf29ce484222325ULL ^ seed;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return h ^ (h >> 32U);
}

}  // namespace

RateLimit::RateLimit(RateLimitOptions options)
    : options_(options),
      interval_ns_(std::chrono::nanoseconds(options.window).count() / std::max(1U, options.quota)),
      window_ns_(std::chrono::nanoseconds(options.window).count()),
      policy_("\"default\";q=" + std::to_string(options.quota) + ";w=" + std::to_string(options.window.count())) {
  std::random_device device;
  seed_ = (std::uint64_t{device()} << 32U) ^ device();
}

RateLimit::Decision RateLimit::take(std::string_view asker, std::chrono::steady_clock::time_point now) {
  const auto key = hash(asker, seed_);
  const std::int64_t now_ns = std::chrono::nanoseconds(now.time_since_epoch()).count();
  Shard& shard = shards_[key % shards_.size()];
  const std::lock_guard lock(shard.mutex);
  if (shard.full_at.size() >= shard.sweep_at) {
    // A bucket that is full again says nothing: forget it.
    std::erase_if(shard.full_at, [now_ns](const auto& bucket) { return bucket.second <= now_ns; });
    shard.sweep_at = std::max<std::size_t>(4096, 2 * shard.full_at.size());
  }
  std::int64_t& full_at = shard.full_at.try_emplace(key, now_ns).first->second;
  const std::int64_t next = std::max(full_at, now_ns) + interval_ns_;
  if (next - now_ns > window_ns_) return {false, 0, std::max(1U, seconds_up(next - now_ns - window_ns_))};
  full_at = next;
  return {true, static_cast<unsigned>((window_ns_ - (next - now_ns)) / interval_ns_), seconds_up(next - now_ns)};
}

std::string RateLimit::header(const Decision& decision) {
  return "\"default\";r=" + std::to_string(decision.remaining) + ";t=" + std::to_string(decision.reset_seconds);
}

}  // namespace alforis::api
