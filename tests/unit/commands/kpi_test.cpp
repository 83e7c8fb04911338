// Deciders of KPIs that are entered by hand: one a month, kept by who keeps the organisation.
#include <gmock/gmock.h>

#include "given.hpp"

namespace alforis::commands::testing {
namespace {

using domain::Kpi;
using ::testing::ElementsAre;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

constexpr std::string_view k_march = R"({"organisation_id":"@acme","year":2025,"month":3,"rdv":4})";

/// sam's organisation acme, lia's other.
Firm firm_with_organisations() {
  Firm firm;
  firm.given("sam", create_organisation("acme", R"({"name":"Acme","owner_id":"@sam"})"));
  firm.given("lia", create_organisation("other", R"({"name":"Other","owner_id":"@lia"})"));
  return firm;
}

TEST(CreateKpi, IsForWhoMayChangeTheOrganisation) {
  const Firm firm = firm_with_organisations();
  for (const auto* actor : {"ada", "mona", "sam"}) {
    EXPECT_EQ(firm.when(actor, create_kpi("k", k_march)),
              R"(kpi.created.v1 k {"organisation_id":"acme","year":2025,"month":3,"rdv":4})")
        << actor;
  }
  for (const auto* actor : {"sue", "vic"}) {
    EXPECT_EQ(firm.when(actor, create_kpi("k", k_march)), "forbidden forbidden") << actor;
  }
  for (const auto* actor : {"leo", "lia", "nina"}) {
    EXPECT_EQ(firm.when(actor, create_kpi("k", k_march)), "invalid invalid_input unknown_reference@/organisation_id")
        << actor;
  }
}

TEST(CreateKpi, SaysAllThatIsOutOfRange) {
  const Firm firm = firm_with_organisations();
  EXPECT_EQ(firm.when("sam", create_kpi("k", R"({"organisation_id":"@nobody","year":2019,"month":13,"rdv":-1,)"
                                             R"("pitchs":1000001,"due_diligences":-1,"closings":-1})")),
            "invalid invalid_input out_of_range@/year out_of_range@/month out_of_range@/rdv out_of_range@/pitchs "
            "out_of_range@/due_diligences out_of_range@/closings unknown_reference@/organisation_id");
  for (const auto* edge : {R"({"organisation_id":"@acme","year":2020,"month":1,"rdv":0})",
                           R"({"organisation_id":"@acme","year":2100,"month":12,"closings":1000000})"}) {
    EXPECT_THAT(firm.when("sam", create_kpi("k", edge)), StartsWith("kpi.created.v1 k")) << edge;
  }
  EXPECT_EQ(firm.when("sam", create_kpi("k", R"({"organisation_id":"@acme","year":2101,"month":0})")),
            "invalid invalid_input out_of_range@/year out_of_range@/month");
}

TEST(CreateKpi, IsOnceAMonth) {
  Firm firm = firm_with_organisations();
  firm.given("sam", create_kpi("k", k_march));
  EXPECT_EQ(firm.when("mona", create_kpi("again", k_march)), "conflict already_exists other: k");
  EXPECT_EQ(firm.when("mona", create_kpi("k", R"({"organisation_id":"@acme","year":2025,"month":4})")),
            "conflict already_exists other: k");
  for (const auto* free : {R"({"organisation_id":"@acme","year":2025,"month":4})",
                           R"({"organisation_id":"@acme","year":2026,"month":3})"}) {
    EXPECT_THAT(firm.when("mona", create_kpi("again", free)), StartsWith("kpi.created.v1 again")) << free;
  }
  EXPECT_THAT(firm.when("lia", create_kpi("again", R"({"organisation_id":"@other","year":2025,"month":3})")),
              StartsWith("kpi.created.v1 again"));
  firm.given("mona", DeleteKpi{id("k"), {}, {}});
  firm.given("sam", create_kpi("again", k_march));
  EXPECT_EQ(firm.when("mona", RestoreKpi{id("k"), {}}), "conflict already_exists other: again");
  firm.given("mona", DeleteKpi{id("again"), {}, {}});
  EXPECT_EQ(firm.when("mona", RestoreKpi{id("k"), {}}), "kpi.restored.v1 k {}");
}

TEST(UpdateKpi, KeepsWhatChangesAndNeverTheMonth) {
  Firm firm = firm_with_organisations();
  firm.given("sam", create_kpi("k", k_march));
  EXPECT_EQ(firm.when("sam", update_kpi("k", R"({"rdv":4,"pitchs":2})")), R"(kpi.updated.v1 k {"pitchs":2})");
  EXPECT_EQ(firm.when("sam", update_kpi("k", R"({"rdv":null})")), R"(kpi.updated.v1 k {"rdv":null})");
  EXPECT_EQ(firm.when("sam", update_kpi("k", R"({"rdv":4})")), k_nothing);
  EXPECT_EQ(firm.when("sam", update_kpi("k", R"({"rdv":-4})")), "invalid invalid_input out_of_range@/rdv");
  EXPECT_EQ(firm.when("sue", update_kpi("k", R"({"rdv":5})")), "forbidden forbidden");
  EXPECT_EQ(firm.when("lia", update_kpi("k", R"({"rdv":5})")), "not_found not_found");
  EXPECT_THROW(update_kpi("k", R"({"month":5})"), std::invalid_argument);
  EXPECT_EQ(firm.when("sam", DeleteKpi{id("k"), {}, {}}), "forbidden forbidden");
}

TEST(UpdateKpi, WaitsWhileTheOrganisationIsInTheTrash) {
  Firm firm = firm_with_organisations();
  firm.given("sam", create_kpi("k", k_march));
  firm.given("mona", delete_organisation("acme"));
  EXPECT_EQ(firm.when("mona", update_kpi("k", R"({"rdv":5})")), "conflict deleted");
  EXPECT_EQ(firm.when("mona", create_kpi("more", R"({"organisation_id":"@acme","year":2025,"month":4})")),
            "invalid invalid_input unknown_reference@/organisation_id");
}

/// What a merge of organisations does to each.
struct MoveKpi {
  using Subject = Kpi;
  Uuid id;
  Uuid to;
};
Decided decide(const MoveKpi& command, const DecisionContext&) {
  return happened(command.id, domain::KpiMoved{command.to});
}

TEST(KpiKeys, FindAllOfAnOrganisationDeletedOnesTooAndFollowAMove) {
  Firm firm = firm_with_organisations();
  firm.given("sam", create_kpi("march", k_march));
  firm.given("sam", create_kpi("april", R"({"organisation_id":"@acme","year":2025,"month":4})"));
  firm.given("mona", DeleteKpi{id("april"), {}, {}});
  EXPECT_THAT(firm.view().holders(index::of_organisation("kpi", id("acme"))),
              UnorderedElementsAre(id("march"), id("april")));
  firm.given("mona", MoveKpi{id("march"), id("other")});
  EXPECT_THAT(firm.view().holders(index::of_organisation("kpi", id("acme"))), ElementsAre(id("april")));
  EXPECT_THAT(firm.view().holders(index::of_organisation("kpi", id("other"))), ElementsAre(id("march")));
  const auto march = firm.state<Kpi>("march");
  EXPECT_EQ(*march.organisation_id, id("other"));
  EXPECT_EQ(march.version, 2);
  EXPECT_THAT(firm.when("sam", create_kpi("again", k_march)), StartsWith("kpi.created.v1 again"));
  EXPECT_EQ(firm.when("lia", create_kpi("again", R"({"organisation_id":"@other","year":2025,"month":3})")),
            "conflict already_exists other: march");
}

TEST(Undo, TakesKpisBackAndKeepsOneAMonth) {
  Firm firm = firm_with_organisations();
  const auto made = firm.told("sam", create_kpi("k", k_march), 7);
  EXPECT_THAT(firm.when("sam", undo(made)), StartsWith("kpi.deleted.v1 k"));
  const auto changed = firm.told("sam", update_kpi("k", R"({"rdv":9})"), 8);
  EXPECT_EQ(firm.when("sam", undo(changed)), R"(kpi.reverted.v1 k {"position":8,"to":{"rdv":4}})");
  const auto deleted = firm.told("mona", DeleteKpi{id("k"), {}, {}}, 9);
  firm.given("sam", create_kpi("again", k_march));
  EXPECT_EQ(firm.when("mona", undo(deleted)), "conflict cannot_undo");
}

}  // namespace
}  // namespace alforis::commands::testing
