// Parking: one bad event holds up its own entity and no other. Against a store that refuses what the test says.
#include "projections/applier.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace alforis::projections {
namespace {

/// Keeps what it was given; all or nothing.
class FakeStore final : public Projection {
 public:
  std::string name() const override { return "fake"; }
  Opened open(const std::stop_token&) override {
    Opened opened{cursor, {}, false};
    for (const auto& [id, events] : parked) {
      if (!events.empty()) opened.parked.push_back({id, events[0].commit.position, events.size(), events[0].reason});
    }
    return opened;
  }
  Written write(const Batch& batch) override {
    ++writes;
    check(batch.items);
    for (const Item& item : batch.items) {
      applied[item.event().entity_id] += item.event().type;
      if (!batch.from_parked) continue;
      auto& events = parked[item.event().entity_id];
      std::erase_if(events, [&](const ParkedEvent& event) {
        return event.commit.position == item.commit->position && event.index == item.index;
      });
    }
    if (!batch.from_parked) {
      for (const ParkedEvent& event : batch.parked) parked[event.entity_id()].push_back(event);
    }
    cursor = batch.cursor;
    return {batch.items.size(), {}, false};
  }
  void probe(std::span<const Item> items) override {
    ++probes;
    check(items);
  }
  std::vector<ParkedEvent> parked_events(const std::string& id) override { return parked[id]; }

  /// Types that cannot be applied, and whether the store can say which item it was.
  std::set<std::string> refused;
  bool says_which = false;

  eventstore::Cursor cursor;
  std::map<std::string, std::string> applied;  ///< by entity, the types one behind the other
  std::map<std::string, std::vector<ParkedEvent>> parked;
  int writes = 0;
  int probes = 0;

 private:
  void check(std::span<const Item> items) const {
    std::vector<Refusal> found;
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (refused.contains(items[i].event().type)) found.push_back({i, "bad " + items[i].event().type});
    }
    if (found.empty()) return;
    if (says_which) throw ItemsRefused(std::move(found));
    throw ItemsRefused("something is bad");
  }
};

class ApplierTest : public ::testing::Test {
 protected:
  /// One commit with the events "entity:type".
  void add(const std::vector<std::string>& events) {
    eventstore::Commit commit;
    commit.position = ++position_;
    for (const std::string& text : events) {
      const auto colon = text.find(':');
      commit.events.push_back({text.substr(colon + 1), text.substr(0, colon), "{}"});
    }
    commits_.push_back(std::move(commit));
  }
  Applied apply() {
    eventstore::Cursor to;
    to.position = position_;
    const auto commits = std::exchange(commits_, {});
    return applier_.apply(commits, to);
  }

  FakeStore store_;
  Applier applier_{store_};
  Position position_ = 0;
  std::vector<eventstore::Commit> commits_;
};

TEST_F(ApplierTest, GoodEventsAreOneWrite) {
  add({"a:1", "b:1"});
  add({"a:2"});
  const Applied applied = apply();
  EXPECT_EQ(applied.events, 3U);
  EXPECT_EQ(applied.touched, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(store_.writes, 1);
  EXPECT_EQ(store_.applied, (std::map<std::string, std::string>{{"a", "12"}, {"b", "1"}}));
  EXPECT_EQ(applier_.cursor().position, 2U);
}

TEST_F(ApplierTest, ABadEventAndWhatFollowsItWaitWhileOthersGoOn) {
  for (const bool says_which : {true, false}) {
    store_ = FakeStore{};
    store_.says_which = says_which;
    store_.refused = {"x"};
    applier_.open();
    position_ = 0;
    add({"a:1", "b:1"});
    add({"a:x", "b:2"});
    add({"a:3"});
    add({"c:x", "b:3"});
    const Applied applied = apply();
    EXPECT_EQ(store_.applied, (std::map<std::string, std::string>{{"a", "1"}, {"b", "123"}}));
    ASSERT_EQ(store_.parked["a"].size(), 2U);
    EXPECT_EQ(store_.parked["a"][0].commit.events.front().type, "x");
    EXPECT_EQ(store_.parked["a"][0].commit.position, 2U);
    EXPECT_EQ(store_.parked["c"].size(), 1U);
    EXPECT_EQ(applied.newly_parked.size(), 2U);
    EXPECT_EQ(store_.cursor.position, 4U);
    add({"a:4", "d:1"});
    apply();
    EXPECT_EQ(store_.parked["a"].size(), 3U) << "what comes later waits behind what waits";
    EXPECT_EQ(applier_.parked().at("a").events, 3U);
    EXPECT_EQ(store_.applied["d"], "1");
  }
}

TEST_F(ApplierTest, ACulpritAmongThousandsIsFoundByHalving) {
  store_.refused = {"x"};
  for (int i = 0; i < 4096; ++i) add({"e" + std::to_string(i) + (i == 3333 ? ":x" : ":1")});
  apply();
  EXPECT_EQ(store_.applied.size(), 4095U);
  EXPECT_EQ(applier_.parked().size(), 1U);
  EXPECT_LE(store_.probes, 16);
}

TEST_F(ApplierTest, ReplayIsInOrderAndGoesAsFarAsItCan) {
  store_.refused = {"x", "y"};
  add({"a:1", "a:x", "a:2"});
  add({"a:y", "a:3"});
  apply();
  EXPECT_EQ(store_.parked["a"].size(), 4U);
  store_.refused = {"y"};
  Applied applied;
  Retried retried = applier_.retry_parked(applied);
  EXPECT_EQ(retried.still_parked, 1U);
  EXPECT_EQ(store_.applied["a"], "1x2");
  EXPECT_EQ(store_.parked["a"].size(), 2U);
  EXPECT_EQ(applier_.parked().at("a").events, 2U);
  store_.refused = {};
  retried = applier_.retry_parked(applied);
  EXPECT_EQ(retried.unparked, 1U);
  EXPECT_EQ(store_.applied["a"], "1x2y3");
  EXPECT_TRUE(applier_.parked().empty());
  EXPECT_EQ(applier_.cursor().position, 2U) << "a replay does not move the checkpoint";
  EXPECT_EQ(applied.touched, std::vector<std::string>{"a"});
}

TEST_F(ApplierTest, WhatIsParkedIsKnownAgainAfterOpening) {
  store_.refused = {"x"};
  add({"a:x"});
  apply();
  Applier other(store_);
  other.open();
  EXPECT_EQ(other.parked().at("a").events, 1U);
  EXPECT_EQ(other.cursor().position, 1U);
}

TEST_F(ApplierTest, ARefusalThatNoEntityExplainsIsNoReasonToPark) {
  class Moody final : public Projection {
   public:
    std::string name() const override { return "moody"; }
    Opened open(const std::stop_token&) override { return {}; }
    Written write(const Batch&) override { throw ItemsRefused("no"); }
    void probe(std::span<const Item>) override {}
    std::vector<ParkedEvent> parked_events(const std::string&) override { return {}; }
  } moody;
  Applier applier(moody);
  add({"a:1", "b:1"});
  eventstore::Cursor to;
  to.position = 1;
  EXPECT_THROW(applier.apply(commits_, to), BatchRefused);
  EXPECT_TRUE(applier.parked().empty());
  EXPECT_EQ(applier.cursor().position, 0U);
}

}  // namespace
}  // namespace alforis::projections
