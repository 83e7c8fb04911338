#pragma once
// Bodies of what belongs to an account: links for a password, one-time codes, API keys.

#include "api/routes/bodies.hpp"
#include "domain/api_key.hpp"
#include "domain/wire/fields.hpp"

namespace alforis::api {

/// A link is handed out: shown this once, to be passed on by whoever asked for it.
struct LinkAnswer {
  std::string link;
  std::string token;
  std::int64_t expires_in = 0;  ///< seconds
  domain::Uuid user_id;
};
BOOST_DESCRIBE_STRUCT(LinkAnswer, (), (link, token, expires_in, user_id))

struct LinkAcceptance {
  domain::Required<std::string> token;
  domain::Required<std::string> password;
};
BOOST_DESCRIBE_STRUCT(LinkAcceptance, (), (token, password))

/// Shown this once.
struct TotpEnrolment {
  std::string secret;  ///< base32, for who types it
  std::string uri;     ///< `otpauth://…`, to be shown as a QR code
};
BOOST_DESCRIBE_STRUCT(TotpEnrolment, (), (secret, uri))

struct TotpCode {
  domain::Required<std::string> code;
};
BOOST_DESCRIBE_STRUCT(TotpCode, (), (code))

/// Shown this once.
struct RecoveryCodes {
  std::vector<std::string> recovery_codes;
};
BOOST_DESCRIBE_STRUCT(RecoveryCodes, (), (recovery_codes))

/// Proves that it is the account's owner who asks.
struct PasswordProof {
  static constexpr domain::SecretMembers<1> k_secret{"password"};

  domain::Required<std::string> password;
};
BOOST_DESCRIBE_STRUCT(PasswordProof, (), (password))

struct NewApiKey : ProposedId {
  domain::Required<domain::Line<100>> name;
  domain::Role scope = domain::Role::viewer;
  std::optional<domain::Uuid> user_id;  ///< as whom it lets in; left out: who makes it
  std::optional<domain::Instant> expires_at;
};
BOOST_DESCRIBE_STRUCT(NewApiKey, (ProposedId), (name, scope, user_id, expires_at))

/// With the key itself, shown this once.
struct CreatedApiKey : domain::ApiKey {
  std::string key;
};
BOOST_DESCRIBE_STRUCT(CreatedApiKey, (domain::ApiKey), (key))

}  // namespace alforis::api
