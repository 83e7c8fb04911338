// Two records of one organisation become one, and two again.
#include "commands/merge.hpp"

#include <gmock/gmock.h>

#include "given.hpp"

namespace alforis::commands::testing {
namespace {

using namespace domain;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

MergeOrganisation merge(std::string_view name, std::string_view into, IfMatch if_match = {}) {
  return {id(name), if_match, id(into), reason("doublon")};
}

/// Two records of one asset manager: `old` with everything that can hang on one, `acme` with a little of it.
class TwoRecords : public ::testing::Test {
 protected:
  TwoRecords() {
    firm.given("sam", create_organisation("acme", R"({"name":"Acme","city":"Paris"})"));
    firm.given("sue", create_organisation("old", R"({"name":"ACME SAS","city":"Lyon","aum":{"amount":100,)"
                                                 R"("currency":"EUR"},"tags":["esg"],"lei":")" +
                                                     lei(1) + R"("})"));
    firm.given("sam", create_person("anne", R"({"last_name":"Anne"})"));
    firm.given("sam", create_person("bob", R"({"last_name":"Bob"})"));
    firm.given("sam", create_person("eve", R"({"last_name":"Eve"})"));
    firm.given("sam", create_link("anne_acme", "anne", "acme"));
    firm.given("sue", create_link("anne_old", "anne", "old", R"("job_title":"CIO","is_primary":true)"));
    firm.given("sue", create_link("bob_old", "bob", "old"));
    firm.given("sue", create_link("eve_old", "eve", "old"));
    firm.given("sue", end_link("eve_old"));
    firm.given("sue", create_mandat("m", R"({"organisation_id":"@old","date_signature":"2025-01-01"})"));
    firm.given("sue", sign("m"));
    firm.given("sue", log_interaction("call", R"({"title":"Call","organisation_id":"@old"})"));
    firm.given("sue", create_task("todo", R"({"title":"To do","organisation_id":"@old"})"));
  }

  /// Everything of both but who changed it when.
  std::string told() const {
    std::string all;
    const auto add = [&](auto state) {
      state.version = 0;
      state.updated_at = state.created_at;
      state.updated_by = state.created_by;
      all += wire::to_json(state) + '\n';
    };
    for (const auto* name : {"acme", "old"}) add(firm.state<Organisation>(name));
    for (const auto* name : {"anne_acme", "anne_old", "bob_old", "eve_old"}) add(firm.state<Link>(name));
    add(firm.state<Mandat>("m"));
    add(firm.state<Interaction>("call"));
    add(firm.state<Task>("todo"));
    return all;
  }

