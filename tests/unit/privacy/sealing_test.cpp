// What the Log holds of persons: unreadable without the key, as it was with it, bound to where it stands.
#include "privacy/sealing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "domain/events.hpp"
#include "domain/wire/json.hpp"
#include "tests/samples/events.hpp"

namespace alforis::privacy {
namespace {

using domain::AnyEvent;
using domain::Uuid;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view k_entity = "01890a5d-ac96-774b-bcce-b302099a8057";

Uuid uuid(std::string_view text) { return Uuid::parse(text).value(); }

const Uuid k_subject = uuid("01890a5d-ac96-774b-bcce-b302099a8058");
const DataKey k_key{uuid("4f1f2c9e-33a1-4c6e-9d55-0d9a2a0b7c11"), [] {
                      Secret secret{};
                      for (std::size_t i = 0; i < secret.size(); ++i) secret[i] = static_cast<std::uint8_t>(i);
                      return secret;
                    }()};

constexpr std::string_view k_written =
    R"({"sealed":"v1:01890a5d-ac96-774b-bcce-b302099a8058:4f1f2c9e-33a1-4c6e-9d55-0d9a2a0b7c11:utHRAqeyxzrP)"
    R"(YPtU-JvGHZPl23rnrNROV15CZDHwvNWeprwQVE1zj_WtOjPeN0id0fBiHQ2aOMbg_FRcKmsl8Smk"})";

SealUnder k_under() { return {k_subject, k_key}; }

class TestKeys final : public Keys {
 public:
  explicit TestKeys(std::map<Uuid, std::optional<Secret>> keys) : keys_(std::move(keys)) {}
  std::optional<Secret> find(const Uuid& key) const override {
    const auto found = keys_.find(key);
    if (found == keys_.end()) throw KeyMissing("no such key");
    return found->second;
  }

 private:
  std::map<Uuid, std::optional<Secret>> keys_;
};

const TestKeys k_whole({{k_key.id, k_key.secret}});
const TestKeys k_erased({{k_key.id, std::nullopt}});

std::string opened(std::string_view type, std::string_view data, const Keys& keys, std::string_view entity = k_entity) {
  std::string room;
  return std::string(open({type, entity}, data, keys, room));
}

/// Members by name, also those of `to`, whose order is nobody's.
std::map<std::string, std::string> members(std::string_view document) {
  std::map<std::string, std::string> all;
  for (auto& [name, value] : domain::wire::members_of(document)) {
    if (name == "to") {
      for (auto& [inner, is] : members(*value)) all["to/" + inner] = is;
    } else {
      all[name] = *value;
    }
  }
  return all;
}

/// Calls `check(type, data)` with a full sample of every event.
template <class Check>
void for_each_event(const Check& check) {
  for (const auto& [type, data] : domain::testing::full_events()) check(type, data);
}

TEST(Sealing, EveryEventComesBackAsItWas) {
  std::size_t sealed_types = 0;
  for_each_event([&](std::string_view type, const std::string& data) {
    const std::string sealed = seal({type, k_entity}, data, k_under);
    EXPECT_EQ(sealed != data, holds_personal(type, data)) << type;
    sealed_types += sealed == data ? 0 : 1;
    const auto event = domain::decode_event(type, opened(type, sealed, k_whole));
    ASSERT_TRUE(event) << type;
    EXPECT_EQ(members(domain::encode_event(*event)), members(data)) << type;
  });
  EXPECT_GE(sealed_types, 12U);
}

TEST(Sealing, TextsMayLookLikeJson) {
  for (const char* text : {R"(\"},{\"last_name\":\"X)", R"(]}{[,:)", R"(\\)", R"(a\\\")", R"(\",\"city\":)", ""}) {
    const std::string member = R"(:")" + std::string(text) + '"';
    const std::string data = R"({"first_name")" + member + R"(,"keys":["]}",{"a":[1,"\"}"]}],"notes")" + member + '}';
    const std::string sealed = seal({"person.created.v1", k_entity}, data, k_under);
    EXPECT_THAT(sealed, Not(HasSubstr("first_name")));
    EXPECT_EQ(members(opened("person.created.v1", sealed, k_whole)), members(data)) << text;
  }
}

TEST(Sealing, NothingIsLostOfWhatIsNoObjectOfOurs) {
  for (const char* data : {"", "{", "[]", R"({"first_name":"A")", R"({"first_name":"A"}})", R"({"first_name" "A"})",
                           R"({ "first_name":"A"})", R"({"first_name":"A", "notes":"B"})", R"({"notes":["A"})"}) {
    EXPECT_THROW(seal({"person.created.v1", k_entity}, data, k_under), std::logic_error) << data;
  }
}

