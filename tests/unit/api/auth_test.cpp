// Tokens, cookies, the list of revoked sessions, and what slows guessing down.
#include <gtest/gtest.h>

#include "api/auth/cookies.hpp"
#include "api/auth/digest.hpp"
#include "api/auth/login_throttle.hpp"
#include "api/auth/opaque_token.hpp"
#include "api/auth/revoked_sessions.hpp"

namespace alforis::api {
namespace {

using domain::Uuid;

Uuid id(std::string_view name) { return Uuid::v5({}, name); }
const TokenKey& key() {
  static const TokenKey one(std::string(32, 'k'));
  return one;
}

// ---- tokens
// ---------------------------------------------------------------------------------------------------

TEST(AccessToken, SaysWhoInWhichSession) {
  const std::string text = key().issue({id("session"), id("user"), 1000}, 100);
  const auto read = key().verify(text, 999);
  ASSERT_TRUE(std::holds_alternative<AccessToken>(read));
  EXPECT_EQ(std::get<AccessToken>(read).session, id("session"));
  EXPECT_EQ(std::get<AccessToken>(read).user, id("user"));
  EXPECT_EQ(std::get<TokenFault>(key().verify(text, 1000)), TokenFault::expired);
  EXPECT_EQ(std::get<TokenFault>(TokenKey(std::string(32, 'x')).verify(text, 999)), TokenFault::bad_signature);
}

TEST(TokenKey, DerivesOneKeyForEachUse) {
  EXPECT_EQ(key().derived_key("totp").size(), 32U);
  EXPECT_EQ(key().derived_key("totp"), key().derived_key("totp"));
  EXPECT_NE(key().derived_key("totp"), key().derived_key("other"));
  EXPECT_NE(key().derived_key("totp"), TokenKey(std::string(32, 'x')).derived_key("totp"));
}

TEST(OpaqueToken, IsReadBackByWhoMadeItForThePurpose) {
  const std::string text = make_opaque_token(key(), "refresh", {id("user"), id("session")}, std::string(32, 's'));
  EXPECT_EQ(text.size(), 107U);
  const auto token = read_opaque_token(key(), "refresh", text);
  ASSERT_TRUE(token);
  EXPECT_EQ(token->user, id("user"));
  EXPECT_EQ(token->subject, id("session"));
  EXPECT_FALSE(read_opaque_token(key(), "link", text));
  EXPECT_FALSE(read_opaque_token(TokenKey(std::string(32, 'x')), "refresh", text));
}

TEST(OpaqueToken, EveryOtherTextIsNone) {
  const std::string text = make_opaque_token(key(), "refresh", {id("user"), id("session")}, std::string(32, 's'));
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const char c : {'A', 'B', 'E', 'Q', '_'}) {
      std::string other = text;
      other[at] = c;
      if (other != text) {
        EXPECT_FALSE(read_opaque_token(key(), "refresh", other)) << at << c;
      }
    }
  }
  for (const std::string& other : {std::string(), std::string("é"), text + "A", text.substr(1)}) {
    EXPECT_FALSE(read_opaque_token(key(), "refresh", other)) << other;
  }
}

