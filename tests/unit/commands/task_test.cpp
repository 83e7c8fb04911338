// Deciders of tasks: whose they are, their moves, snoozing by the assignee's clock, completing with an interaction.
#include <gmock/gmock.h>

#include "given.hpp"

namespace alforis::commands::testing {
namespace {

using domain::Interaction;
using domain::Task;
using ::testing::HasSubstr;
using ::testing::StartsWith;

Firm firm_with_task(std::string_view members = R"("organisation_id":"@acme")") {
  Firm firm;
  firm.given("sam", create_organisation("acme", R"({"name":"Acme"})"));
  firm.given("lia", create_organisation("beta", R"({"name":"Beta"})"));
  firm.given("sam", create_mandat("m", R"({"organisation_id":"@acme"})"));
  firm.given("sam", create_task("t", R"({"title":"Appeler","category":"relance",)" + std::string(members) + '}'));
  return firm;
}

TEST(CreateTask, IsOnesOwnUnlessItSaysOtherwise) {
  const Firm firm = firm_with_task();
  EXPECT_EQ(firm.when("sue", create_task("n", R"({"title":"N"})")),
            R"(task.created.v1 n {"title":"N","priority":"moyenne","category":"autre","assignee_id":"sue"})");
  EXPECT_EQ(firm.when("vic", create_task("n", R"({"title":"N"})")), "forbidden forbidden");
  EXPECT_EQ(firm.when("lia", create_task("n", R"({"title":"N","organisation_id":"@acme"})")),
            "invalid invalid_input unknown_reference@/organisation_id");
  const auto for_lia = create_task("n", R"({"title":"N","organisation_id":"@acme","assignee_id":"@lia"})");
  EXPECT_EQ(firm.when("ada", for_lia), "invalid invalid_input assignee_cannot_act@/assignee_id");
  EXPECT_EQ(firm.when("sam", for_lia), "invalid invalid_input unknown_reference@/assignee_id");
  const auto about_nothing = create_task("n", R"({"title":"N","assignee_id":"@lia"})");
  EXPECT_THAT(firm.when("ada", about_nothing), StartsWith("task.created.v1"));
  EXPECT_EQ(firm.when("sam", about_nothing), "invalid invalid_input unknown_reference@/assignee_id");
}

TEST(CreateTask, OfAMandatIsOneOfItsOrganisation) {
  const Firm firm = firm_with_task();
  EXPECT_THAT(firm.when("sam", create_task("n", R"({"title":"N","mandat_id":"@m"})")),
              HasSubstr(R"("organisation_id":"acme","mandat_id":"m")"));
  EXPECT_EQ(firm.when("ada", create_task("n", R"({"title":"N","mandat_id":"@m","organisation_id":"@beta"})")),
            "invalid invalid_input mandat_mismatch@/mandat_id");
  EXPECT_EQ(firm.when("sam", update_task("t", R"({"mandat_id":"@m"})")), R"(task.updated.v1 t {"mandat_id":"m"})");
  Firm with_mandat = firm_with_task(R"("mandat_id":"@m")");
  EXPECT_EQ(with_mandat.when("sam", update_task("t", R"({"organisation_id":null})")),
            "invalid invalid_input mandat_mismatch@/organisation_id");
  with_mandat.given("mona", delete_organisation("acme"));
  EXPECT_EQ(with_mandat.when("ada", create_task("n", R"({"title":"N","mandat_id":"@m"})")),
            "invalid invalid_input unknown_reference@/mandat_id");
}

TEST(Tasks, WithoutASubjectAreTheirAssignees) {
  Firm firm = firm_with_task();
  firm.given("sam", create_task("own", R"({"title":"Ranger"})"));
  for (const auto* actor : {"ada", "mona", "sam"}) {
    EXPECT_THAT(firm.when(actor, StartTask{id("own"), {}}), StartsWith("task.started.v1")) << actor;
  }
  for (const auto* actor : {"sue", "vic"}) {
    EXPECT_EQ(firm.when(actor, StartTask{id("own"), {}}), "forbidden forbidden") << actor;
  }
  for (const auto* actor : {"leo", "lia"}) {
    EXPECT_EQ(firm.when(actor, StartTask{id("own"), {}}), "not_found not_found") << actor;
  }
}

TEST(Tasks, AboutAPersonAreChangedByWhoMayChangeThePerson) {
  Firm firm = firm_with_task();
  firm.given("sam", create_person("anne", R"({"last_name":"Anne"})"));
  firm.given("lia", create_person("lola", R"({"last_name":"Lola"})"));
  firm.given("ada", create_task("of_anne", R"({"title":"N","person_id":"@anne"})"));
  firm.given("ada", create_task("of_lola", R"({"title":"N","person_id":"@lola"})"));
  const auto rename = [&](std::string_view actor, std::string_view which) {
    return firm.when(actor, update_task(which, R"({"title":"M"})"));
  };
  EXPECT_THAT(rename("sam", "of_anne"), StartsWith("task.updated.v1")) << "whom sam made, and who is nobody's";
  EXPECT_EQ(rename("sam", "of_lola"), "forbidden forbidden");
  EXPECT_EQ(rename("sue", "of_anne"), "forbidden forbidden");
  EXPECT_EQ(rename("vic", "of_anne"), "forbidden forbidden");
  EXPECT_THAT(rename("leo", "of_anne"), StartsWith("task.updated.v1"));
}

TEST(Tasks, AreDoneByTheirAssignee) {
  Firm firm = firm_with_task(R"("organisation_id":"@acme","assignee_id":"@sue")");
  EXPECT_EQ(firm.when("sue", CompleteTask{id("t"), {}, {}}), "task.completed.v1 t {}");
  EXPECT_EQ(firm.when("sam", update_task("t", R"({"assignee_id":"@mona","title":"Rappeler"})")),
            "task.updated.v1 t {\"title\":\"Rappeler\"}\n"
            R"(task.assigned.v1 t {"from":"sue","to":"mona"})");
}

TEST(TaskMoves, AreTheTable) {
  constexpr std::string_view k_no = "conflict invalid_transition moves: ";
  const std::string open_moves(k_no);
  struct {
    std::string_view name;
    std::vector<Command> before;
    std::string start, complete, cancel, reopen;
  } rows[] = {
      {"todo",
       {},
       "task.started.v1 t {}",
       "task.completed.v1 t {}",
       "task.cancelled.v1 t {}",
       open_moves + "start complete cancel snooze"},
      {"doing",
       {StartTask{id("t"), {}}},
       open_moves + "complete cancel snooze",
       "task.completed.v1 t {}",
       "task.cancelled.v1 t {}",
       open_moves + "complete cancel snooze"},
      {"done",
       {CompleteTask{id("t"), {}, {}}},
       open_moves + "reopen",
       open_moves + "reopen",
       open_moves + "reopen",
       "task.reopened.v1 t {}"},
      {"cancelled",
       {CancelTask{id("t"), {}, {}}},
       open_moves + "reopen",
       open_moves + "reopen",
       open_moves + "reopen",
       "task.reopened.v1 t {}"},
  };
  for (const auto& row : rows) {
    Firm firm = firm_with_task();
    for (const Command& command : row.before) firm.given("sam", command);
    SCOPED_TRACE(row.name);
    EXPECT_EQ(firm.when("sam", StartTask{id("t"), {}}), row.start);
    EXPECT_EQ(firm.when("sam", CompleteTask{id("t"), {}, {}}), row.complete);
    EXPECT_EQ(firm.when("sam", CancelTask{id("t"), {}, {}}), row.cancel);
    EXPECT_EQ(firm.when("sam", ReopenTask{id("t"), {}}), row.reopen);
  }
}

TEST(TaskMoves, CompletingTellsWhoAndWhen) {
  Firm firm = firm_with_task();
  firm.given("mona", CompleteTask{id("t"), {}, {}});
  EXPECT_EQ(firm.state<Task>("t").completed_by, id("mona"));
  EXPECT_TRUE(firm.state<Task>("t").completed_at);
  firm.given("sam", ReopenTask{id("t"), {}});
  EXPECT_FALSE(firm.state<Task>("t").completed_at || firm.state<Task>("t").completed_by);
}

TEST(CompleteTask, LogsTheInteractionThatItsCategoryMeans) {
  const struct {
    std::string_view category, type;
  } rows[] = {{"relance", "call"},  {"rdv", "meeting"},         {"due_diligence", "meeting"},
              {"pitch", "meeting"}, {"negociation", "meeting"}, {"email", "email"},
              {"admin", "note"},    {"autre", "note"}};
  for (const auto& [category, type] : rows) {
    Firm firm = firm_with_task();
    firm.given("sam", update_task("t", R"({"category":")" + std::string(category) + "\"}"));
    const std::string happened =
        firm.when("sam", CompleteTask{id("t"), {}, LoggedInteraction{id("i"), {}, {}, {}, {}, {}}});
    EXPECT_THAT(happened, StartsWith(R"(task.completed.v1 t {"interaction_id":"i"})"));
    EXPECT_THAT(happened,
                HasSubstr(R"(interaction.created.v1 i {"type":")" + std::string(type) + R"(","title":"Appeler")"));
    EXPECT_THAT(happened, HasSubstr(R"("organisation_id":"acme")"));
  }
}

TEST(CompleteTask, LogsNothingThatIsWithNobody) {
  Firm firm = firm_with_task();
  firm.given("sam", create_task("own", R"({"title":"Ranger"})"));
  EXPECT_EQ(firm.when("sam", CompleteTask{id("own"), {}, LoggedInteraction{id("i"), {}, {}, {}, {}, {}}}),
            "invalid invalid_input required@/interaction/organisation_id required@/interaction/person_id");
}

TEST(CompleteTask, ShortensATitleThatIsTooLongBetweenCharacters) {
  std::string title(198, 'x');
  for (int i = 0; i < 10; ++i) title += "é";
  Firm firm = firm_with_task();
  firm.given("sam", update_task("t", R"({"title":")" + title + "\"}"));
  firm.given("sam", CompleteTask{id("t"), {}, LoggedInteraction{id("i"), {}, {}, {}, {}, {}}});
  EXPECT_EQ(firm.state<Interaction>("i").title->text(), std::string(198, 'x') + "éé");
}

