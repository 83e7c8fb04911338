// What may be asked of a list, and what is said to the rest.
#include "projections/query/list_query.hpp"

#include <gmock/gmock.h>

#include "domain/events.hpp"
#include "projections/query/list_sql.hpp"

namespace alforis::projections {
namespace {

using domain::EntityKind;
using domain::Role;

const domain::Uuid k_me = domain::Uuid::parse("01890000-0000-7000-8000-000000000001").value();

domain::Result<ListQuery> parse(const Parameters& parameters, EntityKind kind = EntityKind::organisation) {
  return parse_list_query(kind, parameters, {k_me, Role::sales, std::nullopt});
}

/// "code at parameter" of each problem.
std::vector<std::string> problems(const Parameters& parameters, EntityKind kind = EntityKind::organisation) {
  const auto query = parse(parameters, kind);
  std::vector<std::string> found;
  if (query) return found;
  for (const auto& problem : query.error()) found.push_back(problem.code + " at " + problem.pointer);
  return found;
}

const ListField* field_of(const std::vector<ListField>& fields, std::string_view name) {
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const auto& field) { return field.name == name; });
  return found == fields.end() ? nullptr : &*found;
}

bool has_operator(const ListField& field, std::string_view op) {
  return std::find(field.operators.begin(), field.operators.end(), op) != field.operators.end();
}

template <class T>
constexpr bool k_may_be_empty = false;
template <class T>
constexpr bool k_may_be_empty<std::optional<T>> = true;
template <class T>
constexpr bool k_may_be_empty<std::vector<T>> = true;

/// A list of objects has no one value to look for, nor has an object that is kept as it is.
template <class T>
constexpr bool k_of_objects = false;
template <class T>
constexpr bool k_of_objects<std::vector<T>> = boost::describe::has_describe_members<T>::value;
template <class T>
constexpr bool k_of_objects<std::optional<std::vector<T>>> = boost::describe::has_describe_members<T>::value;
template <>
constexpr bool k_of_objects<std::optional<domain::JsonObject>> = true;

TEST(ListQuery, EveryFieldOfEveryEntityIsAFilter) {
  boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, domain::AllStates>>([]<class T>(T) {
    using State = typename T::type;
    if (std::is_same_v<State, domain::Workspace>) return;  // there is one: it has no list
    using Members =
        boost::describe::describe_members<State, boost::describe::mod_public | boost::describe::mod_inherited>;
    const auto fields = list_fields(domain::EventsOf<State>::k_kind);
    boost::mp11::mp_for_each<Members>([&]<class D>(D) {
      using Member = std::remove_cvref_t<decltype(std::declval<State&>().*D::pointer)>;
      if (k_of_objects<Member> || domain::is_secret<State>(D::name)) return;
      const ListField* field = field_of(fields, D::name);
      ASSERT_NE(field, nullptr) << State::k_entity << ' ' << D::name;
      EXPECT_TRUE(has_operator(*field, "")) << State::k_entity << ' ' << D::name;
      EXPECT_EQ(has_operator(*field, "empty"), k_may_be_empty<Member>) << State::k_entity << ' ' << D::name;
    });
  });
}

TEST(ListQuery, WhatIsNoColumnIsLookedForInTheDocument) {
  const auto query = parse({{"phone", "+33185001122,0\"1"}, {"website.empty", "true"}, {"notes.empty", "false"}});
  ASSERT_TRUE(query);
  const auto statement = list_statement("s", *query);
  ASSERT_TRUE(statement);
  for (const auto* param : {R"("phone":"+33185001122")", R"("phone":"0\"1")", R"("website":)", R"("notes":)"}) {
    EXPECT_THAT(statement->params, ::testing::Contains(::testing::Optional(std::string(param))));
  }
  EXPECT_THAT(problems({{"phone.gte", "1"}, {"phone", std::string(60, '1')}}),
              ::testing::ElementsAre("unknown_parameter at phone.gte", "invalid_value at phone"));
  EXPECT_THAT(problems({{"theme", "pink"}, {"theme.empty", "true"}}, EntityKind::user),
              ::testing::ElementsAre("invalid_value at theme", "unknown_parameter at theme.empty"));
}

