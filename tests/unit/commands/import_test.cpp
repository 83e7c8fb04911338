// The decider of imported organisations: which company a record is, and what becomes of it.
#include <gmock/gmock.h>

#include "given.hpp"

namespace alforis::commands::testing {
namespace {

using domain::ImportPolicy;
using domain::Organisation;
using ::testing::StartsWith;

std::string record(std::string_view name, std::string_view members = "") {
  return R"({"name":")" + std::string(name) + '"' + (members.empty() ? "" : ",") + std::string(members) + '}';
}
std::string lei_member(int number) { return R"("lei":")" + lei(number) + '"'; }
std::string siret_member(int number) { return R"("siret":")" + siret(number) + '"'; }

/// What is said of a user who is in another team, as of one who does not exist.
constexpr std::string_view k_no_such_owner = "invalid invalid_input unknown_reference@/owner_id";

TEST(ImportOrganisation, IsForManagersAndAdministrators) {
  const Firm firm;
  const auto command = import_organisation("x", record("X"));
  for (const auto* actor : {"sam", "nina", "vic"}) EXPECT_EQ(firm.when(actor, command), "forbidden forbidden") << actor;
  for (const auto* actor : {"ada", "mona"})
    EXPECT_THAT(firm.when(actor, command), StartsWith("organisation.created.v1 x"));
}

TEST(ImportOrganisation, GoesIntoTheManagersTeamAndToNobodyWhenAdministratorsImport) {
  Firm firm;
  firm.given("mona", import_organisation("a", record("A")));
  firm.given("mona", import_organisation("b", record("B", R"("owner_id":"@sue")")));
  firm.given("ada", import_organisation("c", record("C")));
  EXPECT_EQ(firm.state<Organisation>("a").owner_id, id("mona"));
  EXPECT_EQ(firm.state<Organisation>("b").owner_id, id("sue"));
  EXPECT_EQ(firm.state<Organisation>("c").owner_id, std::nullopt);
  EXPECT_EQ(firm.when("mona", import_organisation("d", record("D", R"("owner_id":"@lia")"))), k_no_such_owner);
}

TEST(ImportOrganisation, FindsTheSameCompanyByTheFirstIdentityThatDecides) {
  Firm firm;
  firm.given("ada", create_organisation("by_lei", record("Alpha", lei_member(1))));
  firm.given("ada", create_organisation("by_siret", record("Beta", siret_member(2))));
  firm.given("ada", create_organisation("by_register", record("Gamma", R"("regulator_number":"GP-00001")")));
  firm.given("ada", create_organisation("by_name", record("Société Générale & Cie", R"("country":"FR")")));
  const auto found = [&](const std::string& json) {
    const auto shown = firm.when("ada", import_organisation("new", json));
    return shown.substr(0, shown.find(" {"));
  };
  const std::string city = R"("city":"Paris",)";
  EXPECT_EQ(found(record("Other name", city + lei_member(1))), "organisation.updated.v1 by_lei");
  EXPECT_EQ(found(record("Other name", city + siret_member(2))), "organisation.updated.v1 by_siret");
  EXPECT_EQ(found(record("Other name", city + R"("regulator_number":"gp 00001")")),
            "organisation.updated.v1 by_register");
  EXPECT_EQ(found(record("SOCIETE GENERALE ET CIE", city + R"("country":"FR")")), "organisation.updated.v1 by_name");
  EXPECT_EQ(found(record("Alpha", city + lei_member(1) + ',' + siret_member(9))), "organisation.updated.v1 by_lei");
  EXPECT_EQ(found(record("Alpha", lei_member(3))), "organisation.created.v1 new") << "another LEI is another company";
  EXPECT_EQ(found(record("Beta", siret_member(3))), "organisation.created.v1 new") << "another SIRET likewise";
  EXPECT_EQ(found(record("Gamma", R"("regulator_number":"GP-00002")")), "organisation.created.v1 new")
      << "and another number of the register";
  EXPECT_EQ(found(record("Societe Generale et Cie", R"("country":"BE")")), "organisation.created.v1 new");
  EXPECT_EQ(found(record("Societe Generale et Cie")), "organisation.created.v1 new");
}

TEST(ImportOrganisation, ANumberThatOnlyOneSideKnowsIsNoDifference) {
  Firm firm;
  firm.given("ada", create_organisation("acme", record("Acme", lei_member(1))));
  firm.given("ada", create_organisation("plain", record("Plain")));
  EXPECT_EQ(firm.when("ada", import_organisation("new", record("ACME"))), k_nothing);
  EXPECT_THAT(firm.when("ada", import_organisation("new", record("plain", lei_member(2)))),
              StartsWith("organisation.updated.v1 plain {\"lei\""));
}

