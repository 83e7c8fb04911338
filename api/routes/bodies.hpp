#pragma once
// Request and answer bodies that are not simply an entity's fields.

#include <boost/describe.hpp>
#include <optional>
#include <string>

#include "domain/link.hpp"
#include "domain/organisation.hpp"
#include "domain/person.hpp"
#include "domain/team.hpp"
#include "domain/user.hpp"

namespace alforis::api {

/// The client may choose the new entity's id: then sending the same again does nothing twice.
struct ProposedId {
  std::optional<domain::Uuid> id;
};
BOOST_DESCRIBE_STRUCT(ProposedId, (), (id))

struct NewOrganisation : ProposedId, domain::OrganisationData<domain::Full> {};
BOOST_DESCRIBE_STRUCT(NewOrganisation, (ProposedId, domain::OrganisationData<domain::Full>), ())

struct NewPerson : ProposedId, domain::PersonData<domain::Full> {};
BOOST_DESCRIBE_STRUCT(NewPerson, (ProposedId, domain::PersonData<domain::Full>), ())

struct NewLink : ProposedId, domain::LinkEnds, domain::LinkData<domain::Full> {};
BOOST_DESCRIBE_STRUCT(NewLink, (ProposedId, domain::LinkEnds, domain::LinkData<domain::Full>), ())

struct NewTeam : ProposedId, domain::TeamData<domain::Full> {};
BOOST_DESCRIBE_STRUCT(NewTeam, (ProposedId, domain::TeamData<domain::Full>), ())

struct NewUser : ProposedId, domain::UserData<domain::Full> {
  std::optional<std::string> password;
};
BOOST_DESCRIBE_STRUCT(NewUser, (ProposedId, domain::UserData<domain::Full>), (password))

struct StageMove {
  domain::Required<domain::PipelineStage> stage;
  std::optional<domain::Text<1000>> reason;
};
BOOST_DESCRIBE_STRUCT(StageMove, (), (stage, reason))

struct Removal {
  std::optional<domain::Text<1000>> reason;
};
BOOST_DESCRIBE_STRUCT(Removal, (), (reason))

struct LinkEnding {
  std::optional<domain::Date> until;
  std::optional<domain::Text<1000>> reason;
};
BOOST_DESCRIBE_STRUCT(LinkEnding, (), (until, reason))

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
  std::optional<std::string> current;
  domain::Required<std::string> password;
};
BOOST_DESCRIBE_STRUCT(PasswordChange, (), (current, password))

}  // namespace alforis::api