TEST(ListQuery, NothingAskedMeansTheDefaults) {
  const auto query = parse({});
  ASSERT_TRUE(query);
  EXPECT_EQ(query->limit, 50U);
  EXPECT_EQ(query->count, Count::none);
  EXPECT_FALSE(query->deleted);
  EXPECT_EQ(effective_sort(*query), (std::vector<SortTerm>{{"created_at", true}}));
}

TEST(ListQuery, OrganisationsOfOneCityComeByTheirNames) {
  const auto sort_of = [](const std::string& sort) { return effective_sort(*parse({{"sort", sort}})); };
  EXPECT_EQ(sort_of("city"), (std::vector<SortTerm>{{"city", false}, {"name", false}}));
  EXPECT_EQ(sort_of("-city"), (std::vector<SortTerm>{{"city", true}, {"name", true}}));
  EXPECT_EQ(sort_of("city,-name"), (std::vector<SortTerm>{{"city", false}, {"name", true}}));
  EXPECT_EQ(sort_of("name,city"), (std::vector<SortTerm>{{"name", false}, {"city", false}}));
}

TEST(ListQuery, EveryFormOfFilterIsRead) {
  const auto query = parse({{"stage", "signe,perdu"},
                            {"owner", "me"},
                            {"updated_at.gte", "2026-01-31"},
                            {"aum.before", "100"},
                            {"city.empty", "true"},
                            {"tags.all", "a\\,b,c"},
                            {"q", " Société "},
                            {"sort", "-updated_at,name"},
                            {"limit", "200"},
                            {"count", "estimate"},
                            {"deleted", "true"},
                            {"after", "opaque"}});
  ASSERT_TRUE(query);
  EXPECT_EQ(query->conditions, (std::vector<Condition>{{"pipeline_stage", Op::equal_any, {"signe", "perdu"}},
                                                       {"owner_id", Op::equal_any, {k_me.text()}},
                                                       {"updated_at", Op::gte, {"2026-01-31"}},
                                                       {"aum", Op::before, {"100"}},
                                                       {"city", Op::empty, {"true"}},
                                                       {"tags", Op::all, {"a,b", "c"}},
                                                       {"q", Op::text, {"Société"}}}));
  EXPECT_EQ(query->sort, (std::vector<SortTerm>{{"updated_at", true}, {"name", false}}));
  EXPECT_EQ(query->limit, 200U);
  EXPECT_EQ(query->after, "opaque");
  EXPECT_TRUE(query->deleted);
}

TEST(ListQuery, TheUnknownIsNamedTogetherWithTheKnown) {
  using V = std::vector<std::string>;
  EXPECT_EQ(problems({{"colour", "red"}}), V{"unknown_parameter at colour"});
  EXPECT_EQ(problems({{"name.gte", "a"}}), V{"unknown_parameter at name.gte"});
  EXPECT_EQ(problems({{"stage.like", "a"}}), V{"unknown_parameter at stage.like"});
  EXPECT_EQ(problems({{"name.empty", "true"}}), V{"unknown_parameter at name.empty"}) << "a name is never empty";
  EXPECT_EQ(problems({{"doc", "x"}}), V{"unknown_parameter at doc"}) << "hidden columns are no fields";
  EXPECT_EQ(problems({{"sort", "notes"}}), V{"unknown_parameter at sort"});
  EXPECT_EQ(problems({{"sort", "id; DROP TABLE x"}}), V{"unknown_parameter at sort"});
  EXPECT_EQ(problems({{"deleted", "true"}}, EntityKind::team), V{"unknown_parameter at deleted"});
  EXPECT_EQ(problems({{"\x01\xff", "x"}}), V{"unknown_parameter at ?"});
  const auto detail = parse({{"colour", "red"}}).error().front().detail;
  EXPECT_THAT(detail, ::testing::HasSubstr("pipeline_stage, stage, "));
  EXPECT_THAT(detail, ::testing::HasSubstr("updated_at.gte"));
}

TEST(ListQuery, WrongValuesAreToldAllAtOnce) {
  EXPECT_EQ(
      problems({{"stage", "signé"},
                {"owner", "someone"},
                {"updated_at.gte", "yesterday"},
                {"aum.gte", "1e3"},
                {"limit", "201"},
                {"count", "all"},
                {"city.empty", "yes"},
                {"active", "1"},
                {"country", ""},
                {"sort", "name,-name"},
                {"stage", "perdu"}}),
      (std::vector<std::string>{"invalid_value at stage", "invalid_value at owner", "invalid_value at updated_at.gte",
                                "invalid_value at aum.gte", "invalid_value at limit", "invalid_value at count",
                                "invalid_value at city.empty", "invalid_value at active", "invalid_value at country",
                                "invalid_value at sort", "duplicate_parameter at stage"}));
}

