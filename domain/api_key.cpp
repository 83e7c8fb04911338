#include "domain/api_key.hpp"

#include <utility>

namespace alforis::domain {

void evolve(std::optional<ApiKey>& state, ApiKeyCreated event, const EventContext& context) {
  state.emplace();
  state->user_id = event.user_id;
  state->name = std::move(event.name);
  state->scope = event.scope;
  state->prefix = std::move(event.prefix);
  state->expires_at = event.expires_at;
  state->secret_hash = std::move(event.secret_hash);
  stamp_created(*state, context);
}

void evolve(std::optional<ApiKey>& state, ApiKeyUsed event, const EventContext& context) {
  if (!state) return;
  state->last_used_at = context.time;
  state->last_used_from = std::move(event.address);
  stamp_updated(*state, context);
}

void evolve(std::optional<ApiKey>& state, const ApiKeyRevoked&, const EventContext& context) {
  if (!state) return;
  state->secret_hash.clear();
  stamp_deleted(*state, context);
}

}  // namespace alforis::domain
