#include "commands/references.hpp"

namespace alforis::commands {

void follow_merges(std::optional<Uuid>& organisation, const DecisionContext& context) {
  if (organisation) organisation = context.state.survivor(*organisation);
}
void follow_merges(Required<Uuid>& organisation, const DecisionContext& context) {
  organisation = context.state.survivor(*organisation);
}
void follow_merges(domain::Edit<Uuid>& organisation, const DecisionContext& context) {
  if (organisation.touched() && organisation.value()) organisation = context.state.survivor(*organisation.value());
}

void check_assignee(domain::Problems& problems, const std::optional<Uuid>& assignee, bool given,
                    const domain::Whose& record, std::string_view pointer, const DecisionContext& context) {
  if (!assignee) return;
  const auto user = context.state.find<domain::User>(*assignee);
  if (!user || (given && !can_see_user(context.actor, *assignee, user->team_id))) {
    problems.push_back({"unknown_reference", std::string(pointer), "there is no user with this id"});
    return;
  }
  const auto acting = context.state.viewer(*assignee);
  if (!acting || acting->role == domain::Role::viewer || !can_see(*acting, record)) {
    problems.push_back(
        {"assignee_cannot_act", std::string(pointer), "this user is inactive, or may not see or change the record"});
  }
}

Refusal check_party(const Uuid& organisation, const DecisionContext& context) {
  domain::Problems problems;
  check_reference<domain::Organisation>(problems, organisation, "/organisation_id", context);
  if (!problems.empty()) return invalid(std::move(problems));
  const auto found = context.state.find<domain::Organisation>(organisation);
  if (can_update(context.actor, context.state.whose(*found))) return std::nullopt;
  return forbidden("the organisation belongs to somebody else");
}

}  // namespace alforis::commands
