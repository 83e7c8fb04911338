#pragma once
// One line for each answered request: when, what, how it ended, how long it took, who asked. Never the target, the
// query or a body, which hold personal data.

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "api/route.hpp"

namespace alforis::api {

struct AccessLogOptions {
  std::size_t most_waiting = 4U << 20;         ///< bytes a thread may have waiting; lines beyond are dropped
  std::chrono::milliseconds interval{200};     ///< between two writes
  std::function<std::int64_t()> now_us;        ///< the clock: Unix time in microseconds
  std::function<void(std::string_view)> sink;  ///< takes whole lines, newlines included, on a thread of its own
};

/// Gathers lines per thread and hands them on a few times a second, so that no request waits for a disk. Thread-safe.
class AccessLog {
 public:
  /// `workers`: how many threads call write().
  AccessLog(std::size_t workers, AccessLogOptions options);
  /// Hands on what is left.
  ~AccessLog();
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;

  /// `worker` is the calling thread's number.
  void write(const RequestContext& context, unsigned status, std::chrono::steady_clock::duration took,
             std::size_t worker);

  /// Lines that found no room.
  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  /// Of one thread, which shares it with nobody but the one that hands on.
  struct alignas(64) Waiting {
    std::mutex mutex;
    std::string lines;
  };

  void run(const std::stop_token& stop);
  void hand_on();

  AccessLogOptions options_;
  std::vector<Waiting> workers_;
  std::atomic<std::uint64_t> dropped_{0};
  std::string block_;
  std::jthread thread_;  // last: it uses everything above
};

}  // namespace alforis::api
