// Tasks that are made by themselves: which, whose, due when, and when not. It is Sunday, 15 June 2025, 14:00 in Paris.
#include <gmock/gmock.h>

#include "given.hpp"

namespace alforis::commands::testing {
namespace {

using domain::PipelineStage;
using ::testing::HasSubstr;
using ::testing::Not;

Firm firm_with_organisation(std::string_view members = "") {
  Firm firm;
  firm.given("sam", create_organisation("acme", R"({"name":"Acme")" + std::string(members) + '}'));
  return firm;
}

std::string task(std::string_view title, std::string_view due, std::string_view priority, std::string_view category,
                 std::string_view rule) {
  return R"({"title":")" + std::string(title) + R"(","due_at":")" + std::string(due) + R"(","priority":")" +
         std::string(priority) + R"(","category":")" + std::string(category) +
         R"(","assignee_id":"sam","organisation_id":"acme","auto_rule":")" + std::string(rule) + "\"}";
}

TEST(AutoTasks, OfStageMoves) {
  const Firm firm = firm_with_organisation();
  EXPECT_EQ(
      firm.tasks_of("sam", change_stage("acme", PipelineStage::proposition)),
      task("Relancer après la proposition : Acme", "2025-06-18T07:00:00.000000Z", "haute", "relance", "proposition"));
  EXPECT_EQ(firm.tasks_of("sam", change_stage("acme", PipelineStage::negociation)),
            task("Faire avancer la négociation : Acme", "2025-06-22T07:00:00.000000Z", "haute", "negociation",
                 "negociation"));
  EXPECT_EQ(firm.tasks_of("sam", change_stage("acme", PipelineStage::signe)),
            task("Rendez-vous d’accueil : Acme", "2025-06-16T07:00:00.000000Z", "critique", "rdv", "signature"));
  for (const auto stage : {PipelineStage::qualification, PipelineStage::perdu, PipelineStage::inactif}) {
    EXPECT_EQ(firm.tasks_of("sam", change_stage("acme", stage, "so it is")), "");
  }
  EXPECT_THAT(firm_with_organisation(R"(,"type":"fournisseur")")
                  .tasks_of("sam", change_stage("acme", PipelineStage::negociation)),
              HasSubstr(R"("due_at":"2025-06-20T07:00:00.000000Z")"));
}

TEST(AutoTasks, OfWhatBeginsInAStage) {
  const Firm firm;
  const auto begun = create_organisation("acme", R"({"name":"Acme","pipeline_stage":"signe"})");
  EXPECT_EQ(firm.tasks_of("sam", begun),
            task("Rendez-vous d’accueil : Acme", "2025-06-16T07:00:00.000000Z", "critique", "rdv", "signature"));
  EXPECT_EQ(firm.tasks_of("sam", create_organisation("acme", R"({"name":"Acme"})")), "");
}

TEST(AutoTasks, SpeakOfWhatTheSameCommandChanged) {
  const Firm firm = firm_with_organisation();
  const auto moved = update_organisation(
      "acme", R"({"name":"Acme AM","owner_id":"@sue","type":"fournisseur","pipeline_stage":"negociation"})");
  EXPECT_THAT(firm.tasks_of("mona", moved),
              AllOf(HasSubstr("Faire avancer la négociation : Acme AM"), HasSubstr(R"("assignee_id":"sue")"),
                    HasSubstr(R"("due_at":"2025-06-20T07:00:00.000000Z")")));
}

TEST(AutoTasks, OfInteractions) {
  const Firm firm = firm_with_organisation();
  const auto logged = [](std::string_view type, std::string_view members = "") {
    return log_interaction("i", R"({"title":"T","organisation_id":"@acme","type":")" + std::string(type) + '"' +
                                    std::string(members) + '}');
  };
  const std::string minutes =
      task("Compte rendu de la réunion : Acme", "2025-06-16T07:00:00.000000Z", "haute", "admin", "after_meeting");
  EXPECT_EQ(firm.tasks_of("sam", logged("meeting")), minutes);
  EXPECT_EQ(firm.tasks_of("sam", logged("visio")), minutes);
  EXPECT_EQ(firm.tasks_of("sam", logged("call")),
            task("Relancer après l’appel : Acme", "2025-06-18T07:00:00.000000Z", "moyenne", "relance", "after_call"));
  EXPECT_EQ(firm.tasks_of("sam", logged("email")),
            task("Relancer après l’e-mail : Acme", "2025-06-20T07:00:00.000000Z", "basse", "email", "after_email"));
  for (const auto* type : {"webinaire", "note", "other"}) EXPECT_EQ(firm.tasks_of("sam", logged(type)), "") << type;
  EXPECT_THAT(firm.tasks_of("mona", logged("call", R"(,"assignee_id":"@sue")")), HasSubstr(R"("assignee_id":"sue")"));
  EXPECT_EQ(firm.tasks_of("sam", logged("call", R"(,"status":"todo")")), "");
}

TEST(AutoTasks, ComeWhenAnInteractionIsDone) {
  Firm firm = firm_with_organisation();
  firm.given("sam", log_interaction("i", R"({"title":"T","organisation_id":"@acme","type":"call","status":"todo"})"));
  EXPECT_THAT(firm.tasks_of("sam", CompleteInteraction{id("i"), {}}), HasSubstr("after_call"));
  EXPECT_THAT(firm.tasks_of("sam", update_interaction("i", R"({"status":"done"})")), HasSubstr("after_call"));
  EXPECT_EQ(firm.tasks_of("sam", update_interaction("i", R"({"title":"U"})")), "");
  firm.given("sam", CompleteInteraction{id("i"), {}});
  EXPECT_EQ(firm.tasks_of("sam", update_interaction("i", R"({"title":"U"})")), "");
}

