#pragma once
// Bodies of people.

#include "api/routes/bodies.hpp"
#include "domain/person.hpp"

namespace alforis::api {

struct NewPerson : ProposedId, domain::PersonData<domain::Full> {};
BOOST_DESCRIBE_STRUCT(NewPerson, (ProposedId, domain::PersonData<domain::Full>), ())

struct NewErasure {
  domain::Required<domain::Text<1000>> reason;
};
BOOST_DESCRIBE_STRUCT(NewErasure, (), (reason))

}  // namespace alforis::api
