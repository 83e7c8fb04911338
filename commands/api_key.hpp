#pragma once
// Commands of API keys: administrators make them, for themselves or for others; their users see and revoke them.

#include <optional>
#include <string>
#include <vector>

#include "commands/decision.hpp"
#include "domain/api_key.hpp"

namespace alforis::commands {

/// How often a key's use is noted at most.
inline constexpr std::chrono::hours k_use_noted{1};

struct CreateApiKey {
  using Subject = domain::ApiKey;
  Uuid id;
  domain::ApiKeyCreated data;
};
/// Given by the key's user.
struct UseApiKey {
  using Subject = domain::ApiKey;
  Uuid id;
  std::optional<domain::Line<64>> address;
};
struct RevokeApiKey {
  using Subject = domain::ApiKey;
  Uuid id;
  IfMatch if_match;
  std::optional<Text<1000>> reason;
};

Decided decide(const CreateApiKey& command, const DecisionContext& context);
Decided decide(const UseApiKey& command, const DecisionContext& context);
Decided decide(const RevokeApiKey& command, const DecisionContext& context);

/// Revokes every key of a user.
void revoke_api_keys(const Uuid& user, const DecisionContext& context, Decision& decision);

/// All index keys that an API key has in a state; every one leads to its id.
std::vector<std::string> keys_of(const domain::ApiKey& key);

}  // namespace alforis::commands
