// What events are called, what they do to states, and how changes are applied and reduced.
#include "domain/events.hpp"

#include <gmock/gmock.h>

#include <set>

#include "domain/kinds.hpp"
#include "domain/patch.hpp"
#include "domain/wire/enums.hpp"
#include "tests/samples/events.hpp"
#include "tests/samples/samples.hpp"

namespace alforis::domain::testing {
namespace {

const EventContext k_first{Uuid::v5({}, "entity"), Uuid::v5({}, "creator"), Instant::from_micros(1'000)};
const EventContext k_later{Uuid::v5({}, "entity"), Uuid::v5({}, "editor"), Instant::from_micros(2'000)};

// ---- names
// -----------------------------------------------------------------------------------------------------------

TEST(EventType, IsUniqueAndBeginsWithItsEntity) {
  std::set<std::string_view> seen;
  for (const auto& [type, data] : full_events()) {
    EXPECT_TRUE(seen.insert(type).second) << type;
    const auto event = decode_event(type, data);
    EXPECT_EQ(entity_kind_of_type(type), entity_kind(event.value()));
    EXPECT_THAT(std::string(type), ::testing::MatchesRegex("[a-z_]+\\.[a-z_]+\\.v[1-9]"));
  }
}

TEST(EventType, WhatIsUnknownIsSaidAndStillHasItsEntity) {
  const auto read = decode_event("organisation.merged.v9", "{}");
  ASSERT_FALSE(read.has_value());
  const Problems problems = read.error();
  EXPECT_EQ(problems.front().code, "unknown_event_type");
  EXPECT_EQ(entity_kind_of_type("organisation.merged.v9"), EntityKind::organisation);
  EXPECT_EQ(entity_kind_of_type("rocket.launched.v1"), std::nullopt);
  EXPECT_EQ(entity_kind_of_type(""), std::nullopt);
}

// ---- evolving
// --------------------------------------------------------------------------------------------------------

TEST(Evolve, IsTotal) {
  for (const auto& [name, data] : full_events()) {
    const std::string_view type = name;  // a structured binding is not captured
    const auto event = decode_event(type, data);
    with_state(entity_kind(event.value()), [&]<class T>(T) {
      using State = typename T::type;
      std::optional<State> none;
      evolve_by(none, event.value(), k_first);
      std::optional<State> some = fewest<State>();
      evolve_by(some, event.value(), k_later);
      ASSERT_TRUE(some.has_value()) << type;
      // A book of the audit log is opened by whatever is noted first.
      const bool begins = type.ends_with(".created.v1") || std::is_same_v<State, AuditBook>;
      EXPECT_EQ(none.has_value(), begins) << type;
    });
  }
}

TEST(Evolve, EveryEventStampsItsCircumstancesAndCountsTheVersion) {
  for (const auto& [name, data] : full_events()) {
    const std::string_view type = name;  // a structured binding is not captured
    const auto event = decode_event(type, data);
    with_state(entity_kind(event.value()), [&]<class T>(T) {
      std::optional state = fewest<typename T::type>();
      state->id = k_first.id;
      state->version = 5;
      evolve_by(state, event.value(), k_later);
      EXPECT_EQ(state->version, type.ends_with(".created.v1") ? 1 : 6) << type;
      EXPECT_EQ(state->updated_at, k_later.time) << type;
      EXPECT_EQ(state->updated_by, k_later.actor) << type;
      EXPECT_EQ(state->id, k_later.id) << type;
    });
  }
}

TEST(Evolve, OrganisationMovesStagesAndIsDeletedAndRestored) {
  std::optional<Organisation> state;
  evolve(state, fewest<OrganisationCreated>(), k_first);
  EXPECT_EQ(state->stage_since, k_first.time);
  evolve(state, OrganisationStageChanged{PipelineStage::prospect, PipelineStage::signe, {}, full<Date>()}, k_later);
  EXPECT_EQ(state->pipeline_stage, PipelineStage::signe);
  EXPECT_EQ(state->stage_since, k_later.time);
  EXPECT_EQ(state->signature_date, full<Date>());
  evolve(state, OrganisationStageChanged{PipelineStage::signe, PipelineStage::perdu, {}, {}}, k_later);
  EXPECT_EQ(state->signature_date, full<Date>()) << "a later move forgets no signature";
  evolve(state, OrganisationDeleted{}, k_later);
  EXPECT_EQ(state->deleted_at, k_later.time);
  EXPECT_EQ(state->deleted_by, k_later.actor);
  evolve(state, OrganisationRestored{}, k_later);
  EXPECT_FALSE(state->deleted());
  EXPECT_EQ(state->deleted_by, std::nullopt);
  EXPECT_EQ(state->created_by, k_first.actor);
}

TEST(Evolve, AnEndedLinkIsNeitherLiveNorPrimary) {
  std::optional<Link> state = full<Link>();
  evolve(state, LinkEnded{}, k_later);
  EXPECT_FALSE(state->live);
  EXPECT_FALSE(state->is_primary);
  EXPECT_EQ(state->until, full<Link>().until) << "an end without a day keeps the one that is there";
}

// ---- changes
// ---------------------------------------------------------------------------------------------------------

template <template <class> class Data>
void expect_laws() {
  const Data<Full> states[] = {full<Data<Full>>(1), full<Data<Full>>(2), fewest<Data<Full>>()};
  const Data<Patch> changes[] = {full<Data<Patch>>(1), full<Data<Patch>>(2), clearing<Data<Patch>>(), Data<Patch>{}};
  for (const auto& state : states) {
    for (const auto& change : changes) {
      Data<Full> changed = state;
      apply<Data>(changed, change);
      Data<Full> twice = changed;
      apply<Data>(twice, change);
      EXPECT_TRUE(twice == changed) << "applying again changes nothing";

      Data<Patch> reduced = change;
      const bool left = reduce<Data>(reduced, state);
      Data<Full> by_reduced = state;
      apply<Data>(by_reduced, reduced);
      EXPECT_TRUE(by_reduced == changed) << "what was reduced does the same";
      EXPECT_EQ(left, !(changed == state)) << "something is left exactly when something changes";
      EXPECT_EQ(left, !(reduced == Data<Patch>{}));

      Data<Patch> again = change;
      EXPECT_FALSE(reduce<Data>(again, changed)) << "of a change that was made nothing is left";
    }
  }
}

TEST(Change, AppliesAndReducesByItsLaws) {
  expect_laws<OrganisationData>();
  expect_laws<PersonData>();
  expect_laws<LinkData>();
  expect_laws<TeamData>();
  expect_laws<UserData>();
}

TEST(Change, OfOneFieldLeavesTheOthers) {
  auto data = full<OrganisationData<Full>>();
  OrganisationData<Patch> change;
  change.city = Edit<Line<100>>::clear();
  change.tags = std::vector{full<Line<50>>(7)};
  auto expected = data;
  expected.city.reset();
  expected.tags = {full<Line<50>>(7)};
  apply<OrganisationData>(data, change);
  EXPECT_TRUE(data == expected);
}

}  // namespace
}  // namespace alforis::domain::testing
