#pragma once
// Authentication by access token, as a bearer token (RFC 6750) or in a cookie.

#include <array>
#include <functional>
#include <mutex>
#include <unordered_map>

#include "api/auth/directory.hpp"
#include "api/auth/revoked_sessions.hpp"
#include "api/auth/token.hpp"
#include "api/route.hpp"

namespace alforis::api {

/// Tokens seen lately are remembered as verified, so that a request costs a look-up instead of a signature. Role and
/// team come from the directory each time, and a session that was ended is asked for: a deactivated user's token ends
/// with the directory's next state, a revoked session's with the list's.
class BearerAuthenticator : public Authenticator {
 public:
  BearerAuthenticator(const TokenKey& key, const UserDirectory& directory, const RevokedSessions& revoked,
                      std::function<std::int64_t()> now_seconds);

  std::variant<Session, Problem> authenticate(const Request& request) override;

 private:
  struct TokenHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  struct Shard {
    std::mutex mutex;
    std::unordered_map<std::string, AccessToken, TokenHash, std::equal_to<>> verified;
  };

  /// Whoever has a good access token; `by_cookie`: the browser sent it, whoever made it send the request.
  std::variant<Session, Problem> by_token(const Request& request, std::string_view token, bool by_cookie);
  std::variant<AccessToken, TokenFault> verify(std::string_view token);

  const TokenKey& key_;
  const UserDirectory& directory_;
  const RevokedSessions& revoked_;
  std::function<std::int64_t()> now_seconds_;
  std::array<Shard, 8> shards_;
};

}  // namespace alforis::api
