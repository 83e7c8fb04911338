#pragma once
// Session: that somebody is logged in somewhere. It holds the refresh token's hash only, and ends by being revoked.

#include <boost/describe.hpp>
#include <optional>
#include <string>

#include "domain/entity.hpp"
#include "domain/values/text.hpp"
#include "domain/wire/fields.hpp"
#include "domain/wire/personal.hpp"
#include "domain/wire/secret.hpp"

namespace alforis::domain {

/// Who keeps the tokens: a program, or a browser in its cookies.
BOOST_DEFINE_ENUM_CLASS(SessionClient, app, browser)

/// Why a session is over. `reuse`: a refresh token came that had been used before, so two have it and one stole it.
BOOST_DEFINE_ENUM_CLASS(SessionEnd, logout, by_user, by_admin, reuse, deactivated, password_changed, superseded,
                        expired)

struct SessionCreated {
  static constexpr std::string_view k_type = "session.created.v1";
  static constexpr SecretMembers<1> k_secret{"token_hash"};
  static constexpr PersonalFields k_personal = PersonalFields::of("device", "address");

  Required<Uuid> user_id;
  std::optional<Line<200>> device;  ///< what the client calls itself
  std::optional<Line<64>> address;  ///< where it called from
  SessionClient client = SessionClient::app;
  Required<Instant> expires_at;  ///< unless it is refreshed before
  std::string token_hash;        ///< SHA-256 of the refresh token, base64url
};
BOOST_DESCRIBE_STRUCT(SessionCreated, (), (user_id, device, address, client, expires_at, token_hash))

/// The refresh token was used, and replaced by the next one (RFC 9700 §4.14.2).
struct SessionRefreshed {
  static constexpr std::string_view k_type = "session.refreshed.v1";
  static constexpr SecretMembers<1> k_secret{"token_hash"};
  static constexpr PersonalFields k_personal = PersonalFields::of("address");

  std::optional<Line<64>> address;
  Required<Instant> expires_at;
  std::string token_hash;
};
BOOST_DESCRIBE_STRUCT(SessionRefreshed, (), (address, expires_at, token_hash))

struct SessionRevoked {
  static constexpr std::string_view k_type = "session.revoked.v1";
  SessionEnd reason = SessionEnd::logout;
};
BOOST_DESCRIBE_STRUCT(SessionRevoked, (), (reason))

/// Over when deleted().
struct Session : Entity {
  static constexpr std::string_view k_entity = "session";
  static constexpr SecretMembers<1> k_secret{"token_hash"};

  Required<Uuid> user_id;
  std::optional<Line<200>> device;
  std::optional<Line<64>> address;  ///< where it was used last
  SessionClient client = SessionClient::app;
  Required<Instant> expires_at;
  std::optional<SessionEnd> end_reason;
  std::string token_hash;

  friend bool operator==(const Session&, const Session&) = default;
};
BOOST_DESCRIBE_STRUCT(Session, (Entity), (user_id, device, address, client, expires_at, end_reason, token_hash))

void evolve(std::optional<Session>& state, SessionCreated event, const EventContext& context);
void evolve(std::optional<Session>& state, SessionRefreshed event, const EventContext& context);
void evolve(std::optional<Session>& state, const SessionRevoked& event, const EventContext& context);

}  // namespace alforis::domain
