// Deciders of organisations: what happens, what is refused, and to whom.
#include <gmock/gmock.h>

#include "given.hpp"

namespace alforis::commands::testing {
namespace {

using domain::Organisation;
using domain::PipelineStage;
using ::testing::StartsWith;

/// Whose an organisation is: sam's (paris), lia's (lyon), nobody's, nobody's but created by sam, nina's (no team).
Firm firm_with_records() {
  Firm firm;
  firm.given("sam", create_organisation("of_sam", R"({"name":"Of Sam"})"));
  firm.given("lia", create_organisation("of_lia", R"({"name":"Of Lia"})"));
  firm.given("ada", create_organisation("of_nobody", R"({"name":"Of nobody"})"));
  firm.given("sam", create_organisation("released", R"({"name":"Released"})"));
  firm.given("sam", update_organisation("released", R"({"owner_id":null})"));
  firm.given("nina", create_organisation("of_nina", R"({"name":"Of Nina"})"));
  return firm;
}

struct RightsCase {
  std::string_view actor;
  /// '+' happens, '3' forbidden (403), '4' not found (404), for: of_sam, of_lia, of_nobody, released, of_nina.
  std::string_view outcomes;
};

constexpr std::array k_records{"of_sam", "of_lia", "of_nobody", "released", "of_nina"};

char outcome_letter(const std::string& shown) {
  if (shown.starts_with("organisation.")) return '+';
  if (shown == "forbidden forbidden") return '3';
  if (shown == "not_found not_found") return '4';
  return '?';
}

template <class Make>
void expect_rights(const Firm& firm, std::initializer_list<RightsCase> cases, const Make& make) {
  for (const auto& [actor, expected] : cases) {
    std::string found;
    for (const auto* record : k_records) found += outcome_letter(firm.when(actor, make(record)));
    EXPECT_EQ(found, expected) << actor;
  }
}

// ---- creating
// --------------------------------------------------------------------------------------------------------

TEST(CreateOrganisation, HappensWithTheDefaultsOfTheDomain) {
  EXPECT_EQ(Firm().when("ada", create_organisation("acme", R"({"name":"Acme"})")),
            R"(organisation.created.v1 acme {"name":"Acme","type":"autre","pipeline_stage":"prospect",)"
            R"("strategies":[],"tags":[],"active":true})");
}

TEST(CreateOrganisation, BelongsToTheSalesPersonWhoCreatesItAndElseToWhomItIsGiven) {
  Firm firm;
  firm.given("sam", create_organisation("a", R"({"name":"A"})"));
  firm.given("mona", create_organisation("b", R"({"name":"B"})"));
  firm.given("mona", create_organisation("c", R"({"name":"C","owner_id":"@sue"})"));
  firm.given("ada", create_organisation("d", R"({"name":"D","owner_id":"@lia"})"));
  EXPECT_EQ(firm.state<Organisation>("a").owner_id, id("sam"));
  EXPECT_EQ(firm.state<Organisation>("b").owner_id, std::nullopt);
  EXPECT_EQ(firm.state<Organisation>("c").owner_id, id("sue"));
  EXPECT_EQ(firm.state<Organisation>("d").owner_id, id("lia"));
}

TEST(CreateOrganisation, IsNotGivenToWhomTheActorMayNotGiveIt) {
  const Firm firm;
  const auto owned = [](std::string_view owner) {
    return create_organisation("x", R"({"name":"X","owner_id":"@)" + std::string(owner) + "\"}");
  };
  EXPECT_EQ(firm.when("sam", owned("sue")), "forbidden forbidden");
  for (const auto& [actor, unseen] :
       {std::pair("mona", "lia"), {"mona", "nina"}, {"ada", "ivan"}, {"ada", "stranger"}}) {
    EXPECT_EQ(firm.when(actor, owned(unseen)), "invalid invalid_input unknown_reference@/owner_id") << unseen;
  }
}

TEST(CreateOrganisation, IsNothingForViewers) {
  EXPECT_EQ(Firm().when("vic", create_organisation("acme", R"({"name":"Acme"})")), "forbidden forbidden");
}

TEST(CreateOrganisation, NeedsAnIdOfItsOwnAndNamesTheOtherOnlyToWhoMaySeeIt) {
  const Firm firm = firm_with_records();
  const auto again = create_organisation("of_sam", R"({"name":"Other"})");
  EXPECT_EQ(firm.when("sue", again), "conflict already_exists other: of_sam");
  EXPECT_EQ(firm.when("lia", again), "conflict already_exists");
}

TEST(CreateOrganisation, ASignedOneHasADateOfSignature) {
  Firm firm;
  firm.given("ada", create_organisation("a", R"({"name":"A","pipeline_stage":"signe"})"));
  firm.given("ada", create_organisation("b", R"({"name":"B","pipeline_stage":"signe","signature_date":"2020-02-29"})"));
  EXPECT_EQ(firm.state<Organisation>("a").signature_date, date(k_today));
  EXPECT_EQ(firm.state<Organisation>("b").signature_date, date("2020-02-29"));
}

TEST(CreateOrganisation, PhoneIsReadAsDialledInItsCountry) {
  Firm firm;
  firm.given("ada", create_organisation("fr", R"({"name":"A","phone":"01 85 00 11 22"})"));
  firm.given("ada", create_organisation("be", R"({"name":"B","phone":"02 555 12 12","country":"BE"})"));
  firm.given("ada", create_organisation("odd", R"({"name":"C","phone":"standard, poste 12"})"));
  EXPECT_EQ(firm.state<Organisation>("fr").phone->text(), "+33185001122");
  EXPECT_EQ(firm.state<Organisation>("be").phone->text(), "+3225551212");
  EXPECT_EQ(firm.state<Organisation>("odd").phone->text(), "standard, poste 12");
}

TEST(CreateOrganisation, TakesNoPhoneThatOnlyLooksLikeE164) {
  Firm firm;
  firm.given("ada", create_organisation("other", R"({"name":"Other"})"));
  for (const auto* phone : {"+99912345678", "+33 1 85 00 11 22 poste 12"}) {
    const std::string members = R"("phone":")" + std::string(phone) + "\"}";
    EXPECT_EQ(firm.when("ada", create_organisation("acme", R"({"name":"Acme",)" + members)),
              "invalid invalid_input invalid_phone@/phone");
    EXPECT_EQ(firm.when("ada", update_organisation("other", '{' + members)),
              "invalid invalid_input invalid_phone@/phone");
  }
}

