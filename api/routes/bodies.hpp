#pragma once
// Request and answer bodies that are not simply an entity's fields.

#include <algorithm>
#include <array>
#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "domain/link.hpp"
#include "domain/organisation.hpp"
#include "domain/person.hpp"
#include "domain/team.hpp"
#include "domain/user.hpp"
#include "domain/wire/json.hpp"

namespace alforis::api {

/// Names of members that must leave no trace but their slow hash. A body lists them as `k_secret`.
template <std::size_t N>
using SecretMembers = std::array<std::string_view, N>;

/// The client may choose the new entity's id: then sending the same again does nothing twice.
struct ProposedId {
  std::optional<domain::ProposedUuid> id;
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
  static constexpr SecretMembers<1> k_secret{"password"};

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
  static constexpr SecretMembers<2> k_secret{"current", "password"};

  std::optional<std::string> current;
  domain::Required<std::string> password;
};
BOOST_DESCRIBE_STRUCT(PasswordChange, (), (current, password))

template <class Body>
concept HasSecrets = requires {
  Body::k_secret;
};

/// The body as a request is told from others by, where it has secrets: as JSON, without them. A digest of it stands in
/// the Log, where a fast one over a password would let anybody who reads it try passwords past Argon2.
template <HasSecrets Body>
std::string without_secrets(Body body) {
  using Members = boost::describe::describe_members<Body, boost::describe::mod_public>;
  boost::mp11::mp_for_each<Members>([&body]<class D>(D) {
    if (std::ranges::find(Body::k_secret, std::string_view(D::name)) != Body::k_secret.end()) body.*D::pointer = {};
  });
  return domain::wire::to_json(body);
}

}  // namespace alforis::api