// ---- snoozing: it is 2025-06-15, noon UTC

std::string snoozed(const Firm& firm, std::int64_t days) { return firm.when("sam", SnoozeTask{id("t"), {}, days}); }

TEST(SnoozeTask, KeepsTheTimeOfDayOfTheAssigneesClock) {
  Firm firm = firm_with_task(R"("organisation_id":"@acme","due_at":"2025-06-10T07:30:00Z")");
  EXPECT_EQ(snoozed(firm, 1), R"(task.snoozed.v1 t {"until":"2025-06-16T07:30:00.000000Z"})");
  EXPECT_EQ(snoozed(firm, 150), R"(task.snoozed.v1 t {"until":"2025-11-12T08:30:00.000000Z"})")
      << "half past nine in Paris, in winter too";
  firm.given("sam", update_user("sam", R"({"time_zone":"America/New_York"})"));
  EXPECT_EQ(snoozed(firm, 150), R"(task.snoozed.v1 t {"until":"2025-11-12T08:30:00.000000Z"})");
  firm.given("sam", update_user("sam", R"({"time_zone":"Asia/Tokyo"})"));
  EXPECT_EQ(snoozed(firm, 150), R"(task.snoozed.v1 t {"until":"2025-11-12T07:30:00.000000Z"})")
      << "no summer time there";
}