TEST(ListQuery, AliasesMeanTheField) {
  EXPECT_EQ(parse({{"email", "A@B.fr"}}, EntityKind::person)->conditions.front().field, "personal_email");
  EXPECT_EQ(parse({{"organisation", k_me.text()}}, EntityKind::person)->conditions.front().field, "organisation_id");
  EXPECT_EQ(parse({{"person", k_me.text()}}, EntityKind::link)->conditions.front().field, "person_id");
  EXPECT_EQ(parse({{"sort", "stage"}})->sort.front().field, "pipeline_stage");
}

TEST(ListQuery, EqualAnswersHaveOneKeyAndOthersAnother) {
  const auto key = [](const Parameters& parameters, Role role = Role::admin, domain::Uuid id = k_me) {
    return cache_key(*parse_list_query(EntityKind::organisation, parameters, {id, role, std::nullopt}));
  };
  EXPECT_EQ(key({{"stage", "signe"}}), key({{"pipeline_stage", "signe"}}));
  EXPECT_EQ(key({}, Role::admin, domain::Uuid{}), key({}));
  EXPECT_NE(key({}, Role::sales, domain::Uuid{}), key({}, Role::sales));
  EXPECT_NE(key({}, Role::sales), key({}));
  EXPECT_NE(key({{"stage", "signe,perdu"}}), key({{"stage", "signe"}}));
  EXPECT_NE(key({{"limit", "10"}}), key({}));
}

TEST(ListSql, NoValueIsEverPartOfTheStatement) {
  const auto query =
      parse({{"stage", "signe"}, {"name", "O'Brien"}, {"q", "50% off_"}, {"tags", "x'y"}, {"sort", "-name"}});
  const auto statement = list_statement("w", *query);
  ASSERT_TRUE(statement);
  for (const std::string_view text : {"brien", "50", "x'y", "signe", "01890000"}) {
    EXPECT_EQ(statement->sql.find(text), std::string::npos) << text;
  }
  EXPECT_THAT(statement->params, ::testing::Contains(::testing::Optional(std::string("%50%"))));
  EXPECT_THAT(statement->params, ::testing::Contains(::testing::Optional(std::string("o brien"))));
}

TEST(ListSql, PatternCharactersStandForThemselves) {
  const auto statement = list_statement("w", *parse({{"q", "%"}}));
  EXPECT_THAT(statement->params, ::testing::Contains(::testing::Optional(std::string("%\\%%"))));
}

TEST(ListSql, ACursorOfAnotherOrderIsRefused) {
  auto query = *parse({{"sort", "name"}});
  query.after = cursor_payload(query, {"alpha"}, k_me.text());
  EXPECT_TRUE(list_statement("w", query));
  auto other = *parse({{"sort", "-name"}});
  for (const std::string& cursor : {query.after, std::string("x"), std::string("[]"), std::string("[\"-name\",1,2]"),
                                    std::string("[\"-name\",\"a\",\"no id\"]"), std::string("{}")}) {
    other.after = cursor;
    const auto refused = list_statement("w", other);
    ASSERT_FALSE(refused) << cursor;
    EXPECT_EQ(refused.error().front().code, "invalid_value");
    EXPECT_EQ(refused.error().front().pointer, "after");
  }
}

TEST(ListSql, AdministratorsNeedNoRightsAndOthersAlwaysDo) {
  for (const auto kind :
       {EntityKind::organisation, EntityKind::person, EntityKind::link, EntityKind::user, EntityKind::team}) {
    const auto all = list_statement("w", *parse_list_query(kind, {}, {k_me, Role::admin, std::nullopt}));
    EXPECT_EQ(all->params.size(), 0U);
    for (const Role role : {Role::viewer, Role::sales, Role::manager}) {
      const auto own = list_statement("w", *parse_list_query(kind, {}, {k_me, role, k_me}));
      EXPECT_NE(own->sql, all->sql);
      EXPECT_GE(own->params.size(), 1U);
    }
  }
}

}  // namespace
}  // namespace alforis::projections