TEST(CreateOrganisation, SirenAndSiretSpeakOfOneCompany) {
  const Firm firm;
  const auto with = [](int siren_number, int siret_number) {
    return create_organisation(
        "x", R"({"name":"X","siren":")" + siren(siren_number) + R"(","siret":")" + siret(siret_number) + "\"}");
  };
  EXPECT_THAT(firm.when("ada", with(1, 1)), StartsWith("organisation.created.v1 x "));
  EXPECT_EQ(firm.when("ada", with(1, 2)), "invalid invalid_input siren_mismatch@/siret");
}

// ---- uniqueness
// ------------------------------------------------------------------------------------------------------

TEST(UniqueNumbers, LeiAndSiretBelongToOneLiveOrganisation) {
  Firm firm;
  firm.given("sam",
             create_organisation("first", R"({"name":"First","lei":")" + lei(1) + R"(","siret":")" + siret(1) + "\"}"));
  firm.given("lia", create_organisation("second", R"({"name":"Second"})"));
  const std::string same_lei = R"({"name":"X","lei":")" + lei(1) + "\"}";
  const std::string same_siret = R"({"name":"X","siret":")" + siret(1) + "\"}";
  EXPECT_EQ(firm.when("sue", create_organisation("x", same_lei)), "conflict not_unique not_unique@/lei other: first");
  EXPECT_EQ(firm.when("lia", create_organisation("x", same_lei)), "conflict not_unique not_unique@/lei");
  EXPECT_EQ(firm.when("lia", create_organisation("x", same_siret)), "conflict not_unique not_unique@/siret");
  EXPECT_EQ(firm.when("lia", update_organisation("second", same_lei)), "conflict not_unique not_unique@/lei");
  EXPECT_EQ(firm.when("ada", update_organisation("second", same_siret)),
            "conflict not_unique not_unique@/siret other: first");
  EXPECT_THAT(firm.when("sam", update_organisation("first", same_lei)), StartsWith("organisation.updated.v1"))
      << "its own number is in nobody's way";
}

