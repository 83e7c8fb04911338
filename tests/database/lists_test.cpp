// Lists: rights, filters, orders, pages.

#include <set>

#include "database.hpp"
#include "domain/wire/json.hpp"
#include "projections/query/list_sql.hpp"

namespace alforis::projections {
namespace {

using domain::EntityKind;
using domain::Role;

class ListsTest : public QueryTest {
 protected:
  /// Two teams with a sales person each, an organisation of each of them, a shared one; a person at each, one at none.
  void firm() {
    feed_.commit({{id_of('t', 1), team("Un")},
                  {id_of('t', 2), team("Deux")},
                  {id_of('u', 1), user("admin@example.fr", Role::admin)},
                  {id_of('u', 2), user("un@example.fr", Role::sales, id_of('t', 1))},
                  {id_of('u', 3), user("deux@example.fr", Role::sales, id_of('t', 2))},
                  {id_of('u', 4), user("seul@example.fr", Role::sales)}});
    feed_.commit({{id_of('o', 1), organisation("Alpha", id_of('u', 2))},
                  {id_of('o', 2), organisation("Bêta", id_of('u', 3))},
                  {id_of('o', 3), organisation("Commun")},
                  {id_of('o', 4), organisation("Delta", id_of('u', 4))}});
    for (int i = 1; i <= 4; ++i) {
      feed_.commit({{id_of('p', i), person("Jean", "Numéro " + std::to_string(i))},
                    {id_of('l', i), link(id_of('p', i), id_of('o', i))}});
    }
    feed_.commit(id_of('p', 5), person("Libre", "Électron"));
  }

  Page list(EntityKind kind, const Parameters& parameters, const domain::Viewer& viewer = administrator()) {
    auto query = parse_list_query(kind, parameters, viewer);
    EXPECT_TRUE(query) << query.error().front().detail;
    auto page = reader_.list(*query);
    EXPECT_TRUE(page) << page.error().front().detail;
    return *page;
  }

