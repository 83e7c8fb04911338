// Deciders of users and teams: administrators' work, but for what people set for themselves.
#include <gmock/gmock.h>

#include "given.hpp"

namespace alforis::commands::testing {
namespace {

using domain::User;
using ::testing::StartsWith;

// ---- teams
// -----------------------------------------------------------------------------------------------------------

TEST(CreateTeam, IsForAdministratorsAndHasANameOfItsOwn) {
  const Firm firm;
  EXPECT_EQ(firm.when("ada", create_team("nord", R"({"name":"Nord"})")),
            R"(team.created.v1 nord {"name":"Nord","active":true})");
  EXPECT_EQ(firm.when("ada", create_team("nord", R"({"name":"  PÂRIS "})")),
            "conflict not_unique not_unique@/name other: paris");
  EXPECT_EQ(firm.when("ada", create_team("paris", R"({"name":"Nord"})")), "conflict already_exists other: paris");
  for (const auto* actor : {"mona", "sam", "vic"}) {
    EXPECT_EQ(firm.when(actor, create_team("nord", R"({"name":"Nord"})")), "forbidden forbidden") << actor;
  }
}

TEST(UpdateTeam, KeepsOnlyWhatChangesAndItsNameItsOwn) {
  Firm firm;
  EXPECT_EQ(firm.when("ada", update_team("paris", R"({"name":"PARIS","active":true})")),
            R"(team.updated.v1 paris {"name":"PARIS"})");
  EXPECT_EQ(firm.when("ada", update_team("paris", R"({"name":"lyon"})")),
            "conflict not_unique not_unique@/name other: lyon");
  EXPECT_EQ(firm.when("ada", update_team("paris", R"({"name":"Paris"})")), k_nothing);
  EXPECT_EQ(firm.when("ada", update_team("paris", R"({"name":"P"})", 3)), "precondition_failed version_mismatch");
  firm.given("ada", update_team("paris", R"({"name":"Île-de-France"})"));
  EXPECT_THAT(firm.when("ada", create_team("new", R"({"name":"Paris"})")), StartsWith("team.created.v1 new"))
      << "a name that was given up is free";
}

TEST(UpdateTeam, IsForbiddenToItsMembersAndNothingToOthers) {
  const Firm firm;
  const auto command = update_team("paris", R"({"description":"d"})");
  for (const auto* actor : {"mona", "sam"}) EXPECT_EQ(firm.when(actor, command), "forbidden forbidden") << actor;
  for (const auto* actor : {"leo", "lia", "nina"}) EXPECT_EQ(firm.when(actor, command), "not_found not_found") << actor;
  EXPECT_EQ(firm.when("ada", update_team("nowhere", "{}")), "not_found not_found");
}

// ---- users
// -----------------------------------------------------------------------------------------------------------

TEST(CreateUser, HappensWithTheDefaultsOfTheDomainAndAPassword) {
  EXPECT_EQ(Firm().when("ada", create_user("new", R"({"email":" New@Firm.example "})", "$argon2id$x")),
            "user.created.v1 new {\"email\":\"new@firm.example\",\"role\":\"sales\",\"active\":true,\"locale\":\"fr\","
            "\"theme\":\"system\"}\n"
            R"(user.password_set.v1 new {"hash":"$argon2id$x"})");
}

TEST(CreateUser, IsForAdministratorsWithAnAddressOfItsOwnAndALiveTeam) {
  Firm firm;
  firm.given("ada", update_team("lyon", R"({"active":false})"));
  EXPECT_EQ(firm.when("mona", create_user("new", R"({"email":"n@firm.example"})")), "forbidden forbidden");
  EXPECT_EQ(firm.when("ada", create_user("sam", R"({"email":"n@firm.example"})")),
            "conflict already_exists other: sam");
  EXPECT_EQ(firm.when("ada", create_user("new", R"({"email":"IVAN@firm.example"})")),
            "conflict not_unique not_unique@/email other: ivan");
  for (const auto* team : {"@lyon", "@nowhere"}) {
    const std::string json = R"({"email":"n@firm.example","team_id":")" + std::string(team) + "\"}";
    EXPECT_EQ(firm.when("ada", create_user("new", json)), "invalid invalid_input unknown_reference@/team_id") << team;
  }
}

TEST(CreateUser, NobodyIsTheSystem) {
  CreateUser command = create_user("new", R"({"email":"new@firm.example"})");
  command.id = domain::system_actor();
  EXPECT_EQ(Firm().when("ada", command), "invalid invalid_input reserved_id@/id");
}

TEST(UpdateUser, TakesTimeZonesThatExist) {
  Firm firm;
  for (const auto* zone : {"Europe/Paris", "America/Argentina/Buenos_Aires", "Asia/Calcutta", "UTC"}) {
    const std::string patch = R"({"time_zone":")" + std::string(zone) + "\"}";
    EXPECT_THAT(firm.when("vic", update_user("vic", patch)), StartsWith("user.updated.v1 vic")) << zone;
  }
  for (const auto* zone : {"Europe/Atlantis", "GMT+3:15", "europe/paris", "Paris", "Été"}) {
    const std::string patch = R"({"time_zone":")" + std::string(zone) + "\"}";
    EXPECT_EQ(firm.when("vic", update_user("vic", patch)), "invalid invalid_input unknown_time_zone@/time_zone")
        << zone;
  }
  EXPECT_EQ(firm.when("ada", create_user("new", R"({"email":"new@firm.example","time_zone":"Nowhere"})")),
            "invalid invalid_input unknown_time_zone@/time_zone");
}

