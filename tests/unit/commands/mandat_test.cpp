// Deciders of mandats: the moves, the numbers, the produits that join and leave.
#include <gmock/gmock.h>

#include "given.hpp"

namespace alforis::commands::testing {
namespace {

using domain::Mandat;
using domain::MandatStatus;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view k_terms =
    R"({"organisation_id":"@acme","date_signature":"2025-01-10","date_debut":"2025-02-01","date_fin":"2025-12-31"})";

/// sam's acme with a mandat in the status, lia's beta, and a produit.
Firm firm_with(MandatStatus status) {
  Firm firm;
  firm.given("sam", create_organisation("acme", R"({"name":"Acme"})"));
  firm.given("lia", create_organisation("beta", R"({"name":"Beta"})"));
  firm.given("mona", create_produit("fund", R"({"name":"Fund","type":"opcvm"})"));
  firm.given("sam", create_mandat("m", k_terms));
  if (status == MandatStatus::propose) return firm;
  firm.given("sam", sign("m"));
  if (status != MandatStatus::signe) firm.given("sam", activate("m"));
  if (status == MandatStatus::termine) firm.given("sam", terminate("m", "fini", "2025-06-01"));
  return firm;
}

// ---- moves

TEST(MandatMoves, AreTheTable) {
  const struct {
    MandatStatus from;
    std::string_view sign, activate, terminate;
  } rows[] = {
      {MandatStatus::propose, R"(mandat.signed.v1 m {"date_signature":"2025-01-10"})",
       "conflict invalid_transition moves: sign terminate",
       R"(mandat.terminated.v1 m {"from":"propose","reason":"r","date_fin":"2025-06-15"})"},
      {MandatStatus::signe, "conflict invalid_transition moves: activate terminate",
       R"(mandat.activated.v1 m {"date_debut":"2025-02-01"})",
       R"(mandat.terminated.v1 m {"from":"signe","reason":"r","date_fin":"2025-06-15"})"},
      {MandatStatus::actif, "conflict invalid_transition moves: terminate",
       "conflict invalid_transition moves: terminate",
       R"(mandat.terminated.v1 m {"from":"actif","reason":"r","date_fin":"2025-06-15"})"},
      {MandatStatus::termine, "conflict invalid_transition", "conflict invalid_transition",
       "conflict invalid_transition"},
  };
  for (const auto& row : rows) {
    const Firm firm = firm_with(row.from);
    SCOPED_TRACE(static_cast<int>(row.from));
    EXPECT_EQ(firm.state<Mandat>("m").status, row.from);
    EXPECT_EQ(firm.when("sam", sign("m")), row.sign);
    EXPECT_EQ(firm.when("sam", activate("m")), row.activate);
    EXPECT_EQ(firm.when("sam", terminate("m", "r")), row.terminate);
  }
}

TEST(MandatMoves, NeedTheirDates) {
  Firm firm = firm_with(MandatStatus::propose);
  firm.given("sam", create_mandat("bare", R"({"organisation_id":"@acme"})"));
  EXPECT_EQ(firm.when("sam", sign("bare")), "invalid invalid_input required@/date_signature");
  firm.given("sam", sign("bare", "2025-03-01"));
  EXPECT_EQ(firm.when("sam", activate("bare")), "invalid invalid_input required@/date_debut");
  EXPECT_EQ(firm.when("sam", activate("bare", "2025-02-28")), "invalid invalid_input dates_reversed@/date_debut");
  firm.given("sam", activate("bare", "2025-03-01"));
  EXPECT_EQ(firm.when("sam", terminate("bare", "r", "2025-02-01")), "invalid invalid_input dates_reversed@/date_fin");
}

TEST(MandatMoves, OneCalledOffBeforeItBeganMayEndToday) {
  Firm firm;
  firm.given("sam", create_organisation("acme", R"({"name":"Acme"})"));
  firm.given("sam", create_mandat("m", R"({"organisation_id":"@acme","date_debut":"2025-09-01"})"));
  firm.given("sam", sign("m", "2025-06-01"));
  EXPECT_EQ(firm.when("sam", terminate("m", "r")),
            R"(mandat.terminated.v1 m {"from":"signe","reason":"r","date_fin":"2025-06-15"})");
}

TEST(MandatMoves, OneThatIsStillToBeSignedMayEndToday) {
  for (const bool active : {false, true}) {
    Firm firm = firm_with(MandatStatus::propose);
    firm.given("sam", create_mandat("n", R"({"organisation_id":"@acme"})"));
    firm.given("sam", sign("n", "2025-07-01"));
    if (active) firm.given("sam", activate("n", "2025-08-01"));
    EXPECT_THAT(firm.when("sam", terminate("n", "r")), HasSubstr(R"("date_fin":"2025-06-15")"));
    EXPECT_THAT(firm.when("sam", terminate("n", "r", k_today)), HasSubstr(R"("date_fin":"2025-06-15")"));
  }
}

TEST(MandatMoves, NoneEndsOnAnotherDayBeforeItBegins) {
  constexpr std::string_view k_reversed = "invalid invalid_input dates_reversed@/date_fin";
  Firm firm = firm_with(MandatStatus::propose);
  firm.given("sam", create_mandat("n", R"({"organisation_id":"@acme","date_signature":"2025-07-01"})"));
  const auto ends_on = [&](std::string_view day) { return firm.when("sam", terminate("n", "r", day)); };
  EXPECT_EQ(ends_on("2025-06-16"), k_reversed) << "proposed";
  firm.given("sam", sign("n"));
  EXPECT_EQ(ends_on("2025-06-14"), k_reversed) << "signed";
  firm.given("sam", update_mandat("n", R"({"date_debut":"2025-09-01"})"));
  EXPECT_EQ(ends_on("2025-08-31"), k_reversed) << "to begin later";
  EXPECT_THAT(ends_on("2025-09-01"), StartsWith("mandat.terminated.v1"));
  firm.given("sam", activate("n"));
  EXPECT_EQ(ends_on("2025-08-31"), k_reversed) << "active";
}

TEST(MandatDates, AreInOrderWhateverChangesThem) {
  const Firm firm = firm_with(MandatStatus::actif);
  EXPECT_EQ(firm.when("sam", create_mandat("n", R"({"organisation_id":"@acme","date_signature":"2025-02-01",)"
                                                R"("date_debut":"2025-01-01","date_fin":"2024-12-01"})")),
            "invalid invalid_input dates_reversed@/date_debut dates_reversed@/date_fin");
  EXPECT_EQ(firm.when("sam", update_mandat("m", R"({"date_fin":"2025-01-31"})")),
            "invalid invalid_input dates_reversed@/date_fin");
  EXPECT_EQ(firm.when("sam", update_mandat("m", R"({"date_fin":null,"commission_rate":1.5})")),
            R"(mandat.updated.v1 m {"date_fin":null,"commission_rate":1.5})");
}

TEST(MandatDates, ThatAStatusRestsOnStay) {
  const auto patched = [](MandatStatus status, std::string_view patch) {
    return firm_with(status).when("sam", update_mandat("m", patch));
  };
  constexpr std::string_view k_none = R"({"date_signature":null,"date_debut":null})";
  EXPECT_THAT(patched(MandatStatus::propose, k_none), StartsWith("mandat.updated.v1"));
  EXPECT_EQ(patched(MandatStatus::signe, k_none), "invalid invalid_input not_nullable@/date_signature");
  EXPECT_EQ(patched(MandatStatus::actif, k_none),
            "invalid invalid_input not_nullable@/date_signature not_nullable@/date_debut");
  for (const auto* fin : {R"({"date_fin":null})", R"({"date_fin":"2026-01-01"})"}) {
    EXPECT_EQ(patched(MandatStatus::termine, fin), "conflict ended");
  }
}

TEST(MandatDates, OfOneCalledOffBeforeItBeganAreNotLookedAtAgain) {
  Firm firm;
  firm.given("sam", create_organisation("acme", R"({"name":"Acme"})"));
  firm.given("sam", create_mandat("m", R"({"organisation_id":"@acme","date_debut":"2025-09-01"})"));
  firm.given("sam", sign("m", "2025-06-01"));
  firm.given("sam", activate("m"));
  firm.given("sam", terminate("m", "r"));
  EXPECT_EQ(firm.state<Mandat>("m").date_fin, date(k_today)) << "active, but not begun";
  EXPECT_EQ(firm.when("sam", update_mandat("m", R"({"notes":"x"})")), R"(mandat.updated.v1 m {"notes":"x"})");
}

TEST(Mandats, FollowTheirOrganisation) {
  const Firm firm = firm_with(MandatStatus::propose);
  for (const auto* actor : {"ada", "mona", "sam"}) {
    EXPECT_THAT(firm.when(actor, sign("m")), StartsWith("mandat.signed.v1")) << actor;
  }
  for (const auto* actor : {"sue", "vic"}) EXPECT_EQ(firm.when(actor, sign("m")), "forbidden forbidden") << actor;
  for (const auto* actor : {"leo", "lia"}) EXPECT_EQ(firm.when(actor, sign("m")), "not_found not_found") << actor;
  EXPECT_EQ(firm.when("lia", create_mandat("n", k_terms)), "invalid invalid_input unknown_reference@/organisation_id");
  EXPECT_EQ(firm.when("sue", create_mandat("n", k_terms)), "forbidden forbidden");
}

// ---- numbers

std::string number_of(const Firm& firm, std::string_view name) { return firm.state<Mandat>(name).number->text(); }

TEST(MandatNumbers, AreTheYearsNextWithoutGaps) {
  Firm firm = firm_with(MandatStatus::propose);
  EXPECT_EQ(number_of(firm, "m"), "M-2025-0001");
  for (int i = 2; i <= 40; ++i) {
    const std::string name = "n" + std::to_string(i);
    firm.given("sam", create_mandat(name, R"({"organisation_id":"@acme"})"));
    EXPECT_EQ(number_of(firm, name), "M-2025-" + std::string(i < 10 ? "000" : "00") + std::to_string(i));
  }
  firm.given("mona", DeleteMandat{id("n40"), {}, {}});
  firm.given("sam", create_mandat("after", R"({"organisation_id":"@acme"})"));
  EXPECT_EQ(number_of(firm, "after"), "M-2025-0041") << "a deleted mandat keeps its number";
}

TEST(MandatNumbers, AreComparedWithoutCaseAndNothingElse) {
  Firm firm = firm_with(MandatStatus::propose);
  firm.given("sam", create_mandat("a", R"({"organisation_id":"@acme","number":"A/12.5"})"));
  for (const auto* number : {"A/125", "A-12.5", "A 12.5"}) {
    EXPECT_THAT(
        firm.when("sam", create_mandat("b", R"({"organisation_id":"@acme","number":")" + std::string(number) + "\"}")),
        StartsWith("mandat.created.v1"));
  }
  EXPECT_EQ(firm.when("sam", create_mandat("b", R"({"organisation_id":"@acme","number":"a/12.5"})")),
            "conflict not_unique not_unique@/number other: a");
}

TEST(MandatNumbers, GivenByHandAreNobodyElses) {
  Firm firm = firm_with(MandatStatus::propose);
  firm.given("lia", create_mandat("hers", R"({"organisation_id":"@beta","number":"m-2025-0002"})"));
  EXPECT_EQ(firm.when("sam", create_mandat("n", R"({"organisation_id":"@acme","number":"M-2025-0002"})")),
            "conflict not_unique not_unique@/number")
      << "whose it is stays untold";
  EXPECT_EQ(firm.when("ada", update_mandat("m", R"({"number":"M-2025-0002"})")),
            "conflict not_unique not_unique@/number other: hers");
  EXPECT_EQ(firm.when("sam", update_mandat("m", R"({"number":null})")), "invalid invalid_input not_nullable@/number");
  firm.given("sam", create_mandat("n", R"({"organisation_id":"@acme"})"));
  EXPECT_EQ(number_of(firm, "n"), "M-2025-0003");
}

// ---- produits

TEST(MandatProduits, JoinWhileItRunsAndOnceAtATime) {
  for (const auto status : {MandatStatus::propose, MandatStatus::termine}) {
    EXPECT_EQ(firm_with(status).when("sam", add_produit("m", "fund")),
              "invalid invalid_input mandat_not_running@/produit_id");
  }
  Firm firm = firm_with(MandatStatus::signe);
  EXPECT_EQ(firm.when("sam", add_produit("m", "nothing")), "invalid invalid_input unknown_reference@/produit_id");
  firm.given("sam", add_produit("m", "fund", "2025-02-01"));
  EXPECT_EQ(firm.when("sam", add_produit("m", "fund")), "conflict already_in_mandat");
  EXPECT_EQ(firm.when("sam", remove_produit("m", "fund", "2025-01-01")),
            "invalid invalid_input dates_reversed@/date_retrait");
  firm.given("sam", remove_produit("m", "fund"));
  EXPECT_EQ(firm.when("sam", remove_produit("m", "fund")), "not_found not_found");
  firm.given("sam", add_produit("m", "fund"));
  const auto produits = firm.state<Mandat>("m").produits;
  ASSERT_EQ(produits.size(), 2U);
  EXPECT_EQ(produits[0].date_retrait, date(k_today));
  EXPECT_TRUE(produits[1].live());
}

TEST(MandatProduits, LeaveWithItsEndAndStayInItsHistory) {
  Firm firm = firm_with(MandatStatus::actif);
  firm.given("sam", add_produit("m", "fund", "2025-02-01"));
  firm.given("sam", terminate("m", "fini", "2025-05-31"));
  const auto mandat = firm.state<Mandat>("m");
  ASSERT_EQ(mandat.produits.size(), 1U);
  EXPECT_EQ(mandat.produits[0].date_retrait, date("2025-05-31"));
  EXPECT_EQ(mandat.date_fin, date("2025-05-31"));
  EXPECT_THAT(firm.when("mona", DeleteProduit{id("fund"), {}, {}}), StartsWith("produit.deleted.v1"));
}

TEST(MandatProduits, StayNoTimeBackwardsAndNotTwiceAtOnce) {
  Firm firm = firm_with(MandatStatus::actif);
  firm.given("sam", add_produit("m", "fund", "2025-06-10"));
  firm.given("sam", remove_produit("m", "fund", "2025-06-12"));
  EXPECT_EQ(firm.when("sam", add_produit("m", "fund", "2025-06-11")),
            "invalid invalid_input dates_reversed@/date_ajout");
  firm.given("sam", add_produit("m", "fund", "2025-06-12"));
  firm.given("sam", terminate("m", "r", "2025-06-01"));
  EXPECT_EQ(firm.state<Mandat>("m").produits[1].date_retrait, date("2025-06-12"));
}

TEST(MandatProduits, ChangeTheirAllocation) {
  Firm firm = firm_with(MandatStatus::actif);
  const auto half = domain::Edit<domain::Percent>(domain::Percent::parse("50").value());
  EXPECT_EQ(firm.when("sam", ChangeProduitOfMandat{id("m"), {}, id("fund"), half}), "not_found not_found");
  firm.given("sam", add_produit("m", "fund"));
  firm.given("sam", ChangeProduitOfMandat{id("m"), {}, id("fund"), half});
  EXPECT_EQ(firm.state<Mandat>("m").produits[0].allocation, half.value());
  EXPECT_EQ(firm.when("sam", ChangeProduitOfMandat{id("m"), {}, id("fund"), {}}), k_nothing) << "left out, it stays";
  EXPECT_EQ(firm.when("sam", ChangeProduitOfMandat{id("m"), {}, id("fund"), half}), k_nothing);
}

// ---- the end that comes by itself

TEST(MandatEnd, IsToldOnceForEachEndAndComesWhenTheDayIsOver) {
  Firm firm = firm_with(MandatStatus::actif);
  EXPECT_EQ(firm.when("system", EndMandat{id("m")}), k_nothing) << "it runs until the end of the year";
  EXPECT_EQ(firm.when("system", AnnounceMandatExpiry{id("m")}), k_nothing);
  firm.given("sam", update_mandat("m", R"({"date_fin":"2025-07-15"})"));
  EXPECT_EQ(firm.when("system", AnnounceMandatExpiry{id("m")}),
            R"(mandat.expiring_soon.v1 m {"date_fin":"2025-07-15"})");
  firm.given("system", AnnounceMandatExpiry{id("m")});
  EXPECT_EQ(firm.when("system", AnnounceMandatExpiry{id("m")}), k_nothing);
  firm.given("sam", update_mandat("m", R"({"date_fin":"2025-06-15"})"));
  EXPECT_EQ(firm.when("system", EndMandat{id("m")}), k_nothing) << "today it still runs";
  firm.given("sam", update_mandat("m", R"({"date_fin":"2025-06-14"})"));
  EXPECT_EQ(firm.when("system", EndMandat{id("m")}),
            R"(mandat.terminated.v1 m {"from":"actif","reason":"Échéance","date_fin":"2025-06-14"})");
  EXPECT_EQ(firm_with(MandatStatus::signe).when("system", EndMandat{id("m")}), k_nothing);
}

// ---- deletion

TEST(DeleteMandat, IsForManagersAndNotWhileItRuns) {
  EXPECT_EQ(firm_with(MandatStatus::propose).when("sam", DeleteMandat{id("m"), {}, {}}), "forbidden forbidden");
  EXPECT_EQ(firm_with(MandatStatus::propose).when("mona", DeleteMandat{id("m"), {}, {}}), "mandat.deleted.v1 m {}");
  EXPECT_EQ(firm_with(MandatStatus::signe).when("mona", DeleteMandat{id("m"), {}, {}}),
            "conflict mandat_running moves: activate terminate");
  EXPECT_EQ(firm_with(MandatStatus::termine).when("mona", DeleteMandat{id("m"), {}, {}}), "mandat.deleted.v1 m {}");
}

TEST(DeleteOrganisation, WaitsForItsMandats) {
  for (const auto status : {MandatStatus::signe, MandatStatus::actif}) {
    EXPECT_EQ(firm_with(status).when("mona", delete_organisation("acme")), "conflict in_running_mandats other: m");
  }
  Firm firm = firm_with(MandatStatus::propose);
  firm.given("mona", delete_organisation("acme"));
  EXPECT_EQ(firm.when("sam", sign("m")), "conflict deleted") << "into the trash with its organisation";
}

}  // namespace
}  // namespace alforis::commands::testing