TEST(UniqueNumbers, AreFreeAfterDeletionAndMustBeFreeForRestoration) {
  Firm firm;
  const std::string json = R"({"name":"First","lei":")" + lei(1) + R"(","siret":")" + siret(1) + "\"}";
  firm.given("ada", create_organisation("first", json));
  firm.given("ada", delete_organisation("first"));
  firm.given("ada", create_organisation("second", json));
  EXPECT_EQ(firm.when("ada", restore_organisation("first")), "conflict not_unique not_unique@/lei other: second");
  firm.given("ada", update_organisation("second", R"({"lei":null})"));
  EXPECT_EQ(firm.when("ada", restore_organisation("first")), "conflict not_unique not_unique@/siret other: second");
  firm.given("ada", update_organisation("second", R"({"siret":")" + siret(2) + "\"}"));
  firm.given("ada", restore_organisation("first"));
  EXPECT_EQ(firm.view().holder(index::lei(domain::Lei::parse(lei(1)).value())), id("first"));
}

// ---- updating
// --------------------------------------------------------------------------------------------------------

TEST(UpdateOrganisation, KeepsOnlyWhatChanges) {
  Firm firm;
  firm.given("ada",
             create_organisation("acme", R"({"name":"Acme","city":"Paris","tags":["a"],"phone":"+33185001122"})"));
  EXPECT_EQ(firm.when("ada", update_organisation("acme", R"({"name":"Acme","city":"Lyon","email":null,"tags":["a"]})")),
            R"(organisation.updated.v1 acme {"city":"Lyon"})");
  EXPECT_EQ(firm.when("ada", update_organisation("acme", R"({"city":null,"tags":null})")),
            R"(organisation.updated.v1 acme {"city":null,"tags":null})");
  for (const auto* same : {"{}", R"({"name":"Acme"})", R"({"email":null,"strategies":[]})",
                           R"({"phone":"01 85 00 11 22"})", R"({"pipeline_stage":"prospect","active":true})"}) {
    EXPECT_EQ(firm.when("ada", update_organisation("acme", same)), k_nothing) << same;
  }
}

TEST(UpdateOrganisation, ReadsAPhoneInTheCountryThatThePatchLeaves) {
  Firm firm;
  firm.given("ada", create_organisation("acme", R"({"name":"Acme","country":"BE"})"));
  EXPECT_EQ(firm.when("ada", update_organisation("acme", R"({"phone":"02 555 12 12"})")),
            R"(organisation.updated.v1 acme {"phone":"+3225551212"})");
  EXPECT_EQ(firm.when("ada", update_organisation("acme", R"({"phone":"01 85 00 11 22","country":"FR"})")),
            R"(organisation.updated.v1 acme {"phone":"+33185001122","country":"FR"})");
  EXPECT_EQ(firm.when("ada", update_organisation("acme", R"({"phone":"01 85 00 11 22","country":null})")),
            R"(organisation.updated.v1 acme {"phone":"+33185001122","country":null})");
}

TEST(UpdateOrganisation, ReadsAPhoneThatWasNotUnderstoodAgainWhenTheCountryChanges) {
  Firm firm;
  firm.given("ada", create_organisation("acme", R"({"name":"Acme","phone":"02 555 12 12"})"));
  EXPECT_EQ(firm.when("ada", update_organisation("acme", R"({"country":"BE"})")),
            R"(organisation.updated.v1 acme {"phone":"+3225551212","country":"BE"})");
  EXPECT_EQ(firm.when("ada", update_organisation("acme", R"({"country":"FR"})")),
            R"(organisation.updated.v1 acme {"country":"FR"})")
      << "it is none there either";
  EXPECT_EQ(firm.when("ada", update_organisation("acme", R"({"country":"BE","phone":null})")),
            R"(organisation.updated.v1 acme {"phone":null,"country":"BE"})");
  firm.given("ada", update_organisation("acme", R"({"country":"BE"})"));
  EXPECT_EQ(firm.when("ada", update_organisation("acme", R"({"country":"US"})")),
            R"(organisation.updated.v1 acme {"country":"US"})")
      << "what was understood stays";
}