TEST(Sealing, NothingOfAPersonStandsInWhatIsSealed) {
  const std::string data =
      R"({"first_name":"Élodie","last_name":"Durand","personal_email":"elodie@example.org","active":true})";
  const std::string sealed = seal({"person.created.v1", k_entity}, data, k_under);
  for (const char* word : {"lodie", "Durand", "example", "first_name", "active"})
    EXPECT_THAT(sealed, Not(HasSubstr(word)));
  EXPECT_THAT(sealed, HasSubstr(k_subject.text() + ':' + k_key.id.text()));
  EXPECT_NE(sealed, seal({"person.created.v1", k_entity}, data, k_under)) << "the nonce is new each time";
}

TEST(Sealing, WhatIsNotPersonalStaysReadable) {
  const std::string data = R"({"role":"decideur","job_title":"Directrice","is_primary":true})";
  const std::string sealed = seal({"link.updated.v1", k_entity}, data, k_under);
  EXPECT_THAT(sealed, HasSubstr(R"("role":"decideur","is_primary":true})"));
  EXPECT_THAT(sealed, Not(HasSubstr("Directrice")));
}

TEST(Sealing, OfWhatWasErasedOnlyTheRestIsThere) {
  const std::string data = R"({"role":"decideur","job_title":"Directrice"})";
  const std::string sealed = seal({"link.updated.v1", k_entity}, data, k_under);
  EXPECT_EQ(opened("link.updated.v1", sealed, k_erased), R"({"role":"decideur"})");
  const std::string person = seal({"person.updated.v1", k_entity}, R"({"mobile":"+33612345678"})", k_under);
  EXPECT_EQ(opened("person.updated.v1", person, k_erased), "{}");
  const std::string back = R"({"position":7,"to":{"job_title":"Directrice"}})";
  const std::string reverted = seal({"link.reverted.v1", k_entity}, back, k_under);
  EXPECT_THAT(reverted, Not(HasSubstr("Directrice")));
  EXPECT_EQ(opened("link.reverted.v1", reverted, k_whole), back);
  EXPECT_EQ(opened("link.reverted.v1", reverted, k_erased), R"({"position":7,"to":{}})");
}

TEST(Sealing, WhatWasWrittenBeforeSealingReadsAsItIs) {
  const std::string data = R"({"first_name":"Élodie"})";
  EXPECT_EQ(opened("person.updated.v1", data, k_whole), data);
  EXPECT_FALSE(sealed_under("person.updated.v1", data));
}

TEST(Sealing, TellsWhoseDataItIsAndUnderWhichKey) {
  const std::string sealed = seal({"person.updated.v1", k_entity}, R"({"first_name":"Élodie"})", k_under);
  const auto under = sealed_under("person.updated.v1", sealed);
  ASSERT_TRUE(under);
  EXPECT_EQ(under->subject, k_subject);
  EXPECT_EQ(under->key, k_key.id);
}

TEST(Sealing, ASealedMemberOpensNowhereElse) {
  const std::string sealed = seal({"person.updated.v1", k_entity}, R"({"first_name":"Élodie"})", k_under);
  EXPECT_THROW(opened("person.created.v1", sealed, k_whole), SealBroken) << "as another event";
  EXPECT_THROW(opened("person.updated.v1", sealed, k_whole, k_subject.text()), SealBroken) << "of another entity";
  std::string other = sealed;
  other.replace(other.find(k_subject.text()), Uuid::k_text_length, k_entity);
  EXPECT_THROW(opened("person.updated.v1", other, k_whole), SealBroken) << "of another subject";
}

TEST(Sealing, WhatWasChangedDoesNotOpen) {
  const std::string sealed = seal({"person.updated.v1", k_entity}, R"({"first_name":"Élodie"})", k_under);
  for (std::size_t at = sealed.rfind(':') + 1; at + 3 < sealed.size(); ++at) {
    std::string changed = sealed;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    EXPECT_THROW(opened("person.updated.v1", changed, k_whole), SealBroken) << at;
  }
  for (const char* wrong : {R"({"sealed":"v2:x"})", R"({"sealed":"v1:x"})", R"({"sealed":"v1:)"}) {
    EXPECT_THROW(opened("person.updated.v1", wrong, k_whole), SealBroken) << wrong;
  }
}

/// What a program of today wrote: it stays readable for ever.
TEST(Sealing, TheFirstVersionOfTheEnvelopeOpens) {
  constexpr std::string_view k_data = R"({"first_name":"Élodie","active":true})";
  EXPECT_EQ(opened("person.updated.v1", k_written, k_whole), k_data);
}

TEST(Sealing, AKeyThatNobodyHasIsNoErasure) {
  const std::string sealed = seal({"person.updated.v1", k_entity}, R"({"first_name":"Élodie"})", k_under);
  EXPECT_THROW(opened("person.updated.v1", sealed, no_keys()), KeyMissing);
}

}  // namespace
}  // namespace alforis::privacy
