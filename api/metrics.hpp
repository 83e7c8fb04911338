#pragma once
// What /metrics shows (Prometheus text format). Requests are counted in plain numbers per thread and added up when
// somebody asks.

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "api/route.hpp"

namespace prometheus {
class Registry;
}

namespace alforis::api {

class Router;

class Metrics {
 public:
  using Labels = std::map<std::string, std::string>;

  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  /// Prepares the counters of every row, for that many threads. Once, before serving.
  void prepare(const Router& router, std::size_t workers);

  /// Counts one answered request. `route` may be null: no row matched. No locks, no allocation.
  void count(const Route* route, unsigned status, std::chrono::steady_clock::duration took, std::size_t worker);

  /// A value that is asked for at each scrape; thread-safe functions only. Values of one name with other labels are one
  /// family.
  void add_gauge(std::string name, std::string help, Labels labels, std::function<double()> value);
  /// The same for numbers that only grow; by convention the name ends with `_total`.
  void add_counter(std::string name, std::string help, Labels labels, std::function<double()> value);

  /// For metrics of one's own, as prometheus-cpp has them.
  prometheus::Registry& registry() { return *registry_; }

  /// Everything, in Prometheus text format 0.0.4.
  std::string text() const;

 private:
  /// Upper bounds of the duration buckets, in microseconds.
  static constexpr std::array<std::int64_t, 13> k_bounds_us = {
      250, 500, 1'000, 2'500, 5'000, 10'000, 25'000, 50'000, 100'000, 250'000, 500'000, 1'000'000, 5'000'000};
  /// Of one row in one thread: only that thread writes, so relaxed loads and stores are enough.
  struct alignas(64) Counters {
    std::array<std::atomic<std::uint64_t>, 6> by_class{};  ///< 1xx … 5xx; 0 is unused
    std::array<std::atomic<std::uint64_t>, k_bounds_us.size() + 1> buckets{};
    std::atomic<std::uint64_t> total_us{0};
  };
  struct Callback {
    bool counter;
    std::string name;
    std::string help;
    Labels labels;
    std::function<double()> value;
  };

  void write_requests(std::string& out) const;
  void write_durations(std::string& out) const;
  void write_callbacks(std::string& out) const;

  std::unique_ptr<prometheus::Registry> registry_;
  std::vector<std::pair<std::string, std::string>> rows_;  ///< method and pattern, by row number; the last is "no row"
  std::vector<std::vector<Counters>> workers_;
  mutable std::mutex mutex_;
  std::vector<Callback> callbacks_;
};

/// GET /metrics.
Route metrics_route(const Metrics& metrics);

}  // namespace alforis::api