TEST(ImportOrganisation, SeveralOfOneNameDecideNothing) {
  Firm firm;
  firm.given("ada", create_organisation("one", record("Acme")));
  firm.given("ada", create_organisation("two", record("ACME", lei_member(2))));
  EXPECT_EQ(firm.when("ada", import_organisation("new", record("acme"))), "conflict ambiguous_match");
  EXPECT_THAT(firm.when("ada", import_organisation("new", record("acme", lei_member(3)))),
              StartsWith("organisation.updated.v1 one"))
      << "with a LEI only one is left";
}

TEST(ImportOrganisation, ANumberOfAnotherTeamsRecordIsTakenAndNoMoreIsSaid) {
  Firm firm;
  firm.given("lia", create_organisation("theirs", record("Theirs", lei_member(1) + ',' + siret_member(1) +
                                                                       R"(,"regulator_number":"GP-00001")")));
  const auto imported = [&](std::string_view actor, const std::string& number) {
    return firm.when(actor, import_organisation("new", record("Other", number)));
  };
  EXPECT_EQ(imported("mona", lei_member(1)), "conflict not_unique not_unique@/lei");
  EXPECT_EQ(imported("mona", lei_member(1)), firm.when("mona", create_organisation("x", record("X", lei_member(1)))))
      << "as much as whoever creates one is told";
  EXPECT_EQ(imported("mona", siret_member(1)), "conflict not_unique not_unique@/siret");
  EXPECT_EQ(imported("mona", R"("regulator_number":"GP-00001")"), "conflict not_unique not_unique@/regulator_number");
  EXPECT_EQ(imported("leo", R"("city":"Lyon",)" + lei_member(1)), R"(organisation.updated.v1 theirs {"city":"Lyon"})");
}

TEST(ImportOrganisation, ANameOfAnotherTeamsRecordIsNobodysBusiness) {
  Firm firm;
  firm.given("lia", create_organisation("theirs", record("Acme")));
  const auto named = import_organisation("new", record("Acme", R"("city":"Lyon")"));
  EXPECT_THAT(firm.when("mona", named), StartsWith("organisation.created.v1 new"));
  EXPECT_EQ(firm.when("leo", named), R"(organisation.updated.v1 theirs {"city":"Lyon"})");
  firm.given("sam", create_organisation("ours", record("ACME")));
  EXPECT_EQ(firm.when("mona", named), R"(organisation.updated.v1 ours {"city":"Lyon"})")
      << "theirs does not make it ambiguous";
  firm.given("ada", create_organisation("shared", record("Acme")));
  EXPECT_EQ(firm.when("mona", named), "conflict ambiguous_match");
}

TEST(ImportOrganisation, GivesAnExistingOneOnlyToWhomTheActorMayGiveIt) {
  Firm firm;
  firm.given("ada", create_organisation("shared", record("Shared")));
  const auto owned = [&](std::string_view owner, ImportPolicy policy) {
    const std::string owner_member = R"("owner_id":"@)" + std::string(owner) + '"';
    return firm.when("mona", import_organisation("new", record("Shared", owner_member), policy));
  };
  for (const auto policy : {ImportPolicy::fill, ImportPolicy::overwrite}) {
    EXPECT_EQ(owned("sue", policy), R"(organisation.updated.v1 shared {"owner_id":"sue"})");
    for (const auto* unseen : {"lia", "stranger"}) EXPECT_EQ(owned(unseen, policy), k_no_such_owner);
  }
}

TEST(ImportOrganisation, TwiceIsOnce) {
  Firm firm;
  const std::string json =
      record("Acme", lei_member(1) + ',' + siret_member(1) +
                         R"(,"type":"fournisseur","category":"sdg","phone":"01.85.00.11.22","pipeline_stage":"signe",)"
                         R"("tags":["a","b"],"notes":"one\ntwo","aum":{"amount":500},"aum_date":"2024-12-31")");
  firm.given("ada", import_organisation("first", json));
  for (const auto policy : {ImportPolicy::fill, ImportPolicy::overwrite, ImportPolicy::skip}) {
    EXPECT_EQ(firm.when("ada", import_organisation("second", json, policy)), k_nothing);
  }
}

