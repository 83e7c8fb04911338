// The keys of persons: where they come from, how they go, and what happens while the vault is away.
#include "privacy/key_ring.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "privacy/memory_vault.hpp"

namespace alforis::privacy {
namespace {

using domain::Uuid;
using namespace std::chrono_literals;

/// A vault that may be out of reach.
class MovingVault final : public Vault {
 public:
  void add(std::span<const WrappedKey> keys) override { reach().add(keys); }
  std::optional<WrappedKey> find(const Uuid& id) override { return reach().find(id); }
  void for_each(const std::function<void(const WrappedKey&)>& visit) override { reach().for_each(visit); }
  void replace(std::span<const WrappedKey> keys) override { reach().replace(keys); }
  std::vector<Uuid> destroyed() override { return reach().destroyed(); }
  void remove_unused(std::span<const Uuid> ids) override { reach().remove_unused(ids); }

  MemoryVault& reach() {
    if (away) throw KeysUnavailable("the vault is away");
    return vault;
  }

  MemoryVault vault;
  std::atomic<bool> away{false};
};

class KeyRingTest : public ::testing::Test {
 protected:
  std::unique_ptr<KeyRing> ring(std::size_t ahead = 8) {
    KeyRingOptions options;
    options.ahead = ahead;
    options.retry_pause = 1ms;
    options.patience = 200ms;
    return std::make_unique<KeyRing>(
        vault_, [this] { return masters_; }, options);
  }
  std::size_t kept() {
    std::size_t count = 0;
    vault_.vault.for_each([&](const WrappedKey&) { ++count; });
    return count;
  }
  static void await(const std::function<bool()>& done) {
    for (int i = 0; i < 5000 && !done(); ++i) std::this_thread::sleep_for(1ms);
    ASSERT_TRUE(done());
  }

  MasterKeys masters_ = MasterKeys::parse(MasterKeys::new_line("first"));
  MovingVault vault_;
};

TEST_F(KeyRingTest, EveryKeyIsTakenOnceAndIsSafeInTheVault) {
  const auto keys = ring();
  std::set<Uuid> ids;
  for (int i = 0; i < 100; ++i) {
    const DataKey key = keys->take();
    EXPECT_TRUE(ids.insert(key.id).second);
    EXPECT_EQ(keys->find(key.id), key.secret);
    const auto wrapped = vault_.vault.find(key.id);
    ASSERT_TRUE(wrapped);
    EXPECT_EQ(masters_.unwrap(*wrapped).secret, key.secret);
  }
}

TEST_F(KeyRingTest, WhatNobodyTookIsRemovedAtTheEnd) {
  {
    const auto keys = ring();
    keys->take();
  }
  EXPECT_EQ(kept(), 1U);
}

TEST_F(KeyRingTest, AnotherRingKnowsTheKeysOfThisOne) {
  const auto one = ring();
  const DataKey before = one->take();
  const auto other = ring(0);
  EXPECT_EQ(other->find(before.id), before.secret);
  await([&] { return other->trouble().empty(); });
  const DataKey after = one->take();
  EXPECT_EQ(other->find(after.id), after.secret) << "made after it had read the vault";
}

TEST_F(KeyRingTest, ADestroyedKeyIsForgotten) {
  const auto keys = ring();
  const DataKey key = keys->take();
  vault_.vault.destroy(key.id);
  EXPECT_EQ(keys->find(key.id), key.secret) << "nobody has said so yet";
  keys->note_erasure();
  await([&] { return !keys->find(key.id).has_value(); });
  EXPECT_FALSE(ring(0)->find(key.id).has_value());
}

TEST_F(KeyRingTest, ANoteOfAnErasureIsNotLostWhileTheVaultIsAway) {
  const auto keys = ring();
  const DataKey key = keys->take();
  await([&] { return keys->trouble().empty(); });
  vault_.vault.destroy(key.id);
  vault_.away = true;
  keys->note_erasure();
  await([&] { return !keys->trouble().empty(); });
  EXPECT_TRUE(keys->find(key.id).has_value());
  vault_.away = false;
  await([&] { return !keys->find(key.id).has_value(); });
}

TEST_F(KeyRingTest, ThereAreKeysForAWhileWithoutTheVault) {
  const auto keys = ring(8);
  await([&] { return keys->ready() == 8; });
  vault_.away = true;
  for (int i = 0; i < 8; ++i) keys->take();
  EXPECT_THROW(keys->take(), KeysUnavailable);
  EXPECT_THROW(keys->find(Uuid{}), KeysUnavailable) << "it may be another server's";
  vault_.away = false;
  await([&] { return keys->ready() == 8; });
  keys->take();
}

TEST_F(KeyRingTest, AKeyThatTheVaultNeverHadIsMissing) { EXPECT_THROW(ring()->find(Uuid{}), KeyMissing); }

TEST_F(KeyRingTest, KeysUnderALostMasterKeyAreMissingNotErased) {
  const DataKey key = ring()->take();
  masters_ = MasterKeys::parse(MasterKeys::new_line("second"));
  EXPECT_THROW(ring(0)->find(key.id), KeyMissing);
}

TEST_F(KeyRingTest, AfterARotationOldKeysOpenAndNewOnesAreWrappedAnew) {
  const std::string first = MasterKeys::new_line("first");
  masters_ = MasterKeys::parse(first);
  const DataKey old = ring()->take();
  masters_ = MasterKeys::parse(MasterKeys::new_line("second") + "\n" + first + "\n");
  const auto keys = ring();
  EXPECT_EQ(keys->find(old.id), old.secret);
  EXPECT_EQ(vault_.vault.find(keys->take().id)->master, "second");
}

TEST(MasterKeys, SaysWhichLineIsWrong) {
  const auto what = [](const std::string& text) -> std::string {
    try {
      MasterKeys::parse(text);
    } catch (const std::runtime_error& wrong) {
      return wrong.what();
    }
    return "";
  };
  const std::string good = MasterKeys::new_line("a");
  EXPECT_EQ(what(good + "\n# a comment\n\n" + MasterKeys::new_line("b")), "");
  EXPECT_THAT(what(""), ::testing::HasSubstr("no master key"));
  EXPECT_THAT(what(good + "\nb:short"), ::testing::HasSubstr("line 2"));
  EXPECT_THAT(what(good + "\n" + good), ::testing::HasSubstr("twice"));
  EXPECT_THAT(what("with blank:" + good.substr(2)), ::testing::HasSubstr("line 1"));
}

TEST(MasterKeys, AWrappedKeyOpensOnlyAsItself) {
  const auto masters = MasterKeys::parse(MasterKeys::new_line("a"));
  const DataKey key{Uuid::parse("4f1f2c9e-33a1-4c6e-9d55-0d9a2a0b7c11").value(), random_secret()};
  WrappedKey wrapped = masters.wrap(key);
  EXPECT_EQ(masters.unwrap(wrapped).secret, key.secret);
  wrapped.id = Uuid{};
  EXPECT_THROW(masters.unwrap(wrapped), KeyMissing);
}

}  // namespace
}  // namespace alforis::privacy
