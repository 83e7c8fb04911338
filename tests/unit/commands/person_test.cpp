// Deciders of people: visible through the organisations they work for.
#include <gmock/gmock.h>

#include "given.hpp"

namespace alforis::commands::testing {
namespace {

using domain::Person;
using ::testing::StartsWith;

/// People: at sam's organisation, at lia's, at both, at a shared one, at none (created by sam).
Firm firm_with_people() {
  Firm firm;
  firm.given("sam", create_organisation("of_sam", R"({"name":"Of Sam"})"));
  firm.given("lia", create_organisation("of_lia", R"({"name":"Of Lia"})"));
  firm.given("ada", create_organisation("of_nobody", R"({"name":"Of nobody"})"));
  for (const auto* name : {"at_sam", "at_lia", "at_both", "at_shared"}) {
    firm.given("ada", create_person(name, R"({"last_name":"Somebody"})"));
  }
  firm.given("sam", create_person("alone", R"({"last_name":"Alone"})"));
  firm.given("ada", create_link("l1", "at_sam", "of_sam"));
  firm.given("ada", create_link("l2", "at_lia", "of_lia"));
  firm.given("ada", create_link("l3", "at_both", "of_sam"));
  firm.given("ada", create_link("l4", "at_both", "of_lia"));
  firm.given("ada", create_link("l5", "at_shared", "of_nobody"));
  return firm;
}

constexpr std::array k_people{"at_sam", "at_lia", "at_both", "at_shared", "alone"};

struct RightsCase {
  std::string_view actor;
  std::string_view outcomes;  ///< '+' happens, '3' forbidden, '4' not found, in the order of k_people
};

template <class Make>
void expect_rights(const Firm& firm, std::initializer_list<RightsCase> cases, const Make& make) {
  for (const auto& [actor, expected] : cases) {
    std::string found;
    for (const auto* person : k_people) {
      const auto shown = firm.when(actor, make(person));
      found += shown.starts_with("person.")     ? '+'
               : shown == "forbidden forbidden" ? '3'
               : shown == "not_found not_found" ? '4'
                                                : '?';
    }
    EXPECT_EQ(found, expected) << actor;
  }
}

TEST(CreatePerson, HappensWithTheDefaultsOfTheDomain) {
  EXPECT_EQ(Firm().when("sam", create_person("p", R"({"first_name":"Zoé"})")),
            R"(person.created.v1 p {"first_name":"Zoé","active":true,"consent":"none","unsubscribed":false})");
}

TEST(CreatePerson, NeedsAName) {
  EXPECT_EQ(Firm().when("sam", create_person("p", R"({"job_title":"CEO"})")),
            "invalid invalid_input required@/first_name required@/last_name");
}

TEST(CreatePerson, PhonesAreReadAsDialledInTheCountry) {
  Firm firm;
  firm.given("sam", create_person("p", R"({"last_name":"P","personal_phone":"02 555 12 12","mobile":"0470 12 34 56",)"
                                       R"("country":"BE"})"));
  EXPECT_EQ(firm.state<Person>("p").personal_phone->text(), "+3225551212");
  EXPECT_EQ(firm.state<Person>("p").mobile->text(), "+32470123456");
}

TEST(CreatePerson, AConsentBringsItsSourceAndIsOfToday) {
  const Firm firm;
  EXPECT_EQ(firm.when("sam", create_person("p", R"({"last_name":"P","consent":"refused"})")),
            "invalid invalid_input required@/consent_source");
  EXPECT_THAT(firm.when("sam", create_person("p", R"({"last_name":"P","consent":"given","consent_source":"Salon"})")),
              ::testing::ContainsRegex(R"("consent":"given","consent_date":"[0-9]{4}-[0-9]{2}-[0-9]{2}")"));
  EXPECT_EQ(firm.when("sam", create_person("p", R"({"last_name":"P","consent":"given","consent_source":"Salon",)"
                                                R"("consent_date":"2099-12-31"})")),
            "invalid invalid_input out_of_range@/consent_date");
}

TEST(UpdatePerson, ReadsPhonesThatWereNotUnderstoodAgainWhenTheCountryChanges) {
  Firm firm;
  firm.given("sam", create_person("p", R"({"last_name":"P","personal_phone":"02 555 12 12","mobile":"02 555 13 13"})"));
  EXPECT_EQ(firm.when("sam", update_person("p", R"({"country":"BE"})")),
            R"(person.updated.v1 p {"personal_phone":"+3225551212","mobile":"+3225551313","country":"BE"})");
}

TEST(CreatePerson, TakesNoPhoneThatOnlyLooksLikeE164) {
  const std::string phones = R"("personal_phone":"+1","mobile":"+999 1"})";
  const auto* refused = "invalid invalid_input invalid_phone@/personal_phone invalid_phone@/mobile";
  Firm firm;
  EXPECT_EQ(firm.when("sam", create_person("p", R"({"last_name":"P",)" + phones)), refused);
  firm.given("sam", create_person("p", R"({"last_name":"P"})"));
  EXPECT_EQ(firm.when("sam", update_person("p", '{' + phones)), refused);
}

TEST(CreatePerson, IsNothingForViewersAndNeedsAnIdOfItsOwn) {
  const Firm firm = firm_with_people();
  EXPECT_EQ(firm.when("vic", create_person("p", R"({"last_name":"P"})")), "forbidden forbidden");
  EXPECT_EQ(firm.when("sam", create_person("at_sam", R"({"last_name":"P"})")), "conflict already_exists other: at_sam");
  EXPECT_EQ(firm.when("sam", create_person("at_lia", R"({"last_name":"P"})")), "conflict already_exists");
}

TEST(UpdatePerson, KeepsOnlyWhatChangesAndANameAtAll) {
  Firm firm;
  firm.given("sam", create_person("p", R"({"first_name":"Ana","last_name":"P","mobile":"+33612345678"})"));
  EXPECT_EQ(firm.when("sam", update_person("p", R"({"first_name":null,"last_name":"P","unsubscribed":true})")),
            R"(person.updated.v1 p {"first_name":null,"unsubscribed":true})");
  EXPECT_EQ(firm.when("sam", update_person("p", R"({"first_name":null,"last_name":null})")),
            "invalid invalid_input required@/first_name required@/last_name");
  for (const auto* same : {"{}", R"({"mobile":"06 12 34 56 78"})", R"({"unsubscribed":false,"notes":null})"}) {
    EXPECT_EQ(firm.when("sam", update_person("p", same)), k_nothing) << same;
  }
  EXPECT_EQ(firm.when("sam", update_person("p", R"({"notes":"n"})", 5)), "precondition_failed version_mismatch");
}

TEST(UpdatePerson, FollowsTheTableOfRights) {
  expect_rights(firm_with_people(),
                {{"ada", "+++++"},
                 {"mona", "+4+++"},
                 {"leo", "4++++"},
                 {"sam", "+4+3+"},
                 {"sue", "34333"},
                 {"lia", "4++33"},
                 {"nina", "44433"},
                 {"vic", "34333"}},
                [](const auto* person) { return update_person(person, R"({"notes":"n"})"); });
}

TEST(DeletePerson, FollowsTheTableOfRights) {
  expect_rights(
      firm_with_people(),
      {{"ada", "+++++"}, {"mona", "+4+++"}, {"leo", "4++++"}, {"sam", "34333"}, {"lia", "43333"}, {"vic", "34333"}},
      [](const auto* person) { return delete_person(person); });
}

TEST(DeletedPerson, IsNoneToWhoMayNotRestoreIt) {
  Firm firm = firm_with_people();
  firm.given("mona", delete_person("at_sam"));
  EXPECT_EQ(firm.when("mona", update_person("at_sam", R"({"notes":"n"})")), "conflict deleted moves: restore");
  EXPECT_EQ(firm.when("mona", delete_person("at_sam")), "conflict deleted moves: restore");
  for (const auto* actor : {"sam", "lia", "leo", "vic"}) {
    EXPECT_EQ(firm.when(actor, update_person("at_sam", R"({"notes":"n"})")), "not_found not_found") << actor;
    EXPECT_EQ(firm.when(actor, restore_person("at_sam")), "not_found not_found") << actor;
  }
  firm.given("ada", update_user("mona", R"({"role":"sales"})"));
  EXPECT_EQ(firm.when("mona", restore_person("at_sam")), "person.restored.v1 at_sam {}") << "who deleted it";
}

TEST(RestorePerson, OfAnotherVersionIsRefused) {
  Firm firm = firm_with_people();
  firm.given("ada", delete_person("at_sam"));
  const auto version = firm.state<Person>("at_sam").version;
  EXPECT_EQ(firm.when("ada", restore_person("at_sam", version + 1)), "precondition_failed version_mismatch");
  EXPECT_EQ(firm.when("ada", restore_person("at_sam", version)), "person.restored.v1 at_sam {}");
}

TEST(RestorePerson, OfALiveOneIsNothingOrForbidden) {
  const Firm firm = firm_with_people();
  EXPECT_EQ(firm.when("ada", restore_person("at_sam")), k_nothing);
  EXPECT_EQ(firm.when("sam", restore_person("at_sam")), "forbidden forbidden");
  EXPECT_EQ(firm.when("lia", restore_person("at_sam")), "not_found not_found");
}

ErasePerson erase_person(std::string_view person) { return {id(person), {}, reason("Demande")}; }

TEST(ErasePerson, ForgetsThePersonAndWhatLinksSayOfThem) {
  Firm firm = firm_with_people();
  firm.given("ada", update_link("l3", R"({"job_title":"Directrice"})"));
  EXPECT_EQ(firm.when("ada", erase_person("at_both")),
            "person.erased.v1 at_both {\"reason\":\"Demande\",\"keys\":[]}\nlink.erased.v1 l3 {}")
      << "a link that says nothing stays as it is";
}

TEST(ErasePerson, IsTheAdministratorsAndHappensOnce) {
  Firm firm = firm_with_people();
  for (const char* who : {"mona", "sam", "vic"}) {
    EXPECT_THAT(firm.when(who, erase_person("at_sam")), StartsWith("forbidden")) << who;
  }
  firm.given("ada", erase_person("at_sam"));
  EXPECT_EQ(firm.when("ada", erase_person("at_sam")), "conflict erased");
  EXPECT_EQ(firm.when("ada", update_person("at_sam", R"({"last_name":"Again"})")), "conflict erased");
  EXPECT_THAT(firm.when("ada", delete_person("at_sam")), StartsWith("person.deleted.v1"));
}

TEST(Person, IsEverybodysAgainWhenTheLastLinkEnds) {
  Firm firm = firm_with_people();
  EXPECT_EQ(firm.when("leo", update_person("at_sam", R"({"notes":"n"})")), "not_found not_found");
  firm.given("ada", end_link("l1"));
  EXPECT_THAT(firm.when("leo", update_person("at_sam", R"({"notes":"n"})")), StartsWith("person.updated.v1"));
}

}  // namespace
}  // namespace alforis::commands::testing
