#include "api/routes/agenda.hpp"
#include "api/routes/command_routes.hpp"
#include "api/routes/resources.hpp"
#include "api/routes/task_bodies.hpp"
#include "commands/task.hpp"
#include "domain/wire/codec.hpp"

namespace alforis::api {

using namespace domain;
using commands::IfMatch;

namespace {

constexpr std::string_view k_path = "/api/v1/tasks";
constexpr std::string_view k_tag = "tasks";
const Schema k_task{"Task", &wire::json_schema<domain::Task>};

std::optional<commands::LoggedInteraction> to_log(std::optional<InteractionToLog> asked, const Services& services) {
  if (!asked) return std::nullopt;
  return commands::LoggedInteraction{services.new_id(),      asked->type,        std::move(asked->title),
                                     std::move(asked->body), asked->occurred_at, asked->duration_minutes};
}

void add_moves(ResourceRows& rows, Services& services) {
  const auto bare = [&rows]<class Command>(std::type_identity<Command>, std::string_view verb, std::string summary) {
    return &rows.change<NoMembers>(Method::post, verb, std::move(summary), input<NoMembers>("NoMembers"), true,
                                   [](Uuid id, IfMatch if_match, const NoMembers&) {
                                     return Command{id, if_match};
                                   });
  };
  Route* start = bare(std::type_identity<commands::StartTask>(), "/start", "Start");
  Route* reopen = bare(std::type_identity<commands::ReopenTask>(), "/reopen", "Open again what was done or cancelled");
  Route& complete = rows.change<TaskCompletion>(
      Method::post, "/complete", "Done; may log an interaction in the same commit",
      input<TaskCompletion>("TaskCompletion"), true, [&services](Uuid id, IfMatch if_match, TaskCompletion body) {
        return commands::CompleteTask{id, if_match, to_log(std::move(body.interaction), services)};
      });
  complete.examples = {{"With the call that was it", R"({"interaction":{"body":"Intéressé par le fonds"}})", ""}};
  may_answer(complete, {"already_exists"});
  Route& cancel = rows.change<Removal>(Method::post, "/cancel", "Not to be done any more", input<Removal>("Removal"),
                                       true, [](Uuid id, IfMatch if_match, Removal body) {
                                         return commands::CancelTask{id, if_match, std::move(body.reason)};
                                       });
  Route& snooze = rows.change<Snooze>(Method::post, "/snooze", "Put off by days, at the same time of day",
                                      input<Snooze>("Snooze"), false, [](Uuid id, IfMatch if_match, Snooze body) {
                                        return commands::SnoozeTask{id, if_match, *body.days};
                                      });
  snooze.examples = {{"", R"({"days":7})", ""}};
  for (Route* move : {start, reopen, &complete, &cancel, &snooze}) may_answer(*move, {"invalid_transition", "deleted"});
}

}  // namespace

std::vector<Route> task_routes(Services& services) {
  ResourceRows rows(services, EntityKind::task, k_path, k_task, k_tag, "task");
  rows.create<NewTask>(Access::sales, "Create a task; without an assignee it is one's own", input<NewTask>("NewTask"),
                       [](Uuid id, NewTask body) {
                         return commands::CreateTask{id, std::move(body)};
                       })
      .examples = {{"",
                    R"({"title":"Relancer","category":"relance","priority":"haute","due_at":"2026-03-02T09:00:00Z",)"
                    R"("organisation_id":"0195c2a0-0000-7000-8000-000000000001"})",
                    ""}};
  may_answer(
      rows.patch<commands::UpdateTask, TaskData<Patch>>("Change fields; the status has moves of its own", "TaskPatch"),
      {"deleted"});
  add_moves(rows, services);
  may_answer(rows.remove<commands::DeleteTask>("Delete; can be restored"), {"deleted"});
  rows.restore<commands::RestoreTask>();
  rows.add(agenda_row(services, {EntityKind::task,
                                 k_path,
                                 k_tag,
                                 "What is to be done, by when: my day, my team's",
                                 {"TaskAgenda", [] { return agenda_schema("Task"); }},
                                 "due_at",
                                 {{"status", "todo,doing"}},
                                 "assignee",
                                 {"assignee", "assignee_id", "assignee_team", "assignee_team_id"}}));
  rows.bulk(EntityKind::task);
  return std::move(rows).done();
}

}  // namespace alforis::api

ALFORIS_WIRE(alforis::api::NewTask)
ALFORIS_WIRE(alforis::api::TaskCompletion)
ALFORIS_WIRE(alforis::api::Snooze)
