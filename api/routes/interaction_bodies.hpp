#pragma once
// Bodies of interactions.

#include "api/routes/bodies.hpp"
#include "domain/interaction.hpp"

namespace alforis::api {

struct NewInteraction : ProposedId, domain::InteractionData<domain::Full> {};
BOOST_DESCRIBE_STRUCT(NewInteraction, (ProposedId, domain::InteractionData<domain::Full>), ())

struct Rescheduling {
  domain::Required<domain::Instant> next_action_at;
  std::optional<domain::Text<1000>> reason;
};
BOOST_DESCRIBE_STRUCT(Rescheduling, (), (next_action_at, reason))

struct NewParticipantsErasure {
  std::vector<domain::Line<200>> names;  ///< of those to be forgotten; none: all
  domain::Required<domain::Text<1000>> reason;
};
BOOST_DESCRIBE_STRUCT(NewParticipantsErasure, (), (names, reason))

}  // namespace alforis::api