TEST(Digest, IsSha256) {
  // FIPS 180-4, the message "abc".
  EXPECT_EQ(sha256_text("abc"), "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_in_constant_time("abc", "ab"));
  EXPECT_NE(random_bytes(32), random_bytes(32));
}

// ---- cookies
// --------------------------------------------------------------------------------------------------

TEST(Cookies, AreFoundByTheirWholeName) {
  Request request;
  request.add_header("Cookie", "xalforis_access=no; alforis_access=a.b.c;alforis_csrf=; other");
  EXPECT_EQ(cookie(request, k_access_cookie), "a.b.c");
  EXPECT_EQ(cookie(request, k_csrf_cookie), "");
  EXPECT_EQ(cookie(request, k_refresh_cookie), "");
  EXPECT_EQ(cookie(Request(), k_access_cookie), "");
}

TEST(Cookies, AreForTlsAloneWhereWeSpeakIt) {
  Response plain;
  set_cookies(plain, {"a", "r", "c", std::chrono::seconds(900), std::chrono::seconds(1000)}, false);
  ASSERT_EQ(plain.headers.size(), 3U);
  EXPECT_EQ(plain.headers[0].value, "alforis_access=a; Path=/api/v1; Max-Age=900; SameSite=Strict; HttpOnly");
  EXPECT_EQ(plain.headers[2].value, "alforis_csrf=c; Path=/; Max-Age=1000; SameSite=Strict");
  Response secure;
  clear_cookies(secure, true);
  EXPECT_EQ(secure.headers[1].value,
            "alforis_refresh=; Path=/api/v1/auth; Max-Age=0; SameSite=Strict; HttpOnly; Secure");
}

TEST(Csrf, OnlyTheSessionsOwnTokenChangesAnything) {
  Request request;
  request.set_method(Method::get);
  EXPECT_TRUE(csrf_allowed(key(), request, id("s")));
  request.set_method(Method::delete_);
  EXPECT_FALSE(csrf_allowed(key(), request, id("s")));
  const std::string token = csrf_token(key(), id("s"));
  request.add_header("x-csrf-token", token);
  EXPECT_TRUE(csrf_allowed(key(), request, id("s")));
  EXPECT_FALSE(csrf_allowed(key(), request, id("other")));
}

// ---- revoked sessions
// -----------------------------------------------------------------------------------------

TEST(RevokedSessions, AreForgottenWhenTheirTokensHaveExpired) {
  RevokedSessions revoked(std::chrono::seconds(900));
  const auto add = [&revoked](const Uuid& session, std::int64_t now) { revoked.add(std::span(&session, 1), now); };
  add(id("a"), 1000);
  EXPECT_TRUE(revoked.contains(id("a")));
  EXPECT_FALSE(revoked.contains(id("b")));
  add(id("b"), 2200);
  EXPECT_TRUE(revoked.contains(id("a"))) << "not before the margin for other servers' clocks is over";
  add(id("c"), 2201);
  EXPECT_FALSE(revoked.contains(id("a")));
  EXPECT_TRUE(revoked.contains(id("b")));
}

// ---- guessing
// -------------------------------------------------------------------------------------------------

class LoginThrottleTest : public ::testing::Test {
 protected:
  unsigned attempt(std::string_view account, std::string_view address = "10.0.0.1") {
    return throttle_.begin(account, address, now_);
  }
  /// Fails that often, waiting as long as asked; how long in all.
  unsigned guess(int times) {
    unsigned waited = 0;
    while (times > 0) {
      const unsigned wait = attempt("a");
      waited += wait;
      now_ += std::chrono::seconds(wait);
      if (wait == 0) --times;
    }
    return waited;
  }

  LoginThrottle throttle_{{3, std::chrono::minutes(10)}, {7, std::chrono::minutes(10)}, {5, std::chrono::minutes(1)}};
  LoginThrottle::Time now_{std::chrono::hours(1)};
};

TEST_F(LoginThrottleTest, EachFailureBeyondTheFreeOnesDoublesThePause) {
  EXPECT_EQ(guess(3), 0U);
  EXPECT_EQ(attempt("a"), 1U);
  now_ += std::chrono::milliseconds(500);
  EXPECT_EQ(attempt("a"), 1U);
  now_ += std::chrono::milliseconds(500);
  EXPECT_EQ(attempt("a"), 0U);
  EXPECT_EQ(attempt("a"), 2U);
}

TEST_F(LoginThrottleTest, NeverWaitsLongerThanAQuarterOfAnHour) {
  for (int i = 0; i < 40; ++i) {
    EXPECT_LE(attempt("a", std::to_string(i)), 900U);
    now_ += std::chrono::seconds(900);
  }
}

TEST_F(LoginThrottleTest, GuessesAtTheSameTimeCountToo) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(attempt("a"), 0U);
  EXPECT_GT(attempt("a"), 0U) << "none of the three had its answer yet";
}

TEST_F(LoginThrottleTest, ARightPasswordForgetsTheAccountsFailures) {
  guess(3);
  throttle_.succeeded("a", "10.0.0.1");
  EXPECT_EQ(attempt("a", "10.0.0.2"), 0U);
}

TEST_F(LoginThrottleTest, ManyAccountsFromOneAddressAreSlowedAsWell) {
  for (const auto* account : {"a", "b", "c", "d", "e"}) EXPECT_EQ(attempt(account), 0U);
  EXPECT_EQ(attempt("f"), 1U);
  EXPECT_EQ(attempt("f", "10.0.0.2"), 0U);
}

TEST_F(LoginThrottleTest, WhoGuessesLocksNobodyElseOut) {
  guess(3);
  EXPECT_GT(attempt("a"), 0U);
  EXPECT_EQ(attempt("a", "10.0.0.2"), 0U) << "whose account it is comes from elsewhere";
}

TEST_F(LoginThrottleTest, GuessesFromManyAddressesAreSlowedAsWell) {
  for (int i = 0; i < 7; ++i) EXPECT_EQ(attempt("a", std::to_string(i)), 0U);
  EXPECT_EQ(attempt("a", "another"), 1U);
  EXPECT_EQ(attempt("b", "another"), 0U);
}

TEST_F(LoginThrottleTest, WhatCouldNotBeTriedCountsForNothing) {
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(attempt("a"), 0U);
    throttle_.not_tried("a", "10.0.0.1");
  }
}

TEST_F(LoginThrottleTest, TimeForgives) {
  guess(4);
  EXPECT_GT(attempt("a"), 0U);
  now_ += std::chrono::minutes(20);
  EXPECT_EQ(attempt("a"), 0U);
}

}  // namespace
}  // namespace alforis::api
