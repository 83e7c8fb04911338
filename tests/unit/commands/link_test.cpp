// Deciders of links: one live link per pair, at most one primary per organisation, rights of the organisation.
#include <gmock/gmock.h>

#include "given.hpp"

namespace alforis::commands::testing {
namespace {

using domain::Link;
using ::testing::StartsWith;

Firm firm_with_ends() {
  Firm firm;
  firm.given("sam", create_organisation("acme", R"({"name":"Acme","country":"BE"})"));
  firm.given("sam", create_organisation("second", R"({"name":"Second"})"));
  firm.given("lia", create_organisation("theirs", R"({"name":"Theirs"})"));
  for (const auto* name : {"ann", "bob", "cyd"}) firm.given("sam", create_person(name, R"({"last_name":"P"})"));
  return firm;
}

std::optional<Uuid> primary_of(const Firm& firm, std::string_view organisation) {
  return firm.view().holder(index::primary_link(id(organisation)));
}

// ---- creating
// --------------------------------------------------------------------------------------------------------

TEST(CreateLink, HappensWithTheDefaultsOfTheDomain) {
  EXPECT_EQ(firm_with_ends().when("sam", create_link("l", "ann", "acme")),
            R"(link.created.v1 l {"person_id":"ann","organisation_id":"acme","role":"contact_secondaire",)"
            R"("is_primary":false})");
}

TEST(CreateLink, IsOnePerPairWhileItLives) {
  Firm firm = firm_with_ends();
  firm.given("sam", create_link("l", "ann", "acme"));
  EXPECT_EQ(firm.when("sam", create_link("m", "ann", "acme")), "conflict already_linked other: l");
  EXPECT_EQ(firm.when("sam", create_link("l", "bob", "acme")), "conflict already_exists other: l");
  firm.given("sam", end_link("l"));
  EXPECT_THAT(firm.when("sam", create_link("m", "ann", "acme")), StartsWith("link.created.v1 m"));
  EXPECT_EQ(firm.when("sam", create_link("l", "ann", "acme")), "conflict already_exists other: l")
      << "history keeps its id";
}

TEST(CreateLink, NeedsBothEndsAliveAndVisible) {
  Firm firm = firm_with_ends();
  EXPECT_EQ(firm.when("sam", create_link("l", "nobody", "nothing")),
            "invalid invalid_input unknown_reference@/person_id unknown_reference@/organisation_id");
  EXPECT_EQ(firm.when("sam", create_link("l", "ann", "theirs")),
            "invalid invalid_input unknown_reference@/organisation_id");
  firm.given("lia", create_person("hers", R"({"last_name":"H"})"));
  firm.given("lia", create_link("h", "hers", "theirs"));
  EXPECT_EQ(firm.when("sam", create_link("l", "hers", "acme")), "invalid invalid_input unknown_reference@/person_id");
  firm.given("ada", ErasePerson{id("bob"), {}, reason("Demande")});
  EXPECT_EQ(firm.when("sam", create_link("l", "bob", "acme")), "conflict erased");
  firm.given("ada", delete_person("ann"));
  EXPECT_EQ(firm.when("sam", create_link("l", "ann", "acme")), "invalid invalid_input unknown_reference@/person_id");
  firm.given("ada", delete_organisation("acme"));
  EXPECT_EQ(firm.when("ada", create_link("l", "bob", "acme")),
            "invalid invalid_input unknown_reference@/organisation_id");
}

TEST(CreateLink, IsForWhoMayChangeTheOrganisation) {
  const Firm firm = firm_with_ends();
  const auto command = create_link("l", "ann", "acme");
  for (const auto* actor : {"ada", "mona", "sam"}) {
    EXPECT_THAT(firm.when(actor, command), StartsWith("link.created.v1")) << actor;
  }
  EXPECT_EQ(firm.when("sue", command), "forbidden forbidden");
  EXPECT_EQ(firm.when("vic", command), "forbidden forbidden");
  EXPECT_EQ(firm.when("lia", command), "invalid invalid_input unknown_reference@/organisation_id");
}

TEST(CreateLink, EndsAfterItBegins) {
  const Firm firm = firm_with_ends();
  EXPECT_EQ(firm.when("sam", create_link("l", "ann", "acme", R"("since":"2025-01-02","until":"2025-01-01")")),
            "invalid invalid_input dates_reversed@/until");
  EXPECT_THAT(firm.when("sam", create_link("l", "ann", "acme", R"("since":"2025-01-01","until":"2025-01-01")")),
              StartsWith("link.created.v1"));
}

TEST(CreateLink, PhoneIsReadAsDialledInTheOrganisationsCountry) {
  Firm firm = firm_with_ends();
  firm.given("sam", create_link("l", "ann", "acme", R"("work_phone":"02 555 12 12")"));
  EXPECT_EQ(firm.state<Link>("l").work_phone->text(), "+3225551212");
  EXPECT_EQ(firm.when("sam", update_link("l", R"({"work_phone":"0470 12 34 56"})")),
            R"(link.updated.v1 l {"work_phone":"+32470123456"})");
  EXPECT_EQ(firm.when("sam", update_link("l", R"({"work_phone":"02 555 12 12"})")), k_nothing);
  EXPECT_EQ(firm.when("sam", update_link("l", R"({"work_phone":"+999 1"})")),
            "invalid invalid_input invalid_phone@/work_phone");
}

// ---- the primary link
// ------------------------------------------------------------------------------------------------

TEST(PrimaryLink, ANewOneDemotesTheOldOneInTheSameCommit) {
  Firm firm = firm_with_ends();
  firm.given("sam", create_link("a", "ann", "acme", R"("is_primary":true)"));
  EXPECT_EQ(primary_of(firm, "acme"), id("a"));
  const auto shown = firm.when("sam", create_link("b", "bob", "acme", R"("is_primary":true)"));
  EXPECT_THAT(shown, StartsWith("link.created.v1 b "));
  EXPECT_TRUE(shown.ends_with("\nlink.updated.v1 a {\"is_primary\":false}")) << shown;
  firm.given("sam", create_link("b", "bob", "acme", R"("is_primary":true)"));
  EXPECT_EQ(primary_of(firm, "acme"), id("b"));
  EXPECT_FALSE(firm.state<Link>("a").is_primary);
}

TEST(PrimaryLink, PromotingOneDemotesTheOther) {
  Firm firm = firm_with_ends();
  firm.given("sam", create_link("a", "ann", "acme", R"("is_primary":true)"));
  firm.given("sam", create_link("b", "bob", "acme"));
  EXPECT_EQ(firm.when("sam", update_link("b", R"({"is_primary":true})")),
            "link.updated.v1 b {\"is_primary\":true}\nlink.updated.v1 a {\"is_primary\":false}");
  EXPECT_EQ(firm.when("sam", update_link("a", R"({"is_primary":true})")), k_nothing);
  firm.given("sam", update_link("b", R"({"is_primary":true})"));
  EXPECT_EQ(primary_of(firm, "acme"), id("b"));
  firm.given("sam", update_link("a", R"({"is_primary":true})"));
  EXPECT_EQ(primary_of(firm, "acme"), id("a"));
  EXPECT_FALSE(firm.state<Link>("b").is_primary);
}

TEST(PrimaryLink, OfAnotherOrganisationIsNotTouched) {
  Firm firm = firm_with_ends();
  firm.given("sam", create_link("a", "ann", "acme", R"("is_primary":true)"));
  firm.given("sam", create_link("b", "ann", "second", R"("is_primary":true)"));
  EXPECT_EQ(primary_of(firm, "acme"), id("a"));
  EXPECT_EQ(primary_of(firm, "second"), id("b"));
}

TEST(PrimaryLink, IsNobodyOnceItEndsOrStepsDown) {
  Firm firm = firm_with_ends();
  firm.given("sam", create_link("a", "ann", "acme", R"("is_primary":true)"));
  firm.given("sam", create_link("b", "bob", "second", R"("is_primary":true)"));
  firm.given("sam", end_link("a"));
  firm.given("sam", update_link("b", R"({"is_primary":false})"));
  EXPECT_EQ(primary_of(firm, "acme"), std::nullopt);
  EXPECT_EQ(primary_of(firm, "second"), std::nullopt);
  EXPECT_FALSE(firm.state<Link>("a").is_primary);
  EXPECT_EQ(firm.when("sam", create_link("c", "cyd", "acme", R"("is_primary":true)")).find('\n'), std::string::npos);
}

// ---- changing and ending
// ---------------------------------------------------------------------------------------------

TEST(UpdateLink, KeepsOnlyWhatChanges) {
  Firm firm = firm_with_ends();
  firm.given("sam", create_link("l", "ann", "acme", R"("job_title":"CFO","since":"2025-01-01")"));
  EXPECT_EQ(firm.when("sam", update_link("l", R"({"job_title":"CFO","role":"decideur"})")),
            R"(link.updated.v1 l {"role":"decideur"})");
  EXPECT_EQ(firm.when("sam", update_link("l", R"({"job_title":"CFO","is_primary":false})")), k_nothing);
  EXPECT_EQ(firm.when("sam", update_link("l", R"({"until":"2024-01-01"})")),
            "invalid invalid_input dates_reversed@/until");
  EXPECT_EQ(firm.when("sam", update_link("l", R"({"role":"decideur"})", 4)), "precondition_failed version_mismatch");
}

TEST(EndLink, EndsTodayUnlessADayIsGiven) {
  Firm firm = firm_with_ends();
  firm.given("sam", create_link("l", "ann", "acme", R"("since":"2025-01-01")"));
  EXPECT_EQ(firm.when("sam", end_link("l")), R"(link.ended.v1 l {"until":"2025-06-15"})");
  EXPECT_EQ(firm.when("sam", end_link("l", date("2025-03-01"))), R"(link.ended.v1 l {"until":"2025-03-01"})");
  EXPECT_EQ(firm.when("sam", end_link("l", date("2024-03-01"))), "invalid invalid_input dates_reversed@/until");
  EXPECT_EQ(firm.when("sam", end_link("l", {}, 9)), "precondition_failed version_mismatch");
}

TEST(EndLink, OfOneThatIsStillToBeginIsTheDayItWouldHave) {
  Firm firm = firm_with_ends();
  firm.given("sam", create_link("l", "ann", "acme", R"("since":"2025-09-01")"));
  EXPECT_EQ(firm.when("sam", end_link("l")), R"(link.ended.v1 l {"until":"2025-09-01"})");
  EXPECT_EQ(firm.when("sam", end_link("l", date(k_today))), "invalid invalid_input dates_reversed@/until");
}

TEST(UpdateLink, WaitsUntilWhatIsDeletedIsRestored) {
  Firm firm = firm_with_ends();
  firm.given("sam", create_link("l", "ann", "acme"));
  firm.given("sam", create_link("m", "bob", "acme"));
  firm.given("ada", delete_person("bob"));
  EXPECT_EQ(firm.when("sam", update_link("m", R"({"role":"decideur"})")), "conflict deleted");
  firm.given("ada", delete_organisation("acme"));
  EXPECT_EQ(firm.when("ada", update_link("l", R"({"role":"decideur"})")), "conflict deleted");
  EXPECT_THAT(firm.when("ada", end_link("l")), StartsWith("link.ended.v1 l"));
  firm.given("ada", restore_organisation("acme"));
  EXPECT_THAT(firm.when("sam", update_link("l", R"({"role":"decideur"})")), StartsWith("link.updated.v1 l"));
}

TEST(EndedLink, IsHistoryAndDoesNotChange) {
  Firm firm = firm_with_ends();
  firm.given("sam", create_link("l", "ann", "acme"));
  firm.given("sam", end_link("l"));
  EXPECT_EQ(firm.when("sam", update_link("l", R"({"role":"decideur"})")), "conflict ended");
  EXPECT_EQ(firm.when("sam", end_link("l")), "conflict ended");
  EXPECT_FALSE(firm.state<Link>("l").live);
  EXPECT_EQ(firm.state<Link>("l").until, date(k_today));
}

TEST(Link, FollowsItsOrganisation) {
  Firm firm = firm_with_ends();
  firm.given("sam", create_link("l", "ann", "acme"));
  const std::vector<Command> commands{update_link("l", R"({"role":"decideur"})"), end_link("l")};
  for (const auto& command : commands) {
    for (const auto* actor : {"ada", "mona", "sam"})
      EXPECT_THAT(firm.when(actor, command), StartsWith("link.")) << actor;
    for (const auto* actor : {"sue", "vic"}) EXPECT_EQ(firm.when(actor, command), "forbidden forbidden") << actor;
    for (const auto* actor : {"lia", "leo", "nina"}) {
      EXPECT_EQ(firm.when(actor, command), "not_found not_found") << actor;
    }
  }
  EXPECT_EQ(firm.when("ada", update_link("none", "{}")), "not_found not_found");
}

}  // namespace
}  // namespace alforis::commands::testing
