#pragma once
// Bodies of users, and of logging in.

#include "api/routes/bodies.hpp"
#include "domain/user.hpp"

namespace alforis::api {

struct NewUser : ProposedId, domain::UserData<domain::Full> {
  static constexpr domain::SecretMembers<1> k_secret{"password"};

  std::optional<std::string> password;
};
BOOST_DESCRIBE_STRUCT(NewUser, (ProposedId, domain::UserData<domain::Full>), (password))

/// One's own change proves the present password; an administrator's needs none.
struct PasswordChange {
  static constexpr domain::SecretMembers<2> k_secret{"current", "password"};

  std::optional<std::string> current;
  domain::Required<std::string> password;
};
BOOST_DESCRIBE_STRUCT(PasswordChange, (), (current, password))

}  // namespace alforis::api