TEST(UpdateOrganisation, ChecksSirenAgainstWhatIsThere) {
  Firm firm;
  firm.given("ada", create_organisation("acme", R"({"name":"Acme","siren":")" + siren(1) + "\"}"));
  EXPECT_EQ(firm.when("ada", update_organisation("acme", R"({"siret":")" + siret(2) + "\"}")),
            "invalid invalid_input siren_mismatch@/siret");
  EXPECT_THAT(firm.when("ada", update_organisation("acme", R"({"siret":")" + siret(1) + "\"}")),
              StartsWith("organisation.updated.v1"));
}

TEST(UpdateOrganisation, IsRefusedForAnotherVersion) {
  Firm firm = firm_with_records();
  firm.given("sam", update_organisation("of_sam", R"({"city":"Paris"})", 1));
  EXPECT_EQ(firm.when("sam", update_organisation("of_sam", R"({"city":"Lyon"})", 1)),
            "precondition_failed version_mismatch");
  EXPECT_EQ(firm.when("sam", update_organisation("of_sam", R"({"city":"Lyon"})", 2)),
            R"(organisation.updated.v1 of_sam {"city":"Lyon"})");
  EXPECT_EQ(firm.when("sue", update_organisation("of_sam", R"({"city":"Lyon"})", 1)), "forbidden forbidden")
      << "rights come first";
}

TEST(UpdateOrganisation, FollowsTheTableOfRights) {
  expect_rights(firm_with_records(),
                {{"ada", "+++++"},
                 {"mona", "+4++4"},
                 {"leo", "4+++4"},
                 {"sam", "+43+4"},
                 {"sue", "34334"},
                 {"lia", "4+334"},
                 {"nina", "4433+"},
                 {"vic", "34334"}},
                [](const auto* record) { return update_organisation(record, R"({"city":"Rennes"})"); });
}

TEST(UpdateOrganisation, SalesPeopleTakeSharedRecordsForThemselvesAlone) {
  Firm firm = firm_with_records();
  EXPECT_EQ(firm.when("sue", update_organisation("of_nobody", R"({"owner_id":"@sue","city":"Brest"})")),
            R"(organisation.updated.v1 of_nobody {"city":"Brest","owner_id":"sue"})");
  EXPECT_EQ(firm.when("sue", update_organisation("of_nobody", R"({"owner_id":"@sam"})")), "forbidden forbidden");
  EXPECT_EQ(firm.when("sue", update_organisation("of_sam", R"({"owner_id":"@sue"})")), "forbidden forbidden");
  EXPECT_EQ(firm.when("vic", update_organisation("of_nobody", R"({"owner_id":"@vic"})")), "forbidden forbidden");
  firm.given("sue", update_organisation("of_nobody", R"({"owner_id":"@sue"})"));
  EXPECT_EQ(firm.when("sue", update_organisation("of_nobody", R"({"city":"Brest"})")),
            R"(organisation.updated.v1 of_nobody {"city":"Brest"})");
}

TEST(UpdateOrganisation, IsGivenAwayWithinTheTeamByManagersAndBeyondByAdministrators) {
  const Firm firm = firm_with_records();
  const auto give = [&](std::string_view actor, std::string_view owner) {
    return firm.when(actor, update_organisation("of_sam", R"({"owner_id":"@)" + std::string(owner) + "\"}"));
  };
  EXPECT_EQ(give("mona", "sue"), R"(organisation.updated.v1 of_sam {"owner_id":"sue"})");
  EXPECT_EQ(give("mona", "mona"), R"(organisation.updated.v1 of_sam {"owner_id":"mona"})");
  EXPECT_EQ(give("mona", "lia"), "invalid invalid_input unknown_reference@/owner_id") << "mona does not see lia";
  EXPECT_EQ(give("sam", "sue"), "forbidden forbidden");
  EXPECT_EQ(give("sam", "sam"), k_nothing);
  EXPECT_EQ(give("ada", "lia"), R"(organisation.updated.v1 of_sam {"owner_id":"lia"})");
  EXPECT_EQ(give("ada", "ivan"), "invalid invalid_input unknown_reference@/owner_id");
}

