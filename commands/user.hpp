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
/// Ends the user's sessions, but the one it was given in.
struct SetPassword {
  using Subject = domain::User;
  Uuid id;
  std::string password_hash;
  std::optional<Uuid> keep_session = {};
};
/// The same password under newer parameters; nothing when the user is another than the hash was made for.
struct RehashPassword {
  using Subject = domain::User;
  Uuid id;
  std::int64_t version = 0;  ///< of the user when the password was right
  std::string password_hash;
};
/// A link for a first password is handed out.
struct InviteUser {
  using Subject = domain::User;
  Uuid id;
  domain::UserInvited link;
};
/// A link for another password is handed out.
struct RequestPasswordReset {
  using Subject = domain::User;
  Uuid id;
  domain::UserPasswordResetRequested link;
};
/// Given by the user whom the link is for. Its token is used up; the user's sessions end.
struct AcceptLink {
  using Subject = domain::User;
  Uuid id;
  std::string token_hash;
  std::string password_hash;
};
struct EnrolTotp {
  using Subject = domain::User;
  Uuid id;
  std::string sealed_secret;
};
/// A code of the enrolled secret was right.
struct ConfirmTotp {
  using Subject = domain::User;
  Uuid id;
  domain::UserTotpConfirmed confirmed;
};
/// By the user or an administrator.
struct DisableTotp {
  using Subject = domain::User;
  Uuid id;
};

Decided decide(const CreateUser& command, const DecisionContext& context);
Decided decide(const UpdateUser& command, const DecisionContext& context);
Decided decide(const SetPassword& command, const DecisionContext& context);
Decided decide(const RehashPassword& command, const DecisionContext& context);
Decided decide(const InviteUser& command, const DecisionContext& context);
Decided decide(const RequestPasswordReset& command, const DecisionContext& context);
Decided decide(const AcceptLink& command, const DecisionContext& context);
Decided decide(const EnrolTotp& command, const DecisionContext& context);
Decided decide(const ConfirmTotp& command, const DecisionContext& context);
Decided decide(const DisableTotp& command, const DecisionContext& context);

namespace index {
std::string active_admin();
}  // namespace index

/// All index keys that a user has in a state; every one leads to its id.
std::vector<std::string> keys_of(const domain::User& user);

/// Whether nobody else is an active administrator.
bool last_active_admin(const Uuid& user, const DecisionContext& context);

}  // namespace alforis::commands
