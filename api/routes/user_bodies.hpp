#pragma once
// Bodies of users, and of logging in.

#include "api/routes/bodies.hpp"
#include "domain/user.hpp"

namespace alforis::api {

struct NewUser : ProposedId, domain::UserData<domain::Full> {
  static constexpr SecretMembers<1> k_secret{"password"};

  std::optional<std::string> password;
};
BOOST_DESCRIBE_STRUCT(NewUser, (ProposedId, domain::UserData<domain::Full>), (password))

struct Login {
  domain::Required<std::string> email;
  domain::Required<std::string> password;
};
BOOST_DESCRIBE_STRUCT(Login, (), (email, password))

struct LoginAnswer {
  std::string access_token;
  std::string token_type = "Bearer";
  std::int64_t expires_in = 0;  ///< seconds
};
BOOST_DESCRIBE_STRUCT(LoginAnswer, (), (access_token, token_type, expires_in))

/// One's own change proves the present password; an administrator's needs none.
struct PasswordChange {
  static constexpr SecretMembers<2> k_secret{"current", "password"};

  std::optional<std::string> current;
  domain::Required<std::string> password;
};
BOOST_DESCRIBE_STRUCT(PasswordChange, (), (current, password))

}  // namespace alforis::api
