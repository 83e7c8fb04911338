#pragma once
// User: one of the firm's own people, with a role and a team. The password's hash is an event of its own and never part
// of a document.

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "domain/entity.hpp"
#include "domain/notification.hpp"
#include "domain/values/email.hpp"
#include "domain/values/text.hpp"
#include "domain/wire/fields.hpp"
#include "domain/wire/personal.hpp"
#include "domain/wire/secret.hpp"

namespace alforis::domain {

BOOST_DEFINE_ENUM_CLASS(Role, viewer, sales, manager, admin)
BOOST_DEFINE_ENUM_CLASS(Locale, fr, en)
BOOST_DEFINE_ENUM_CLASS(Theme, light, dark, system)

template <class Shape>
struct UserData {
  ALFORIS_FIELD_KINDS
  static constexpr PersonalFields k_personal = PersonalFields::of("email", "full_name");

  Req<Email> email;  ///< unique
  Opt<Line<200>> full_name;
  Def<Role> role = Shape::initial(Role::sales);
  Opt<Uuid> team_id;
  Def<bool> active = Shape::initial(true);
  Def<Locale> locale = Shape::initial(Locale::fr);
  Opt<Line<64>> time_zone;  ///< IANA name; Europe/Paris when empty
  Def<Theme> theme = Shape::initial(Theme::system);
  Opt<std::vector<NotificationPreference>> notification_preferences;  ///< at most one for each type

  friend bool operator==(const UserData&, const UserData&) = default;

  BOOST_DESCRIBE_CLASS(UserData, (),
                       (email, full_name, role, team_id, active, locale, time_zone, theme, notification_preferences),
                       (), ())
};

struct UserCreated : UserData<Full> {
  static constexpr std::string_view k_type = "user.created.v1";
};
BOOST_DESCRIBE_STRUCT(UserCreated, (UserData<Full>), ())

struct UserUpdated : UserData<Patch> {
  static constexpr std::string_view k_type = "user.updated.v1";
};
BOOST_DESCRIBE_STRUCT(UserUpdated, (UserData<Patch>), ())

struct UserPasswordSet {
  static constexpr std::string_view k_type = "user.password_set.v1";
  static constexpr SecretMembers<1> k_secret{"hash"};
  std::string hash;  ///< Argon2id in PHC string form (RFC 9106 parameters inside)
};
BOOST_DESCRIBE_STRUCT(UserPasswordSet, (), (hash))

/// The same password under newer parameters, made when it was known: at a login.
struct UserPasswordRehashed {
  static constexpr std::string_view k_type = "user.password_rehashed.v1";
  static constexpr SecretMembers<1> k_secret{"hash"};
  std::string hash;  ///< Argon2id in PHC string form
};
BOOST_DESCRIBE_STRUCT(UserPasswordRehashed, (), (hash))

/// A link was handed out by which the user chooses a first password.
struct UserInvited {
  static constexpr std::string_view k_type = "user.invited.v1";
  static constexpr SecretMembers<1> k_secret{"token_hash"};
  std::string token_hash;  ///< SHA-256 of the link's token, base64url
  Required<Instant> expires_at;
};
BOOST_DESCRIBE_STRUCT(UserInvited, (), (token_hash, expires_at))

/// A link was handed out by which the user chooses another password.
struct UserPasswordResetRequested {
  static constexpr std::string_view k_type = "user.password_reset_requested.v1";
  static constexpr SecretMembers<1> k_secret{"token_hash"};
  std::string token_hash;  ///< SHA-256 of the link's token, base64url
  Required<Instant> expires_at;
};
BOOST_DESCRIBE_STRUCT(UserPasswordResetRequested, (), (token_hash, expires_at))

/// A secret for one-time codes (RFC 6238) was shown; it counts once a code of it has come.
struct UserTotpEnrolled {
  static constexpr std::string_view k_type = "user.totp_enrolled.v1";
  static constexpr SecretMembers<1> k_secret{"sealed_secret"};
  std::string sealed_secret;  ///< encrypted under the server's key
};
BOOST_DESCRIBE_STRUCT(UserTotpEnrolled, (), (sealed_secret))

/// From now on a login needs a code.
struct UserTotpConfirmed {
  static constexpr std::string_view k_type = "user.totp_confirmed.v1";
  static constexpr SecretMembers<2> k_secret{"sealed_secret", "recovery_hashes"};
  std::string sealed_secret;
  std::int64_t step = 0;                     ///< of the code that confirmed it
  std::vector<std::string> recovery_hashes;  ///< SHA-256 of the recovery codes, base64url
};
BOOST_DESCRIBE_STRUCT(UserTotpConfirmed, (), (sealed_secret, step, recovery_hashes))

/// A code was used: it and those before it are of no use any more.
struct UserTotpUsed {
  static constexpr std::string_view k_type = "user.totp_used.v1";
  std::int64_t step = 0;  ///< the code's time step
};
BOOST_DESCRIBE_STRUCT(UserTotpUsed, (), (step))

struct UserRecoveryCodeUsed {
  static constexpr std::string_view k_type = "user.recovery_code_used.v1";
  static constexpr SecretMembers<1> k_secret{"hash"};
  std::string hash;  ///< the one of the recovery hashes that is used up
};
BOOST_DESCRIBE_STRUCT(UserRecoveryCodeUsed, (), (hash))

struct UserTotpDisabled {
  static constexpr std::string_view k_type = "user.totp_disabled.v1";
};
BOOST_DESCRIBE_STRUCT(UserTotpDisabled, (), ())

/// What deciders compare with what a user brings: hashes of random tokens, and the encrypted secret of one-time codes.
struct UserSecrets {
  std::optional<std::string> link_hash;  ///< of the invitation or reset that stands open
  std::optional<Instant> link_expires_at;
  std::optional<std::string> totp_enrolled;  ///< sealed, not confirmed yet
  std::optional<std::string> totp;           ///< sealed
  std::int64_t totp_step = 0;                ///< of the last code used
  std::vector<std::string> recovery_hashes;
  std::int64_t password_version = 0;  ///< of the user, when the password was set

