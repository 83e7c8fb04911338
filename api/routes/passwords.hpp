#pragma once
// What the routes share that ask for a password or set one.

#include <optional>
#include <string>
#include <string_view>

#include "api/route.hpp"
#include "api/services.hpp"

namespace alforis::api {

/// What is known of an account, and whether the password was its own.
struct KnownAccount {
  std::string email;  ///< as it was looked for
  std::optional<projections::Credentials> credentials;
  bool right = false;
};

/// The hash of a new password, made on the pool. Throws ProblemException 422 when it breaks the rules. `own`: the
/// user's name and address, which it must not be made of.
Task<std::string> hashed_password(Services& services, std::string password, std::vector<std::string> own,
                                  std::string_view pointer);

/// Looks the account up and checks the password; takes as long for accounts that do not exist. Throws ProblemException:
/// 429 when there were too many failures of late, 503 when the tables cannot be read.
Task<KnownAccount> check_password(Services& services, const RequestContext& context, std::string email,
                                  std::string password);

/// Everything that was brought was right: the attempt that check_password() counted was none to guess.
void forgive(Services& services, const RequestContext& context, const KnownAccount& known);

/// The asker's own account. Throws ProblemException 404 when the tables do not have it, and as check_password() does.
Task<KnownAccount> check_own_password(Services& services, const RequestContext& context, std::string password);

/// 403: what an administrator does to others' accounts is no way around one's own password. `instead`: the path that
/// asks for it.
Problem own_account(std::string_view instead);

}  // namespace alforis::api
