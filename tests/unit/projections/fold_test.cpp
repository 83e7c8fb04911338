// The pure core: events and documents in, states and refusals out.
#include "projections/fold.hpp"

#include <gtest/gtest.h>

#include <set>

#include "domain/wire/json.hpp"
#include "projections/query/columns.hpp"
#include "projections/query/schema.hpp"

namespace alforis::projections {
namespace {

using domain::EntityKind;
using domain::Organisation;
using domain::Uuid;

Uuid id_of(int n) {
  std::array<std::uint8_t, 16> bytes{};
  bytes[15] = static_cast<std::uint8_t>(n);
  return Uuid(bytes);
}

class FoldTest : public ::testing::Test {
 protected:
  /// One commit of one event.
  void add(int entity, const std::string& type, const std::string& data) { add(id_of(entity).text(), type, data); }
  void add(const std::string& entity, const std::string& type, const std::string& data) {
    eventstore::Commit commit;
    commit.position = commits_.size() + 1;
    commit.actor = id_of(99).text();
    commit.time_us = static_cast<std::int64_t>(commit.position);
    commit.events = {{type, entity, data}};
    commits_.push_back(std::move(commit));
  }
  std::vector<Item> items() const {
    std::vector<Item> all;
    for (const auto& commit : commits_) all.push_back({&commit, 0});
    return all;
  }
  std::vector<Refusal> refusals() const {
    const auto all = items();
    Folder folder(all);
    try {
      folder.fold();
    } catch (const ItemsRefused& refused) {
      return refused.refusals;
    }
    return {};
  }

