#pragma once
// Every command there is, as plain structs; `decide` has an overload for each in the entity's own file.

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <variant>

#include "domain/link.hpp"
#include "domain/organisation.hpp"
#include "domain/person.hpp"
#include "domain/team.hpp"
#include "domain/user.hpp"

namespace alforis::commands {

using domain::Full;
using domain::Patch;
using domain::Required;
using domain::Uuid;
template <std::size_t Max>
using Text = domain::Text<Max>;

/// The version the client last saw (If-Match); nullopt: last writer wins per field.
using IfMatch = std::optional<std::int64_t>;

// ---- organisations ---------------------------------------------------------------------------------------------------

struct CreateOrganisation {
  Uuid id;
  domain::OrganisationData<Full> data;
};
struct UpdateOrganisation {
  Uuid id;
  IfMatch if_match;
  domain::OrganisationData<Patch> patch;
};
struct ChangeStage {
  Uuid id;
  IfMatch if_match;
  domain::PipelineStage stage = domain::PipelineStage::prospect;
  std::optional<Text<1000>> reason;  ///< needed for `perdu`
};
struct DeleteOrganisation {
  Uuid id;
  IfMatch if_match;
  std::optional<Text<1000>> reason;
};
struct RestoreOrganisation {
  Uuid id;
};

BOOST_DEFINE_ENUM_CLASS(OnExisting, fill, overwrite, skip)

/// One record of an import: created, or found again by LEI, SIRET, regulator number, else folded name and country.
struct ImportOrganisation {
  Uuid id;  ///< of the organisation if it has to be created
  domain::OrganisationData<Full> data;
  OnExisting on_existing = OnExisting::fill;
};

// ---- people ----------------------------------------------------------------------------------------------------------

struct CreatePerson {
  Uuid id;
  domain::PersonData<Full> data;
};
struct UpdatePerson {
  Uuid id;
  IfMatch if_match;
  domain::PersonData<Patch> patch;
};
struct DeletePerson {
  Uuid id;
  IfMatch if_match;
  std::optional<Text<1000>> reason;
};
struct RestorePerson {
  Uuid id;
};

// ---- links -----------------------------------------------------------------------------------------------------------

struct CreateLink {
  Uuid id;
  domain::LinkCreated data;
};
struct UpdateLink {
  Uuid id;
  IfMatch if_match;
  domain::LinkData<Patch> patch;
};
struct EndLink {
  Uuid id;
  IfMatch if_match;
  std::optional<domain::Date> until;  ///< today when empty
  std::optional<Text<1000>> reason;
};

// ---- users and teams -------------------------------------------------------------------------------------------------

struct CreateTeam {
  Uuid id;
  domain::TeamData<Full> data;
};
struct UpdateTeam {
  Uuid id;
  IfMatch if_match;
  domain::TeamData<Patch> patch;
};
struct CreateUser {
  Uuid id;
  domain::UserData<Full> data;
  std::optional<std::string> password_hash;  ///< Argon2id, made outside: deciders neither wait nor roll dice
};
struct UpdateUser {
  Uuid id;
  IfMatch if_match;
  domain::UserData<Patch> patch;
};
struct SetPassword {
  Uuid id;
  std::string password_hash;
};

using Command = std::variant<CreateOrganisation, UpdateOrganisation, ChangeStage, DeleteOrganisation, RestoreOrganisation,
                             ImportOrganisation, CreatePerson, UpdatePerson, DeletePerson, RestorePerson, CreateLink,
                             UpdateLink, EndLink, CreateTeam, UpdateTeam, CreateUser, UpdateUser, SetPassword>;

}  // namespace alforis::commands
