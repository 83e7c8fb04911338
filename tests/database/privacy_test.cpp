// Whom nothing speaks for keeping, and what a dossier says of times that functional tests cannot make.

#include "database.hpp"
#include "domain/wire/json.hpp"
#include "projections/query/dossier.hpp"
#include "projections/vault/postgres_vault.hpp"

namespace alforis::projections {
namespace {

using domain::Instant;

constexpr std::chrono::hours k_year{365 * 24};

domain::InteractionCreated interaction(const Uuid& person, const Instant& at) {
  domain::InteractionCreated event;
  event.type = domain::InteractionType::call;
  event.title = domain::Line<200>::parse("Appel").value();
  event.person_id = person;
  event.occurred_at = at;
  return event;
}

domain::InteractionCreated with_participant(domain::InteractionCreated event, const Uuid& person) {
  domain::Participant participant;
  participant.person_id = person;
  event.participants.push_back(participant);
  return event;
}

class RetentionTest : public QueryTest {
 protected:
  /// Last names of those without contact since then.
  std::vector<std::string> forgettable(const Instant& before) {
    std::vector<std::string> names;
    RetentionQuery query;
    query.before = before;
    query.limit = 2;
    do {
      const auto page = reader_.forgettable(query).value();
      for (const auto& found : page.people) {
        names.push_back(domain::wire::from_stored<domain::Person>(found.document).value().last_name->text());
      }
      query.after = page.next.value_or("");
    } while (!query.after.empty());
    return names;
  }
};

TEST_F(RetentionTest, CountsFromTheLastInteractionOfAnyKindOrElseFromTheBeginning) {
  start();
  for (int n = 1; n <= 4; ++n) feed_.commit(id_of('p', n), person("A", "P" + std::to_string(n)));
  const Instant made = feed_.next_time();
  feed_.advance(k_year);
  const Instant year_later = feed_.next_time();
  feed_.commit(id_of('i', 1), interaction(id_of('p', 2), year_later));
  feed_.commit(id_of('i', 2), with_participant(interaction(id_of('p', 2), year_later), id_of('p', 3)));
  feed_.commit(id_of('i', 3), interaction(id_of('p', 4), year_later));
  feed_.commit(id_of('i', 3), domain::InteractionDeleted{});
  settle();
  EXPECT_EQ(forgettable(made + k_year / 2), (std::vector<std::string>{"P1", "P4"}));
  EXPECT_EQ(forgettable(year_later + std::chrono::seconds(1)), (std::vector<std::string>{"P1", "P2", "P3", "P4"}));
  EXPECT_EQ(forgettable(Instant::from_micros(0)), std::vector<std::string>());
}

TEST_F(RetentionTest, KeepsWhoHasAMandatAndForgetsNobodyTwice) {
  start();
  for (int n = 1; n <= 3; ++n) {
    feed_.commit(id_of('o', n), organisation("O" + std::to_string(n)));
    feed_.commit(id_of('p', n), person("A", "P" + std::to_string(n)));
    feed_.commit(id_of('l', n), link(id_of('p', n), id_of('o', n)));
  }
  domain::MandatCreated mandat;
  mandat.number = domain::Line<100>::parse("M-2026-0001").value();
  mandat.organisation_id = id_of('o', 1);
  feed_.commit(id_of('m', 1), mandat);
  feed_.commit(id_of('m', 1), domain::MandatSigned{domain::Date::parse("2026-01-01").value()});
  feed_.commit(id_of('p', 2), domain::PersonErased{});
  settle();
  const Instant later = feed_.next_time() + k_year;
  EXPECT_EQ(forgettable(later), std::vector<std::string>{"P3"});
  feed_.commit(id_of('l', 1), domain::LinkEnded{});
  settle();
  EXPECT_EQ(forgettable(later), (std::vector<std::string>{"P1", "P3"}));
}

TEST_F(RetentionTest, ACursorThatIsNoneIsSaid) {
  start();
  settle();
  for (const auto* cursor : {"x", "1:x", ":", "99999999999999999999:01890000-0000-7000-8000-000000000001"}) {
    EXPECT_FALSE(reader_.forgettable({Instant::from_micros(0), 10, cursor})) << cursor;
  }
}

TEST_F(QueryTest, StagesAreToldWithTheirDays) {
  start();
  const Uuid org = id_of('o', 1);
  feed_.commit(org, organisation("Alpha"));
  feed_.advance(std::chrono::hours(10 * 24));
  domain::OrganisationStageChanged moved;
  moved.from = domain::PipelineStage::prospect;
  moved.to = domain::PipelineStage::qualification;
  moved.reason = domain::Text<1000>::parse("Intéressée").value();
  feed_.commit(org, moved);
  settle();
  const auto stays = reader_.stages(org, domain::Date::parse("2026-01-31").value());
  ASSERT_EQ(stays.size(), 2U);
  EXPECT_EQ(stays[0].days, 10);
  EXPECT_EQ(stays[0].until, stays[1].since);
  EXPECT_EQ(stays[1].days, 20);
  EXPECT_EQ(stays[1].reason, "Intéressée");
  EXPECT_EQ(stays[1].moved_by, id_of('u', 1));
}

class VaultTest : public QueryTest {};

TEST_F(VaultTest, KeysThatWereAddedBeforeTheirAnswerWasLostAreAddedOnce) {
  PostgresVault vault({test_dsn(), workspace_});
  const std::string bytes("\0\x01\xff wrapped", 11);
  std::vector<privacy::WrappedKey> keys;
  for (int n = 1; n <= 3; ++n) keys.push_back({id_of('k', n), "master", bytes + std::to_string(n)});
  vault.add(std::span(keys).first(2));
  vault.add(keys);
  std::size_t found = 0;
  vault.for_each([&](const privacy::WrappedKey& key) {
    ++found;
    EXPECT_EQ(key.master, "master");
    EXPECT_TRUE(key.wrapped.starts_with(bytes));
  });
  EXPECT_EQ(found, keys.size());
  EXPECT_EQ(vault.find(keys.back().id).value().wrapped, keys.back().wrapped);
}

TEST_F(VaultTest, KeysAreOnTheDiskBeforeAnybodyUsesThem) {
  PostgresVault vault({test_dsn(), workspace_});
  postgres::Connection connection(test_dsn(), {});
  ASSERT_EQ(connection.run("SHOW synchronous_commit").text(0, 0), "off");
  // Something else may write to the WAL in between now and then.
  constexpr int k_times = 20;
  int flushed = 0;
  for (int n = 1; n <= k_times; ++n) {
    const privacy::WrappedKey key{id_of('k', n), "master", "wrapped"};
    vault.add(std::span(&key, 1));
    flushed += connection.run("SELECT pg_current_wal_flush_lsn() >= pg_current_wal_insert_lsn()").boolean(0, 0) ? 1 : 0;
  }
  EXPECT_GT(flushed, k_times / 2);
}

}  // namespace
}  // namespace alforis::projections
