// Deciders of produits: everybody sees them, managers keep them.
#include <gmock/gmock.h>

#include "given.hpp"

namespace alforis::commands::testing {
namespace {

using domain::Produit;
using ::testing::StartsWith;

constexpr std::string_view k_fund = R"({"name":"Belle Rive","type":"opcvm","isin":"FR0010135103"})";

TEST(CreateProduit, IsForManagers) {
  Firm firm;
  for (const auto* actor : {"ada", "mona", "leo"}) {
    EXPECT_THAT(firm.when(actor, create_produit("fund", k_fund)), StartsWith("produit.created.v1 fund")) << actor;
  }
  for (const auto* actor : {"sam", "nina", "vic"}) {
    EXPECT_EQ(firm.when(actor, create_produit("fund", k_fund)), "forbidden forbidden") << actor;
  }
}

TEST(CreateProduit, HasAnIsinOfItsOwn) {
  Firm firm;
  firm.given("mona", create_produit("fund", k_fund));
  EXPECT_EQ(firm.when("leo", create_produit("again", k_fund)), "conflict not_unique not_unique@/isin other: fund");
  EXPECT_EQ(firm.when("leo", create_produit("fund", R"({"name":"B","type":"etf"})")),
            "conflict already_exists other: fund");
  firm.given("mona", DeleteProduit{id("fund"), {}, {}});
  EXPECT_THAT(firm.when("leo", create_produit("again", k_fund)), StartsWith("produit.created.v1 again"));
  firm.given("leo", create_produit("again", k_fund));
  EXPECT_EQ(firm.when("mona", RestoreProduit{id("fund"), {}}), "conflict not_unique not_unique@/isin other: again");
}

TEST(UpdateProduit, KeepsWhatChanges) {
  Firm firm;
  firm.given("mona", create_produit("fund", k_fund));
  EXPECT_EQ(firm.when("leo", update_produit("fund", R"({"name":"Belle Rive","status":"actif"})")),
            R"(produit.updated.v1 fund {"status":"actif"})");
  EXPECT_EQ(firm.when("leo", update_produit("fund", R"({"status":"en_attente"})")), k_nothing);
  EXPECT_EQ(firm.when("sam", update_produit("fund", R"({"status":"actif"})")), "forbidden forbidden");
  EXPECT_THAT(firm.when("leo", update_produit("fund", R"({"notes":"x"})", 7)),
              StartsWith("precondition_failed version_mismatch"));
}

TEST(DeleteProduit, WaitsForTheMandatsThatHaveIt) {
  Firm firm;
  firm.given("sam", create_organisation("acme", R"({"name":"Acme"})"));
  firm.given("mona", create_produit("fund", k_fund));
  firm.given("sam", create_mandat("m", R"({"organisation_id":"@acme","date_signature":"2025-01-01"})"));
  firm.given("sam", sign("m"));
  firm.given("sam", add_produit("m", "fund"));
  EXPECT_EQ(firm.when("mona", DeleteProduit{id("fund"), {}, {}}), "conflict in_running_mandats other: m");
  EXPECT_EQ(firm.when("leo", DeleteProduit{id("fund"), {}, {}}), "conflict in_running_mandats")
      << "a mandat of another team is not named";
  EXPECT_EQ(firm.when("sam", DeleteProduit{id("fund"), {}, {}}), "forbidden forbidden");
  firm.given("sam", remove_produit("m", "fund"));
  EXPECT_EQ(firm.when("mona", DeleteProduit{id("fund"), {}, {}}), "produit.deleted.v1 fund {}");
}

}  // namespace
}  // namespace alforis::commands::testing