TEST(UpdateOrganisation, AnOwnerWhoLeftMayStay) {
  Firm firm = firm_with_records();
  firm.given("ada", update_user("sam", R"({"active":false})"));
  EXPECT_EQ(firm.when("mona", update_organisation("of_sam", R"({"owner_id":"@sam","city":"Nice"})")),
            R"(organisation.updated.v1 of_sam {"city":"Nice"})");
}

// ---- stages
// ----------------------------------------------------------------------------------------------------------

TEST(ChangeStage, IsAnEventOfItsOwnWithItsReason) {
  const Firm firm = firm_with_records();
  EXPECT_EQ(firm.when("sam", change_stage("of_sam", PipelineStage::negociation, "they called")),
            R"(organisation.stage_changed.v1 of_sam {"from":"prospect","to":"negociation","reason":"they called"})");
  EXPECT_EQ(firm.when("sam", update_organisation("of_sam", R"({"city":"Pau","pipeline_stage":"inactif"})")),
            "organisation.updated.v1 of_sam {\"city\":\"Pau\"}\n"
            R"(organisation.stage_changed.v1 of_sam {"from":"prospect","to":"inactif"})");
}

TEST(ChangeStage, ToPerduNeedsAReason) {
  const Firm firm = firm_with_records();
  EXPECT_EQ(firm.when("sam", change_stage("of_sam", PipelineStage::perdu)), "invalid invalid_input required@/reason");
  EXPECT_EQ(firm.when("sam", update_organisation("of_sam", R"({"pipeline_stage":"perdu"})")),
            "invalid invalid_input required@/reason");
  EXPECT_EQ(firm.when("sam", change_stage("of_sam", PipelineStage::perdu, "too dear")),
            R"(organisation.stage_changed.v1 of_sam {"from":"prospect","to":"perdu","reason":"too dear"})");
}

TEST(ChangeStage, ToSigneDatesTheSignatureWhenNobodyDid) {
  Firm firm = firm_with_records();
  EXPECT_EQ(firm.when("sam", change_stage("of_sam", PipelineStage::signe)),
            R"(organisation.stage_changed.v1 of_sam {"from":"prospect","to":"signe","signature_date":"2025-06-15"})");
  const auto both = R"({"pipeline_stage":"signe","signature_date":"2025-01-02"})";
  EXPECT_EQ(firm.when("sam", update_organisation("of_sam", both)),
            "organisation.updated.v1 of_sam {\"signature_date\":\"2025-01-02\"}\n"
            R"(organisation.stage_changed.v1 of_sam {"from":"prospect","to":"signe"})");
  firm.given("sam", update_organisation("of_sam", both));
  EXPECT_EQ(firm.state<Organisation>("of_sam").signature_date, date("2025-01-02"));
  EXPECT_EQ(firm.state<Organisation>("of_sam").pipeline_stage, PipelineStage::signe);
}

TEST(ChangeStage, ToThePresentStageIsNothing) {
  Firm firm = firm_with_records();
  EXPECT_EQ(firm.when("sam", change_stage("of_sam", PipelineStage::prospect, "why not")), k_nothing);
  firm.given("sam", change_stage("of_sam", PipelineStage::perdu, "gone"));
  EXPECT_EQ(firm.when("sam", change_stage("of_sam", PipelineStage::perdu)), k_nothing);
}

TEST(ChangeStage, GoesFromAnyStageToAnyOther) {
  const std::array all{PipelineStage::prospect,    PipelineStage::qualification, PipelineStage::proposition,
                       PipelineStage::negociation, PipelineStage::signe,         PipelineStage::perdu,
                       PipelineStage::inactif};
  for (const auto from : all) {
    Firm firm = firm_with_records();
    firm.given("ada", change_stage("of_sam", from, "because"));
    for (const auto to : all) {
      EXPECT_EQ(firm.when("ada", change_stage("of_sam", to, "because")) == k_nothing, from == to);
    }
  }
}

