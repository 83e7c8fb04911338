#pragma once
// Authentication by bearer token (RFC 6750).

#include <array>
#include <functional>
#include <mutex>
#include <unordered_map>

#include "api/auth/directory.hpp"
#include "api/auth/token.hpp"
#include "api/route.hpp"

namespace alforis::api {

/// Tokens seen lately are remembered as verified, so that a request costs a look-up instead of a signature. Role and
/// team come from the directory each time: a deactivated user's token ends with the directory's next state.
class BearerAuthenticator : public Authenticator {
 public:
  BearerAuthenticator(const TokenKey& key, const UserDirectory& directory, std::function<std::int64_t()> now_seconds);

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

  std::variant<AccessToken, TokenFault> verify(std::string_view token);

  const TokenKey& key_;
  const UserDirectory& directory_;
  std::function<std::int64_t()> now_seconds_;
  std::array<Shard, 8> shards_;
};

}  // namespace alforis::api