TEST(UpdateUser, IsTheAdministratorsButForOnesOwnSettings) {
  const Firm firm;
  EXPECT_EQ(firm.when("ada", update_user("sam", R"({"role":"manager","locale":"fr"})")),
            R"(user.updated.v1 sam {"role":"manager"})");
  EXPECT_EQ(
      firm.when("vic", update_user("vic", R"({"theme":"dark","locale":"en","full_name":"Vic","time_zone":"UTC"})")),
      R"(user.updated.v1 vic {"full_name":"Vic","locale":"en","time_zone":"UTC","theme":"dark"})");
  for (const auto* json : {R"({"role":"admin"})", R"({"email":"x@firm.example"})", R"({"team_id":"@lyon"})",
                           R"({"team_id":null})", R"({"active":true,"theme":"dark"})"}) {
    EXPECT_EQ(firm.when("sam", update_user("sam", json)), "forbidden forbidden") << json;
  }
}

TEST(UpdateUser, PeopleChooseTheirOwnNotifications) {
  Firm firm;
  const auto choose = [](std::string_view list) {
    return update_user("vic", R"({"notification_preferences":)" + std::string(list) + '}');
  };
  const auto mine = choose(R"([{"type":"task_due","email":"daily"},{"type":"mention","in_app":false}])");
  EXPECT_EQ(firm.when("vic", mine), R"(user.updated.v1 vic {"notification_preferences":[)"
                                    R"({"type":"task_due","in_app":true,"email":"daily"},)"
                                    R"({"type":"mention","in_app":false,"email":"none"}]})");
  EXPECT_EQ(firm.when("mona", mine), "forbidden forbidden");
  firm.given("vic", mine);
  EXPECT_EQ(firm.when("ada", mine), k_nothing);
  EXPECT_EQ(firm.when("vic", choose("null")), R"(user.updated.v1 vic {"notification_preferences":null})");
}

TEST(UpdateUser, HasOnePreferenceForEachTypeAtMost) {
  const Firm firm;
  const std::string twice =
      R"("notification_preferences":[{"type":"system"},{"type":"mention"},{"type":"system","in_app":false}]})";
  const auto* refused = "invalid invalid_input duplicate_element@/notification_preferences/2/type";
  EXPECT_EQ(firm.when("vic", update_user("vic", '{' + twice)), refused);
  EXPECT_EQ(firm.when("ada", create_user("new", R"({"email":"new@firm.example",)" + twice)), refused);
}

TEST(UpdateUser, OthersAreForbiddenWithinTheTeamAndUnknownBeyond) {
  const Firm firm;
  const std::vector<Command> commands{update_user("sam", R"({"theme":"dark"})"), set_password("sam", "h")};
  for (const auto& command : commands) {
    for (const auto* actor : {"mona", "sue"}) EXPECT_EQ(firm.when(actor, command), "forbidden forbidden") << actor;
    for (const auto* actor : {"leo", "lia", "nina", "vic"}) {
      EXPECT_EQ(firm.when(actor, command), "not_found not_found") << actor;
    }
  }
  EXPECT_EQ(firm.when("ada", update_user("nobody", "{}")), "not_found not_found");
  EXPECT_EQ(firm.when("ada", set_password("nobody", "h")), "not_found not_found");
}

