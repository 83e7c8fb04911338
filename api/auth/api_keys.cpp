#include "api/auth/api_keys.hpp"

#include <algorithm>

#include "api/auth/digest.hpp"
#include "api/auth/token.hpp"

namespace alforis::api {

namespace {

constexpr std::size_t k_id_bytes = 16;
constexpr std::size_t k_id_letters = 22;
constexpr std::size_t k_secret_letters = 43;
constexpr std::int64_t k_told_every_us = 3'600'000'000;

}  // namespace

std::string api_key_prefix(const domain::Uuid& id) {
  const auto& bytes = id.bytes();
  return std::string(k_api_key_prefix) + base64url({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::string api_key_text(const domain::Uuid& id, std::string_view secret) {
  return api_key_prefix(id) + base64url(secret);
}

std::optional<ApiKeyParts> read_api_key(std::string_view text) {
  if (!text.starts_with(k_api_key_prefix)) return std::nullopt;
  text.remove_prefix(k_api_key_prefix.size());
  std::string bytes;
  if (text.size() != k_id_letters + k_secret_letters || !base64url_decode(text.substr(0, k_id_letters), bytes)) {
    return std::nullopt;
  }
  std::array<std::uint8_t, k_id_bytes> id{};
  std::copy_n(bytes.begin(), k_id_bytes, id.begin());
  std::string secret;
  if (!base64url_decode(text.substr(k_id_letters), secret)) return std::nullopt;
  return ApiKeyParts{domain::Uuid(id), sha256_text(secret)};
}

std::optional<ApiKeyDirectory::Grant> ApiKeyDirectory::find(std::string_view text, domain::Instant now) const {
  const auto parts = read_api_key(text);
  if (!parts) return std::nullopt;
  const auto known = keys();
  const auto found = known->find(parts->id);
  if (found == known->end()) return std::nullopt;
  const domain::ApiKey& key = found->second.key;
  if (key.deleted() || !equal_in_constant_time(key.secret_hash, parts->secret_hash)) return std::nullopt;
  if (key.expires_at && *key.expires_at <= now) return std::nullopt;
  Grant grant{key.id, *key.user_id, key.scope};
  std::int64_t told = found->second.told->load(std::memory_order_relaxed);
  grant.use_untold =
      now.micros() - told >= k_told_every_us && found->second.told->compare_exchange_strong(told, now.micros());
  return grant;
}

ApiKeyDirectory::Entry ApiKeyDirectory::entry_of(const domain::ApiKey& key, eventstore::Position position,
                                                 const Keys& known) {
  const std::int64_t last = key.last_used_at ? key.last_used_at->micros() : 0;
  const auto before = known.find(key.id);
  auto told = before != known.end() ? before->second.told : std::make_shared<std::atomic<std::int64_t>>(0);
  if (told->load() < last) told->store(last);
  return {key, position, std::move(told)};
}

void ApiKeyDirectory::replace(const std::vector<domain::ApiKey>& loaded, eventstore::Position position) {
  const std::lock_guard lock(changing_);
  const auto known = keys();
  auto fresh = std::make_shared<Keys>();
  for (const auto& key : loaded) fresh->emplace(key.id, entry_of(key, 0, *known));
  for (const auto& [id, entry] : *known) {
    if (entry.position > position) fresh->insert_or_assign(id, entry);
  }
  std::atomic_store(&keys_, std::shared_ptr<const Keys>(std::move(fresh)));
}

void ApiKeyDirectory::update(const domain::ApiKey& key, eventstore::Position position) {
  const std::lock_guard lock(changing_);
  const auto known = keys();
  auto fresh = std::make_shared<Keys>(*known);
  fresh->insert_or_assign(key.id, entry_of(key, position, *known));
  std::atomic_store(&keys_, std::shared_ptr<const Keys>(std::move(fresh)));
}

}  // namespace alforis::api
