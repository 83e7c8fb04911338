#pragma once
// Access tokens: JSON Web Tokens (RFC 7519) signed by HMAC-SHA-256 under the server's key. Nothing but who and how long
// stands in them; rights are looked up at each request.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "domain/values/uuid.hpp"
#include "domain/wire/base64url.hpp"

namespace alforis::api {

struct AccessToken {
  domain::Uuid session;         ///< sid; of a token that an older program wrote its own id
  domain::Uuid user;            ///< sub
  std::int64_t expires_at = 0;  ///< exp, Unix seconds
};

enum class TokenFault { malformed, bad_signature, expired };

class TokenKey {
 public:
  /// `secret`: at least 32 bytes. Throws std::invalid_argument when shorter.
  explicit TokenKey(std::string secret);

  std::string issue(const AccessToken& token, std::int64_t now_seconds) const;
  /// Only HS256 under this key is accepted, whatever the token's header asks for.
  std::variant<AccessToken, TokenFault> verify(const std::string& token, std::int64_t now_seconds) const;

  /// 16 bytes of HMAC-SHA-256 over `text`, for other things that go out and come back (cursors). `purpose` keeps uses
  /// apart.
  std::string seal(std::string_view purpose, std::string_view text) const;
  /// 32 bytes that nobody guesses without the key, always the same for the same purpose and text.
  std::string secret_of(std::string_view purpose, std::string_view text) const;
  /// A key of 32 bytes for another use (HKDF with SHA-256, RFC 5869).
  std::string derived_key(std::string_view purpose) const;

 private:
  std::string hmac(std::string_view message) const;

  std::string secret_;
};

using domain::base64url;
using domain::base64url_decode;

}  // namespace alforis::api