TEST(UpdateUser, ChecksAddressTeamAndVersion) {
  Firm firm;
  EXPECT_EQ(firm.when("ada", update_user("sam", R"({"email":"sue@firm.example"})")),
            "conflict not_unique not_unique@/email other: sue");
  EXPECT_EQ(firm.when("ada", update_user("sam", R"({"email":"SAM@firm.example"})")), k_nothing);
  EXPECT_EQ(firm.when("ada", update_user("sam", R"({"team_id":"@nowhere"})")),
            "invalid invalid_input unknown_reference@/team_id");
  EXPECT_EQ(firm.when("ada", update_user("sam", R"({"theme":"dark"})", 2)), "precondition_failed version_mismatch");
  firm.given("ada", update_team("paris", R"({"active":false})"));
  EXPECT_EQ(firm.when("ada", update_user("sam", R"({"team_id":"@paris","theme":"dark"})")),
            R"(user.updated.v1 sam {"theme":"dark"})")
      << "the team that one is in may stay";
  firm.given("ada", update_user("sam", R"({"email":"sam2@firm.example"})"));
  EXPECT_THAT(firm.when("ada", create_user("new", R"({"email":"sam@firm.example"})")), StartsWith("user.created.v1"))
      << "an address that was given up is free";
}

TEST(LastAdministrator, StaysAnActiveOne) {
  Firm firm;
  for (const auto* json : {R"({"role":"sales"})", R"({"active":false})"}) {
    EXPECT_EQ(firm.when("ada", update_user("ada", json)), "conflict last_admin") << json;
  }
  EXPECT_THAT(firm.when("ada", update_user("ada", R"({"theme":"dark"})")), StartsWith("user.updated.v1"));
  firm.given("ada", update_user("mona", R"({"role":"admin"})"));
  EXPECT_THAT(firm.when("ada", update_user("ada", R"({"role":"sales"})")), StartsWith("user.updated.v1"));
  firm.given("ada", update_user("mona", R"({"active":false})"));
  EXPECT_EQ(firm.when("ada", update_user("ada", R"({"active":false})")), "conflict last_admin")
      << "an inactive administrator is none";
}

TEST(SetPassword, IsForOneselfAndForAdministrators) {
  Firm firm;
  EXPECT_EQ(firm.when("sam", set_password("sam", "$h")), R"(user.password_set.v1 sam {"hash":"$h"})");
  EXPECT_EQ(firm.when("ada", set_password("sam", "$h")), R"(user.password_set.v1 sam {"hash":"$h"})");
  firm.given("ada", set_password("sam", "$h"));
  EXPECT_EQ(firm.state<User>("sam").version, 2);
}

// ---- links, and hashes
// ----------------------------------------------------------------------------------------------

InviteUser invite(std::string_view name, std::string_view until = "2025-06-22T12:00:00Z") {
  return {id(name), {"h1", domain::Instant::parse(until).value()}};
}

AcceptLink accept(std::string_view name, std::string_view token_hash) {
  return {id(name), std::string(token_hash), "p"};
}

TEST(InviteUser, IsForAdministratorsAndActiveUsers) {
  const Firm firm;
  EXPECT_EQ(firm.when("ada", invite("sam")),
            R"(user.invited.v1 sam {"token_hash":"h1","expires_at":"2025-06-22T12:00:00.000000Z"})");
  EXPECT_EQ(firm.when("ada", invite("ivan")), "conflict user_inactive");
  EXPECT_EQ(firm.when("mona", invite("sam")), "forbidden forbidden");
  EXPECT_EQ(firm.when("leo", invite("sam")), "not_found not_found");
}