TEST(ChangeStage, FollowsTheTableOfRights) {
  expect_rights(
      firm_with_records(),
      {{"ada", "+++++"}, {"mona", "+4++4"}, {"sam", "+43+4"}, {"sue", "34334"}, {"nina", "4433+"}, {"vic", "34334"}},
      [](const auto* record) { return change_stage(record, PipelineStage::signe); });
}

// ---- deleting and restoring
// ------------------------------------------------------------------------------------------

TEST(DeleteOrganisation, FollowsTheTableOfRights) {
  expect_rights(firm_with_records(),
                {{"ada", "+++++"},
                 {"mona", "+4++4"},
                 {"leo", "4+++4"},
                 {"sam", "34334"},
                 {"sue", "34334"},
                 {"lia", "43334"},
                 {"nina", "44333"},
                 {"vic", "34334"}},
                [](const auto* record) { return delete_organisation(record); });
}

TEST(DeleteOrganisation, IsRefusedForAnotherVersionAndTwice) {
  Firm firm = firm_with_records();
  EXPECT_EQ(firm.when("ada", delete_organisation("of_sam", 7)), "precondition_failed version_mismatch");
  firm.given("ada", delete_organisation("of_sam", 1));
  EXPECT_EQ(firm.when("ada", delete_organisation("of_sam")), "conflict deleted moves: restore");
}

TEST(DeletedOrganisation, IsNoneToWhoMayNotRestoreIt) {
  Firm firm = firm_with_records();
  firm.given("mona", delete_organisation("of_sam"));
  for (const auto* actor : {"ada", "mona"}) {
    EXPECT_EQ(firm.when(actor, update_organisation("of_sam", R"({"city":"Lens"})")), "conflict deleted moves: restore");
    EXPECT_EQ(firm.when(actor, change_stage("of_sam", PipelineStage::signe)), "conflict deleted moves: restore");
  }
  for (const auto* actor : {"sam", "sue", "lia", "leo", "vic"}) {
    EXPECT_EQ(firm.when(actor, update_organisation("of_sam", R"({"city":"Lens"})")), "not_found not_found") << actor;
    EXPECT_EQ(firm.when(actor, restore_organisation("of_sam")), "not_found not_found") << actor;
  }
}

TEST(RestoreOrganisation, IsForManagersAndForWhoDeletedIt) {
  Firm firm = firm_with_records();
  firm.given("mona", delete_organisation("of_sam"));
  EXPECT_EQ(firm.when("ada", restore_organisation("of_sam")), "organisation.restored.v1 of_sam {}");
  EXPECT_EQ(firm.when("mona", restore_organisation("of_sam")), "organisation.restored.v1 of_sam {}");
  firm.given("ada", update_user("mona", R"({"role":"sales"})"));
  EXPECT_EQ(firm.when("mona", restore_organisation("of_sam")), "organisation.restored.v1 of_sam {}");
  firm.given("mona", restore_organisation("of_sam"));
  EXPECT_FALSE(firm.state<Organisation>("of_sam").deleted());
}

TEST(RestoreOrganisation, OfAnotherVersionIsRefused) {
  Firm firm = firm_with_records();
  firm.given("mona", delete_organisation("of_sam"));
  const auto version = firm.state<Organisation>("of_sam").version;
  EXPECT_EQ(firm.when("mona", restore_organisation("of_sam", version - 1)), "precondition_failed version_mismatch");
  EXPECT_EQ(firm.when("mona", restore_organisation("of_sam", version)), "organisation.restored.v1 of_sam {}");
}

TEST(RestoreOrganisation, OfALiveOneIsNothingOrForbidden) {
  const Firm firm = firm_with_records();
  EXPECT_EQ(firm.when("mona", restore_organisation("of_sam")), k_nothing);
  EXPECT_EQ(firm.when("sam", restore_organisation("of_sam")), "forbidden forbidden");
  EXPECT_EQ(firm.when("lia", restore_organisation("of_sam")), "not_found not_found");
  EXPECT_EQ(firm.when("ada", restore_organisation("nobody_knows")), "not_found not_found");
}

}  // namespace
}  // namespace alforis::commands::testing
