#pragma once
// Tokens that mean nothing to who holds them: refresh tokens, and those of links for a password. They name whose they
// are, so that nothing need be looked up, and carry the server's seal, so that a made-up one is known without asking
// the writer.

#include <optional>
#include <string>
#include <string_view>

#include "api/auth/token.hpp"
#include "domain/values/uuid.hpp"

namespace alforis::api {

/// What a sealed token says.
struct OpaqueToken {
  domain::Uuid user;
  domain::Uuid subject;  ///< the session; of a link the user again
};

/// Random part of a token, in bytes.
inline constexpr std::size_t k_token_secret = 32;

/// base64url of user, subject, secret and seal. `purpose` keeps kinds of token apart; `secret` has k_token_secret
/// bytes.
std::string make_opaque_token(const TokenKey& key, std::string_view purpose, const OpaqueToken& token,
                              std::string_view secret);
/// nullopt when this server has not made it for this purpose. Whether it is still good is for the log to say.
std::optional<OpaqueToken> read_opaque_token(const TokenKey& key, std::string_view purpose, std::string_view text);

}  // namespace alforis::api
