#pragma once
// Bodies of links between people and organisations.

#include "api/routes/bodies.hpp"
#include "domain/link.hpp"

namespace alforis::api {

struct NewLink : ProposedId, domain::LinkEnds, domain::LinkData<domain::Full> {};
BOOST_DESCRIBE_STRUCT(NewLink, (ProposedId, domain::LinkEnds, domain::LinkData<domain::Full>), ())

struct LinkEnding {
  std::optional<domain::Date> until;
  std::optional<domain::Text<1000>> reason;
};
BOOST_DESCRIBE_STRUCT(LinkEnding, (), (until, reason))

}  // namespace alforis::api
