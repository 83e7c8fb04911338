// Deciders of interactions: with whom, about what, and who may touch them.
#include <gmock/gmock.h>

#include "given.hpp"

namespace alforis::commands::testing {
namespace {

using domain::Instant;
using domain::Interaction;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// sam's acme with the person ann, lia's beta, a shared one, and a person of nobody's.
Firm firm_with_parties() {
  Firm firm;
  firm.given("sam", create_organisation("acme", R"({"name":"Acme"})"));
  firm.given("lia", create_organisation("beta", R"({"name":"Beta"})"));
  firm.given("ada", create_organisation("open", R"({"name":"Open"})"));
  firm.given("sam", create_person("ann", R"({"last_name":"Ann"})"));
  firm.given("sam", create_link("l", "ann", "acme"));
  firm.given("ada", create_person("bob", R"({"last_name":"Bob"})"));
  return firm;
}

TEST(LogInteraction, IsANoteOfNowThatIsDoneUnlessItSaysOtherwise) {
  const Firm firm = firm_with_parties();
  EXPECT_EQ(
      firm.when("sam", log_interaction("i", R"({"title":"Note","organisation_id":"@acme"})")),
      R"(interaction.created.v1 i {"type":"note","title":"Note","occurred_at":"2025-06-15T12:00:00.000000Z",)"
      R"("organisation_id":"acme","participants":[],"external_participants":[],"status":"done","attachments":[]})");
}

TEST(LogInteraction, IsWithAnOrganisationOrAPersonThatOneSees) {
  const Firm firm = firm_with_parties();
  EXPECT_EQ(firm.when("sam", log_interaction("i", R"({"title":"N"})")),
            "invalid invalid_input required@/organisation_id required@/person_id");
  EXPECT_EQ(firm.when("sam", log_interaction("i", R"({"title":"N","organisation_id":"@beta"})")),
            "invalid invalid_input unknown_reference@/organisation_id");
  EXPECT_EQ(firm.when("lia", log_interaction("i", R"({"title":"N","person_id":"@ann"})")),
            "invalid invalid_input unknown_reference@/person_id");
  for (const auto* party : {R"("organisation_id":"@acme")", R"("organisation_id":"@open")", R"("person_id":"@ann")",
                            R"("person_id":"@bob")"}) {
    const std::string json = R"({"title":"N",)" + std::string(party) + '}';
    for (const auto* actor : {"ada", "mona", "sam", "sue"}) {
      EXPECT_THAT(firm.when(actor, log_interaction("i", json)), StartsWith("interaction.created.v1")) << actor << json;
    }
    EXPECT_EQ(firm.when("vic", log_interaction("i", json)), "forbidden forbidden");
  }
}

TEST(LogInteraction, NamesPeopleOnceAndOnlyThoseOneSees) {
  const Firm firm = firm_with_parties();
  const auto with = [](std::string_view people) {
    return log_interaction("i",
                           R"({"title":"N","organisation_id":"@open","participants":[)" + std::string(people) + "]}");
  };
  EXPECT_THAT(firm.when("sam", with(R"({"person_id":"@ann","presence":"present"},{"person_id":"@bob"})")),
              StartsWith("interaction.created.v1"));
  EXPECT_EQ(firm.when("lia", with(R"({"person_id":"@bob"},{"person_id":"@ann"},{"person_id":"@bob"})")),
            "invalid invalid_input unknown_reference@/participants/1/person_id "
            "duplicate_element@/participants/2/person_id");
  EXPECT_EQ(
      firm.when("sam", log_interaction("i", R"({"title":"N","organisation_id":"@open","duration_minutes":10081})")),
      "invalid invalid_input out_of_range@/duration_minutes");
}

TEST(LogInteraction, IsAboutAProduitThatARunningMandatCovers) {
  Firm firm = firm_with_parties();
  firm.given("mona", create_produit("fund", R"({"name":"Fund","type":"etf"})"));
  firm.given("sam", create_mandat("m", R"({"organisation_id":"@acme","date_signature":"2025-01-01"})"));
  const auto about = log_interaction("i", R"({"title":"N","organisation_id":"@acme","produit_id":"@fund"})");
  constexpr auto* k_refused = "invalid invalid_input produit_not_covered@/produit_id";
  EXPECT_EQ(firm.when("sam", about), k_refused);
  firm.given("sam", sign("m"));
  EXPECT_EQ(firm.when("sam", about), k_refused);
  firm.given("sam", add_produit("m", "fund"));
  EXPECT_THAT(firm.when("sam", about), StartsWith("interaction.created.v1"));
  EXPECT_EQ(firm.when("sam", log_interaction("i", R"({"title":"N","organisation_id":"@open","produit_id":"@fund"})")),
            k_refused);
  EXPECT_EQ(firm.when("sam", log_interaction("i", R"({"title":"N","person_id":"@ann","produit_id":"@fund"})")),
            k_refused);
  firm.given("sam", about);
  firm.given("sam", terminate("m", "fini"));
  EXPECT_EQ(firm.when("sam", update_interaction("i", R"({"title":"Nouveau"})")),
            R"(interaction.updated.v1 i {"title":"Nouveau"})")
      << "what was covered then stays";
}

TEST(LogInteraction, TellsNothingOfTheMandatsOfAHiddenOrganisation) {
  Firm firm = firm_with_parties();
  firm.given("mona", create_produit("fund", R"({"name":"Fund","type":"etf"})"));
  const auto about = log_interaction("i", R"({"title":"N","organisation_id":"@beta","produit_id":"@fund"})");
  const std::string before = firm.when("sam", about);
  firm.given("lia", create_mandat("m", R"({"organisation_id":"@beta","date_signature":"2025-01-01"})"));
  firm.given("lia", sign("m"));
  firm.given("lia", add_produit("m", "fund"));
  EXPECT_EQ(firm.when("sam", about), before);
  EXPECT_EQ(before, "invalid invalid_input unknown_reference@/organisation_id");
}

TEST(UpdateInteraction, DoesNotLookAgainAtWhatStays) {
  Firm firm = firm_with_parties();
  firm.given("ada",
             log_interaction("i", R"({"title":"N","organisation_id":"@open","participants":[{"person_id":"@ann"}]})"));
  EXPECT_THAT(firm.when("lia", update_interaction("i", R"({"title":"M"})")), StartsWith("forbidden"));
  firm.given("ada", update_interaction("i", R"({"assignee_id":"@lia"})"));
  EXPECT_THAT(
      firm.when("lia", update_interaction("i", R"({"participants":[{"person_id":"@ann"},{"person_id":"@bob"}]})")),
      StartsWith("interaction.updated.v1"))
      << "ann was there already, though lia does not see her";
}

TEST(LogInteraction, IsAssignedToWhoMayActOnIt) {
  const Firm firm = firm_with_parties();
  const auto to = [](std::string_view user) {
    return log_interaction("i",
                           R"({"title":"N","organisation_id":"@acme","assignee_id":"@)" + std::string(user) + "\"}");
  };
  EXPECT_THAT(firm.when("sam", to("sue")), StartsWith("interaction.created.v1"));
  EXPECT_EQ(firm.when("ada", to("lia")), "invalid invalid_input assignee_cannot_act@/assignee_id");
  EXPECT_EQ(firm.when("sam", to("lia")), "invalid invalid_input unknown_reference@/assignee_id") << "of another team";
  EXPECT_EQ(firm.when("sam", to("vic")), "invalid invalid_input assignee_cannot_act@/assignee_id");
  EXPECT_EQ(firm.when("sam", to("ivan")), "invalid invalid_input assignee_cannot_act@/assignee_id") << "inactive";
  EXPECT_EQ(firm.when("leo", to("ivan")), "invalid invalid_input unknown_reference@/organisation_id");
  EXPECT_EQ(firm.when("sam", to("nobody")), "invalid invalid_input unknown_reference@/assignee_id");
}

TEST(Interactions, AreChangedByTheirMakerTheirAssigneeAndWhoMayChangeTheOrganisation) {
  Firm firm = firm_with_parties();
  firm.given("sue", log_interaction("hers", R"({"title":"N","organisation_id":"@acme"})"));
  firm.given("sam", log_interaction("for_sue", R"({"title":"N","organisation_id":"@acme","assignee_id":"@sue"})"));
  firm.given("sam", log_interaction("his", R"({"title":"N","organisation_id":"@acme"})"));
  const auto rename = [&](std::string_view actor, std::string_view which) {
    return firm.when(actor, update_interaction(which, R"({"title":"M"})"));
  };
  for (const auto* actor : {"ada", "mona", "sam", "sue"}) {
    EXPECT_THAT(rename(actor, "hers"), StartsWith("interaction.updated.v1")) << actor;
    EXPECT_THAT(rename(actor, "for_sue"), StartsWith("interaction.updated.v1")) << actor;
  }
  EXPECT_EQ(rename("sue", "his"), "forbidden forbidden");
  EXPECT_EQ(rename("vic", "his"), "forbidden forbidden");
  for (const auto* actor : {"leo", "lia"}) EXPECT_EQ(rename(actor, "his"), "not_found not_found") << actor;
  firm.given("ada", update_organisation("acme", R"({"owner_id":"@lia"})"));
  EXPECT_EQ(rename("sue", "hers"), "not_found not_found") << "they go where the organisation goes";
}

TEST(Interactions, LeaveTheInboxWhenCompletedAndMoveInIt) {
  Firm firm = firm_with_parties();
  firm.given("sam", log_interaction("i", R"({"title":"N","organisation_id":"@acme","status":"todo",)"
                                         R"("next_action_at":"2025-07-01T09:00:00Z"})"));
  const auto later = Instant::parse("2025-07-08T09:00:00Z").value();
  EXPECT_THAT(firm.when("sam", RescheduleInteraction{id("i"), {}, later, reason("absent")}),
              HasSubstr(R"("next_action_at":"2025-07-08T09:00:00.000000Z","reason":"absent")"));
  EXPECT_EQ(firm.when("sam", CompleteInteraction{id("i"), {}}), "interaction.completed.v1 i {}");
  firm.given("sam", CompleteInteraction{id("i"), {}});
  const auto done = firm.state<Interaction>("i");
  EXPECT_EQ(done.status, domain::InteractionStatus::done);
  EXPECT_FALSE(done.next_action_at);
  EXPECT_EQ(firm.when("sam", CompleteInteraction{id("i"), {}}), k_nothing);
}

}  // namespace
}  // namespace alforis::commands::testing
