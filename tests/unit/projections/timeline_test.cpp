// Timelines: which statement asks for a page, and what its rows are told as.
#include "projections/query/timeline.hpp"

#include <gmock/gmock.h>

#include "domain/organisation.hpp"

namespace alforis::projections {
namespace {

using domain::EntityKind;
using domain::Instant;
using domain::Role;
using domain::Uuid;
using ::testing::HasSubstr;
using ::testing::Not;

const Uuid k_me = Uuid::parse("01890000-0000-7000-8000-000000000001").value();
const Uuid k_record = Uuid::parse("01890000-0000-7000-8000-000000000002").value();
const Instant k_moment = Instant::parse("2026-01-05T09:00:00Z").value();

TimelineQuery around(EntityKind kind, Role role = Role::sales) {
  TimelineQuery query;
  query.viewer = {k_me, role, std::nullopt};
  query.around = kind;
  query.id = k_record;
  query.kinds = timeline_kinds(kind);
  query.limit = 2;
  return query;
}

std::size_t occurrences(const std::string& text, std::string_view of) {
  std::size_t count = 0;
  for (auto at = text.find(of); at != std::string::npos; at = text.find(of, at + 1)) ++count;
  return count;
}

TEST(TimelineStatement, AsksEachTableForNoMoreThanAPage) {
  const auto statement = timeline_statement("s", around(EntityKind::organisation));
  ASSERT_TRUE(statement);
  EXPECT_EQ(occurrences(statement->sql, " LIMIT 3"), 6) << "five tables and their merger";
  for (const auto* table : {"s.interactions r", "s.tasks r", "s.stage_moves m", "s.mandats r", "s.links r"}) {
    EXPECT_EQ(occurrences(statement->sql, std::string("FROM ") + table), 1) << table;
  }
}

TEST(TimelineStatement, OfAPersonShowsWhatIsAboutOrganisationsByTheirRights) {
  const auto sales = timeline_statement("s", around(EntityKind::person));
  const auto admin = timeline_statement("s", around(EntityKind::person, Role::admin));
  ASSERT_TRUE(sales && admin);
  EXPECT_EQ(occurrences(sales->sql, "r.organisation_id IS NULL OR EXISTS"), 2);
  EXPECT_THAT(sales->sql, HasSubstr("e.owner_id IS NULL OR e.owner_id = "));
  EXPECT_THAT(admin->sql, Not(HasSubstr("owner_id")));
}

TEST(TimelineStatement, GoesOnBehindTheLastItem) {
  TimelineQuery query = around(EntityKind::organisation, Role::admin);
  query.after = std::to_string(k_moment.micros()) + ":2:00000000000000000070000000001";
  const auto statement = timeline_statement("s", query);
  ASSERT_TRUE(statement);
  // Kinds before the cursor's may have the same moment, its own up to the item, later ones were shown already.
  EXPECT_EQ(occurrences(statement->sql, " <= $"), 3);
  EXPECT_EQ(occurrences(statement->sql, " AND h.time < $"), 2);
  EXPECT_THAT(statement->sql, HasSubstr("AND (m.moved_at < $"));
}

TEST(TimelineStatement, RefusesWhatIsNoPlace) {
  for (const char* after : {"x", "1", "1:2", "1:5:x", "1:-1:x", "x:1:x", "1:1:a b", "99999999999999999999:1:x",
                            "999999999999999999:1:x", "1:1:\x80"}) {
    TimelineQuery query = around(EntityKind::organisation);
    query.after = after;
    const auto statement = timeline_statement("s", query);
    ASSERT_FALSE(statement) << after;
    EXPECT_EQ(statement.error().front().pointer, "after");
  }
}

TEST(Timeline, TellsEachKindInItsOwnWords) {
  TimelineQuery query = around(EntityKind::organisation);
  query.name = R"("Ac\"me")";
  query.limit = 9;
  const std::string place = std::to_string(static_cast<int>(domain::PipelineStage::perdu));
  const std::vector<TimelineRow> rows = {
      {k_moment, TimelineKind::interaction, "a", k_record, R"({"title":"Point","type":"call","body":"long"})", "", "",
       ""},
      {k_moment, TimelineKind::stage, "a", k_record, R"({"from":0,"to":)" + place + '}', "",
       R"({"from":"prospect","to":"perdu","reason":"cher"})", ""},
      {k_moment, TimelineKind::mandat, "a", k_record, R"({"number":"M-1","notes":"n"})", "mandat.signed.v1",
       R"({"date_signature":"2026-01-02"})", ""},
      {k_moment, TimelineKind::link, "a", k_record, R"({"role":"autre"})", "link.ended.v1", R"({"until":"2026-01-03"})",
       R"({"first_name":"Ada","last_name":"Leroy"})"},
      {k_moment, TimelineKind::link, "b", k_record, R"({"role":"autre"})", "link.created.v1", "{}", ""},
  };
  const std::string begin = R"({"at":"2026-01-05T09:00:00.000000Z","kind":")";
  const std::string id = R"(","id":")" + k_record.text() + '"';
  EXPECT_THAT(tell_timeline(query, rows).items,
              ::testing::ElementsAre(
                  begin + "interaction" + id + R"(,"title":"Point","type":"call"})",
                  begin + "stage" + id + R"(,"title":"Ac\"me","from":"prospect","to":"perdu","reason":"cher"})",
                  begin + "mandat" + id + R"(,"title":"M-1","event":"signed","date":"2026-01-02"})",
                  begin + "link" + id + R"(,"title":"Ada Leroy","event":"ended","role":"autre","date":"2026-01-03"})",
                  begin + "link" + id + R"(,"event":"begun","role":"autre"})"));
}

TEST(Timeline, NamesThePlaceOfTheLastItemWhenThereAreMore) {
  const TimelineQuery query = around(EntityKind::organisation);
  std::vector<TimelineRow> rows = {{k_moment, TimelineKind::task, "c", k_record, "{}", "", "", ""},
                                   {k_moment, TimelineKind::task, "b", k_record, "{}", "", "", ""}};
  EXPECT_EQ(tell_timeline(query, rows).next, std::nullopt);
  rows.push_back({k_moment, TimelineKind::task, "a", k_record, "{}", "", "", ""});
  const TimelinePage page = tell_timeline(query, rows);
  EXPECT_EQ(page.items.size(), 2U);
  EXPECT_EQ(page.next, std::to_string(k_moment.micros()) + ":1:b");
}

}  // namespace
}  // namespace alforis::projections
