#pragma once
// Commands of sessions. Tokens never come here: only their hashes, and the times at which things end.

#include <optional>
#include <string>
#include <vector>

#include "commands/decision.hpp"
#include "domain/session.hpp"

namespace alforis::commands {

/// Sessions that a user may have at once; the oldest makes way for one more.
inline constexpr std::size_t k_most_sessions = 250;
/// A session that is refreshed again and again ends after this time all the same.
inline constexpr std::chrono::days k_longest_session{90};

/// Given by the user itself, whose password was right; refused when it has been changed since. Who has one-time codes
/// brings one, or a recovery code.
struct OpenSession {
  using Subject = domain::Session;
  Uuid id;
  domain::SessionCreated data;
  std::int64_t checked_version = 0;          ///< of the user, when the password was found right
  std::optional<std::int64_t> totp_step;     ///< time step of the code that was right
  std::optional<std::string> recovery_hash;  ///< of the recovery code
};
/// Given by the session's user. A token that is not the newest one has been used before: the session ends, because two
/// have it and one of them stole it.
struct RefreshSession {
  using Subject = domain::Session;
  Uuid id;
  std::string token_hash;
  domain::SessionRefreshed next;
};
struct RevokeSession {
  using Subject = domain::Session;
  Uuid id;
  std::optional<domain::SessionEnd> reason;  ///< nullopt: by the user or an administrator, whoever asks
};

Decided decide(const OpenSession& command, const DecisionContext& context);
Decided decide(const RefreshSession& command, const DecisionContext& context);
Decided decide(const RevokeSession& command, const DecisionContext& context);

/// Ends every session of a user but one.
void end_sessions(const Uuid& user, domain::SessionEnd reason, const std::optional<Uuid>& but,
                  const DecisionContext& context, Decision& decision);

namespace index {
std::string session_expiries();
}  // namespace index

/// All index keys that a session has in a state; every one leads to its id.
std::vector<std::string> keys_of(const domain::Session& session);

}  // namespace alforis::commands
