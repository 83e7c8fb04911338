#pragma once
// Commands of organisations.

#include <optional>
#include <string>
#include <vector>

#include "commands/decision.hpp"
#include "domain/import_merge.hpp"
#include "domain/organisation.hpp"

namespace alforis::commands {

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
/// Not while mandats of it run.
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

Decided decide(const CreateOrganisation& command, const DecisionContext& context);
Decided decide(const UpdateOrganisation& command, const DecisionContext& context);
Decided decide(const ChangeStage& command, const DecisionContext& context);
Decided decide(const DeleteOrganisation& command, const DecisionContext& context);
Decided decide(const RestoreOrganisation& command, const DecisionContext& context);
Decided decide(const ImportOrganisation& command, const DecisionContext& context);

namespace index {
std::string lei(const domain::Lei& lei);
std::string siret(const domain::Siret& siret);
std::string regulator(std::string_view number);
std::string name(std::string_view name, const std::optional<domain::CountryCode>& country);
}  // namespace index

/// All index keys that an organisation has in a state; every one leads to its id.
std::vector<std::string> keys_of(const domain::Organisation& organisation);

}  // namespace alforis::commands
