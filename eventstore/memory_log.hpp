#pragma once
// The reference log: a list in memory, with the faults of real ones drawn from a seed.

#include <condition_variable>
#include <deque>
#include <mutex>
#include <random>

#include "eventstore/log.hpp"

namespace alforis::eventstore {

/// How often append() goes wrong, and how: probabilities from 0 to 1, tried in this order.
struct MemoryLogFaults {
  std::uint64_t seed = 0;
  double nothing_written = 0;              ///< fails before anything is written
  double prefix_written = 0;               ///< fails after some of the records, at least one fewer than all
  double late = 0;                         ///< fails, and the records arrive before one of the next appends
  double lost_ack = 0;                     ///< fails although everything was written
  std::chrono::microseconds max_delay{0};  ///< append() sleeps up to this long, outside the lock
};

/// Log in memory, lost with the object. Thread-safe.
class MemoryLog final : public Log {
 public:
  static constexpr std::size_t k_default_max_record_bytes = 4 << 20;

  explicit MemoryLog(MemoryLogFaults faults = {}, std::size_t max_record_bytes = k_default_max_record_bytes);

  Position append(std::span<const std::string> records) override;
  std::unique_ptr<RawReader> raw_reader(Position after) override;
  Position end() override;
  std::size_t max_record_bytes() const override { return max_record_bytes_; }

  /// Replaces the faults from the next append on; records that are still to arrive late do arrive.
  void set_faults(MemoryLogFaults faults);

  /// Changes the stored record at `position` behind the readers' backs. Throws std::out_of_range.
  void alter(Position position, const std::function<void(std::string&)>& change);

 private:
  class Tail;
  enum class Fault { none, nothing_written, prefix_written, late, lost_ack };

  Fault draw_fault();
  void deliver_late();
  void store(std::span<const std::string> records);
  std::vector<StoredRecord> read(Position after, std::size_t max, std::chrono::milliseconds wait);

  const std::size_t max_record_bytes_;
  std::mutex mutex_;
  std::condition_variable grown_;
  std::deque<std::string> records_;
  std::vector<std::vector<std::string>> late_;
  MemoryLogFaults faults_;
  std::mt19937_64 random_;
};

}  // namespace alforis::eventstore