  Firm firm;
};

TEST_F(TwoRecords, BecomeOne) {
  firm.given("mona", merge("old", "acme"));
  const auto acme = firm.state<Organisation>("acme");
  EXPECT_EQ(acme.name->text(), "Acme");
  EXPECT_EQ(acme.city->text(), "Paris");
  EXPECT_EQ(acme.aum->amount, 100);
  EXPECT_EQ(acme.lei->text(), lei(1));
  EXPECT_EQ(acme.tags.size(), 1U);
  const auto old = firm.state<Organisation>("old");
  EXPECT_TRUE(old.deleted());
  EXPECT_EQ(old.merged_into, id("acme"));
  EXPECT_EQ(firm.state<Mandat>("m").organisation_id, id("acme"));
  EXPECT_EQ(firm.state<Interaction>("call").organisation_id, id("acme"));
  EXPECT_EQ(firm.state<Task>("todo").organisation_id, id("acme"));
  EXPECT_EQ(firm.view().holder(index::lei(*acme.lei)), id("acme"));
}

TEST_F(TwoRecords, CarryEndedLinksAsWellAndKeepOneOfTwo) {
  firm.given("mona", merge("old", "acme"));
  EXPECT_EQ(*firm.state<Link>("bob_old").organisation_id, id("acme"));
  EXPECT_TRUE(firm.state<Link>("bob_old").live);
  EXPECT_EQ(*firm.state<Link>("eve_old").organisation_id, id("acme"));
  EXPECT_FALSE(firm.state<Link>("anne_old").live);
  const auto stays = firm.state<Link>("anne_acme");
  EXPECT_EQ(stays.job_title->text(), "CIO");
  EXPECT_TRUE(stays.is_primary);
  EXPECT_EQ(firm.view().holder(index::primary_link(id("acme"))), id("anne_acme"));
  EXPECT_EQ(firm.view().holder(index::link_pair(id("anne"), id("acme"))), id("anne_acme"));
}

TEST_F(TwoRecords, TheSurvivorsPrimaryLinkStaysThePrimaryOne) {
  firm.given("sam", create_link("bob_acme", "bob", "acme", R"("is_primary":true)"));
  firm.given("mona", merge("old", "acme"));
  EXPECT_TRUE(firm.state<Link>("bob_acme").is_primary);
  EXPECT_FALSE(firm.state<Link>("anne_acme").is_primary);
  EXPECT_EQ(firm.view().holder(index::primary_link(id("acme"))), id("bob_acme"));
}

TEST_F(TwoRecords, KeepOneOfTwoKpisOfAMonth) {
  const auto figures = [&](std::string_view name, std::string_view json) {
    firm.given("ada", CreateKpi{id(name), read<KpiCreated>(json)});
  };
  figures("march", R"({"organisation_id":"@acme","year":2025,"month":3,"rdv":4})");
  figures("old_march", R"({"organisation_id":"@old","year":2025,"month":3,"rdv":9,"pitchs":2})");
  figures("old_april", R"({"organisation_id":"@old","year":2025,"month":4,"rdv":1})");
  const auto merging = firm.told("mona", merge("old", "acme"), 7);
  EXPECT_EQ(firm.state<Kpi>("march").rdv, 4);
  EXPECT_EQ(firm.state<Kpi>("march").pitchs, 2);
  EXPECT_TRUE(firm.state<Kpi>("old_march").deleted());
  EXPECT_EQ(*firm.state<Kpi>("old_april").organisation_id, id("acme"));
  EXPECT_FALSE(firm.state<Kpi>("old_april").deleted());
  firm.given("mona", undo(merging));
  EXPECT_FALSE(firm.state<Kpi>("march").pitchs);
  EXPECT_FALSE(firm.state<Kpi>("old_march").deleted());
  EXPECT_EQ(firm.view().holder(index::kpi_month(firm.state<Kpi>("old_march"))), id("old_march"));
}

TEST_F(TwoRecords, AreTwoAgainAfterAnUndo) {
  const std::string before = told();
  const auto merging = firm.told("mona", merge("old", "acme"), 7);
  EXPECT_NE(told(), before);
  EXPECT_EQ(firm.when("sam", undo(merging)), "forbidden forbidden");
  EXPECT_EQ(firm.when("leo", undo(merging)), "not_found not_found");
  firm.given("mona", undo(merging));
  EXPECT_EQ(told(), before);
  EXPECT_EQ(firm.view().holder(index::lei(Lei::parse(lei(1)).value())), id("old"));
  EXPECT_EQ(firm.view().holder(index::primary_link(id("old"))), id("anne_old"));
  EXPECT_FALSE(firm.view().holder(index::primary_link(id("acme"))));
  EXPECT_THAT(firm.when("sue", create_link("x", "bob", "old")), StartsWith("conflict already_linked"));
}

TEST_F(TwoRecords, AreTwoAgainAlthoughSomethingOfThemIsInTheTrash) {
  firm.given("mona", DeleteTask{id("todo"), {}, {}});
  firm.given("ada", create_kpi("march", R"({"organisation_id":"@acme","year":2025,"month":3,"rdv":4})"));
  firm.given("ada", create_kpi("old_march", R"({"organisation_id":"@old","year":2025,"month":3,"pitchs":2})"));
  firm.given("sue", create_mandat("idea", R"({"organisation_id":"@old"})"));
  const auto merging = firm.told("mona", merge("old", "acme"), 7);
  firm.given("mona", DeleteInteraction{id("call"), {}, {}});
  firm.given("mona", DeleteMandat{id("idea"), {}, {}});
  firm.given("mona", DeleteKpi{id("march"), {}, {}});
  firm.given("mona", undo(merging));
  EXPECT_FALSE(firm.state<Organisation>("old").deleted());
  const auto lies_there = [&]<class State>(const State& state, std::string_view whose) {
    return state.deleted() && *state.organisation_id == id(whose);
  };
  EXPECT_TRUE(lies_there(firm.state<Task>("todo"), "old"));
  EXPECT_TRUE(lies_there(firm.state<Interaction>("call"), "old"));
  EXPECT_TRUE(lies_there(firm.state<Mandat>("idea"), "old"));
  EXPECT_TRUE(lies_there(firm.state<Kpi>("march"), "acme"));
  EXPECT_FALSE(firm.state<Kpi>("march").pitchs) << "what it was filled with is the other's again";
  EXPECT_FALSE(firm.state<Kpi>("old_march").deleted());
}

TEST_F(TwoRecords, AreTwoAgainWhoeverHasGoneSince) {
  const std::string before = told();
  const auto merging = firm.told("mona", merge("old", "acme"), 7);
  firm.given("ada", delete_person("anne"));
  firm.given("ada", update_user("sue", R"({"active":false})"));
  firm.given("mona", undo(merging));
  EXPECT_EQ(told(), before);
}

TEST_F(TwoRecords, AreNotPartedWhileTheSurvivorIsInTheTrash) {
  firm.given("sue", TerminateMandat{id("m"), {}, Text<1000>::parse("fin").value(), {}});
  const auto merging = firm.told("mona", merge("old", "acme"), 7);
  const auto deletion = firm.told("mona", delete_organisation("acme"), 8);
  EXPECT_EQ(firm.when("mona", undo(merging)), "conflict deleted moves: restore");
  firm.given("mona", undo(deletion));
  firm.given("sam", create_organisation("third", R"({"name":"Third"})"));
  firm.given("mona", merge("acme", "third"));
  EXPECT_EQ(firm.when("mona", undo(merging)), "conflict deleted moves: undo") << "the later merge is taken back first";
}

TEST_F(TwoRecords, AreMergedAgainByAMergeAndNotByUndoingTheUndo) {
  const auto merging = firm.told("mona", merge("old", "acme"), 7);
  const auto parting = firm.told("mona", undo(merging), 8);
  EXPECT_EQ(firm.when("mona", undo(parting)), "conflict cannot_undo");
  firm.given("mona", merge("old", "acme"));
  EXPECT_EQ(firm.state<Organisation>("old").merged_into, id("acme"));
}

TEST_F(TwoRecords, AreNotPartedWhatHasBeenChangedSince) {
  const auto merging = firm.told("mona", merge("old", "acme"), 7);
  firm.given("sam", update_organisation("acme", R"({"aum":{"amount":5,"currency":"EUR"}})"));
  EXPECT_EQ(firm.when("mona", undo(merging)), "conflict changed_since changed_since@/organisation/acme/aum");
}

TEST_F(TwoRecords, AreMergedByWhoMayDeleteBoth) {
  EXPECT_THAT(firm.when("sam", merge("old", "acme")), StartsWith("forbidden"));
  EXPECT_THAT(firm.when("vic", merge("old", "acme")), StartsWith("forbidden"));
  EXPECT_THAT(firm.when("leo", merge("old", "acme")), StartsWith("not_found"));
  firm.given("lia", create_organisation("far", R"({"name":"Far"})"));
  EXPECT_EQ(firm.when("mona", merge("old", "far")), "invalid invalid_input unknown_reference@/into");
  EXPECT_THAT(firm.when("mona", merge("far", "old")), StartsWith("not_found"));
  EXPECT_THAT(firm.when("ada", merge("far", "old")), StartsWith("organisation.absorbed.v1 old"));
}

TEST_F(TwoRecords, NeverGoInCircles) {
  EXPECT_EQ(firm.when("mona", merge("acme", "acme")), "invalid invalid_input same_record@/into");
  firm.given("mona", merge("old", "acme"));
  EXPECT_EQ(firm.when("mona", merge("acme", "old")), "invalid invalid_input same_record@/into");
  EXPECT_EQ(firm.when("mona", merge("old", "acme")), "moved merged other: acme");
  firm.given("sam", create_organisation("third", R"({"name":"Third"})"));
  firm.given("mona", merge("third", "old"));
  EXPECT_EQ(firm.state<Organisation>("third").merged_into, id("acme")) << "an alias stands for its survivor";
}

TEST_F(TwoRecords, AreNotMergedIntoWhatIsDeleted) {
  firm.given("mona", delete_organisation("acme"));
  EXPECT_EQ(firm.when("mona", merge("old", "acme")), "invalid invalid_input unknown_reference@/into");
  EXPECT_THAT(firm.when("mona", merge("acme", "old")), StartsWith("conflict deleted"));
}

TEST_F(TwoRecords, AreOneTillTheMergeIsUndoneAlsoWhenTheSurvivorIsInTheTrash) {
  firm.given("mona", merge("old", "acme"));
  firm.given("mona", terminate("m", "fini"));
  firm.given("mona", delete_organisation("acme"));
  EXPECT_EQ(firm.when("mona", update_organisation("old", R"({"city":"Nice"})")), "conflict deleted moves: undo");
  EXPECT_EQ(firm.when("mona", update_organisation("acme", R"({"city":"Nice"})")), "conflict deleted moves: restore");
}

TEST_F(TwoRecords, LeadFromTheOldIdToTheSurvivor) {
  firm.given("mona", merge("old", "acme"));
  EXPECT_EQ(firm.when("sam", update_organisation("old", R"({"city":"Nice"})")), "moved merged other: acme");
  EXPECT_EQ(firm.when("lia", update_organisation("old", R"({"city":"Nice"})")), "not_found not_found");
  EXPECT_EQ(firm.when("mona", delete_organisation("old")), "conflict already_merged other: acme");
  EXPECT_EQ(firm.when("mona", restore_organisation("old")), "conflict already_merged moves: undo");
  EXPECT_THAT(firm.when("sam", log_interaction("n", R"({"title":"N","organisation_id":"@old"})")),
              HasSubstr(R"("organisation_id":"acme")"));
  EXPECT_THAT(firm.when("sam", create_task("n", R"({"title":"N","organisation_id":"@old"})")),
              HasSubstr(R"("organisation_id":"acme")"));
  EXPECT_THAT(firm.when("sam", create_mandat("n", R"({"organisation_id":"@old"})")),
              HasSubstr(R"("organisation_id":"acme")"));
  EXPECT_THAT(firm.when("sam", create_link("n", "eve", "old")), HasSubstr(R"("organisation_id":"acme")"));
}

TEST_F(TwoRecords, KeepAnAmountWithItsDay) {
  firm.given("sam", update_organisation("acme", R"({"aum_date":"2020-12-31"})"));
  firm.given("mona", merge("old", "acme"));
  EXPECT_EQ(firm.state<Organisation>("acme").aum->amount, 100);
  EXPECT_FALSE(firm.state<Organisation>("acme").aum_date) << "the day of no amount is not that of another's";
}

TEST_F(TwoRecords, KeepANumberThatDiffersInTheNotes) {
  firm.given("sam", update_organisation("acme", R"({"lei":")" + lei(2) + R"("})"));
  EXPECT_THAT(firm.when("mona", merge("old", "acme")),
              AllOf(HasSubstr("warned differing_value@/lei"), HasSubstr(lei(1))));
  EXPECT_EQ(firm.when("mona", merge("old", "acme", 7)).substr(0, 19), "precondition_failed");
}

}  // namespace
}  // namespace alforis::commands::testing
