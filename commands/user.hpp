#pragma once
// Commands of users: an administrator's work, but for what people set for themselves.

#include <optional>
#include <string>
#include <vector>

#include "commands/decision.hpp"
#include "domain/user.hpp"

namespace alforis::commands {

struct CreateUser {
  using Subject = domain::User;
  Uuid id;
  domain::UserData<Full> data;
  std::optional<std::string> password_hash;  ///< Argon2id, made outside: deciders neither wait nor roll dice
};
struct UpdateUser {
  using Subject = domain::User;
  Uuid id;
  IfMatch if_match;
  domain::UserData<Patch> patch;
};
struct SetPassword {
  using Subject = domain::User;
  Uuid id;
  std::string password_hash;
};

Decided decide(const CreateUser& command, const DecisionContext& context);
Decided decide(const UpdateUser& command, const DecisionContext& context);
Decided decide(const SetPassword& command, const DecisionContext& context);

namespace index {
std::string active_admin();
}  // namespace index

/// All index keys that a user has in a state; every one leads to its id.
std::vector<std::string> keys_of(const domain::User& user);

/// Whether nobody else is an active administrator.
bool last_active_admin(const Uuid& user, const DecisionContext& context);

}  // namespace alforis::commands