TEST(ImportOrganisation, WarnsOfWhatHasNoPlaceAndKeepsItInTheNotes) {
  Firm firm;
  firm.given("ada", create_organisation("acme", record("Acme", R"("siren":")" + siren(1) + '"')));
  const auto other = import_organisation("new", record("Acme", siret_member(2)));
  EXPECT_EQ(firm.when("ada", other),
            R"(organisation.updated.v1 acme {"notes":"SIRET: )" + siret(2) + "\"}\nwarned siren_mismatch@/siret");
  firm.given("ada", other);
  EXPECT_EQ(firm.when("ada", other), "nothing\nwarned siren_mismatch@/siret") << "again, but nothing happens again";
  EXPECT_EQ(firm.when("ada", import_organisation("new", record("Acme", siret_member(2)), ImportPolicy::skip)),
            k_nothing);
}

TEST(ImportOrganisation, ReadsAPhoneInTheRowsCountryElseInTheOneThatIsStored) {
  Firm firm;
  firm.given("ada", create_organisation("be", record("Belge", lei_member(1) + R"(,"country":"BE")")));
  const auto phone_in = [&](const std::string& country) {
    return firm.when(
        "ada", import_organisation("new", record("Belge", R"("phone":"02 512 34 56",)" + country + lei_member(1))));
  };
  EXPECT_EQ(phone_in(""), R"(organisation.updated.v1 be {"phone":"+3225123456"})");
  EXPECT_EQ(phone_in(R"("country":"BE",)"), R"(organisation.updated.v1 be {"phone":"+3225123456"})");
  EXPECT_EQ(phone_in(R"("country":"FR",)"),
            "organisation.updated.v1 be {\"phone\":\"02 512 34 56\"}\nwarned phone_not_understood@/phone");
}

TEST(ImportOrganisation, ReadsAStoredPhoneAgainInTheCountryThatItBrings) {
  Firm firm;
  firm.given("ada", create_organisation("be", record("Belge", lei_member(1) + R"(,"phone":"02 512 34 56")")));
  EXPECT_EQ(firm.when("ada", import_organisation("new", record("Belge", R"("country":"BE",)" + lei_member(1)))),
            R"(organisation.updated.v1 be {"phone":"+3225123456","country":"BE"})");
}

TEST(ImportOrganisation, NeverLosesARecordByItsPhone) {
  EXPECT_EQ(Firm().when("ada", import_organisation("new", record("Acme", R"("phone":"+999 12")"))),
            "organisation.created.v1 new {\"name\":\"Acme\",\"type\":\"autre\",\"pipeline_stage\":\"prospect\","
            "\"strategies\":[],\"tags\":[],\"notes\":\"Téléphone: +999 12\",\"active\":true}\n"
            "warned invalid_phone@/phone");
}

TEST(ImportOrganisation, FillsOverwritesOrSkips) {
  Firm firm;
  firm.given("ada", create_organisation("acme", record("Acme", R"("city":"Paris","tags":["a"])")));
  const auto imported = [&](ImportPolicy policy) {
    return firm.when(
        "ada", import_organisation("new", record("ACME", R"("city":"Lyon","tags":["A","b"],"language":"en")"), policy));
  };
  EXPECT_EQ(imported(ImportPolicy::fill), R"(organisation.updated.v1 acme {"language":"en","tags":["a","b"]})");
  EXPECT_EQ(imported(ImportPolicy::overwrite),
            R"(organisation.updated.v1 acme {"name":"ACME","city":"Lyon","language":"en","tags":["a","b"]})");
  EXPECT_EQ(imported(ImportPolicy::skip), k_nothing);
}

TEST(ImportOrganisation, MovesTheStageByAnEventOfItsOwn) {
  Firm firm;
  firm.given("ada", create_organisation("acme", record("Acme")));
  EXPECT_EQ(firm.when("ada", import_organisation("new", record("Acme", R"("pipeline_stage":"perdu")"),
                                                 ImportPolicy::overwrite)),
            R"(organisation.stage_changed.v1 acme {"from":"prospect","to":"perdu","reason":"import"})");
}

TEST(ImportOrganisation, KeepsUniqueNumbersUnique) {
  Firm firm;
  firm.given("ada", create_organisation("one", record("One", lei_member(1))));
  firm.given("ada", create_organisation("two", record("Two", siret_member(2))));
  EXPECT_EQ(firm.when("ada", import_organisation("new", record("One", lei_member(1) + ',' + siret_member(2)))),
            "conflict not_unique not_unique@/siret other: two");
  const auto odd = record("New", R"("siren":")" + siren(3) + R"(",)" + siret_member(4));
  EXPECT_EQ(firm.when("ada", import_organisation("new", odd)), "invalid invalid_input siren_mismatch@/siret");
}

TEST(ImportOrganisation, DoesNotFindWhatIsDeleted) {
  Firm firm;
  firm.given("ada", create_organisation("old", record("Acme", lei_member(1))));
  firm.given("ada", delete_organisation("old"));
  EXPECT_THAT(firm.when("ada", import_organisation("new", record("Acme", lei_member(1)))),
              StartsWith("organisation.created.v1 new"));
}

TEST(ImportOrganisation, NeverTakesTheIdOfAnother) {
  Firm firm;
  firm.given("ada", import_organisation("x", record("Acme")));
  firm.given("ada", update_organisation("x", R"({"name":"Renamed"})"));
  EXPECT_EQ(firm.when("ada", import_organisation("x", record("Acme"))), "conflict already_exists other: x");
  firm.given("ada", delete_organisation("x"));
  EXPECT_EQ(firm.when("ada", import_organisation("x", record("Acme"))), "conflict already_exists other: x");
}

}  // namespace
}  // namespace alforis::commands::testing
