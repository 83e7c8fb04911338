#include "commands/auto_tasks.hpp"

#include <algorithm>
#include <array>

#include "commands/workspace.hpp"
#include "domain/values/time_zone.hpp"

namespace alforis::commands {

using namespace domain;

namespace {

constexpr std::int64_t k_nine_in_the_morning = std::int64_t{9} * 3600 * 1'000'000;

/// A rule as a row. Titles end with the name of what the task is about.
struct Rule {
  AutoTaskRule rule;
  bool WorkspaceData<Full>::*on;
  int days;
  TaskPriority priority;
  TaskCategory category;
  std::string_view french;
  std::string_view english;
};

constexpr std::array k_rules = {
    Rule{AutoTaskRule::proposition, &WorkspaceData<Full>::auto_task_proposition, 3, TaskPriority::haute,
         TaskCategory::relance, "Relancer après la proposition", "Follow up on the proposal"},
    Rule{AutoTaskRule::negociation, &WorkspaceData<Full>::auto_task_negociation, 7, TaskPriority::haute,
         TaskCategory::negociation, "Faire avancer la négociation", "Move the negotiation forward"},
    Rule{AutoTaskRule::signature, &WorkspaceData<Full>::auto_task_signature, 1, TaskPriority::critique,
         TaskCategory::rdv, "Rendez-vous d’accueil", "Onboarding meeting"},
    Rule{AutoTaskRule::after_meeting, &WorkspaceData<Full>::auto_task_after_meeting, 1, TaskPriority::haute,
         TaskCategory::admin, "Compte rendu de la réunion", "Minutes of the meeting"},
    Rule{AutoTaskRule::after_call, &WorkspaceData<Full>::auto_task_after_call, 3, TaskPriority::moyenne,
         TaskCategory::relance, "Relancer après l’appel", "Follow up on the call"},
    Rule{AutoTaskRule::after_email, &WorkspaceData<Full>::auto_task_after_email, 5, TaskPriority::basse,
         TaskCategory::email, "Relancer après l’e-mail", "Follow up on the e-mail"},
};

const Rule& row_of(AutoTaskRule rule) {
  return *std::find_if(k_rules.begin(), k_rules.end(), [&](const Rule& row) { return row.rule == rule; });
}

std::optional<AutoTaskRule> rule_of(PipelineStage stage) {
  switch (stage) {
    case PipelineStage::proposition:
      return AutoTaskRule::proposition;
    case PipelineStage::negociation:
      return AutoTaskRule::negociation;
    case PipelineStage::signe:
      return AutoTaskRule::signature;
    case PipelineStage::prospect:
    case PipelineStage::qualification:
    case PipelineStage::perdu:
    case PipelineStage::inactif:
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<AutoTaskRule> rule_of(InteractionType type) {
  switch (type) {
    case InteractionType::meeting:
    case InteractionType::visio:
      return AutoTaskRule::after_meeting;
    case InteractionType::call:
      return AutoTaskRule::after_call;
    case InteractionType::email:
      return AutoTaskRule::after_email;
    case InteractionType::webinaire:
    case InteractionType::note:
    case InteractionType::other:
      return std::nullopt;
  }
  return std::nullopt;
}

/// What a rule was set off by.
struct Cause {
  AutoTaskRule rule;
  Uuid of;                    ///< the entity whose change it was
  int days;                   ///< until the task is due
  Instant since;              ///< from when they count
  std::optional<Uuid> whose;  ///< the user meant for the task
  std::optional<Uuid> organisation_id;
  std::optional<Uuid> person_id;
};

/// An entity before and after a decision that is about to happen.
template <class State>
struct Change {
  std::optional<State> before;
  std::optional<State> after;
};

template <class State>
Change<State> change_of(const Uuid& id, const Decision& decision, const DecisionContext& context) {
  Change<State> change{context.state.find<State>(id), {}};
  change.after = change.before;
  for (const NewEvent& happened : decision.events) {
    if (happened.id != id) continue;
    std::visit(
        [&](const auto& event) {
          if constexpr (std::is_same_v<StateOf<std::remove_cvref_t<decltype(event)>>, State>) {
            evolve(change.after, event, {id, context.actor.id, context.now});
          }
        },
        happened.event);
  }
  return change;
}

std::optional<Cause> cause_of(const Change<Organisation>& change, const DecisionContext& context) {
  const Organisation& now = *change.after;
  const PipelineStage before = change.before ? change.before->pipeline_stage : PipelineStage::prospect;
  const auto rule = rule_of(now.pipeline_stage);
  if (!rule || now.pipeline_stage == before) return std::nullopt;
  constexpr int k_days_with_fournisseurs = 5;
  const bool sooner = rule == AutoTaskRule::negociation && now.type == OrganisationType::fournisseur;
  return Cause{*rule,  now.id,      sooner ? k_days_with_fournisseurs : row_of(*rule).days, context.now, now.owner_id,
               now.id, std::nullopt};
}

std::optional<Cause> cause_of(const Change<Interaction>& change, const DecisionContext& context) {
  const Interaction& now = *change.after;
  const auto rule = rule_of(now.type);
  const bool was_done = change.before && change.before->status == InteractionStatus::done;
  if (!rule || now.status != InteractionStatus::done || was_done) return std::nullopt;
  return Cause{*rule,
               now.id,
               row_of(*rule).days,
               now.occurred_at.value_or(context.now),
               now.assignee_id,
               now.organisation_id,
               now.person_id};
}

/// One for each entity of the kind that the decision changes.
template <class State>
void add_causes(std::vector<Cause>& causes, const Decision& decision, const DecisionContext& context) {
  std::vector<Uuid> seen;
  for (const NewEvent& happened : decision.events) {
    if (entity_kind(happened.event) != kind_of<State>()) continue;
    if (std::find(seen.begin(), seen.end(), happened.id) != seen.end()) continue;
    seen.push_back(happened.id);
    if (auto cause = cause_of(change_of<State>(happened.id, decision, context), context)) {
      causes.push_back(std::move(*cause));
    }
  }
}

/// The user whose task it will be.
std::optional<User> assignee(const Cause& cause, const Task& task, const DecisionContext& context) {
  const Uuid wanted = cause.whose.value_or(context.actor.id);
  auto user = context.state.find<User>(wanted);
  if (!user || !user->active || user->role == Role::viewer) return std::nullopt;
  // An organisation's owner sees it, and so does who has just moved it.
  const bool sees =
      cause.of == cause.organisation_id || can_see({wanted, user->role, user->team_id}, context.state.whose(task));
  return sees ? std::move(user) : std::nullopt;
}

std::optional<Instant> due_at(const Cause& cause, std::string_view zone, const DecisionContext& context) {
  const auto day = Date::from_ymd(local_time(cause.since, zone).date.days() + std::chrono::days(cause.days));
  if (!day) return std::nullopt;
  const Instant due = instant_of({*day, k_nine_in_the_morning}, zone);
  return due < context.now ? std::nullopt : std::optional(due);
}

std::string subject_name(const Cause& cause, const Decision& decision, const DecisionContext& context) {
  if (cause.organisation_id) {
    const auto organisation = change_of<Organisation>(*cause.organisation_id, decision, context).after;
    if (organisation) return organisation->name->text();
  }
  return {};
}

Line<255> title(const Cause& cause, Locale locale, const Decision& decision, const DecisionContext& context) {
  const Rule& row = row_of(cause.rule);
  const std::string name = subject_name(cause, decision, context);
  const std::string_view said = locale == Locale::fr ? row.french : row.english;
  const std::string_view between = name.empty() ? "" : locale == Locale::fr ? " : " : ": ";
  return shortened<255>(std::string(said) + std::string(between) + name);
}

std::optional<TaskCreated> task_of(const Cause& cause, const Decision& decision, const DecisionContext& context) {
  Task task;
  task.organisation_id = cause.organisation_id;
  task.person_id = cause.person_id;
  task.created_by = context.actor.id;
  const auto user = assignee(cause, task, context);
  const std::string zone = user && user->time_zone ? user->time_zone->text() : std::string(k_default_time_zone);
  TaskCreated event;
  event.due_at = due_at(cause, zone, context);
  if (!event.due_at) return std::nullopt;
  event.title = title(cause, user ? user->locale : Locale::fr, decision, context);
  event.priority = row_of(cause.rule).priority;
  event.category = row_of(cause.rule).category;
  if (user) event.assignee_id = user->id;
  event.organisation_id = cause.organisation_id;
  event.person_id = cause.person_id;
  event.auto_rule = cause.rule;
  return event;
}

/// The name space of the ids (RFC 9562 §6.6): any UUID of our own.
const Uuid& name_space() {
  static const Uuid space = Uuid::parse("6f1d3c52-8a3b-4c57-9d0e-2f6b7c1a9e44").value();
  return space;
}

}  // namespace

void add_auto_tasks(Decision& decision, std::string_view command_id, const DecisionContext& context) {
  if (!decision.makes_tasks) return;
  std::vector<Cause> causes;
  add_causes<Organisation>(causes, decision, context);
  add_causes<Interaction>(causes, decision, context);
  if (causes.empty()) return;
  const Workspace workspace = workspace_of(context.state);
  for (const Cause& cause : causes) {
    if (!(workspace.*row_of(cause.rule).on)) continue;
    auto task = task_of(cause, decision, context);
    if (!task) continue;
    // The time as well: an idempotency key may come again when its first outcome is forgotten.
    const std::string name = std::to_string(context.now.micros()) + '/' + std::string(command_id) + '/' +
                             std::string(enum_text(cause.rule)) + '/' + cause.of.text();
    decision.events.push_back({Uuid::v5(name_space(), name), std::move(*task)});
  }
}

}  // namespace alforis::commands
