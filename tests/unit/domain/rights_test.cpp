// Rights against a table typed out by hand from the firm's rules (docs/RIGHTS.md), one row per role and record.
#include "domain/rights.hpp"

#include <gtest/gtest.h>

#include <array>

namespace alforis::domain {
namespace {

Uuid id(std::string_view name) { return Uuid::v5({}, name); }

const Uuid k_me = id("me");
const Uuid k_colleague = id("colleague");
const Uuid k_stranger = id("stranger");
const Uuid k_my_team = id("my team");
const Uuid k_their_team = id("their team");

Viewer me(Role role) { return {k_me, role, k_my_team}; }

const Ownership k_mine{k_me, k_my_team, k_stranger};
const Ownership k_teams{k_colleague, k_my_team, k_stranger};
const Ownership k_made_for_colleague{k_colleague, k_my_team, k_me};
const Ownership k_theirs{k_stranger, k_their_team, k_me};
const Ownership k_teamless{k_stranger, std::nullopt, k_me};
const Ownership k_shared{std::nullopt, std::nullopt, k_stranger};
const Ownership k_shared_made_by_me{std::nullopt, std::nullopt, k_me};

enum class Record { mine, teams, made_for_colleague, theirs, teamless, shared, shared_made_by_me };
constexpr std::array k_records{Record::mine,     Record::teams,  Record::made_for_colleague, Record::theirs,
                               Record::teamless, Record::shared, Record::shared_made_by_me};

const Ownership& ownership(Record record) {
  static const std::array<const Ownership*, 7> all{&k_mine,     &k_teams,  &k_made_for_colleague, &k_theirs,
                                                   &k_teamless, &k_shared, &k_shared_made_by_me};
  return *all[static_cast<std::size_t>(record)];
}

struct Row {
  Role role;
  Record record;
  bool see, update, remove, restore, restore_own_deletion;
};

constexpr bool y = true;
constexpr bool n = false;
constexpr Row k_table[] = {
    // role          record                       see upd del res own
    {Role::admin, Record::mine, y, y, y, y, y},
    {Role::admin, Record::teams, y, y, y, y, y},
    {Role::admin, Record::made_for_colleague, y, y, y, y, y},
    {Role::admin, Record::theirs, y, y, y, y, y},
    {Role::admin, Record::teamless, y, y, y, y, y},
    {Role::admin, Record::shared, y, y, y, y, y},
    {Role::admin, Record::shared_made_by_me, y, y, y, y, y},
    {Role::manager, Record::mine, y, y, y, y, y},
    {Role::manager, Record::teams, y, y, y, y, y},
    {Role::manager, Record::made_for_colleague, y, y, y, y, y},
    {Role::manager, Record::theirs, n, n, n, n, n},
    {Role::manager, Record::teamless, n, n, n, n, n},
    {Role::manager, Record::shared, y, y, y, y, y},
    {Role::manager, Record::shared_made_by_me, y, y, y, y, y},
    {Role::sales, Record::mine, y, y, n, n, y},
    {Role::sales, Record::teams, y, n, n, n, y},
    {Role::sales, Record::made_for_colleague, y, n, n, n, y},
    {Role::sales, Record::theirs, n, n, n, n, y},
    {Role::sales, Record::teamless, n, n, n, n, y},
    {Role::sales, Record::shared, y, n, n, n, y},
    {Role::sales, Record::shared_made_by_me, y, y, n, n, y},
    {Role::viewer, Record::mine, y, n, n, n, n},
    {Role::viewer, Record::teams, y, n, n, n, n},
    {Role::viewer, Record::made_for_colleague, y, n, n, n, n},
    {Role::viewer, Record::theirs, n, n, n, n, n},
    {Role::viewer, Record::teamless, n, n, n, n, n},
    {Role::viewer, Record::shared, y, n, n, n, n},
    {Role::viewer, Record::shared_made_by_me, y, n, n, n, n},
};

TEST(Rights, OfRecordsAreTheTable) {
  static_assert(std::size(k_table) == 4 * k_records.size());
  for (const Row& row : k_table) {
    const Viewer viewer = me(row.role);
    const Ownership& record = ownership(row.record);
    SCOPED_TRACE(::testing::Message() << "role " << static_cast<int>(row.role) << " record "
                                      << static_cast<int>(row.record));
    EXPECT_EQ(can_see(viewer, record), row.see);
    EXPECT_EQ(can_update(viewer, record), row.update);
    for (const Follows follows : {Follows::owner, Follows::organisation}) {
      const Whose whose{follows, {record}, record.created_by};
      EXPECT_EQ(can_see(viewer, whose), row.see);
      EXPECT_EQ(can_update(viewer, whose), row.update);
      EXPECT_EQ(can_delete(viewer, whose), row.remove);
      EXPECT_EQ(can_restore(viewer, whose, k_stranger), row.restore);
      EXPECT_EQ(can_restore(viewer, whose, std::nullopt), row.restore);
      EXPECT_EQ(can_restore(viewer, whose, k_me), row.restore_own_deletion);
    }
  }
}

TEST(Rights, WhatCanBeChangedCanBeSeen) {
  for (const Role role : {Role::viewer, Role::sales, Role::manager, Role::admin}) {
    for (const Record record : k_records) {
      const Viewer viewer = me(role);
      EXPECT_LE(can_update(viewer, ownership(record)), can_see(viewer, ownership(record)));
      const Whose whose{Follows::owner, {ownership(record)}, k_me};
      EXPECT_LE(can_delete(viewer, whose), can_update(viewer, whose));
    }
  }
}

TEST(Rights, NoTeamIsNoTeamInCommon) {
  for (const Role role : {Role::viewer, Role::sales, Role::manager}) {
    const Viewer alone{k_me, role, std::nullopt};
    EXPECT_TRUE(can_see(alone, {k_me, std::nullopt, k_me}));
    EXPECT_FALSE(can_see(alone, k_teamless));
    EXPECT_FALSE(can_see(alone, k_teams));
    EXPECT_TRUE(can_see(alone, k_shared));
    EXPECT_FALSE(can_see_user(alone, k_stranger, std::nullopt));
  }
}

// ---- people
// ----------------------------------------------------------------------------------------------------------

struct PersonRow {
  const char* organisations;
  std::vector<Ownership> linked;
  /// admin, manager, sales, viewer
  std::array<bool, 4> see, update, update_when_created_by_me;
};

const std::vector<PersonRow> k_people{
    {"none", {}, {y, y, y, y}, {y, y, n, n}, {y, y, y, n}},
    {"mine", {k_mine}, {y, y, y, y}, {y, y, y, n}, {y, y, y, n}},
    {"my team's", {k_teams}, {y, y, y, y}, {y, y, n, n}, {y, y, y, n}},
    {"theirs", {k_theirs}, {y, n, n, n}, {y, n, n, n}, {y, n, n, n}},
    {"shared", {k_shared}, {y, y, y, y}, {y, y, n, n}, {y, y, y, n}},
    {"theirs and mine", {k_theirs, k_mine}, {y, y, y, y}, {y, y, y, n}, {y, y, y, n}},
    {"theirs and shared", {k_theirs, k_shared}, {y, y, y, y}, {y, y, n, n}, {y, y, y, n}},
    {"theirs and teamless", {k_theirs, k_teamless}, {y, n, n, n}, {y, n, n, n}, {y, n, n, n}},
};

TEST(Rights, OfPeopleFollowTheirOrganisations) {
  constexpr std::array k_roles{Role::admin, Role::manager, Role::sales, Role::viewer};
  for (const PersonRow& row : k_people) {
    for (std::size_t i = 0; i < k_roles.size(); ++i) {
      SCOPED_TRACE(::testing::Message() << row.organisations << ", role " << static_cast<int>(k_roles[i]));
      EXPECT_EQ(can_see_any(me(k_roles[i]), row.linked), row.see[i]);
      EXPECT_EQ(can_update_any(me(k_roles[i]), row.linked, k_stranger), row.update[i]);
      EXPECT_EQ(can_update_any(me(k_roles[i]), row.linked, k_me), row.update_when_created_by_me[i]);
    }
  }
}

// ---- users and teams
// -------------------------------------------------------------------------------------------------

TEST(Rights, AdministratorsSeeEveryUserOthersTheirTeamAndViewersThemselves) {
  struct {
    Role role;
    bool colleague, stranger;
  } rows[] = {{Role::admin, y, y}, {Role::manager, y, n}, {Role::sales, y, n}, {Role::viewer, n, n}};
  for (const auto& [role, colleague, stranger] : rows) {
    EXPECT_TRUE(can_see_user(me(role), k_me, k_my_team));
    EXPECT_EQ(can_see_user(me(role), k_colleague, k_my_team), colleague);
    EXPECT_EQ(can_see_user(me(role), k_stranger, k_their_team), stranger);
    EXPECT_EQ(can_see_user(me(role), k_stranger, std::nullopt), stranger);
    EXPECT_TRUE(can_see_team(me(role), k_my_team));
    EXPECT_EQ(can_see_team(me(role), k_their_team), stranger);
  }
}

TEST(Rights, OfWhatLetsAUserInAreThatUsersAndTheAdministrators) {
  const Whose mine{Follows::account, {{k_me, std::nullopt, k_stranger}}, k_stranger};
  // Not even who made it, an administrator then, keeps a right to it.
  const Whose colleagues{Follows::account, {{k_colleague, std::nullopt, k_me}}, k_me};
  for (const Role role : {Role::viewer, Role::sales, Role::manager, Role::admin}) {
    const bool administrator = role == Role::admin;
    EXPECT_TRUE(can_see(me(role), mine) && can_update(me(role), mine)) << static_cast<int>(role);
    EXPECT_EQ(can_see(me(role), colleagues), administrator) << static_cast<int>(role);
    EXPECT_EQ(can_update(me(role), colleagues), administrator) << static_cast<int>(role);
  }
}

TEST(Rights, OfAViewAreItsMakersAndReadingItIsSharedWithTheTeamOrTheFirm) {
  struct {
    ViewSharing shared;
    bool mine, colleagues, strangers;
  } rows[] = {{ViewSharing::me, y, n, n}, {ViewSharing::team, y, y, n}, {ViewSharing::firm, y, y, y}};
  const auto view = [](ViewSharing shared, const Uuid& maker, const std::optional<Uuid>& team) {
    return Whose{Follows::sharing, {read_by(shared, maker, team)}, maker};
  };
  for (const auto& row : rows) {
    for (const Role role : {Role::viewer, Role::sales, Role::manager, Role::admin}) {
      SCOPED_TRACE(::testing::Message() << static_cast<int>(row.shared) << " role " << static_cast<int>(role));
      const bool admin = role == Role::admin;
      const Whose mine = view(row.shared, k_me, k_my_team);
      EXPECT_TRUE(can_see(me(role), mine) && can_update(me(role), mine) && can_delete(me(role), mine));
      EXPECT_TRUE(can_restore(me(role), mine, k_stranger));
      const Whose colleagues = view(row.shared, k_colleague, k_my_team);
      const Whose strangers = view(row.shared, k_stranger, k_their_team);
      EXPECT_EQ(can_see(me(role), colleagues), admin || row.colleagues);
      EXPECT_EQ(can_see(me(role), strangers), admin || row.strangers);
      for (const Whose& others : {colleagues, strangers}) {
        EXPECT_EQ(can_update(me(role), others), admin);
        EXPECT_EQ(can_delete(me(role), others), admin);
      }
      const Viewer alone{k_me, role, std::nullopt};
      EXPECT_EQ(can_see(alone, view(ViewSharing::team, k_stranger, std::nullopt)), admin)
          << "no team is no team in common";
    }
  }
}

TEST(Rights, WhatIsNoUsersIsTheAdministratorsAlone) {
  const Whose record{Follows::nobody, {}, k_me};
  for (const Role role : {Role::viewer, Role::sales, Role::manager, Role::admin}) {
    EXPECT_EQ(can_see(me(role), record), role == Role::admin) << static_cast<int>(role);
    EXPECT_EQ(can_update(me(role), record), role == Role::admin) << static_cast<int>(role);
  }
}

}  // namespace
}  // namespace alforis::domain