TEST(AcceptLink, WorksOnceForItsUserUntilItIsTooOldOrReplaced) {
  Firm firm;
  firm.given("ada", invite("sam"));
  EXPECT_EQ(firm.when("sam", accept("sam", "h1")), R"(user.password_set.v1 sam {"hash":"p"})");
  EXPECT_EQ(firm.when("sam", accept("sam", "h2")), "conflict invalid_link");
  EXPECT_EQ(firm.when("sue", accept("sam", "h1")), "not_found not_found");
  firm.given("sam", accept("sam", "h1"));
  EXPECT_EQ(firm.when("sam", accept("sam", "h1")), "conflict invalid_link");
  firm.given("ada", invite("sam", "2025-06-15T12:00:00Z"));
  EXPECT_EQ(firm.when("sam", accept("sam", "h1")), "conflict invalid_link") << "it ended this very moment";
  firm.given("ada", invite("sam"));
  firm.given("ada", RequestPasswordReset{id("sam"), {"h3", domain::Instant::parse("2025-06-15T13:00:00Z").value()}});
  EXPECT_EQ(firm.when("sam", accept("sam", "h1")), "conflict invalid_link");
  firm.given("sam", set_password("sam", "q"));
  EXPECT_EQ(firm.when("sam", accept("sam", "h3")), "conflict invalid_link") << "a password was chosen meanwhile";
}

TEST(RehashPassword, LeavesAPasswordAloneThatWasChangedMeanwhile) {
  Firm firm;
  const auto version = firm.state<User>("sam").version;
  EXPECT_EQ(firm.when("sam", RehashPassword{id("sam"), version, "p2"}),
            R"(user.password_rehashed.v1 sam {"hash":"p2"})");
  EXPECT_EQ(firm.when("sue", RehashPassword{id("sam"), version, "p2"}), "forbidden forbidden");
  firm.given("sam", set_password("sam", "other"));
  EXPECT_EQ(firm.when("sam", RehashPassword{id("sam"), version, "p2"}), k_nothing);
}

// ---- one-time codes
// -----------------------------------------------------------------------------------------------

TEST(Totp, CountsOnceItsSecretIsConfirmed) {
  Firm firm;
  const ConfirmTotp confirm{id("sam"), {"sealed", 7, {"r1", "r2"}}};
  EXPECT_EQ(firm.when("sam", confirm), "conflict totp_not_enrolled");
  firm.given("sam", EnrolTotp{id("sam"), "older"}).given("sam", EnrolTotp{id("sam"), "sealed"});
  EXPECT_FALSE(firm.state<User>("sam").two_factor);
  EXPECT_EQ(firm.when("sam", ConfirmTotp{id("sam"), {"older", 7, {}}}), "conflict totp_not_enrolled");
  EXPECT_EQ(firm.when("sam", confirm),
            R"(user.totp_confirmed.v1 sam {"sealed_secret":"sealed","step":7,"recovery_hashes":["r1","r2"]})");
  firm.given("sam", confirm);
  EXPECT_TRUE(firm.state<User>("sam").two_factor);
  EXPECT_EQ(firm.when("sam", confirm), "conflict totp_enabled");
  EXPECT_EQ(firm.when("sam", EnrolTotp{id("sam"), "other"}), "conflict totp_enabled");
}

TEST(DisableTotp, IsForTheUserAndAdministrators) {
  Firm firm;
  EXPECT_EQ(firm.when("sam", DisableTotp{id("sam")}), k_nothing);
  firm.given("sam", EnrolTotp{id("sam"), "sealed"}).given("sam", ConfirmTotp{id("sam"), {"sealed", 7, {"r1"}}});
  for (const auto* actor : {"sam", "ada"}) {
    EXPECT_EQ(firm.when(actor, DisableTotp{id("sam")}), "user.totp_disabled.v1 sam {}") << actor;
  }
  EXPECT_EQ(firm.when("mona", DisableTotp{id("sam")}), "forbidden forbidden");
  firm.given("ada", DisableTotp{id("sam")});
  EXPECT_FALSE(firm.state<User>("sam").two_factor);
}

TEST(Users, AreShownWithoutTheirSecrets) {
  Firm firm;
  firm.given("ada", invite("sam"));
  const auto version = firm.state<User>("sam").version;
  EXPECT_EQ(firm.view().document(domain::EntityKind::user, id("sam"), version).find("secrets"), std::string::npos);
}

}  // namespace
}  // namespace alforis::commands::testing