TEST(SnoozeTask, NeverBringsATaskForward) {
  const Firm firm = firm_with_task(R"("organisation_id":"@acme","due_at":"2025-12-01T09:00:00Z")");
  EXPECT_EQ(snoozed(firm, 7), R"(task.snoozed.v1 t {"until":"2025-12-08T09:00:00.000000Z"})");
}

TEST(SnoozeTask, TakesOneDayToAYear) {
  const Firm firm = firm_with_task();
  for (const std::int64_t days : {-1, 0, 366}) {
    EXPECT_EQ(snoozed(firm, days), "invalid invalid_input out_of_range@/days") << days;
  }
  EXPECT_EQ(snoozed(firm, 365), R"(task.snoozed.v1 t {"until":"2026-06-15T12:00:00.000000Z"})");
}

TEST(SnoozeTask, IsOverWhenTheDateIsSetByHand) {
  Firm firm = firm_with_task();
  firm.given("sam", SnoozeTask{id("t"), {}, 7});
  EXPECT_TRUE(firm.state<Task>("t").snoozed_until);
  firm.given("sam", update_task("t", R"({"due_at":"2025-06-17T09:00:00Z"})"));
  EXPECT_FALSE(firm.state<Task>("t").snoozed_until);
}

}  // namespace
}  // namespace alforis::commands::testing
