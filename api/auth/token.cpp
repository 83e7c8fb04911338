#include "api/auth/token.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <simdjson.h>

#include <array>
#include <jwt/jwt.hpp>
#include <memory>
#include <stdexcept>

namespace alforis::api {

namespace {

constexpr std::size_t k_min_secret = 32;

/// One part of a token as a JSON object. False when it is none.
bool read_part(std::string_view encoded, simdjson::dom::parser& parser, simdjson::dom::object& object) {
  std::string json;
  return base64url_decode(encoded, json) && parser.parse(json).get(object) == simdjson::SUCCESS;
}

/// A token of a program that knew no sessions has only an id of its own (jti): it is its own session, and good until it
/// ends. What a token says whose signature is right: that does not make it one that this server would have written.
std::variant<AccessToken, TokenFault> read_claims(std::string_view header, std::string_view payload,
                                                  std::int64_t now_seconds) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  std::string_view algorithm;
  if (!read_part(header, parser, object) || object["alg"].get(algorithm) != simdjson::SUCCESS || algorithm != "HS256") {
    return TokenFault::malformed;
  }
  std::string_view sub;
  std::string_view sid;
  std::int64_t expires_at = 0;
  if (!read_part(payload, parser, object) || object["sub"].get(sub) != simdjson::SUCCESS ||
      (object["sid"].get(sid) != simdjson::SUCCESS && object["jti"].get(sid) != simdjson::SUCCESS) ||
      object["exp"].get(expires_at) != simdjson::SUCCESS) {
    return TokenFault::malformed;
  }
  const auto user = domain::Uuid::parse(sub);
  const auto session = domain::Uuid::parse(sid);
  if (!user || !session) return TokenFault::malformed;
  if (expires_at <= now_seconds) return TokenFault::expired;
  return AccessToken{*session, *user, expires_at};
}

}  // namespace

TokenKey::TokenKey(std::string secret) : secret_(std::move(secret)) {
  if (secret_.size() < k_min_secret) throw std::invalid_argument("the token key needs at least 32 bytes");
}

std::string TokenKey::issue(const AccessToken& token, std::int64_t now_seconds) const {
  jwt::jwt_object object{jwt::params::algorithm("HS256"), jwt::params::secret(secret_)};
  object.add_claim("sub", token.user.text());
  object.add_claim("sid", token.session.text());
  object.add_claim("iat", now_seconds);
  object.add_claim("exp", token.expires_at);
  return object.signature();
}

// Not jwt::decode: it reads header and claims before it knows who wrote them, with assertions instead of errors, and
// its get_claim_value ends the process when a claim is missing. Nothing is read here before the signature is right.
std::variant<AccessToken, TokenFault> TokenKey::verify(const std::string& token, std::int64_t now_seconds) const {
  const auto signed_end = token.rfind('.');
  const auto header_end = token.find('.');
  if (signed_end == std::string::npos || header_end == signed_end) return TokenFault::malformed;
  const std::string_view signed_part(token.data(), signed_end);
  const std::string signature = base64url(hmac(signed_part));
  const std::string_view given = std::string_view(token).substr(signed_end + 1);
  if (given.size() != signature.size() || CRYPTO_memcmp(given.data(), signature.data(), given.size()) != 0) {
    return TokenFault::bad_signature;
  }
  return read_claims(signed_part.substr(0, header_end), signed_part.substr(header_end + 1), now_seconds);
}

std::string TokenKey::hmac(std::string_view message) const {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  HMAC(EVP_sha256(), secret_.data(), static_cast<int>(secret_.size()),
       reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest.data(), &length);
  return {reinterpret_cast<const char*>(digest.data()), length};
}

std::string TokenKey::seal(std::string_view purpose, std::string_view text) const {
  return secret_of(purpose, text).substr(0, 16);
}

std::string TokenKey::secret_of(std::string_view purpose, std::string_view text) const {
  std::string message(purpose);
  message.push_back('\0');
  message += text;
  return hmac(message);
}

std::string TokenKey::derived_key(std::string_view purpose) const {
  constexpr std::size_t k_size = 32;
  std::string key(k_size, '\0');
  std::size_t size = k_size;
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, nullptr),
                                                                            &EVP_PKEY_CTX_free);
  const auto* secret = reinterpret_cast<const unsigned char*>(secret_.data());
  const auto* info = reinterpret_cast<const unsigned char*>(purpose.data());
  if (!context || EVP_PKEY_derive_init(context.get()) <= 0 ||
      EVP_PKEY_CTX_set_hkdf_md(context.get(), EVP_sha256()) <= 0 ||
      EVP_PKEY_CTX_set1_hkdf_key(context.get(), secret, static_cast<int>(secret_.size())) <= 0 ||
      EVP_PKEY_CTX_add1_hkdf_info(context.get(), info, static_cast<int>(purpose.size())) <= 0 ||
      EVP_PKEY_derive(context.get(), reinterpret_cast<unsigned char*>(key.data()), &size) <= 0) {
    throw std::runtime_error("a key can't be derived");
  }
  return key;
}

}  // namespace alforis::api
