#include "eventstore/memory_log.hpp"

#include <cstdlib>
#include <thread>

namespace alforis::eventstore {

class MemoryLog::Tail final : public Log::RawReader {
 public:
  Tail(MemoryLog& log, Position after) : log_(log), after_(after) {}

  std::vector<StoredRecord> read(std::size_t max, std::chrono::milliseconds wait) override {
    auto records = log_.read(after_, max, wait);
    if (!records.empty()) after_ = records.back().position;
    return records;
  }

 private:
  MemoryLog& log_;
  Position after_;
};

MemoryLog::MemoryLog(MemoryLogFaults faults, std::size_t max_record_bytes)
    : max_record_bytes_(max_record_bytes), faults_(faults), random_(faults.seed) {}

Position MemoryLog::append(std::span<const std::string> records) {
  require_size(records);
  std::unique_lock lock(mutex_);
  if (faults_.max_delay.count() > 0) {
    const std::chrono::microseconds delay(random_() % (faults_.max_delay.count() + 1));
    lock.unlock();
    std::this_thread::sleep_for(delay);
    lock.lock();
  }
  deliver_late();
  switch (draw_fault()) {
    case Fault::none:
      store(records);
      return records_.size();
    case Fault::nothing_written:
      throw AppendFailed("injected: nothing was written");
    case Fault::prefix_written:
      store(records.first(records.empty() ? 0 : random_() % records.size()));
      throw AppendFailed("injected: a part was written");
    case Fault::late:
      late_.emplace_back(records.begin(), records.end());
      throw AppendFailed("injected: the records are under way");
    case Fault::lost_ack:
      store(records);
      throw AppendFailed("injected: the acknowledgement was lost");
  }
  std::abort();
}

MemoryLog::Fault MemoryLog::draw_fault() {
  const std::pair<double, Fault> faults[] = {{faults_.nothing_written, Fault::nothing_written},
                                             {faults_.prefix_written, Fault::prefix_written},
                                             {faults_.late, Fault::late},
                                             {faults_.lost_ack, Fault::lost_ack}};
  for (const auto& [probability, fault] : faults) {
    if (probability > 0 && std::uniform_real_distribution<>()(random_) < probability) return fault;
  }
  return Fault::none;
}

/// Each group of records under way arrives with one chance in two, so that some overtake each other.
void MemoryLog::deliver_late() {
  std::erase_if(late_, [&](const std::vector<std::string>& records) {
    const bool arrives = random_() % 2 == 0;
    if (arrives) store(records);
    return arrives;
  });
}

void MemoryLog::store(std::span<const std::string> records) {
  records_.insert(records_.end(), records.begin(), records.end());
  grown_.notify_all();
}

std::unique_ptr<Log::RawReader> MemoryLog::raw_reader(Position after) { return std::make_unique<Tail>(*this, after); }

std::vector<StoredRecord> MemoryLog::read(Position after, std::size_t max, std::chrono::milliseconds wait) {
  std::unique_lock lock(mutex_);
  grown_.wait_for(lock, wait, [&] { return records_.size() > after; });
  std::vector<StoredRecord> records;
  for (Position at = after; at < records_.size() && records.size() < max; ++at) {
    records.push_back({at + 1, records_[at]});
  }
  return records;
}

Position MemoryLog::end() {
  const std::lock_guard lock(mutex_);
  return records_.size();
}

void MemoryLog::set_faults(MemoryLogFaults faults) {
  const std::lock_guard lock(mutex_);
  faults_ = faults;
  random_.seed(faults.seed);
}

void MemoryLog::alter(Position position, const std::function<void(std::string&)>& change) {
  const std::lock_guard lock(mutex_);
  change(records_.at(position - 1));
}

}  // namespace alforis::eventstore
