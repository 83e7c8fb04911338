#include "commands/api_key.hpp"

namespace alforis::commands {

using namespace domain;

namespace {
std::string keys_of_user(const Uuid& user) { return key_of("i/user_api_keys/", user); }
}  // namespace

std::vector<std::string> keys_of(const ApiKey& key) {
  if (key.deleted()) return {};
  return {shared_key(keys_of_user(*key.user_id), key.id)};
}

Decided decide(const CreateApiKey& command, const DecisionContext& context) {
  if (auto refusal = admin_only(context)) return *refusal;
  if (auto refusal = check_new_id<ApiKey>(command.id, context)) return *refusal;
  const auto user = context.state.find<User>(*command.data.user_id);
  Problems problems;
  if (!user || !user->active) {
    problems.push_back({"unknown_reference", "/user_id", "there is no active user with this id"});
  } else if (command.data.scope > user->role) {
    problems.push_back({"scope_above_role", "/scope", "a key may no more than its user"});
  }
  if (command.data.expires_at && *command.data.expires_at <= context.now) {
    problems.push_back({"out_of_range", "/expires_at", "this is over already"});
  }
  if (!problems.empty()) return invalid(std::move(problems));
  return happened(command.id, command.data);
}

Decided decide(const UseApiKey& command, const DecisionContext& context) {
  const auto present = visible<ApiKey>(command.id, context);
  if (!present) return present.error();
  const bool noted = present->last_used_at && context.now - *present->last_used_at < k_use_noted;
  if (present->deleted() || noted) return Decision{command.id, {}};
  return happened(command.id, ApiKeyUsed{command.address});
}

Decided decide(const RevokeApiKey& command, const DecisionContext& context) {
  const auto present = visible<ApiKey>(command.id, context);
  if (!present) return present.error();
  if (auto refusal = stale(command.if_match, *present)) return *refusal;
  if (present->deleted()) return Decision{command.id, {}};
  return happened(command.id, ApiKeyRevoked{command.reason});
}

void revoke_api_keys(const Uuid& user, const DecisionContext& context, Decision& decision) {
  for (const Uuid& key : context.state.holders(keys_of_user(user))) {
    decision.events.push_back({key, ApiKeyRevoked{}});
  }
}

}  // namespace alforis::commands
