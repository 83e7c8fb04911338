#include "domain/session.hpp"

#include <utility>

namespace alforis::domain {

void evolve(std::optional<Session>& state, SessionCreated event, const EventContext& context) {
  state.emplace();
  state->user_id = event.user_id;
  state->device = std::move(event.device);
  state->address = std::move(event.address);
  state->client = event.client;
  state->expires_at = event.expires_at;
  state->token_hash = std::move(event.token_hash);
  stamp_created(*state, context);
}

void evolve(std::optional<Session>& state, SessionRefreshed event, const EventContext& context) {
  if (!state) return;
  if (event.address) state->address = std::move(event.address);
  state->expires_at = event.expires_at;
  state->token_hash = std::move(event.token_hash);
  stamp_updated(*state, context);
}

void evolve(std::optional<Session>& state, const SessionRevoked& event, const EventContext& context) {
  if (!state) return;
  state->end_reason = event.reason;
  state->token_hash.clear();
  stamp_deleted(*state, context);
}

}  // namespace alforis::domain
