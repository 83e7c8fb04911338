// Deciders of sessions: one refresh token after another, and the ways in which a session ends.
#include "commands/session.hpp"

#include <gmock/gmock.h>

#include "commands/schedule.hpp"
#include "given.hpp"

namespace alforis::commands::testing {
namespace {

using domain::Instant;
using domain::Session;
using domain::SessionEnd;
using ::testing::HasSubstr;
using ::testing::StartsWith;

Instant at(std::string_view text) { return Instant::parse(text).value(); }

OpenSession open_session(std::string_view name, std::string_view user, std::string_view hash = "h1") {
  OpenSession command;
  command.id = id(name);
  command.data.user_id = id(user);
  command.data.expires_at = at("2025-07-15T12:00:00Z");
  command.data.token_hash = hash;
  return command;
}

RefreshSession refresh(std::string_view name, std::string_view hash, std::string_view next,
                       std::string_view until = "2025-07-20T12:00:00Z") {
  RefreshSession command{id(name), std::string(hash), {}};
  command.next.expires_at = at(until);
  command.next.token_hash = next;
  return command;
}

RevokeSession revoke(std::string_view name, std::optional<SessionEnd> reason = {}) { return {id(name), reason}; }

/// sam has one-time codes: the last one used is of step 100, and one recovery code is left.
void give_codes(Firm& firm) {
  firm.given("sam", EnrolTotp{id("sam"), "sealed"});
  firm.given("sam", ConfirmTotp{id("sam"), {"sealed", 100, {"r1"}}});
}

TEST(OpenSession, IsItsUsersOwnDoing) {
  const Firm firm;
  EXPECT_EQ(firm.when("sam", open_session("s1", "sam")),
            R"(session.created.v1 s1 {"user_id":"sam","client":"app","expires_at":"2025-07-15T12:00:00.000000Z",)"
            R"("token_hash":"h1"})");
  EXPECT_EQ(firm.when("ada", open_session("s1", "sam")), "forbidden forbidden");
}

TEST(OpenSession, NeedsACodeOfWhoHasThemAndTakesEachOnce) {
  Firm firm;
  give_codes(firm);
  EXPECT_EQ(firm.when("sam", open_session("s1", "sam")), "conflict totp_required");
  OpenSession with_code = open_session("s1", "sam");
  with_code.totp_step = 100;
  EXPECT_EQ(firm.when("sam", with_code), "conflict invalid_totp") << "the code that confirmed it is used up";
  with_code.totp_step = 101;
  EXPECT_THAT(firm.when("sam", with_code), HasSubstr("\nuser.totp_used.v1 sam {\"step\":101}"));
  firm.given("sam", with_code);
  with_code.id = id("s2");
  EXPECT_EQ(firm.when("sam", with_code), "conflict invalid_totp") << "a code seen over the shoulder opens nothing";
}

TEST(OpenSession, IsRefusedWhenThePasswordWasChangedMeanwhile) {
  Firm firm;
  OpenSession login = open_session("s1", "sam");
  login.checked_version = firm.state<domain::User>("sam").version;
  firm.given("sam", set_password("sam", "h2"));
  EXPECT_EQ(firm.when("sam", login), "forbidden forbidden");
  login.checked_version = firm.state<domain::User>("sam").version;
  EXPECT_THAT(firm.when("sam", login), StartsWith("session.created.v1"));
}

TEST(OpenSession, TakesARecoveryCodeOnce) {
  Firm firm;
  give_codes(firm);
  OpenSession recovering = open_session("s1", "sam");
  recovering.recovery_hash = "r2";
  EXPECT_EQ(firm.when("sam", recovering), "conflict invalid_totp");
  recovering.recovery_hash = "r1";
  EXPECT_THAT(firm.when("sam", recovering), HasSubstr("\nuser.recovery_code_used.v1 sam {\"hash\":\"r1\"}"));
  firm.given("sam", recovering);
  recovering.id = id("s2");
  EXPECT_EQ(firm.when("sam", recovering), "conflict invalid_totp");
}

TEST(OpenSession, OfTooManyTheOldestMakesWay) {
  Firm firm;
  const auto numbered = [](std::size_t number) {
    OpenSession command = open_session("s", "sam");
    std::array<std::uint8_t, 16> bytes{};
    bytes[14] = static_cast<std::uint8_t>(number >> 8U);
    bytes[15] = static_cast<std::uint8_t>(number);
    command.id = domain::Uuid(bytes);
    return command;
  };
  for (std::size_t number = 1; number <= k_most_sessions; ++number) firm.given("sam", numbered(number));
  const std::string one_more = firm.when("sam", numbered(k_most_sessions + 1));
  EXPECT_THAT(one_more, HasSubstr("\nsession.revoked.v1 00000000-0000-0000-0000-000000000001 "
                                  "{\"reason\":\"superseded\"}"));
  EXPECT_EQ(std::count(one_more.begin(), one_more.end(), '\n'), 1);
}

TEST(RefreshSession, ReplacesTheTokenAndPutsOffTheEnd) {
  Firm firm;
  firm.given("sam", open_session("s1", "sam"));
  EXPECT_EQ(firm.when("sam", refresh("s1", "h1", "h2")),
            R"(session.refreshed.v1 s1 {"expires_at":"2025-07-20T12:00:00.000000Z","token_hash":"h2"})");
  EXPECT_THAT(firm.when("sam", refresh("s1", "h1", "h2", "2026-07-20T12:00:00Z")), HasSubstr("2025-09-13T12:00:00"))
      << "ninety days after it began it ends whatever happens";
  firm.given("sam", refresh("s1", "h1", "h2"));
  EXPECT_THAT(firm.when("sam", refresh("s1", "h2", "h3")), StartsWith("session.refreshed.v1 s1"));
}

TEST(RefreshSession, ATokenThatWasUsedBeforeEndsTheSession) {
  Firm firm;
  firm.given("sam", open_session("s1", "sam"));
  firm.given("sam", refresh("s1", "h1", "h2"));
  firm.given("sam", refresh("s1", "h2", "h3"));
  for (const auto* old : {"h1", "h2"}) {
    EXPECT_EQ(firm.when("sam", refresh("s1", old, "h4")), R"(session.revoked.v1 s1 {"reason":"reuse"})") << old;
  }
  firm.given("sam", refresh("s1", "h1", "h4"));
  EXPECT_EQ(firm.when("sam", refresh("s1", "h3", "h4")), "conflict session_revoked") << "the newest one is void too";
}

TEST(RefreshSession, IsForASessionOfTheUserThatIsNotOver) {
  Firm firm;
  firm.given("sam", open_session("s1", "sam"));
  OpenSession short_one = open_session("s2", "sam");
  short_one.data.expires_at = at("2025-06-15T12:00:00Z");
  firm.given("sam", short_one);
  EXPECT_EQ(firm.when("sue", refresh("s1", "h1", "h2")), "not_found not_found");
  EXPECT_EQ(firm.when("sam", refresh("nowhere", "h1", "h2")), "not_found not_found");
  EXPECT_EQ(firm.when("sam", refresh("s2", "h1", "h2")), "conflict session_revoked");
}

TEST(RevokeSession, IsForItsUserAndAdministratorsAndHappensOnce) {
  Firm firm;
  firm.given("sam", open_session("s1", "sam"));
  EXPECT_EQ(firm.when("sam", revoke("s1")), R"(session.revoked.v1 s1 {"reason":"by_user"})");
  EXPECT_EQ(firm.when("sam", revoke("s1", SessionEnd::logout)), R"(session.revoked.v1 s1 {"reason":"logout"})");
  EXPECT_EQ(firm.when("ada", revoke("s1")), R"(session.revoked.v1 s1 {"reason":"by_admin"})");
  for (const auto* other : {"sue", "mona"}) {
    EXPECT_EQ(firm.when(other, revoke("s1")), "not_found not_found") << other;
  }
  firm.given("sam", revoke("s1"));
  EXPECT_EQ(firm.when("sam", revoke("s1")), k_nothing);
}

TEST(Sessions, EndWithTheirUserAndWithTheirPassword) {
  Firm firm;
  firm.given("sam", open_session("s1", "sam")).given("sam", open_session("s2", "sam"));
  const std::string deactivated = firm.when("ada", update_user("sam", R"({"active":false})"));
  for (const auto* session : {"s1", "s2"}) {
    EXPECT_THAT(deactivated, HasSubstr("session.revoked.v1 " + std::string(session) + " {\"reason\":\"deactivated\"}"));
  }
  SetPassword own = set_password("sam", "new");
  own.keep_session = id("s1");
  EXPECT_EQ(firm.when("sam", own),
            "user.password_set.v1 sam {\"hash\":\"new\"}\n"
            "session.revoked.v1 s2 {\"reason\":\"password_changed\"}");
  EXPECT_THAT(firm.when("ada", set_password("sam", "new")), HasSubstr("session.revoked.v1 s1"));
  EXPECT_EQ(firm.when("ada", update_user("sam", R"({"role":"manager"})")), R"(user.updated.v1 sam {"role":"manager"})");
}

TEST(Sessions, ThatNobodyRefreshedEndTheDayAfter) {
  Firm firm;
  firm.given("sam", open_session("s1", "sam"));
  EXPECT_TRUE(due_commands(firm.view(), date("2025-07-15"), 10).empty());
  const auto due = due_commands(firm.view(), date("2025-07-16"), 10);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due.front().policy, "session_expiry");
  EXPECT_EQ(firm.when("ada", due.front().command), R"(session.revoked.v1 s1 {"reason":"expired"})");
  firm.given("sam", revoke("s1"));
  EXPECT_TRUE(due_commands(firm.view(), date("2025-07-16"), 10).empty());
}

TEST(Sessions, AreShownWithoutTheirTokens) {
  Firm firm;
  firm.given("sam", open_session("s1", "sam"));
  const std::string shown = firm.view().document(domain::EntityKind::session, id("s1"), 1);
  EXPECT_THAT(shown, HasSubstr("\"client\":\"app\""));
  EXPECT_THAT(shown, ::testing::Not(HasSubstr("h1")));
  EXPECT_EQ(firm.state<Session>("s1").token_hash, "h1") << "the writer compares with it";
}

}  // namespace
}  // namespace alforis::commands::testing