  friend bool operator==(const UserSecrets&, const UserSecrets&) = default;
};
BOOST_DESCRIBE_STRUCT(UserSecrets, (),
                      (link_hash, link_expires_at, totp_enrolled, totp, totp_step, recovery_hashes, password_version))

struct User : Entity, UserData<Full> {
  static constexpr std::string_view k_entity = "user";
  static constexpr SecretMembers<1> k_secret{"secrets"};

  bool two_factor = false;  ///< a login needs a one-time code
  std::optional<UserSecrets> secrets;

  friend bool operator==(const User&, const User&) = default;
};
BOOST_DESCRIBE_STRUCT(User, (Entity, UserData<Full>), (two_factor, secrets))

void evolve(std::optional<User>& state, UserCreated event, const EventContext& context);
void evolve(std::optional<User>& state, const UserUpdated& event, const EventContext& context);
void evolve(std::optional<User>& state, const UserPasswordSet& event, const EventContext& context);
void evolve(std::optional<User>& state, const UserPasswordRehashed& event, const EventContext& context);
void evolve(std::optional<User>& state, const UserInvited& event, const EventContext& context);
void evolve(std::optional<User>& state, const UserPasswordResetRequested& event, const EventContext& context);
void evolve(std::optional<User>& state, const UserTotpEnrolled& event, const EventContext& context);
void evolve(std::optional<User>& state, const UserTotpConfirmed& event, const EventContext& context);
void evolve(std::optional<User>& state, const UserTotpUsed& event, const EventContext& context);
void evolve(std::optional<User>& state, const UserRecoveryCodeUsed& event, const EventContext& context);
void evolve(std::optional<User>& state, const UserTotpDisabled& event, const EventContext& context);

}  // namespace alforis::domain
