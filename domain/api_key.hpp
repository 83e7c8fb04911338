#pragma once
// API key: lets a program in as a user, with that user's role or less. It holds the secret's hash only.

#include <boost/describe.hpp>
#include <optional>
#include <string>

#include "domain/entity.hpp"
#include "domain/user.hpp"
#include "domain/values/text.hpp"
#include "domain/wire/fields.hpp"
#include "domain/wire/personal.hpp"
#include "domain/wire/secret.hpp"

namespace alforis::domain {

struct ApiKeyCreated {
  static constexpr std::string_view k_type = "api_key.created.v1";
  static constexpr SecretMembers<1> k_secret{"secret_hash"};

  Required<Uuid> user_id;
  Required<Line<100>> name;
  Role scope = Role::viewer;  ///< what it may at most; the user's own role bounds it at each request
  Required<Line<40>> prefix;  ///< how the key begins, so that people know it again
  std::optional<Instant> expires_at;
  std::string secret_hash;  ///< SHA-256 of its random part, base64url
};
BOOST_DESCRIBE_STRUCT(ApiKeyCreated, (), (user_id, name, scope, prefix, expires_at, secret_hash))

/// Told at most once an hour.
struct ApiKeyUsed {
  static constexpr std::string_view k_type = "api_key.used.v1";
  static constexpr PersonalFields k_personal = PersonalFields::of("address");
  std::optional<Line<64>> address;
};
BOOST_DESCRIBE_STRUCT(ApiKeyUsed, (), (address))

struct ApiKeyRevoked {
  static constexpr std::string_view k_type = "api_key.revoked.v1";
  std::optional<Text<1000>> reason;
};
BOOST_DESCRIBE_STRUCT(ApiKeyRevoked, (), (reason))

/// Of no use any more when deleted().
struct ApiKey : Entity {
  static constexpr std::string_view k_entity = "api_key";
  static constexpr SecretMembers<1> k_secret{"secret_hash"};

  Required<Uuid> user_id;
  Required<Line<100>> name;
  Role scope = Role::viewer;
  Required<Line<40>> prefix;
  std::optional<Instant> expires_at;
  std::optional<Instant> last_used_at;
  std::optional<Line<64>> last_used_from;
  std::string secret_hash;

  friend bool operator==(const ApiKey&, const ApiKey&) = default;
};
BOOST_DESCRIBE_STRUCT(ApiKey, (Entity),
                      (user_id, name, scope, prefix, expires_at, last_used_at, last_used_from, secret_hash))

void evolve(std::optional<ApiKey>& state, ApiKeyCreated event, const EventContext& context);
void evolve(std::optional<ApiKey>& state, ApiKeyUsed event, const EventContext& context);
void evolve(std::optional<ApiKey>& state, const ApiKeyRevoked& event, const EventContext& context);

}  // namespace alforis::domain
