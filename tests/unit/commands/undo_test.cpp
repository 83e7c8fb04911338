// Taking commands back: exactly, or not at all.
#include "commands/undo.hpp"

#include <gmock/gmock.h>

#include "domain/wire/json.hpp"
#include "given.hpp"

namespace alforis::commands::testing {
namespace {

using namespace domain;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// The firm, and what its last command did, as the history would tell it.
class Story {
 public:
  Story() { firm.given("sam", create_organisation("acme", R"({"name":"Acme","city":"Paris"})")); }

  /// Lets the command happen; returns it as a commit that can be taken back.
  UndoneCommit did(std::string_view actor, const Command& command) { return firm.told(actor, command, ++position_); }
  std::string undone(std::string_view actor, const UndoneCommit& commit) const {
    return firm.when(actor, undo(commit));
  }

  Firm firm;

 private:
  std::int64_t position_ = 100;
};

/// Everything but who changed it when.
std::string told(const Firm& firm, std::string_view name) {
  Organisation organisation = firm.state<Organisation>(name);
  organisation.version = 0;
  organisation.updated_at = organisation.created_at;
  organisation.updated_by = organisation.created_by;
  return wire::to_json(organisation);
}

TEST(Undo, SetsFieldsBack) {
  Story story;
  const std::string before = told(story.firm, "acme");
  const auto edit = story.did("sam", update_organisation("acme", R"({"city":"Lyon","notes":"N"})"));
  EXPECT_EQ(story.undone("sam", edit),
            R"(organisation.reverted.v1 acme {"position":101,"to":{"city":"Paris","notes":null}})");
  story.firm.given("sam", undo(edit));
  EXPECT_EQ(told(story.firm, "acme"), before);
  EXPECT_EQ(story.firm.state<Organisation>("acme").version, 3);
  EXPECT_EQ(story.undone("sam", edit), k_nothing) << "it is as it was already";
}

TEST(Undo, CanBeUndone) {
  Story story;
  const auto edit = story.did("sam", update_organisation("acme", R"({"city":"Lyon"})"));
  const std::string after = told(story.firm, "acme");
  const auto back = story.did("sam", undo(edit));
  story.firm.given("sam", undo(back));
  EXPECT_EQ(told(story.firm, "acme"), after);
}

TEST(Undo, SetsStageBackWithSinceWhen) {
  Story story;
  const std::string before = told(story.firm, "acme");
  const auto move = story.did("sam", change_stage("acme", PipelineStage::signe));
  story.firm.given("sam", undo(move));
  EXPECT_EQ(told(story.firm, "acme"), before);
}

TEST(Undo, LeavesOtherFieldsAlone) {
  Story story;
  const auto edit = story.did("sam", update_organisation("acme", R"({"city":"Lyon"})"));
  story.firm.given("mona", update_organisation("acme", R"({"name":"Acme AM"})"));
  story.firm.given("sam", undo(edit));
  const auto acme = story.firm.state<Organisation>("acme");
  EXPECT_EQ(acme.city->text(), "Paris");
  EXPECT_EQ(acme.name->text(), "Acme AM");
}

TEST(Undo, LeavesWhatIsInTheTrashAsItIs) {
  Story story;
  const auto edit = story.did("sam", update_organisation("acme", R"({"city":"Lyon"})"));
  story.firm.given("mona", delete_organisation("acme"));
  EXPECT_EQ(story.undone("mona", edit), "conflict deleted moves: restore");
  EXPECT_EQ(story.undone("sam", edit), "not_found not_found") << "who may not restore it";
}

TEST(Undo, NeverOverwritesWhatHasBeenChangedSince) {
  Story story;
  const auto edit = story.did("sam", update_organisation("acme", R"({"city":"Lyon","notes":"N"})"));
  story.firm.given("mona", update_organisation("acme", R"({"city":"Nice"})"));
  EXPECT_EQ(story.undone("sam", edit), "conflict changed_since changed_since@/organisation/acme/city");
  story.firm.given("mona", update_organisation("acme", R"({"city":"Paris"})"));
  EXPECT_EQ(story.undone("sam", edit), R"(organisation.reverted.v1 acme {"position":101,"to":{"notes":null}})");
}

TEST(Undo, OfADeletionRestores) {
  Story story;
  const std::string before = told(story.firm, "acme");
  const auto deletion = story.did("mona", delete_organisation("acme"));
  EXPECT_EQ(story.undone("sam", deletion), "not_found not_found");
  EXPECT_EQ(story.undone("leo", deletion), "not_found not_found");
  story.firm.given("mona", undo(deletion));
  EXPECT_EQ(told(story.firm, "acme"), before);
}

TEST(Undo, OfARestoreIsADeletionWithItsRulesAndRights) {
  Story story;
  story.firm.given("mona", delete_organisation("acme"));
  const auto restore = story.did("mona", restore_organisation("acme"));
  EXPECT_EQ(story.undone("sam", restore), "forbidden forbidden");
  EXPECT_THAT(story.undone("mona", restore), StartsWith("organisation.deleted.v1"));
  story.firm.given("sam", create_mandat("m", R"({"organisation_id":"@acme","date_signature":"2025-01-01"})"));
  story.firm.given("sam", sign("m"));
  EXPECT_THAT(story.undone("mona", restore), StartsWith("conflict in_running_mandats"));
}

TEST(Undo, OfAReactivationEndsSessions) {
  Story story;
  const auto back = story.did("ada", update_user("ivan", R"({"active":true})"));
  OpenSession login;
  login.id = id("s");
  login.data.user_id = id("ivan");
  login.data.token_hash = "h";
  login.data.expires_at = Instant::parse("2025-07-15T12:00:00Z").value();
  story.firm.given("ivan", login);
  EXPECT_THAT(story.undone("ada", back), AllOf(HasSubstr("user.reverted.v1 ivan"), HasSubstr("session.revoked.v1 s")));
}

TEST(Undo, OfALinksEndNeedsBothEnds) {
  Story story;
  story.firm.given("sam", create_person("anne", R"({"last_name":"X"})"));
  story.firm.given("sam", create_link("a", "anne", "acme"));
  const auto end = story.did("sam", end_link("a"));
  story.firm.given("ada", delete_person("anne"));
  EXPECT_THAT(story.undone("sam", end), HasSubstr("unknown_reference@/link/a/person_id"));
}

TEST(Undo, OfTheUndoOfALinksEndEndsItOnTheSameDay) {
  Story story;
  story.firm.given("sam", create_person("anne", R"({"last_name":"X"})"));
  story.firm.given("sam", create_link("a", "anne", "acme", R"("since":"2020-01-01")"));
  const auto end = story.did("sam", end_link("a", date("2024-03-01")));
  const auto back = story.did("sam", undo(end));
  EXPECT_EQ(story.undone("sam", back), R"(link.ended.v1 a {"until":"2024-03-01","reason":"annulation"})");
  story.firm.given("sam", update_link("a", R"({"since":"2024-06-01"})"));
  EXPECT_EQ(story.undone("sam", back), R"(link.ended.v1 a {"until":"2024-06-01","reason":"annulation"})")
      << "but never before it began";
}

TEST(Undo, OfALinkThatIsStillToBeginEndsIt) {
  Story story;
  story.firm.given("sam", create_person("anne", R"({"last_name":"X"})"));
  const auto creation = story.did("sam", create_link("a", "anne", "acme", R"("since":"2025-09-01")"));
  EXPECT_EQ(story.undone("sam", creation), R"(link.ended.v1 a {"until":"2025-09-01","reason":"annulation"})");
}

TEST(Undo, OfTheFirstChangeOfTheWorkspaceSetsItBack) {
  Story story;
  const auto first = story.did("ada", update_workspace(R"({"auto_task_signature":false,"name":"Alforis"})"));
  EXPECT_EQ(story.undone("mona", first), "forbidden forbidden");
  EXPECT_EQ(story.undone("ada", first),
            with_names(R"(workspace.reverted.v1 )" + workspace_id().text() +
                       R"( {"position":101,"to":{"name":null,"auto_task_signature":true}})"));
  story.firm.given("ada", update_workspace(R"({"auto_task_after_call":false})"));
  const auto back = story.did("ada", undo(first));
  auto workspace = StateView(story.firm.values()).find<Workspace>(workspace_id()).value();
  EXPECT_TRUE(workspace.auto_task_signature && !workspace.name && !workspace.auto_task_after_call);
  story.firm.given("ada", undo(back));
  workspace = StateView(story.firm.values()).find<Workspace>(workspace_id()).value();
  EXPECT_FALSE(workspace.auto_task_signature);
  story.firm.given("ada", update_workspace(R"({"name":"Autre"})"));
  EXPECT_EQ(story.undone("ada", first),
            with_names("conflict changed_since changed_since@/workspace/" + workspace_id().text() + "/name"));
}

TEST(Undo, TellsOfWhatHasBeenChangedOnlyToWhoMayChangeIt) {
  Story story;
  const auto edit = story.did("sam", update_organisation("acme", R"({"city":"Lyon"})"));
  story.firm.given("mona", update_organisation("acme", R"({"city":"Nice"})"));
  EXPECT_EQ(story.undone("sue", edit), "forbidden forbidden");
  const auto creation = story.did("sam", create_organisation("beta", R"({"name":"Beta"})"));
  story.firm.given("sam", update_organisation("beta", R"({"city":"Lyon"})"));
  EXPECT_EQ(story.undone("sue", creation), "forbidden forbidden");
}

TEST(Undo, OfWhatEndedAMandatNeedsItsOrganisationAndItsProduits) {
  Story story;
  story.firm.given("ada", create_produit("fund", R"({"name":"Fund","type":"etf"})"));
  story.firm.given("sam", create_mandat("m", R"({"organisation_id":"@acme","date_signature":"2025-01-01"})"));
  story.firm.given("sam", sign("m"));
  story.firm.given("sam", add_produit("m", "fund"));
  const auto removal = story.did("sam", remove_produit("m", "fund"));
  story.firm.given("sam", undo(removal));
  const auto end = story.did("sam", terminate("m", "r"));
  story.firm.given("ada", DeleteProduit{id("fund"), {}, {}});
  story.firm.given("ada", delete_organisation("acme"));
  EXPECT_EQ(story.undone("ada", end),
            "conflict cannot_undo unknown_reference@/mandat/m/status unknown_reference@/mandat/m/produits");
  story.firm.given("ada", restore_organisation("acme"));
  EXPECT_EQ(story.undone("ada", end), "conflict cannot_undo unknown_reference@/mandat/m/produits");
  story.firm.given("ada", RestoreProduit{id("fund"), {}});
  EXPECT_THAT(story.undone("ada", end), StartsWith("mandat.reverted.v1"));
}

TEST(Undo, OfARestoreLeavesAMandatThatRuns) {
  Story story;
  story.firm.given("sam", create_mandat("m", R"({"organisation_id":"@acme","date_signature":"2025-01-01"})"));
  story.firm.given("mona", DeleteMandat{id("m"), {}, {}});
  const auto restore = story.did("mona", RestoreMandat{id("m"), {}});
  story.firm.given("sam", sign("m"));
  EXPECT_EQ(story.undone("mona", restore), "conflict mandat_running moves: activate terminate");
}

TEST(Undo, OfACreationIsNotItsMakersWhenOthersHaveBuiltOnIt) {
  Story story;
  const auto creation = story.did("sam", create_organisation("beta", R"({"name":"Beta"})"));
  story.firm.given("sam", log_interaction("own", R"({"title":"Own","organisation_id":"@beta"})"));
  EXPECT_THAT(story.undone("sam", creation), StartsWith("organisation.deleted.v1"));
  story.firm.given("sue", log_interaction("call", R"({"title":"Call","organisation_id":"@beta"})"));
  EXPECT_EQ(story.undone("sam", creation), "conflict cannot_undo");
  EXPECT_THAT(story.undone("mona", creation), StartsWith("organisation.deleted.v1"));
}

TEST(Undo, OfACreationIsItsMakersWhileNobodyTouchedIt) {
  Story story;
  const auto creation = story.did("sam", create_organisation("beta", R"({"name":"Beta"})"));
  EXPECT_EQ(story.undone("sue", creation), "forbidden forbidden");
  EXPECT_EQ(story.undone("sam", creation), R"(organisation.deleted.v1 beta {"reason":"annulation"})");
  EXPECT_EQ(story.undone("mona", creation), R"(organisation.deleted.v1 beta {"reason":"annulation"})");
  story.firm.given("sam", update_organisation("beta", R"({"city":"Lyon"})"));
  EXPECT_EQ(story.undone("sam", creation), "conflict changed_since changed_since@/organisation/beta/version");
  story.firm.given("mona", delete_organisation("beta"));
  EXPECT_EQ(story.undone("sam", creation), k_nothing);
}

TEST(Undo, OfACreationKeepsTheRulesOfDeleting) {
  Story story;
  const auto creation = story.did("sam", create_organisation("beta", R"({"name":"Beta"})"));
  story.firm.given("sam", create_mandat("m", R"({"organisation_id":"@beta","date_signature":"2025-01-01"})"));
  story.firm.given("sam", sign("m"));
  EXPECT_THAT(story.undone("sam", creation), StartsWith("conflict in_running_mandats"));
}

TEST(Undo, TakesAllOfACommitBack) {
  Story story;
  story.firm.given("sam", create_task("t", R"({"title":"Appeler","category":"admin","organisation_id":"@acme"})"));
  const auto completion = story.did("sam", CompleteTask{id("t"), {}, LoggedInteraction{id("i"), {}, {}, {}, {}, {}}});
  EXPECT_EQ(story.undone("sam", completion),
            "interaction.deleted.v1 i {\"reason\":\"annulation\"}\n"
            R"(task.reverted.v1 t {"position":101,"to":{"status":"todo","completed_at":null,"completed_by":null}})");
  story.firm.given("sam", update_interaction("i", R"({"title":"U"})"));
  EXPECT_EQ(story.undone("sam", completion), "conflict changed_since changed_since@/interaction/i/version");
}

TEST(Undo, TakesTasksBackThatMadeThemselvesUnlessSomebodyWorkedOnThem) {
  Story story;
  const auto move = story.did("sam", change_stage("acme", PipelineStage::signe));
  ASSERT_EQ(move.changes.size(), 2U);
  EXPECT_THAT(story.undone("sam", move), HasSubstr("task.deleted.v1"));
  story.firm.given("sam", StartTask{move.changes[1].id, {}});
  EXPECT_THAT(story.undone("sam", move), ::testing::Not(HasSubstr("task.")));
}

TEST(Undo, GivesAPrimaryLinkBack) {
  Story story;
  for (const auto* name : {"anne", "bob"}) {
    story.firm.given("sam", create_person(name, R"({"last_name":"X"})"));
  }
  story.firm.given("sam", create_link("a", "anne", "acme", R"("is_primary":true)"));
  const auto second = story.did("sam", create_link("b", "bob", "acme", R"("is_primary":true)"));
  EXPECT_FALSE(story.firm.state<Link>("a").is_primary);
  story.firm.given("sam", undo(second));
  EXPECT_TRUE(story.firm.state<Link>("a").is_primary);
  EXPECT_FALSE(story.firm.state<Link>("b").live);
}

TEST(Undo, KeepsWhatOnlyOneMayHave) {
  Story story;
  story.firm.given("sam", update_organisation("acme", R"({"lei":")" + lei(1) + R"("})"));
  const auto cleared = story.did("sam", update_organisation("acme", R"({"lei":null})"));
  story.firm.given("ada", create_organisation("beta", R"({"name":"Beta","lei":")" + lei(1) + R"("})"));
  EXPECT_EQ(story.undone("sam", cleared), "conflict cannot_undo");
}

TEST(Undo, RefersToNobodyWhoHasGone) {
  Story story;
  const auto given_away = story.did("mona", update_organisation("acme", R"({"owner_id":"@sue"})"));
  story.firm.given("ada", update_user("sam", R"({"active":false})"));
  EXPECT_EQ(story.undone("mona", given_away), "conflict cannot_undo unknown_reference@/organisation/acme/owner_id");
}

TEST(Undo, NeedsTheRightBeforeAndAfter) {
  Story story;
  const auto moved = story.did("ada", update_organisation("acme", R"({"owner_id":"@lia"})"));
  EXPECT_EQ(story.undone("mona", moved), "not_found not_found");
  EXPECT_EQ(story.undone("leo", moved), "forbidden forbidden") << "it would be another team's";
  EXPECT_THAT(story.undone("ada", moved), StartsWith("organisation.reverted.v1"));
}

TEST(Undo, KeepsTheLastAdministrator) {
  Story story;
  const auto promoted = story.did("ada", update_user("mona", R"({"role":"admin"})"));
  story.firm.given("ada", update_user("ada", R"({"role":"manager"})"));
  EXPECT_EQ(story.undone("mona", promoted), "conflict last_admin");
}

TEST(Undo, OfUsersAndTeamsHasNoWayBackFromMakingThem) {
  Story story;
  EXPECT_EQ(story.undone("ada", story.did("ada", create_team("nice", R"({"name":"Nice"})"))), "conflict cannot_undo");
}

}  // namespace
}  // namespace alforis::commands::testing
