// One-time codes, what is encrypted, API keys, and which passwords may be chosen.
#include <gtest/gtest.h>

#include "api/auth/api_keys.hpp"
#include "api/auth/digest.hpp"
#include "api/auth/password.hpp"
#include "api/auth/password_rules.hpp"
#include "api/auth/secret_box.hpp"
#include "api/auth/token.hpp"
#include "api/auth/totp.hpp"

namespace alforis::api {
namespace {

using domain::Instant;
using domain::Uuid;

Uuid id(std::string_view name) { return Uuid::v5({}, name); }

// ---- one-time codes
// --------------------------------------------------------------------------------------------

constexpr std::string_view k_rfc_secret = "12345678901234567890";

TEST(Totp, GivesTheCodesOfRfc6238) {
  // Appendix B, SHA-1.
  const std::pair<std::int64_t, const char*> vectors[] = {{59, "94287082"},         {1111111109, "07081804"},
                                                          {1111111111, "14050471"}, {1234567890, "89005924"},
                                                          {2000000000, "69279037"}, {20000000000, "65353130"}};
  for (const auto& [time, code] : vectors) EXPECT_EQ(totp_code(k_rfc_secret, totp_step(time), 8), code) << time;
}

TEST(Totp, GivesTheCodesOfRfc4226) {
  // Appendix D.
  const char* codes[] = {"755224", "287082", "359152", "969429", "338314",
                         "254676", "287922", "162583", "399871", "520489"};
  for (std::int64_t counter = 0; counter < 10; ++counter) EXPECT_EQ(totp_code(k_rfc_secret, counter), codes[counter]);
}

TEST(Totp, TakesCodesOfNeighbouringStepsAndSaysWhich) {
  const std::int64_t now = 1'700'000'000;
  const std::int64_t step = totp_step(now);
  for (const std::int64_t other : {step - 1, step, step + 1}) {
    EXPECT_EQ(verify_totp(k_rfc_secret, totp_code(k_rfc_secret, other), now), other);
  }
  for (const std::int64_t other : {step - 2, step + 2}) {
    EXPECT_FALSE(verify_totp(k_rfc_secret, totp_code(k_rfc_secret, other), now)) << other;
  }
  const std::string code = totp_code(k_rfc_secret, step);
  EXPECT_EQ(verify_totp(k_rfc_secret, code.substr(0, 3) + ' ' + code.substr(3), now), step) << "as apps show it";
  for (const std::string& wrong : {std::string(), code.substr(1), code + '0', std::string("abcdef")}) {
    EXPECT_FALSE(verify_totp(k_rfc_secret, wrong, now)) << wrong;
  }
}

TEST(Totp, IsWrittenAsAppsReadIt) {
  // RFC 4648 §10, without padding.
  const std::pair<const char*, const char*> vectors[] = {
      {"", ""}, {"f", "MY"}, {"fo", "MZXQ"}, {"foo", "MZXW6"}, {"foob", "MZXW6YQ"}, {"foobar", "MZXW6YTBOI"}};
  for (const auto& [bytes, text] : vectors) EXPECT_EQ(base32(bytes), text);
  EXPECT_EQ(totp_uri(k_rfc_secret, "anne@firme.example"),
            "otpauth://totp/Alforis:anne%40firme.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Alforis&"
            "algorithm=SHA1&digits=6&period=30");
}

TEST(RecoveryCodes, AreTheSameHoweverTheyAreTyped) {
  const std::string code = recovery_code("0123456789 and what is too much");
  EXPECT_EQ(code, "gayt-emzu-gu3d-oobz");
  EXPECT_EQ(recovery_code_hash(code), recovery_code_hash(" GAYTEMZU gu3d-OOBZ "));
  EXPECT_NE(recovery_code_hash(code), recovery_code_hash("gayt-emzu-gu3d-ooba"));
}

// ---- what is encrypted
// -----------------------------------------------------------------------------------------

TEST(SecretBox, OpensForWhomItWasSealedAlone) {
  const SecretBox box(std::string(32, 'k'));
  const std::string sealed = box.seal("secret", "anne");
  EXPECT_EQ(box.open(sealed, "anne"), "secret");
  EXPECT_FALSE(box.open(sealed, "paul"));
  EXPECT_FALSE(SecretBox(std::string(32, 'x')).open(sealed, "anne"));
  EXPECT_NE(box.seal("secret", "anne"), sealed) << "a nonce is used once";
  EXPECT_THROW(SecretBox("short"), std::invalid_argument);
}

TEST(SecretBox, DoesNotOpenWhatWasChanged) {
  const SecretBox box(std::string(32, 'k'));
  std::string bytes;
  ASSERT_TRUE(base64url_decode(box.seal("secret", "anne"), bytes));
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_FALSE(box.open(base64url(changed), "anne")) << at;
  }
  for (const char* none : {"", "x", "AAAA", "é"}) EXPECT_FALSE(box.open(none, "anne")) << none;
}

// ---- API keys
// -------------------------------------------------------------------------------------------------

class ApiKeysTest : public ::testing::Test {
 protected:
  static domain::ApiKey key(std::string_view name) {
    domain::ApiKey made;
    made.id = id(name);
    made.user_id = id("user");
    made.name = domain::Line<100>::parse("Export").value();
    made.scope = domain::Role::sales;
    made.secret_hash = sha256_text(secret(name));
    return made;
  }
  static std::string secret(std::string_view name) { return std::string(name) + std::string(32 - name.size(), '.'); }
  static std::string text(std::string_view name) { return api_key_text(id(name), secret(name)); }
  static domain::ApiKey revoked(domain::ApiKey made) {
    made.deleted_at = Instant::from_micros(1);
    return made;
  }