TEST(AutoTasks, ComeOfACallThatATaskWas) {
  Firm firm = firm_with_organisation();
  firm.given("sam", create_task("t", R"({"title":"Appeler","category":"relance","organisation_id":"@acme"})"));
  EXPECT_THAT(firm.tasks_of("sam", CompleteTask{id("t"), {}, LoggedInteraction{id("i"), {}, {}, {}, {}, {}}}),
              HasSubstr("after_call"));
}

TEST(AutoTasks, CountFromWhenItWas) {
  const Firm firm = firm_with_organisation();
  const auto called = [](std::string_view when) {
    return log_interaction(
        "i", R"({"title":"T","organisation_id":"@acme","type":"call","occurred_at":")" + std::string(when) + "\"}");
  };
  EXPECT_THAT(firm.tasks_of("sam", called("2025-06-13T10:00:00Z")),
              HasSubstr(R"("due_at":"2025-06-16T07:00:00.000000Z")"));
  EXPECT_EQ(firm.tasks_of("sam", called("2025-06-12T10:00:00Z")), "") << "would have been due this morning";
}

TEST(AutoTasks, AreDueByTheirAssigneesClock) {
  Firm firm = firm_with_organisation();
  firm.given("ada", update_user("sam", R"({"time_zone":"America/New_York","locale":"en"})"));
  EXPECT_EQ(firm.tasks_of("sam", change_stage("acme", PipelineStage::signe)),
            task("Onboarding meeting: Acme", "2025-06-16T13:00:00.000000Z", "critique", "rdv", "signature"));
  // Paris puts its clocks back on 26 October.
  firm.given("ada", update_user("sam", R"({"time_zone":"Europe/Paris"})"));
  const auto called = log_interaction(
      "i", R"({"title":"T","organisation_id":"@acme","type":"call","occurred_at":"2025-10-24T10:00:00Z"})");
  EXPECT_THAT(firm.tasks_of("sam", called), HasSubstr(R"("due_at":"2025-10-27T08:00:00.000000Z")"))
      << "nine in winter, though it was summer when the call was";
}

TEST(AutoTasks, AreNobodysWhoCannotDoThem) {
  Firm firm;
  firm.given("ada", create_organisation("acme", R"({"name":"Acme","owner_id":"@sam"})"));
  firm.given("ada", log_interaction("i", R"({"title":"T","organisation_id":"@acme","type":"call","status":"todo",)"
                                         R"("assignee_id":"@sue"})"));
  firm.given("ada", update_user("sue", R"({"team_id":"@lyon"})"));
  EXPECT_THAT(firm.tasks_of("ada", CompleteInteraction{id("i"), {}}), Not(HasSubstr("assignee_id")));
  firm.given("ada", update_user("sam", R"({"active":false})"));
  EXPECT_THAT(firm.tasks_of("ada", change_stage("acme", PipelineStage::signe)), Not(HasSubstr("assignee_id")));
}

TEST(AutoTasks, AreNotMadeOfWhatIsImported) {
  const Firm firm;
  EXPECT_EQ(firm.tasks_of("mona", import_organisation("acme", R"({"name":"Acme","pipeline_stage":"signe"})")), "");
}

TEST(AutoTasks, HaveTheirSwitches) {
  struct {
    std::string_view name;
    Command command;
  } const rows[] = {
      {"proposition", change_stage("acme", PipelineStage::proposition)},
      {"negociation", change_stage("acme", PipelineStage::negociation)},
      {"signature", change_stage("acme", PipelineStage::signe)},
      {"after_meeting", log_interaction("i", R"({"title":"T","organisation_id":"@acme","type":"meeting"})")},
      {"after_call", log_interaction("i", R"({"title":"T","organisation_id":"@acme","type":"call"})")},
      {"after_email", log_interaction("i", R"({"title":"T","organisation_id":"@acme","type":"email"})")},
  };
  for (const auto& off : rows) {
    Firm firm = firm_with_organisation();
    firm.given("ada", update_workspace(R"({"auto_task_)" + std::string(off.name) + R"(":false})"));
    for (const auto& row : rows) {
      EXPECT_EQ(firm.tasks_of("sam", row.command).empty(), &row == &off) << off.name << " off, " << row.name;
    }
  }
}

TEST(AutoTasks, TitlesAreCutToFit) {
  Firm firm;
  firm.given("sam", create_organisation("acme", R"({"name":")" + std::string(255, 'x') + "\"}"));
  const std::string made = firm.tasks_of("sam", change_stage("acme", PipelineStage::signe));
  const std::string begun = "Rendez-vous d’accueil : ";
  EXPECT_THAT(made, HasSubstr('"' + begun + std::string(255 - 24, 'x') + '"'));
}

TEST(Workspace, IsAnAdministrators) {
  Firm firm;
  for (const auto* actor : {"mona", "sam", "vic"}) {
    EXPECT_EQ(firm.when(actor, update_workspace(R"({"name":"Alforis"})")), "forbidden forbidden") << actor;
  }
  EXPECT_THAT(firm.when("ada", update_workspace(R"({"name":"Alforis"})")),
              HasSubstr(R"({"name":"Alforis","auto_task_proposition":true)"));
  EXPECT_EQ(firm.when("ada", update_workspace(R"({"auto_task_after_call":true})")), k_nothing);
  EXPECT_THAT(firm.when("ada", update_workspace(R"({"name":"A"})", 1)), HasSubstr("version_mismatch"));
  firm.given("ada", update_workspace(R"({"name":"Alforis"})", 0));
  EXPECT_THAT(firm.when("ada", update_workspace(R"({"auto_task_after_call":false})", 1)),
              HasSubstr(R"({"auto_task_after_call":false})"));
}

}  // namespace
}  // namespace alforis::commands::testing
