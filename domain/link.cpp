#include "domain/link.hpp"

#include <utility>

#include "domain/patch.hpp"

namespace alforis::domain {

void evolve(std::optional<Link>& state, LinkCreated event, const EventContext& context) {
  state.emplace();
  static_cast<LinkEnds&>(*state) = event;
  static_cast<LinkData<Full>&>(*state) = std::move(event);
  stamp_created(*state, context);
}

void evolve(std::optional<Link>& state, const LinkUpdated& event, const EventContext& context) {
  if (!state) return;
  apply<LinkData>(*state, event);
  stamp_updated(*state, context);
}

void evolve(std::optional<Link>& state, const LinkEnded& event, const EventContext& context) {
  if (!state) return;
  state->live = false;
  state->is_primary = false;
  if (event.until) state->until = event.until;
  stamp_updated(*state, context);
}

void evolve(std::optional<Link>& state, const LinkMoved& event, const EventContext& context) {
  if (!state) return;
  state->organisation_id = event.organisation_id;
  stamp_updated(*state, context);
}

void evolve(std::optional<Link>& state, const LinkErased&, const EventContext& context) {
  if (!state) return;
  state->job_title.reset();
  state->work_email.reset();
  state->work_phone.reset();
  state->notes.reset();
  stamp_updated(*state, context);
}

}  // namespace alforis::domain
