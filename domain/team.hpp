#pragma once
// Team: who shares records.

#include <boost/describe.hpp>
#include <optional>

#include "domain/entity.hpp"
#include "domain/values/text.hpp"
#include "domain/wire/fields.hpp"

namespace alforis::domain {

template <class Shape>
struct TeamData {
  ALFORIS_FIELD_KINDS

  Req<Line<100>> name;  ///< unique, compared folded
  Opt<Text<1000>> description;
  Def<bool> active = Shape::initial(true);

  friend bool operator==(const TeamData&, const TeamData&) = default;

  BOOST_DESCRIBE_CLASS(TeamData, (), (name, description, active), (), ())
};

struct TeamCreated : TeamData<Full> {
  static constexpr std::string_view k_type = "team.created.v1";
};
BOOST_DESCRIBE_STRUCT(TeamCreated, (TeamData<Full>), ())

struct TeamUpdated : TeamData<Patch> {
  static constexpr std::string_view k_type = "team.updated.v1";
};
BOOST_DESCRIBE_STRUCT(TeamUpdated, (TeamData<Patch>), ())

struct Team : Entity, TeamData<Full> {
  static constexpr std::string_view k_entity = "team";

  friend bool operator==(const Team&, const Team&) = default;
};
BOOST_DESCRIBE_STRUCT(Team, (Entity, TeamData<Full>), ())

void evolve(std::optional<Team>& state, TeamCreated event, const EventContext& context);
void evolve(std::optional<Team>& state, const TeamUpdated& event, const EventContext& context);

}  // namespace alforis::domain
