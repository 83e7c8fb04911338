#pragma once
// Every command there is, as plain structs; `decide` has an overload for each in the entity's own file. `Subject` is
// the entity a command is about: its document is the answer.

#include <optional>
#include <string>
#include <variant>

#include "domain/import_merge.hpp"
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

// ---- organisations
// ---------------------------------------------------------------------------------------------------

struct CreateOrganisation {
  using Subject = domain::Organisation;
  Uuid id;
  domain::OrganisationData<Full> data;
};
struct UpdateOrganisation {
  using Subject = domain::Organisation;
  Uuid id;
  IfMatch if_match;
  domain::OrganisationData<Patch> patch;
};
struct ChangeStage {
  using Subject = domain::Organisation;
  Uuid id;
  IfMatch if_match;
  domain::PipelineStage stage = domain::PipelineStage::prospect;
  std::optional<Text<1000>> reason;  ///< needed for `perdu`
};
struct DeleteOrganisation {
  using Subject = domain::Organisation;
  Uuid id;
  IfMatch if_match;
  std::optional<Text<1000>> reason;
};
struct RestoreOrganisation {
  using Subject = domain::Organisation;
  Uuid id;
  IfMatch if_match;
};

/// One record of an import: created, or found again by LEI, SIRET, regulator number, else folded name and country.
struct ImportOrganisation {
  using Subject = domain::Organisation;
  Uuid id;  ///< of the organisation if it has to be created
  domain::OrganisationData<Full> data;
  domain::ImportPolicy on_existing = domain::ImportPolicy::fill;
};

// ---- people
// ----------------------------------------------------------------------------------------------------------

struct CreatePerson {
  using Subject = domain::Person;
  Uuid id;
  domain::PersonData<Full> data;
};
struct UpdatePerson {
  using Subject = domain::Person;
  Uuid id;
  IfMatch if_match;
  domain::PersonData<Patch> patch;
};
struct DeletePerson {
  using Subject = domain::Person;
  Uuid id;
  IfMatch if_match;
  std::optional<Text<1000>> reason;
};
struct RestorePerson {
  using Subject = domain::Person;
  Uuid id;
  IfMatch if_match;
};

// ---- links
// -----------------------------------------------------------------------------------------------------------

struct CreateLink {
  using Subject = domain::Link;
  Uuid id;
  domain::LinkCreated data;
};
struct UpdateLink {
  using Subject = domain::Link;
  Uuid id;
  IfMatch if_match;
  domain::LinkData<Patch> patch;
};
struct EndLink {
  using Subject = domain::Link;
  Uuid id;
  IfMatch if_match;
  std::optional<domain::Date> until;  ///< today when empty
  std::optional<Text<1000>> reason;
};

// ---- users and teams
// -------------------------------------------------------------------------------------------------

struct CreateTeam {
  using Subject = domain::Team;
  Uuid id;
  domain::TeamData<Full> data;
};
struct UpdateTeam {
  using Subject = domain::Team;
  Uuid id;
  IfMatch if_match;
  domain::TeamData<Patch> patch;
};
struct CreateUser {
  using Subject = domain::User;
  Uuid id;
  domain::UserData<Full> data;
  std::optional<std::string> password_hash;  ///< Argon2id, made outside: deciders neither wait nor roll dice
};
struct UpdateUser {
  using Subject = domain::User;
  Uuid id;
  IfMatch if_match;
  domain::UserData<Patch> patch;
};
struct SetPassword {
  using Subject = domain::User;
  Uuid id;
  std::string password_hash;
};

using Command =
    std::variant<CreateOrganisation, UpdateOrganisation, ChangeStage, DeleteOrganisation, RestoreOrganisation,
                 ImportOrganisation, CreatePerson, UpdatePerson, DeletePerson, RestorePerson, CreateLink, UpdateLink,
                 EndLink, CreateTeam, UpdateTeam, CreateUser, UpdateUser, SetPassword>;

}  // namespace alforis::commands
