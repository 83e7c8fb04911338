#pragma once
// Bodies of logging in and staying logged in.

#include "api/routes/bodies.hpp"
#include "domain/wire/fields.hpp"

namespace alforis::api {

struct Login {
  domain::Required<std::string> email;
  domain::Required<std::string> password;
  std::optional<std::string> totp;           ///< one-time code, of who has them
  std::optional<std::string> recovery_code;  ///< instead of one
  bool cookie = false;                       ///< a browser: the tokens go into cookies that scripts cannot read
};
BOOST_DESCRIBE_STRUCT(Login, (), (email, password, totp, recovery_code, cookie))

/// Where the tokens went into cookies they are not in the answer.
struct LoginAnswer {
  std::optional<std::string> access_token;
  std::string token_type = "Bearer";
  std::int64_t expires_in = 0;  ///< seconds
  std::optional<std::string> refresh_token;
  std::int64_t refresh_expires_in = 0;    ///< seconds
  std::optional<std::string> csrf_token;  ///< to be sent as X-CSRF-Token with whatever changes something
  domain::Uuid session_id;
};
BOOST_DESCRIBE_STRUCT(LoginAnswer, (),
                      (access_token, token_type, expires_in, refresh_token, refresh_expires_in, csrf_token, session_id))

/// Without it the cookie is looked at.
struct Refresh {
  std::optional<std::string> refresh_token;
};
BOOST_DESCRIBE_STRUCT(Refresh, (), (refresh_token))

}  // namespace alforis::api
