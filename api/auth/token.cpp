#include "api/auth/token.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <jwt/jwt.hpp>
#include <stdexcept>

namespace alforis::api {

namespace {

constexpr std::size_t k_min_secret = 32;
constexpr std::string_view k_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

}  // namespace

TokenKey::TokenKey(std::string secret) : secret_(std::move(secret)) {
  if (secret_.size() < k_min_secret) throw std::invalid_argument("the token key needs at least 32 bytes");
}

std::string TokenKey::issue(const AccessToken& token, std::int64_t now_seconds) const {
  jwt::jwt_object object{jwt::params::algorithm("HS256"), jwt::params::secret(secret_)};
  object.add_claim("sub", token.user.text());
  object.add_claim("jti", token.id.text());
  object.add_claim("iat", now_seconds);
  object.add_claim("exp", token.expires_at);
  return object.signature();
}

std::variant<AccessToken, TokenFault> TokenKey::verify(const std::string& token, std::int64_t now_seconds) const {
  std::error_code error;
  try {
    // The library's own look at `exp` uses the system clock; ours is the caller's.
    const auto object = jwt::decode(token, jwt::params::algorithms({"HS256"}), error, jwt::params::secret(secret_),
                                    jwt::params::verify(true), jwt::params::leeway(1U << 30U));
    if (error) return TokenFault::bad_signature;
    const auto& payload = object.payload();
    auto user = domain::Uuid::parse(payload.get_claim_value<std::string>("sub"));
    auto id = domain::Uuid::parse(payload.get_claim_value<std::string>("jti"));
    const auto expires_at = payload.get_claim_value<std::int64_t>("exp");
    if (!user || !id) return TokenFault::malformed;
    if (expires_at <= now_seconds) return TokenFault::expired;
    return AccessToken{*id, *user, expires_at};
  } catch (const std::exception&) {  // the library throws what its JSON reader throws
    return TokenFault::malformed;
  }
}

std::string TokenKey::seal(std::string_view purpose, std::string_view text) const {
  std::string message(purpose);
  message.push_back('\0');
  message += text;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  HMAC(EVP_sha256(), secret_.data(), static_cast<int>(secret_.size()),
       reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest.data(), &length);
  return {reinterpret_cast<const char*>(digest.data()), 16};
}

std::string base64url(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : bytes) {
    bits = (bits << 8U) | static_cast<unsigned char>(c);
    held += 8;
    while (held >= 6) {
      held -= 6;
      text.push_back(k_alphabet[(bits >> static_cast<unsigned>(held)) & 63U]);
    }
  }
  if (held > 0) text.push_back(k_alphabet[(bits << static_cast<unsigned>(6 - held)) & 63U]);
  return text;
}

bool base64url_decode(std::string_view text, std::string& bytes) {
  bytes.clear();
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const auto value = k_alphabet.find(c);
    if (value == std::string_view::npos) return false;
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes.push_back(static_cast<char>((bits >> static_cast<unsigned>(held)) & 255U));
    }
  }
  return text.size() % 4 != 1;
}

}  // namespace alforis::api
