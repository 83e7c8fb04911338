// Histories: field, from, to.
#include "projections/query/history.hpp"

#include <gtest/gtest.h>

namespace alforis::projections {
namespace {

using Changes = std::vector<FieldChange>;

TEST(History, DocumentsAreComparedMemberByMember) {
  EXPECT_EQ(document_changes(R"({"a":1,"b":[1,2],"c":"x"})", R"({"a":1,"b":[1,3],"d":{"e":null}})"),
            (Changes{{"b", "[1,2]", "[1,3]"}, {"d", std::nullopt, R"({"e":null})"}, {"c", "\"x\"", std::nullopt}}));
  EXPECT_EQ(document_changes("", R"({"a":true})"), (Changes{{"a", std::nullopt, "true"}}));
  EXPECT_EQ(document_changes(R"({"a":true})", R"({"a":true})"), Changes{});
}

TEST(History, WhatEveryChangeChangesIsLeftOut) {
  EXPECT_EQ(document_changes(R"({"id":"x","version":1,"updated_at":"a","updated_by":"b","n":1})",
                             R"({"id":"x","version":2,"updated_at":"c","updated_by":"d","n":2})"),
            (Changes{{"n", "1", "2"}}));
}

TEST(History, EntriesAreToldNewestFirstWithTheReason) {
  const domain::Uuid id = domain::Uuid::parse("01890000-0000-7000-8000-000000000001").value();
  const std::vector<HistoryRow> rows = {
      {3, 0, id, domain::Instant::from_micros(1), "organisation.created.v1", "{}", R"({"name":"A"})"},
      {5, 1, id, domain::Instant::from_micros(2), "organisation.updated.v1", R"({"reason":"typo"})", R"({"name":"B"})"},
      {9, 0, id, domain::Instant::from_micros(3), "organisation.deleted.v1", R"({"reason":"m"})",
       R"({"reason":"own"})"},
      {11, 0, id, domain::Instant::from_micros(4), "organisation.unknown.v7", "{}", "{}"},
  };
  const auto entries = tell_history(domain::EntityKind::organisation, id, rows);
  ASSERT_EQ(entries.size(), 4U);
  EXPECT_EQ(entries[0].changes, Changes{});
  EXPECT_EQ(entries[1].reason, "own");
  EXPECT_EQ(entries[1].changes, (Changes{{"deleted_at", std::nullopt, "\"1970-01-01T00:00:00.000003Z\""}}));
  EXPECT_EQ(entries[2].reason, "typo");
  EXPECT_EQ(entries[2].changes, (Changes{{"name", "\"A\"", "\"B\""}}));
  EXPECT_EQ(entries[2].index, 1U);
  EXPECT_EQ(entries[3].changes.front(), (FieldChange{"name", std::nullopt, "\"A\""}));
  for (std::size_t most = 0; most < entries.size(); ++most) {
    const auto newest = tell_history(domain::EntityKind::organisation, id, rows, most);
    ASSERT_EQ(newest.size(), most);
    for (std::size_t i = 0; i < most; ++i)
      EXPECT_EQ(newest[i].changes, entries[i].changes) << "the rest is only folded";
  }
}

TEST(History, AnEntrySaysWhichImportItCameFrom) {
  const domain::Uuid id = domain::Uuid::parse("01890000-0000-7000-8000-000000000001").value();
  const auto row = [&](const char* metadata) {
    return HistoryRow{
        3, 0, id, domain::Instant::from_micros(1), "organisation.created.v1", metadata, R"({"name":"A"})"};
  };
  const auto origin = [&](const char* metadata) {
    return tell_history(domain::EntityKind::organisation, id, {row(metadata)}).front().import;
  };
  EXPECT_EQ(origin(R"({"request_id":"r"})"), std::nullopt);
  EXPECT_EQ(origin(R"({"import":"b","imported_from":"a.csv","imported_line":12})"), (ImportOrigin{"b", "a.csv", 12}));
  EXPECT_EQ(origin(R"({"import":"b","imported_from":"a.csv:12"})"), (ImportOrigin{"b", "a.csv:12", std::nullopt}));
  EXPECT_EQ(origin(R"({"import":"b"})"), (ImportOrigin{"b", std::nullopt, std::nullopt}));
}

}  // namespace
}  // namespace alforis::projections