  std::deque<eventstore::Commit> commits_;
};

TEST_F(FoldTest, ABatchEndsInOneStatePerEntity) {
  add(1, "organisation.created.v1", R"({"name":"A"})");
  add(2, "organisation.created.v1", R"({"name":"B"})");
  add(1, "organisation.updated.v1", R"({"name":"C","city":"Lyon"})");
  const auto all = items();
  Folder folder(all);
  EXPECT_TRUE(folder.needed(EntityKind::organisation).empty()) << "what is created here need not be loaded";
  folder.fold();
  const auto& slots = folder.slots<Organisation>();
  ASSERT_EQ(slots.size(), 2U);
  EXPECT_EQ(slots.begin()->state->name->text(), "C");
  EXPECT_EQ(slots.begin()->state->version, 2);
  EXPECT_EQ(slots.begin()->position, 3U);
  EXPECT_FALSE(slots.begin()->existed);
}

TEST_F(FoldTest, WhatExistsIsLoadedAndFoldedOn) {
  add(1, "organisation.created.v1", R"({"name":"A","owner_id":")" + id_of(5).text() + "\"}");
  auto all = items();
  Folder first(all);
  first.fold();
  const std::string document = domain::wire::to_json(*first.slots<Organisation>().begin()->state);
  commits_.clear();
  add(1, "organisation.updated.v1", R"({"owner_id":null})");
  all = items();
  Folder second(all);
  EXPECT_EQ(second.needed(EntityKind::organisation), std::vector{id_of(1)});
  second.supply(EntityKind::organisation, id_of(1), document);
  second.fold();
  const auto& slot = *second.slots<Organisation>().begin();
  EXPECT_TRUE(slot.existed);
  EXPECT_EQ(slot.owner_before, id_of(5));
  EXPECT_FALSE(slot.state->owner_id);
  EXPECT_EQ(slot.state->version, 2);
}

TEST_F(FoldTest, EachBadEntityIsToldOnceByItsFirstBadEvent) {
  add(1, "organisation.created.v1", R"({"name":"A"})");
  add(1, "organisation.vanished.v1", "{}");
  add(1, "organisation.vanished.v1", "{}");
  add(2, "organisation.created.v1", R"({"city":"no name"})");
  add(3, "organisation.updated.v1", R"({"name":"never created"})");
  add(4, "organisation.created.v1", R"({"name":"twice"})");
  add(4, "organisation.created.v1", R"({"name":"twice"})");
  add("no uuid", "organisation.created.v1", R"({"name":"A"})");
  add(6, "planet.created.v1", "{}");
  std::vector<std::string> found;
  for (const Refusal& refusal : refusals()) {
    found.push_back(std::to_string(refusal.item) + ' ' + refusal.reason.substr(0, refusal.reason.find_first_of(": ")));
  }
  EXPECT_EQ(found, (std::vector<std::string>{"1 unknown_event_type", "3 required", "4 never_created", "6 created_twice",
                                             "7 invalid_uuid", "8 unknown_event_type"}));
}

TEST_F(FoldTest, ADocumentThatDoesNotReadBackParksItsEntity) {
  add(1, "organisation.updated.v1", R"({"name":"A"})");
  const auto all = items();
  Folder folder(all);
  folder.supply(EntityKind::organisation, id_of(1), "{\"nothing\":true}");
  EXPECT_THROW(folder.fold(), ItemsRefused);
}

TEST_F(FoldTest, SecretsAreTheLastOnesAndNeverShown) {
  add(1, "user.created.v1", R"({"email":"a@example.fr"})");
  add(1, "user.password_set.v1", R"({"hash":"one"})");
  add(1, "user.password_set.v1", R"({"hash":"two"})");
  const auto all = items();
  Folder folder(all);
  folder.fold();
  EXPECT_EQ(folder.secrets().at({id_of(1), SecretKind::password}), "two");
  std::string room;
  const auto shown = [&](std::size_t i) {
    return domain::shown_event(commits_[i].events[0].type, commits_[i].events[0].data, room);
  };
  EXPECT_EQ(shown(1), "{}");
  EXPECT_EQ(shown(0), commits_[0].events[0].data);
}

TEST(Columns, EveryTableBeginsWithItsIdAndEndsWithItsDocument) {
  for (const TableInfo& table : table_infos()) {
    EXPECT_EQ(table.columns.front().name, "id");
    const auto last =
        std::find_if(table.columns.rbegin(), table.columns.rend(), [](const auto& c) { return c.real(); });
    EXPECT_EQ(last->name, "doc");
    for (const ColumnInfo& column : table.columns) {
      const bool offered = column.use.filter || column.use.sort;
      EXPECT_EQ(offered, offered && column.sql_value != nullptr && column.schema != nullptr) << column.name;
      EXPECT_TRUE(!column.use.sort || column.real());
    }
  }
}

/// They are built side by side, where PostgreSQL itself may give one name to two.
TEST(Layout, EveryIndexHasANameOfItsOwn) {
  constexpr std::string_view k_make = "CREATE INDEX ";
  std::set<std::string> names;
  std::size_t indexes = 0;
  for (const std::string& statement : query_finish_statements("s")) {
    if (!statement.starts_with(k_make)) continue;
    ++indexes;
    names.insert(statement.substr(k_make.size(), statement.find(' ', k_make.size()) - k_make.size()));
  }
  EXPECT_GT(indexes, 20U);
  EXPECT_EQ(names.size(), indexes);
  EXPECT_FALSE(names.contains("ON"));
}

/// When this fails, raise k_query_layout and write the new pair here: programs of both kinds may run side by side, and
/// the number says which of them may rebuild the other's tables.
TEST(Layout, AChangeOfTheTablesHasANewNumber) {
  EXPECT_EQ(k_query_layout, 16);
  EXPECT_EQ(query_layout_fingerprint(), "0431fb73402412b7");
}

TEST(Layout, WorkspacesThatCannotNameASchemaAreRefused) {
  for (const char* name :
       {"", "Firm", "1st", "a-b", "a\"; DROP SCHEMA public", "a234567890123456789012345678901234567890x"}) {
    EXPECT_THROW(QuerySchemas{name}, std::invalid_argument) << name;
  }
  EXPECT_EQ(QuerySchemas("firm_2").version(3), "firm_2_query_v3");
}

}  // namespace
}  // namespace alforis::projections
