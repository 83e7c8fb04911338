#pragma once
// Bodies of organisations.

#include "api/routes/bodies.hpp"
#include "domain/organisation.hpp"

namespace alforis::api {

struct NewOrganisation : ProposedId, domain::OrganisationData<domain::Full> {};
BOOST_DESCRIBE_STRUCT(NewOrganisation, (ProposedId, domain::OrganisationData<domain::Full>), ())

struct StageMove {
  domain::Required<domain::PipelineStage> stage;
  std::optional<domain::Text<1000>> reason;
};
BOOST_DESCRIBE_STRUCT(StageMove, (), (stage, reason))

struct Merge {
  domain::Required<domain::Uuid> into;
  std::optional<domain::Text<1000>> reason;
};
BOOST_DESCRIBE_STRUCT(Merge, (), (into, reason))

}  // namespace alforis::api
