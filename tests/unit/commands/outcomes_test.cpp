// Outcomes of commands as the state keeps them.
#include "commands/outcomes.hpp"

#include <gtest/gtest.h>

#include "commands/refusals.hpp"

namespace alforis::commands {
namespace {

StoredOutcome sample() {
  StoredOutcome stored{1'700'000'000'123'456, "a1b2", domain::EntityKind::person, {}};
  stored.outcome.position = 42;
  stored.outcome.created = true;
  stored.outcome.id = domain::Uuid::v5({}, "x");
  stored.outcome.version = 7;
  return stored;
}

TEST(StoredOutcome, IsReadBackAsItWas) {
  for (const bool created : {true, false}) {
    for (const auto* hash : {"", "0123456789abcdef"}) {
      StoredOutcome stored = sample();
      stored.outcome.created = created;
      stored.request_hash = hash;
      const StoredOutcome read = decode_outcome(encode_outcome(stored));
      EXPECT_EQ(read.time_us, stored.time_us);
      EXPECT_EQ(read.request_hash, hash);
      EXPECT_EQ(read.outcome.position, 42u);
      EXPECT_EQ(read.outcome.created, created);
      EXPECT_TRUE(read.outcome.changed) << "what changed nothing is not kept";
      EXPECT_EQ(read.outcome.id, stored.outcome.id);
      EXPECT_EQ(read.outcome.version, 7);
      EXPECT_EQ(read.kind, domain::EntityKind::person);
    }
  }
}

TEST(StoredOutcome, ExpiresAfterItsLifetimeWithTheDocumentsItSpeaksOf) {
  const std::int64_t end = sample().time_us + k_outcome_lifetime_us;
  const std::string outcome = encode_outcome(sample());
  EXPECT_FALSE(expired(outcome_key("k"), outcome, end));
  EXPECT_TRUE(expired(outcome_key("k"), outcome, end + 1));
  const std::string replaced = std::to_string(sample().time_us) + " {}";
  EXPECT_FALSE(expired("d/e/person/x/1", replaced, end));
  EXPECT_TRUE(expired("d/e/person/x/1", replaced, end + 1));
  for (const auto* key : {"e/person/x", "u/lei/x", "i/name/x", "m/cursor"})
    EXPECT_FALSE(expired(key, "1 ", end + 1)) << key;
}

TEST(StoredRefusal, IsReadBackAsItWas) {
  const Rejection rejection{RejectionKind::conflict,
                            "lei_taken",
                            "another \"organisation\" has it",
                            {{"taken", "/lei", "taken"}, {"wrong", "", "é"}},
                            {"prospect", "signe"},
                            domain::Uuid::v5({}, "other")};
  const StoredRefusal read = decode_refusal(encode_refusal({12, "h", domain::EntityKind::person, rejection}));
  EXPECT_EQ(read.time_us, 12);
  EXPECT_EQ(read.request_hash, "h");
  EXPECT_EQ(std::get<Rejection>(read.result), rejection);
  Outcome nothing = sample().outcome;
  nothing.changed = false;
  nothing.warnings = {{"too_many", "/tags", "left over: é"}};
  const StoredRefusal same = decode_refusal(encode_refusal({13, "g", domain::EntityKind::team, nothing}));
  EXPECT_EQ(same.kind, domain::EntityKind::team);
  EXPECT_FALSE(std::get<Outcome>(same.result).changed);
  EXPECT_EQ(std::get<Outcome>(same.result).position, 42U);
  EXPECT_EQ(std::get<Outcome>(same.result).version, 7);
  EXPECT_EQ(std::get<Outcome>(same.result).warnings, nothing.warnings);
}

TEST(StoredRefusal, ExpiresAndShowsDamage) {
  const std::string refusal = encode_refusal({12, "h", {}, Rejection{}});
  EXPECT_FALSE(expired(refusal_key("k"), refusal, 12 + k_outcome_lifetime_us));
  EXPECT_TRUE(expired(refusal_key("k"), refusal, 13 + k_outcome_lifetime_us));
  for (const auto& damaged : {std::string(), std::string("12"), "x" + refusal, refusal.substr(0, refusal.size() - 1)}) {
    EXPECT_THROW(decode_refusal(damaged), std::runtime_error) << damaged;
  }
}

TEST(StoredOutcome, WhatIsDamagedIsNoticed) {
  const std::string whole = encode_outcome(sample());
  for (const auto& damaged : {std::string(), std::string("12"), std::string("x ") + whole, whole.substr(0, 50)}) {
    EXPECT_THROW(decode_outcome(damaged), std::runtime_error) << damaged;
  }
}

TEST(RequestHash, TravelsInTheMetadata) {
  for (const auto* metadata : {"{}", R"({"request":"r"})", R"({"reason":"request_hash"})"}) {
    EXPECT_EQ(request_hash_of(with_request_hash(metadata, "abc")), "abc") << metadata;
    EXPECT_EQ(request_hash_of(with_request_hash(metadata, "")), "") << metadata;
    EXPECT_EQ(with_request_hash(metadata, ""), metadata);
  }
  EXPECT_EQ(with_request_hash("{}", "abc"), R"({"request_hash":"abc"})");
  EXPECT_EQ(with_request_hash(R"({"a":1})", "abc"), R"({"request_hash":"abc","a":1})");
}

}  // namespace
}  // namespace alforis::commands
