#include "commands/decision.hpp"

namespace alforis::commands {

NewEvent::NewEvent(NewEvent&& other) noexcept = default;
NewEvent& NewEvent::operator=(NewEvent&& other) noexcept = default;
NewEvent::~NewEvent() = default;

Rejection not_found(std::string_view what) {
  return {RejectionKind::not_found, "not_found", "there is no such " + std::string(what), {}, {}, {}};
}

Rejection forbidden(std::string_view detail) {
  return {RejectionKind::forbidden, "forbidden", std::string(detail), {}, {}, {}};
}

Rejection invalid(domain::Problems problems) {
  return {RejectionKind::invalid, "invalid_input", "some members are wrong", std::move(problems), {}, {}};
}

Rejection conflict(std::string_view code, std::string_view detail) {
  return {RejectionKind::conflict, std::string(code), std::string(detail), {}, {}, {}};
}

Rejection not_unique(std::string_view pointer, const Uuid& other, bool other_visible) {
  Rejection rejection = conflict("not_unique", "another record has this value already");
  rejection.problems = domain::problem("not_unique", "another record has this value already", pointer);
  if (other_visible) rejection.conflict = other;
  return rejection;
}

Refusal admin_only(const DecisionContext& context) {
  if (context.actor.role == domain::Role::admin) return std::nullopt;
  return forbidden("only administrators do this");
}

Refusal stale(const IfMatch& if_match, const domain::Entity& entity) {
  if (!if_match || *if_match == entity.version) return std::nullopt;
  return Rejection{RejectionKind::precondition_failed,
                   "version_mismatch",
                   "the record is at version " + std::to_string(entity.version) + ", not " + std::to_string(*if_match),
                   {},
                   {},
                   {}};
}

Refusal merged_away(const Uuid& organisation, const DecisionContext& context) {
  const Uuid survivor = context.state.survivor(organisation);
  if (survivor == organisation) return std::nullopt;
  const auto found = context.state.find<domain::Organisation>(survivor);
  if (!found || found->deleted() || !may_see(*found, context)) return std::nullopt;
  Rejection moved{RejectionKind::moved, "merged", "the organisation was merged into another", {}, {}, {}};
  moved.conflict = survivor;
  return moved;
}

}  // namespace alforis::commands