  Instant now_ = Instant::from_micros(1'700'000'000'000'000);
  ApiKeyDirectory keys_;
};

TEST_F(ApiKeysTest, AreKnownByTheWholeOfThem) {
  keys_.replace({key("a")}, 1);
  const auto grant = keys_.find(text("a"), now_);
  ASSERT_TRUE(grant);
  EXPECT_EQ(grant->user, id("user"));
  EXPECT_EQ(grant->scope, domain::Role::sales);
  EXPECT_TRUE(text("a").starts_with(api_key_prefix(id("a"))));
  EXPECT_EQ(text("a").size(), 69U);
  EXPECT_FALSE(keys_.find(text("b"), now_));
  EXPECT_FALSE(keys_.find(api_key_text(id("a"), secret("b")), now_));
  for (const std::string& other : {std::string(), std::string("alf_"), text("a") + "A", text("a").substr(4)}) {
    EXPECT_FALSE(keys_.find(other, now_)) << other;
  }
}

TEST_F(ApiKeysTest, EndWhenTheyExpireAndWhenTheyAreRevoked) {
  domain::ApiKey short_one = key("a");
  short_one.expires_at = now_;
  keys_.replace({short_one, key("b")}, 1);
  EXPECT_FALSE(keys_.find(text("a"), now_));
  EXPECT_TRUE(keys_.find(text("b"), now_));
  keys_.update(revoked(key("b")), 7);
  EXPECT_FALSE(keys_.find(text("b"), now_));
}

TEST_F(ApiKeysTest, WhatWasAcknowledgedStaysUntilTheTablesHaveIt) {
  keys_.update(key("a"), 7);
  keys_.replace({}, 6);
  EXPECT_TRUE(keys_.find(text("a"), now_)) << "the tables do not have it yet";
  keys_.update(revoked(key("a")), 8);
  keys_.replace({key("a")}, 7);
  EXPECT_FALSE(keys_.find(text("a"), now_)) << "the tables do not know yet that it was revoked";
  keys_.replace({}, 8);
  EXPECT_FALSE(keys_.contains(id("a")));
}

TEST_F(ApiKeysTest, TheirUseIsToldOnceAnHour) {
  keys_.replace({key("a")}, 1);
  EXPECT_TRUE(keys_.find(text("a"), now_)->use_untold);
  EXPECT_FALSE(keys_.find(text("a"), now_)->use_untold);
  keys_.replace({key("a")}, 2);
  EXPECT_FALSE(keys_.find(text("a"), now_)->use_untold) << "loading forgets nothing";
  EXPECT_TRUE(keys_.find(text("a"), now_ + std::chrono::hours(1))->use_untold);
  domain::ApiKey used = key("b");
  used.last_used_at = now_;
  keys_.replace({used}, 3);
  EXPECT_FALSE(keys_.find(text("b"), now_ + std::chrono::minutes(59))->use_untold) << "another server has told";
}

// ---- passwords
// ------------------------------------------------------------------------------------------------

std::string fault(std::string_view typed, const std::vector<std::string>& own = {}, std::size_t min_length = 8) {
  const domain::Problems problems = check_new_password(typed, own, min_length, "/password");
  return problems.empty() ? "" : problems.front().code;
}

TEST(PasswordRules, AskForLengthInCharacters) {
  EXPECT_EQ(fault("sept777"), "invalid_password");
  EXPECT_EQ(fault("éàüéàüé"), "invalid_password") << "bytes do not count";
  EXPECT_EQ(fault("éàüéàüéà"), "");
  EXPECT_EQ(fault("huit888é", {}, 15), "invalid_password");
  EXPECT_EQ(fault(std::string(257, 'x') + "y"), "invalid_password");
  std::string longest;
  while (longest.size() < 256) longest += "phrase ";
  EXPECT_EQ(fault(longest.substr(0, 256)), "");
}

TEST(PasswordRules, RefuseWhatIsGuessedFirst) {
  for (const auto* common :
       {"password", "Password1", "PASSWORD123", "azertyuiop", "motdepasse", "qwertyuiop", "iloveyou", "12345678",
        "87654321", "aaaaaaaaaa", "abcdefghij", "Alforis2026!", "sunshine"}) {
    EXPECT_EQ(fault(common), "weak_password") << common;
  }
}

TEST(PasswordRules, RefuseOnesOwnNameAndAddress) {
  const std::vector<std::string> own{"Anne.Lenoir@firme.example", "Anne Lenoir"};
  for (const auto* mine : {"lenoir2026", "Lenoir!!!!", "anne lenoir", "anne.lenoir@firme.example"}) {
    EXPECT_EQ(fault(mine, own), "weak_password") << mine;
  }
  EXPECT_EQ(fault("lenoir traverse la place", own), "") << "a phrase may have one's name in it";
}

TEST(PasswordRules, HaveNoRulesOfComposition) {
  for (const auto* good : {"une phrase assez longue", "correct horse battery", "onlysmallletters", "ÉTOILES FILANTES",
                           "日本語のパスワード"}) {
    EXPECT_EQ(fault(good), "") << good;
  }
}

TEST(Password, IsTheSameHoweverItsAccentsAreTyped) {
  const PasswordCost cheap{8 * 1024, 1};
  const std::string hash = hash_password("e\u0301toile filante", cheap);
  EXPECT_TRUE(verify_password("\u00e9toile filante", hash));
  EXPECT_FALSE(verify_password("etoile filante", hash));
  EXPECT_FALSE(verify_password("", ""));
}

TEST(Password, ItsHashSaysWhatItCostAndIsMadeAgainWhenThatIsNotThePresentCost) {
  const PasswordCost cheap{8 * 1024, 1};
  const std::string hash = hash_password("une phrase", cheap);
  EXPECT_TRUE(hash.starts_with("$argon2id$v=19$m=8192,t=1,p=1$"));
  EXPECT_FALSE(needs_rehash(hash, cheap));
  EXPECT_TRUE(needs_rehash(hash, PasswordCost{}));
  EXPECT_TRUE(needs_rehash("$argon2i$v=19$m=8192,t=1,p=1$x$y", cheap));
}

}  // namespace
}  // namespace alforis::api
