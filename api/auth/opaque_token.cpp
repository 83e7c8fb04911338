#include "api/auth/opaque_token.hpp"

#include <algorithm>

#include "api/auth/digest.hpp"

namespace alforis::api {

namespace {

constexpr std::size_t k_id = 16;
constexpr std::size_t k_seal = 16;
constexpr std::size_t k_sealed = 2 * k_id + k_token_secret;

std::string_view bytes_of(const domain::Uuid& id) {
  return {reinterpret_cast<const char*>(id.bytes().data()), id.bytes().size()};
}

domain::Uuid id_at(std::string_view bytes, std::size_t at) {
  std::array<std::uint8_t, k_id> id{};
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), k_id, id.begin());
  return domain::Uuid(id);
}

}  // namespace

std::string make_opaque_token(const TokenKey& key, std::string_view purpose, const OpaqueToken& token,
                              std::string_view secret) {
  std::string bytes;
  bytes += bytes_of(token.user);
  bytes += bytes_of(token.subject);
  bytes += secret;
  return base64url(bytes + key.seal(purpose, bytes));
}

std::optional<OpaqueToken> read_opaque_token(const TokenKey& key, std::string_view purpose, std::string_view text) {
  std::string bytes;
  if (!base64url_decode(text, bytes) || bytes.size() != k_sealed + k_seal) return std::nullopt;
  // One token has one text: the last character's spare bits could be others.
  if (base64url(bytes) != text) return std::nullopt;
  const std::string seal = bytes.substr(k_sealed);
  bytes.resize(k_sealed);
  if (!equal_in_constant_time(key.seal(purpose, bytes), seal)) return std::nullopt;
  return OpaqueToken{id_at(bytes, 0), id_at(bytes, k_id)};
}

}  // namespace alforis::api
