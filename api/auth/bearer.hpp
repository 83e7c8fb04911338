#pragma once
// Authentication by access token, as a bearer token (RFC 6750) or in a cookie, and by API key.

#include <array>
#include <mutex>
#include <unordered_map>

#include "api/auth/token.hpp"
#include "api/route.hpp"
#include "api/services.hpp"

namespace alforis::api {

/// Tokens seen lately are remembered as verified, so that a request costs a look-up instead of a signature. Role and
/// team come from the directory each time, and a session that was ended is asked for: a deactivated user's token ends
/// with the directory's next state, a revoked session's with the list's.
class BearerAuthenticator : public Authenticator {
 public:
  explicit BearerAuthenticator(Services& services) : services_(services) {}

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
  /// Whoever has a good API key.
  std::variant<Session, Problem> by_api_key(const Request& request, std::string_view key);
  std::variant<AccessToken, TokenFault> verify(std::string_view token);

  Services& services_;
  std::array<Shard, 8> shards_;
};

}  // namespace alforis::api
