// Rows, documents and positions: what the tables say is what the Log says.

#include "database.hpp"
#include "domain/wire/json.hpp"

namespace alforis::projections {
namespace {

using domain::EntityKind;

TEST_F(QueryTest, AnInstantStandsForTheLastCommitBeforeItHoweverQuietItWas) {
  start();
  const domain::Instant first = feed_.next_time();
  feed_.commit(id_of('o', 1), organisation("Avant"));
  const Position last = feed_.commit({{id_of('o', 2), organisation("Un")}, {id_of('o', 3), organisation("Deux")}});
  feed_.advance(std::chrono::hours(24 * 400));
  const domain::Instant before_next = domain::Instant::from_micros(feed_.next_time().micros() - 1);
  const domain::Instant next = feed_.next_time();
  const Position newest = feed_.commit(id_of('o', 1), renamed("Après"));
  settle();
  EXPECT_EQ(reader_.position_at(domain::Instant::from_micros(first.micros() - 1)), 0U);
  EXPECT_EQ(reader_.position_at(before_next), last);
  EXPECT_EQ(reader_.position_at(next), newest);
}

TEST_F(QueryTest, TablesThatAreFullAlreadyAreNotAnalysedAgainAfterARestart) {
  const auto fill = [this](int from, int count) {
    std::vector<Happened> events;
    for (int i = from; i < from + count; ++i) events.emplace_back(id_of('o', i), organisation("Firme"));
    feed_.commit_all(events);
    start();
    settle();
    const std::string schema = live();
    stop();  // a connection that ends has told its counts
    return sql_.value("SELECT sum(analyze_count) FROM pg_stat_all_tables WHERE schemaname = '" + schema + "'");
  };
  const std::string at_first = fill(1, 4200);
  EXPECT_EQ(fill(5001, 1500), at_first);
}

TEST_F(QueryTest, RowsEqualTheDocumentsThatTheEventsMake) {
  start();
  const Uuid org = id_of('o', 1);
  auto created = organisation("Société Générale Gestion", id_of('u', 2));
  created.tags = {domain::Line<50>::parse("a,b").value(), domain::Line<50>::parse("\"c\"").value()};
  created.aum = domain::Money{123456789, domain::CurrencyCode::euro()};
  created.signature_probability = domain::Percent::parse("12.5").value();
  created.aum_date = domain::Date::parse("1999-12-31").value();
  created.country = domain::CountryCode::parse("FR").value();
  feed_.commit(
      {{id_of('t', 1), team("Paris")}, {id_of('u', 2), user("a@example.fr", domain::Role::sales, id_of('t', 1))}});
  feed_.commit(org, created);
  const Position last = feed_.commit(org, renamed("Sogé"));
  settle();

  const auto record = reader_.find(EntityKind::organisation, org);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->version, 2);
  EXPECT_EQ(record->position, last);
  const auto state = domain::wire::from_json<domain::Organisation>(record->document);
  ASSERT_TRUE(state);
  EXPECT_EQ(state->name->text(), "Sogé");
  EXPECT_EQ(state->tags.size(), 2U);
  ASSERT_EQ(record->ownerships.size(), 1U);
  EXPECT_EQ(record->ownerships[0].owner, id_of('u', 2));
  EXPECT_EQ(record->ownerships[0].team, id_of('t', 1));
  EXPECT_EQ(sql_.rows("SELECT name_key, country, aum, signature_probability, aum_date, tags[1], tags[2], \"position\", "
                      "deleted, created_at FROM " +
                      workspace_ + ".organisations"),
            std::vector<std::string>{"soge|FR|123456789|1250|1999-12-31|a,b|\"c\"|" + std::to_string(last) +
                                     "|false|2026-01-01T00:00:00.000002+00:00"});
}

TEST_F(QueryTest, EveryKindHasItsTable) {
  start();
  feed_.commit({{id_of('t', 1), team("Équipe Nord")},
                {id_of('u', 2), user("b@example.fr", domain::Role::manager, id_of('t', 1))},
                {id_of('u', 2), domain::UserPasswordSet{"$argon2id$secret"}},
                {id_of('o', 1), organisation("Alpha")},
                {id_of('p', 1), person("Zoé", "Martin")},
                {id_of('l', 1), link(id_of('p', 1), id_of('o', 1))}});
  settle();
  for (const auto& [kind, id] : {std::pair{EntityKind::team, id_of('t', 1)},
                                 {EntityKind::user, id_of('u', 2)},
                                 {EntityKind::organisation, id_of('o', 1)},
                                 {EntityKind::person, id_of('p', 1)},
                                 {EntityKind::link, id_of('l', 1)}}) {
    const auto record = reader_.find(kind, id);
    ASSERT_TRUE(record);
    EXPECT_NE(record->document.find(id.text()), std::string::npos);
    EXPECT_FALSE(reader_.find(kind, id_of('x', 9)));
  }
  EXPECT_EQ(sql_.value("SELECT name_key FROM " + workspace_ + ".people"), "martin zoe");
  EXPECT_EQ(reader_.directory().users.size(), 1U);
}

TEST_F(QueryTest, APasswordsHashIsInNoDocumentAndNoHistory) {
  start();
  const Uuid id = id_of('u', 2);
  feed_.commit({{id, user("c@example.fr", domain::Role::sales)}, {id, domain::UserPasswordSet{"$argon2id$first"}}});
  feed_.commit(id, domain::UserPasswordSet{"$argon2id$second"});
  settle();
  const auto credentials = reader_.credentials("c@example.fr");
  ASSERT_TRUE(credentials);
  EXPECT_EQ(credentials->hash, "$argon2id$second");
  EXPECT_EQ(credentials->user, id);
  EXPECT_TRUE(credentials->active);
  EXPECT_FALSE(reader_.credentials("nobody@example.fr"));
  EXPECT_EQ(reader_.find(EntityKind::user, id)->document.find("argon"), std::string::npos);
  EXPECT_EQ(sql_.value("SELECT count(*) FROM " + workspace_ + ".history WHERE data LIKE '%argon%'"), "0");
  EXPECT_EQ(reader_.history(EntityKind::user, id, "", 10)->entries.size(), 3U);
}

TEST_F(QueryTest, DeletedIsFoundAndRestoredAgain) {
  start();
  const Uuid org = id_of('o', 1);
  feed_.commit(org, organisation("Beta"));
  feed_.commit({{org, domain::OrganisationDeleted{}}}, id_of('u', 7));
  settle();
  auto record = reader_.find(EntityKind::organisation, org);
  ASSERT_TRUE(record);
  EXPECT_TRUE(record->deleted);
  EXPECT_EQ(record->deleted_by, id_of('u', 7));
  feed_.commit(org, domain::OrganisationRestored{});
  settle();
  record = reader_.find(EntityKind::organisation, org);
  EXPECT_FALSE(record->deleted);
  EXPECT_FALSE(record->deleted_by);
}

TEST_F(QueryTest, HistoriesTellFieldByFieldNewestFirst) {
  start();
  const Uuid org = id_of('o', 1);
  feed_.commit(org, organisation("Gamma"));
  feed_.commit({{org, renamed("Delta")}}, id_of('u', 3));
  domain::OrganisationStageChanged lost{domain::PipelineStage::prospect, domain::PipelineStage::perdu, {}, {}};
  lost.reason = domain::Text<1000>::parse("trop cher").value();
  feed_.commit(org, lost);
  settle();
  const auto page = reader_.history(EntityKind::organisation, org, "", 2);
  ASSERT_TRUE(page);
  ASSERT_EQ(page->entries.size(), 2U);
  EXPECT_EQ(page->entries[0].type, "organisation.stage_changed.v1");
  EXPECT_EQ(page->entries[0].reason, "trop cher");
  EXPECT_EQ(page->entries[0].changes, (std::vector<FieldChange>{{"pipeline_stage", "\"prospect\"", "\"perdu\""}}));
  EXPECT_EQ(page->entries[1].changes, (std::vector<FieldChange>{{"name", "\"Gamma\"", "\"Delta\""}}));
  EXPECT_EQ(page->entries[1].actor, id_of('u', 3));
  ASSERT_TRUE(page->next);
  const auto rest = reader_.history(EntityKind::organisation, org, *page->next, 2);
  ASSERT_EQ(rest->entries.size(), 1U);
  EXPECT_EQ(rest->entries[0].type, "organisation.created.v1");
  EXPECT_EQ(rest->entries[0].changes.front(), (FieldChange{"name", std::nullopt, "\"Gamma\""}));
  EXPECT_FALSE(rest->next);
  EXPECT_FALSE(reader_.history(EntityKind::organisation, org, "1:2; DROP", 2));
}

TEST_F(QueryTest, ATeamChangeMovesTheTeamsOfAllItsRecords) {
  start();
  const Uuid owner = id_of('u', 2);
  feed_.commit({{id_of('t', 1), team("Un")},
                {id_of('t', 2), team("Deux")},
                {owner, user("d@example.fr", domain::Role::sales, id_of('t', 1))}});
  feed_.commit(id_of('o', 1), organisation("Un", owner));
  feed_.commit(id_of('o', 2), organisation("Deux", owner));
  feed_.commit(id_of('o', 3), organisation("Trois"));
  settle();
  std::vector<std::string> touched;
  std::mutex mutex;
  runner_->subscribe([&](const Committed& committed) {
    const std::lock_guard lock(mutex);
    touched.insert(touched.end(), committed.entities.begin(), committed.entities.end());
  });
  feed_.commit(owner, moved_to(id_of('t', 2)));
  settle();
  EXPECT_EQ(sql_.value("SELECT count(*) FROM " + workspace_ + ".organisations WHERE team_id = '" +
                       id_of('t', 2).text() + "'"),
            "2");
  const std::lock_guard lock(mutex);
  EXPECT_EQ(touched, (std::vector<std::string>{id_of('o', 1).text(), id_of('o', 2).text(), owner.text()}));
}

}  // namespace
}  // namespace alforis::projections