  /// The last digits of the ids on the page, in its order: "1 3".
  std::string numbers(EntityKind kind, const Parameters& parameters, const domain::Viewer& viewer = administrator()) {
    return numbers(list(kind, parameters, viewer));
  }
  static std::string numbers(const Page& page) {
    std::string text;
    for (const std::string& document : page.documents) {
      const std::string id = document.substr(document.find("\"id\":\"") + 6, 36);
      text += (text.empty() ? "" : " ") + std::to_string(std::stoi(id.substr(28), nullptr, 16));
    }
    return text;
  }
};

TEST_F(ListsTest, OrdersThatAreShownReadTheirIndexAsSoonAsTheTablesHaveFilled) {
  std::vector<Happened> events;
  for (int i = 1; i <= 2400; ++i) events.emplace_back(id_of('o', i), organisation("Firme " + std::to_string(i)));
  feed_.commit_all(events);
  start();
  settle();
  postgres::Connection connection(test_dsn(), {});
  for (const std::string order : {"created_at DESC, id DESC", "updated_at DESC, id DESC", "name_key, id",
                                  "city_key, name_key, id", "aum DESC NULLS LAST, id DESC"}) {
    const auto plan =
        connection.run("EXPLAIN (FORMAT JSON) SELECT doc FROM " + live() +
                       ".organisations WHERE NOT deleted AND pipeline_stage = 0 ORDER BY " + order + " LIMIT 51");
    EXPECT_NE(plan.text(0, 0).find("\"Index Scan\""), std::string::npos) << order << ": " << plan.text(0, 0);
    EXPECT_EQ(plan.text(0, 0).find("\"Sort\""), std::string::npos) << order << ": " << plan.text(0, 0);
  }
}

TEST_F(ListsTest, APageLooksUpWhatItsRowsHangOnAndReadsNothingElseOfIt) {
  firm();
  std::vector<Happened> events;
  for (int i = 10; i <= 2400; ++i) events.emplace_back(id_of('p', i), person("Jean", "Numéro " + std::to_string(i)));
  for (int i = 10; i <= 2400; ++i) events.emplace_back(id_of('l', i), link(id_of('p', i), id_of('o', 1 + i % 4)));
  feed_.commit_all(events);
  start();
  settle();
  postgres::Connection connection(test_dsn(), {});
  const auto sales = viewer(id_of('u', 2), Role::sales, id_of('t', 1));
  for (const auto kind : {EntityKind::person, EntityKind::task, EntityKind::interaction}) {
    const auto statement = list_statement(workspace_, *parse_list_query(kind, {{"sort", "created_at"}}, sales));
    const auto plan = connection.run("EXPLAIN (FORMAT JSON) " + statement->sql, statement->params);
    EXPECT_EQ(plan.text(0, 0).find("hashed SubPlan"), std::string::npos) << plan.text(0, 0);
  }
}

TEST_F(ListsTest, WhatAListIsNarrowedByIsLookedUpInItsIndex) {
  firm();
  std::vector<Happened> events;
  for (int i = 10; i <= 2400; ++i) {
    events.emplace_back(id_of('o', i), organisation("Firme " + std::to_string(i), id_of('u', 2 + i % 3)));
  }
  feed_.commit_all(events);
  start();
  settle();
  postgres::Connection connection(test_dsn(), {});
  connection.script("VACUUM ANALYZE " + live() + ".organisations");
  // A table as small as this one may as well be read from end to end.
  connection.script("SET enable_seqscan = off; SET enable_bitmapscan = off");
  const auto sales = viewer(id_of('u', 2), Role::sales, id_of('t', 1));
  for (const Parameters& asked : std::vector<Parameters>{{{"stage", "prospect"}, {"sort", "name"}},
                                                         {{"type", "client"}, {"sort", "-updated_at"}},
                                                         {{"stage", "prospect"}, {"sort", "-potential_amount"}},
                                                         {{"category", "cgpi"}, {"sort", "city"}},
                                                         {{"owner", "me"}, {"sort", "-aum"}}}) {
    const auto statement = list_statement(workspace_, *parse_list_query(EntityKind::organisation, asked, sales));
    const auto plan = connection.run("EXPLAIN (FORMAT JSON) " + statement->sql, statement->params);
    EXPECT_NE(plan.text(0, 0).find("\"Index Only Scan\""), std::string::npos)
        << asked.front().second << ' ' << asked.back().second << ": " << plan.text(0, 0);
  }
}

TEST_F(ListsTest, ATimelineLooksUpTheEventsOfItsPageAndNoOthers) {
  using domain::PipelineStage;
  constexpr int k_moves = 400;
  firm();
  std::vector<Happened> events;
  // Most organisations move little, and so the planner thinks of this one.
  for (int i = 10; i < 3000; ++i) events.emplace_back(id_of('o', i), organisation("Firme"));
  for (int i = 0; i < k_moves; ++i) {
    const bool there = i % 2 == 0;
    events.emplace_back(id_of('o', 1),
                        domain::OrganisationStageChanged{there ? PipelineStage::prospect : PipelineStage::qualification,
                                                         there ? PipelineStage::qualification : PipelineStage::prospect,
                                                         {},
                                                         {}});
  }
  feed_.commit_all(events);
  start();
  settle();
  postgres::Connection connection(test_dsn(), {});
  connection.script("VACUUM ANALYZE " + live() + ".stage_moves, " + live() + ".history");
  const TimelineQuery query{
      administrator(), EntityKind::organisation, id_of('o', 1), {}, {TimelineKind::stage}, 20, {}};
  const auto statement = timeline_statement(workspace_, query);
  const auto plan = connection.run("EXPLAIN (ANALYZE, BUFFERS, TIMING off) " + statement->sql, statement->params);
  const std::string top(plan.text(1, 0));
  const int pages = std::stoi(top.substr(top.find("hit=") + 4));
  EXPECT_LT(pages, k_moves) << top;
  EXPECT_EQ(reader_.timeline(query).value().items.size(), 20U);
}

TEST_F(ListsTest, TheNextPageBeginsInTheIndexAlsoWhereValuesMayBeEmpty) {
  std::vector<Happened> events;
  for (int i = 1; i <= 2400; ++i) {
    auto made = organisation("Firme " + std::to_string(i));
    if (i % 2 == 0) made.city = domain::Line<100>::parse("Ville " + std::to_string(i)).value();
    events.emplace_back(id_of('o', i), std::move(made));
  }
  feed_.commit_all(events);
  start();
  settle();
  postgres::Connection connection(test_dsn(), {});
  connection.script("SET enable_seqscan = off; SET enable_bitmapscan = off");
  auto query = *parse_list_query(EntityKind::organisation, {{"sort", "city"}, {"limit", "20"}}, administrator());
  const auto page = reader_.list(query);
  ASSERT_TRUE(page && page->next);
  query.after = *page->next;
  const auto statement = list_statement(workspace_, query);
  const auto plan = connection.run("EXPLAIN (FORMAT JSON) " + statement->sql, statement->params);
  EXPECT_NE(plan.text(0, 0).find("\"Index Cond\": \"(ROW("), std::string::npos) << plan.text(0, 0);
}

TEST_F(ListsTest, OnlyListsOfOpenTasksSayThatTheirIndexesWillDo) {
  const std::string open = "r.status IN (0, 1)";
  for (const auto& [status, says] : std::vector<std::pair<std::string, bool>>{
           {"todo", true}, {"doing", true}, {"todo,doing", true}, {"todo,done", false}, {"cancelled", false}}) {
    const auto statement = list_statement(
        workspace_, *parse_list_query(EntityKind::task, {{"status", status}, {"sort", "due_at"}}, administrator()));
    EXPECT_EQ(statement->sql.find(open) != std::string::npos, says) << status;
  }
}

TEST_F(ListsTest, EachRoleSeesWhatItMay) {
  firm();
  start();
  settle();
  const Parameters by_name = {{"sort", "name"}};
  struct Case {
    domain::Viewer viewer;
    std::string organisations;
    std::string people;
    std::string links;
  };
  const Case cases[] = {
      {administrator(), "1 2 3 4", "5 1 2 3 4", "1 2 3 4"},
      {viewer(id_of('u', 2), Role::sales, id_of('t', 1)), "1 3", "5 1 3", "1 3"},
      {viewer(id_of('u', 9), Role::manager, id_of('t', 2)), "2 3", "5 2 3", "2 3"},
      {viewer(id_of('u', 8), Role::viewer, id_of('t', 2)), "2 3", "5 2 3", "2 3"},
      {viewer(id_of('u', 4), Role::sales), "3 4", "5 3 4", "3 4"},
      {viewer(id_of('u', 7), Role::viewer), "3", "5 3", "3"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(numbers(EntityKind::organisation, by_name, c.viewer), c.organisations);
    EXPECT_EQ(numbers(EntityKind::person, by_name, c.viewer), c.people);
    EXPECT_EQ(numbers(EntityKind::link, {{"sort", "created_at"}}, c.viewer), c.links);
    // Counts tell no more than lists, and one record follows the same rule.
    EXPECT_EQ(list(EntityKind::organisation, {{"count", "exact"}}, c.viewer).total,
              static_cast<std::int64_t>((c.organisations.size() + 1) / 2));
    for (int i = 1; i <= 4; ++i) {
      const auto record = reader_.find(EntityKind::organisation, id_of('o', i));
      EXPECT_EQ(visible(c.viewer, EntityKind::organisation, *record),
                c.organisations.find(std::to_string(i)) != std::string::npos);
      const auto someone = reader_.find(EntityKind::person, id_of('p', i));
      EXPECT_EQ(visible(c.viewer, EntityKind::person, *someone), c.people.find(std::to_string(i)) != std::string::npos);
      const auto tie = reader_.find(EntityKind::link, id_of('l', i));
      EXPECT_EQ(visible(c.viewer, EntityKind::link, *tie), c.links.find(std::to_string(i)) != std::string::npos);
    }
  }
}

TEST_F(ListsTest, UsersAndTeamsAreSeenByTheirOwn) {
  firm();
  start();
  settle();
  const auto sales = viewer(id_of('u', 2), Role::sales, id_of('t', 1));
  EXPECT_EQ(numbers(EntityKind::user, {{"sort", "email"}}), "1 3 4 2");
  EXPECT_EQ(numbers(EntityKind::user, {}, sales), "2");
  EXPECT_EQ(numbers(EntityKind::user, {}, viewer(id_of('u', 9), Role::manager, id_of('t', 2))), "3");
  EXPECT_EQ(numbers(EntityKind::user, {}, viewer(id_of('u', 9), Role::viewer, id_of('t', 2))), "");
  EXPECT_EQ(numbers(EntityKind::team, {}, sales), "1");
  EXPECT_EQ(numbers(EntityKind::team, {}, viewer(id_of('u', 4), Role::sales)), "");
}

TEST_F(ListsTest, APersonFilterDoesNotTellOfHiddenOrganisations) {
  firm();
  feed_.commit(id_of('l', 7), link(id_of('p', 3), id_of('o', 2)));  // seen by all through Commun, works at Bêta too
  start();
  settle();
  const Parameters at_beta = {{"organisation", id_of('o', 2).text()}, {"sort", "name"}};
  EXPECT_EQ(numbers(EntityKind::person, at_beta), "2 3");
  EXPECT_EQ(numbers(EntityKind::person, at_beta, viewer(id_of('u', 2), Role::sales, id_of('t', 1))), "");
}

TEST_F(ListsTest, TheDeletedAreListedOnlyWhenAskedFor) {
  firm();
  feed_.commit({{id_of('o', 1), domain::OrganisationDeleted{}}}, id_of('u', 2));
  feed_.commit({{id_of('o', 3), domain::OrganisationDeleted{}}}, id_of('u', 1));
  start();
  settle();
  EXPECT_EQ(numbers(EntityKind::organisation, {{"sort", "name"}}), "2 4");
  EXPECT_EQ(numbers(EntityKind::organisation, {{"deleted", "true"}, {"sort", "name"}}), "1 3");
  // Sales people restore what they deleted themselves, so that is what they find.
  EXPECT_EQ(numbers(EntityKind::organisation, {{"deleted", "true"}}, viewer(id_of('u', 2), Role::sales, id_of('t', 1))),
            "1");
}

TEST_F(ListsTest, EveryFilterFindsWhatItSays) {
  start();
  auto full = organisation("Crédit Zürich & Cie", id_of('u', 2));
  full.pipeline_stage = domain::PipelineStage::signe;
  full.category = domain::OrganisationCategory::sdg;
  full.city = domain::Line<100>::parse("Saint-Étienne").value();
  full.email = domain::Email::parse("info@credit.fr").value();
  full.tags = {domain::Line<50>::parse("esg").value(), domain::Line<50>::parse("ucits, old").value()};
  full.aum = domain::Money{5000, domain::CurrencyCode::euro()};
  full.signature_date = domain::Date::parse("2026-03-01").value();
  full.signature_probability = domain::Percent::parse("40").value();
  full.lei = std::nullopt;
  full.phone = domain::Phone::parse("+33185001122").value();
  full.notes = domain::Text<10000>::parse("\"phone\":\"0\"\nEst né à Saint-Étienne").value();
  feed_.commit({{id_of('t', 1), team("Un")}, {id_of('u', 2), user("x@example.fr", Role::sales, id_of('t', 1))}});
  feed_.commit(id_of('o', 1), full);
  feed_.commit(id_of('o', 2), organisation("Vide"));
  settle();
  const std::pair<Parameters, std::string> cases[] = {
      {{{"stage", "signe"}}, "1"},
      {{{"pipeline_stage", "signe,prospect"}}, "2 1"},
      {{{"stage", "perdu"}}, ""},
      {{{"owner", id_of('u', 2).text()}}, "1"},
      {{{"owner.empty", "true"}}, "2"},
      {{{"owner.empty", "false"}}, "1"},
      {{{"team", id_of('t', 1).text()}}, "1"},
      {{{"city", "saint etienne"}}, "1"},
      {{{"email", "INFO@credit.fr"}}, "1"},
      {{{"tags", "esg,other"}}, "1"},
      {{{"tags.all", "esg,ucits\\, old"}}, "1"},
      {{{"tags.all", "esg,other"}}, ""},
      {{{"tags.empty", "true"}}, "2"},
      {{{"aum.gte", "5000"}}, "1"},
      {{{"aum.before", "5000"}}, ""},
      {{{"signature_date.from", "2026-03-01"}, {"signature_date.before", "2026-03-02"}}, "1"},
      {{{"signature_probability.lte", "39.99"}}, ""},
      {{{"signature_probability.lte", "40"}}, "1"},
      {{{"updated_at.gte", "2026-01-01T00:00:00.000003Z"}}, "2"},
      {{{"created_at.before", "2026-01-01T00:00:00.000003Z"}}, "1"},
      {{{"created_by", "me"}}, "2 1"},
      {{{"phone", "+33185001122"}}, "1"},
      {{{"phone", "0,+33185001122"}}, "1"},
      {{{"phone", "0"}}, ""},
      {{{"phone", "+3318500112"}}, ""},
      {{{"phone.empty", "true"}}, "2"},
      {{{"phone.empty", "false"}, {"website.empty", "true"}}, "1"},
      {{{"notes", "\"phone\":\"0\"\nEst né à Saint-Étienne"}}, "1"},
      {{{"deleted_at.empty", "true"}}, "2 1"},
      {{{"version", "1"}, {"deleted_by.empty", "true"}}, "2 1"},
      {{{"q", "zurich cred"}}, "1"},
      {{{"q", "CREDIT.FR"}}, "1"},
      {{{"q", "absent"}}, ""},
      {{{"name", "credit zurich et cie"}}, "1"},
      {{{"active", "true"}, {"category", "sdg"}}, "1"},
      {{{"id", id_of('o', 2).text() + "," + id_of('o', 9).text()}}, "2"},
  };
  for (const auto& [parameters, expected] : cases) {
    EXPECT_EQ(numbers(EntityKind::organisation, parameters), expected) << parameters.front().first;
  }
}

TEST_F(ListsTest, WhatLooksLikeSqlOrPatternsIsOnlyText) {
  firm();
  start();
  settle();
  const std::string nasty[] = {"'; DROP TABLE people; --",
                               "%",
                               "_",
                               "\\",
                               "\\'",
                               "$1",
                               "{}",
                               "\"}",
                               "{\"a\",NULL}",
                               "NULL",
                               "1) OR (1=1",
                               "a%' OR '1'='1"};
  for (const EntityKind kind :
       {EntityKind::organisation, EntityKind::person, EntityKind::link, EntityKind::user, EntityKind::team}) {
    for (const ListField& field : list_fields(kind)) {
      for (const std::string& op : field.operators) {
        for (const std::string& value : nasty) {
          const auto query =
              parse_list_query(kind, {{field.name + (op.empty() ? "" : "." + op), value}}, administrator());
          if (!query) continue;  // refused by the type of the field, which is as harmless
          const auto page = reader_.list(*query);
          ASSERT_TRUE(page);
          EXPECT_TRUE(page->documents.empty()) << field.name << ' ' << value;
        }
      }
    }
    for (const std::string& value : nasty) {
      const auto query = parse_list_query(kind, {{"q", value}}, administrator());
      ASSERT_TRUE(reader_.list(*query));
      auto forged = *parse_list_query(kind, {}, administrator());
      for (const std::string& cursor :
           {value, "[\"-created_at\",\"" + value + "\",\"" + id_of('o', 1).text() + "\"]"}) {
        forged.after = cursor;
        EXPECT_FALSE(reader_.list(forged)) << cursor;
      }
    }
  }
  EXPECT_EQ(numbers(EntityKind::person, {{"q", "%"}}), "");
  EXPECT_EQ(numbers(EntityKind::person, {{"sort", "name"}}), "5 1 2 3 4");
}

TEST_F(ListsTest, PagesHoldEachRowOnceWhileRowsAreAdded) {
  std::vector<Happened> first;
  for (int i = 0; i < 230; ++i) {
    auto event = organisation("Maison " + std::to_string(i % 7));
    if (i % 3 != 0) event.aum = domain::Money{i % 5, domain::CurrencyCode::euro()};
    if (i % 2 == 0) event.city = domain::Line<100>::parse(i % 4 == 0 ? "Lyon" : "Paris").value();
    first.emplace_back(id_of('o', i), event);
  }
  feed_.commit_all(first);
  start();
  settle();
  int added = 1000;
  for (const std::string sort : {"name", "-name", "-created_at", "created_at", "aum,-name", "-aum,city",
                                 "city,-aum,name", "-stage,updated_at"}) {
    auto query = *parse_list_query(EntityKind::organisation, {{"sort", sort}, {"limit", "17"}}, administrator());
    std::set<std::string> seen;
    std::vector<std::string> order;
    while (true) {
      const auto page = reader_.list(query);
      ASSERT_TRUE(page);
      for (const std::string& document : page->documents) {
        const std::string id = document.substr(document.find("\"id\":\"") + 6, 36);
        EXPECT_TRUE(seen.insert(id).second) << sort << " shows " << id << " twice";
        order.push_back(id);
      }
      if (!page->next) break;
      query.after = *page->next;
      ++added;
      feed_.commit(id_of('o', added), organisation("Maison " + std::to_string(added % 7)));
      settle();
    }
    for (int i = 0; i < 230; ++i) EXPECT_TRUE(seen.contains(id_of('o', i).text())) << sort << " misses " << i;
  }
}

TEST_F(ListsTest, EmptyValuesComeLastEitherWay) {
  start();
  for (int i = 1; i <= 3; ++i) {
    auto event = organisation("N" + std::to_string(i));
    if (i != 2) event.aum = domain::Money{i, domain::CurrencyCode::euro()};
    feed_.commit(id_of('o', i), event);
  }
  settle();
  EXPECT_EQ(numbers(EntityKind::organisation, {{"sort", "aum"}}), "1 3 2");
  EXPECT_EQ(numbers(EntityKind::organisation, {{"sort", "-aum"}}), "3 1 2");
  EXPECT_EQ(numbers(EntityKind::organisation, {}), "3 2 1");
  EXPECT_EQ(list(EntityKind::organisation, {{"aum.gte", "99"}}).position, log_.end());
  EXPECT_GE(list(EntityKind::organisation, {{"count", "estimate"}}).total.value(), 0);
}

}  // namespace
}  // namespace alforis::projections
