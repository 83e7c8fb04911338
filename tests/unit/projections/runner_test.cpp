// What listeners are told when the store changes without the runner knowing. Against a store that does what the test
// says.
#include "projections/runner.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <vector>

#include "eventstore/memory_log.hpp"

namespace alforis::projections {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Keeps its checkpoint, its parked events and nothing else; `trouble` is thrown once by the next write, behind it.
class FakeStore final : public Projection {
 public:
  std::string name() const override { return "fake"; }
  Opened open(const std::stop_token&) override {
    const std::lock_guard lock(mutex_);
    Opened opened{cursor_, {}, std::exchange(swapped_, false)};
    for (const auto& [id, event] : parked_) opened.parked.push_back({id, event.commit.position, 1, "parked"});
    return opened;
  }
  Written write(const Batch& batch) override {
    const std::lock_guard lock(mutex_);
    for (const Item& item : batch.items) parked_.erase(item.event().entity_id);
    cursor_ = batch.cursor;
    ++writes_;
    if (writes_ == troubled_write_) std::exchange(trouble_, {})();
    return {batch.items.size(), {}, false};
  }
  void check() override {
    const std::lock_guard lock(mutex_);
    if (swapped_) throw Superseded("another version");
  }
  void probe(std::span<const Item>) override {}
  std::vector<ParkedEvent> parked_events(const std::string& id) override { return {parked_.at(id)}; }

  /// The `write`-th write is done and says then what `throw_it` throws.
  void fail_after(int write, std::function<void()> throw_it) {
    const std::lock_guard lock(mutex_);
    troubled_write_ = writes_ + write;
    trouble_ = std::move(throw_it);
  }
  void swap() {
    const std::lock_guard lock(mutex_);
    swapped_ = true;
  }
  void park(const std::string& id) {
    const std::lock_guard lock(mutex_);
    ParkedEvent event;
    event.commit.events = {{"thing.done.v1", id, "{}"}};
    parked_[id] = event;
  }

 private:
  std::mutex mutex_;
  eventstore::Cursor cursor_;
  std::map<std::string, ParkedEvent> parked_;
  bool swapped_ = false;
  int writes_ = 0;
  int troubled_write_ = -1;
  std::function<void()> trouble_;
};

class RunnerTest : public ::testing::Test {
 protected:
  void start() {
    RunnerOptions options;
    options.poll = options.first_backoff = options.check_interval = milliseconds(5);
    runner_ = std::make_unique<Runner>(log_, store_, options);
    runner_->subscribe([this](const Committed& committed) {
      const std::lock_guard lock(mutex_);
      told_.push_back(
          {committed.position, {committed.entities.begin(), committed.entities.end()}, committed.everything});
      changed_.notify_all();
    });
    ASSERT_TRUE(runner_->wait_for(log_.end(), seconds(10)));
    forget();
  }
  Position commit(const std::string& entity) {
    eventstore::CommitDraft draft;
    draft.command_id = entity;
    draft.events = {{"thing.done.v1", entity, "{}"}};
    return epoch_.commit({{draft}}, seconds(10)).back().position;
  }
  void forget() {
    const std::lock_guard lock(mutex_);
    told_.clear();
  }
  /// Whether somebody who had this entity in memory is told, up to this position, to forget it.
  bool told_of(const std::string& entity, Position position) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, seconds(5), [&] {
      return std::any_of(told_.begin(), told_.end(), [&](const Told& told) {
        return told.position >= position && (told.everything || std::ranges::count(told.entities, entity) > 0);
      });
    });
  }
  bool told_everything() { return told_of("", 0); }

  struct Told {
    Position position;
    std::vector<std::string> entities;
    bool everything;
  };

  eventstore::MemoryLog log_;
  eventstore::WriterEpoch epoch_{log_, {}, "test", [](const eventstore::Commit&) {}};
  FakeStore store_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Told> told_;
  std::unique_ptr<Runner> runner_;
};

TEST_F(RunnerTest, WhatItWroteIsToldByName) {
  start();
  EXPECT_TRUE(told_of("a", commit("a")));
  EXPECT_FALSE(told_.back().everything);
}

TEST_F(RunnerTest, WhatAnotherRunnerWroteMayBeAnything) {
  start();
  store_.fail_after(1, [] { throw Superseded("another runner was faster"); });
  EXPECT_TRUE(told_of("a", commit("a")));
}

TEST_F(RunnerTest, ATransactionWhoseAnswerWasLostMayHaveChangedAnything) {
  start();
  store_.fail_after(1, [] { throw StoreUnavailable("the connection is lost"); });
  EXPECT_TRUE(told_of("a", commit("a")));
}

TEST_F(RunnerTest, AReplayThatBreaksOffMayHaveChangedAnything) {
  start();
  store_.park("a");
  store_.park("b");
  store_.swap();  // it opens again and finds them
  ASSERT_TRUE(told_everything());
  forget();
  store_.fail_after(2, [] { throw StoreUnavailable("the connection is lost"); });
  try {
    runner_->retry_parked();
  } catch (const StoreUnavailable&) {
    // Or it has connected again before we looked.
  }
  EXPECT_TRUE(told_everything());
}

TEST_F(RunnerTest, AnIdleRunnerNoticesThatAnotherVersionTookOver) {
  start();
  store_.swap();
  EXPECT_TRUE(told_everything());
}

}  // namespace
}  // namespace alforis::projections
