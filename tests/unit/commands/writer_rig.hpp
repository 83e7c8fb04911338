#pragma once
// A whole writer over a log in memory, for tests: starts, stops, forgets its state, answers synchronously.

#include <condition_variable>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "commands/state_store.hpp"
#include "commands/writer.hpp"
#include "eventstore/memory_log.hpp"
#include "tests/unit/commands/temporary_directory.hpp"
#include "tests/unit/commands/test_keys.hpp"

namespace alforis::commands::testing {

/// A memory log whose appends can be held back, so that commands gather into one batch.
class GatedLog final : public eventstore::Log {
 public:
  explicit GatedLog(eventstore::MemoryLogFaults faults = {},
                    std::size_t max_record_bytes = eventstore::MemoryLog::k_default_max_record_bytes)
      : log_(faults, max_record_bytes) {}

  Position append(std::span<const std::string> records) override {
    {
      std::unique_lock lock(mutex_);
      ++waiting_;
      changed_.notify_all();
      changed_.wait(lock, [this] { return open_; });
      --waiting_;
    }
    return log_.append(records);
  }
  std::unique_ptr<RawReader> raw_reader(Position after) override { return log_.raw_reader(after); }
  Position end() override { return log_.end(); }
  std::size_t max_record_bytes() const override { return log_.max_record_bytes(); }

  void close() {
    const std::lock_guard lock(mutex_);
    open_ = false;
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  /// Returns once an append stands before the closed gate.
  void await_append() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_ > 0; });
  }
  eventstore::MemoryLog& memory() { return log_; }

 private:
  eventstore::MemoryLog log_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true;
  int waiting_ = 0;
};

/// Everything the state holds but for its place in the log.
using Content = std::map<std::string, std::string>;

inline Content content(const KeyValues& values) {
  Content all;
  values.scan("", [&](std::string_view key, std::string_view value) {
    if (!key.starts_with("m/")) all.emplace(key, value);
    return true;
  });
  return all;
}

class WriterRig {
 public:
  explicit WriterRig(eventstore::Log& log, std::size_t queue_limit = 8192) : log_(log), queue_limit_(queue_limit) {
    start();
  }

  /// Opens the store in `directory` (its own when none is given) and waits until the writer takes commands.
  void start(const std::filesystem::path& directory = {}) {
    launch(directory);
    await_ready();
  }
  void await_ready() const {
    while (!writer_->status().ready) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  /// The same without waiting.
  void launch(const std::filesystem::path& directory = {}) {
    store_.emplace(directory.empty() ? directory_.path() : directory);
    WriterOptions options;
    options.queue_limit = queue_limit_;
    options.retry_pause = std::chrono::milliseconds(1);
    options.now_us = [this] { return now_us_ += 1000; };
    options.policy_interval = policy_interval;
    options.say = [this](const std::string& message) {
      const std::lock_guard lock(said_mutex_);
      said_.push_back(message);
    };
    writer_.emplace(log_, *store_, test_keys(), std::move(options));
  }
  void stop() {
    writer_.reset();
    store_.reset();
  }

  std::future<CommandResult> submit(CommandRequest request) {
    auto promise = std::make_shared<std::promise<CommandResult>>();
    auto future = promise->get_future();
    writer_->submit(std::move(request), [promise](CommandResult result) { promise->set_value(std::move(result)); });
    return future;
  }
  CommandResult run(CommandRequest request) { return submit(std::move(request)).get(); }
  /// As clients do: again with the same key as long as the answer is `unavailable`.
  CommandResult run_until_answered(const CommandRequest& request) {
    while (true) {
      CommandResult result = run(request);
      const auto* rejection = std::get_if<Rejection>(&result);
      if (!rejection || rejection->kind != RejectionKind::unavailable) return result;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  /// Moves the writer's clock.
  void advance(std::chrono::hours by) { now_us_ += std::chrono::microseconds(by).count(); }
  /// Of the next start: never, unless a test says otherwise.
  std::chrono::milliseconds policy_interval{0};

  /// What the writer had to say, in order.
  std::vector<std::string> said() const {
    const std::lock_guard lock(said_mutex_);
    return said_;
  }

  Writer& writer() { return *writer_; }
  StateStore& store() { return *store_; }
  const std::filesystem::path& directory() const { return directory_.path(); }

 private:
  eventstore::Log& log_;
  std::size_t queue_limit_;
  TemporaryDirectory directory_;
  std::atomic<std::int64_t> now_us_{1'750'000'000'000'000};
  mutable std::mutex said_mutex_;
  std::vector<std::string> said_;
  std::optional<StateStore> store_;
  std::optional<Writer> writer_;
};

/// Every valid commit of the log, in order.
inline std::vector<eventstore::Commit> commits_of(eventstore::Log& log) {
  eventstore::Reader reader(log);
  std::vector<eventstore::Commit> all;
  while (reader.cursor().position < log.end()) {
    for (auto& commit : reader.read(1000, std::chrono::milliseconds(0))) all.push_back(std::move(commit));
  }
  return all;
}

/// What the commits of a log come to when they are folded from the first to the last by an empty writer.
inline Content replayed_content(eventstore::Log& log) {
  WriterRig rig(log);
  return content(rig.store());
}

}  // namespace alforis::commands::testing
