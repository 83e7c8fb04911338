// The audit log's question, as SQL.
#include "projections/query/audit.hpp"

#include <gmock/gmock.h>

namespace alforis::projections {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Audit, ActionsAreEventTypesWithoutTheirVersion) {
  EXPECT_EQ(action_of("session.created.v1"), "session.created");
  for (const auto* good : {"user.*", "audit.login_refused", "api_key.revoked"}) EXPECT_TRUE(is_action(good)) << good;
  for (const auto* bad :
       {"", "user", "user.", ".created", "user.created.v1", "User.*", "user.%", "*.created", "a.b'c"}) {
    EXPECT_FALSE(is_action(bad)) << bad;
  }
}

TEST(Audit, EveryConditionIsAParameter) {
  AuditQuery query;
  query.actions = {"user.*", "audit.login_refused"};
  query.text = "x' OR 1=1";
  query.after = "12:3";
  query.limit = 10;
  const auto statement = audit_statement("s", "a, b", query);
  ASSERT_TRUE(statement);
  EXPECT_THAT(statement->sql, HasSubstr("SELECT a, b FROM s.history WHERE " + std::string(k_audited_events)));
  EXPECT_THAT(statement->sql, HasSubstr("LIMIT 11"));
  EXPECT_THAT(statement->params, ElementsAre("user.%", "audit.login\\_refused.v%", "x' OR 1=1", "12", "3"));
}

TEST(Audit, ACursorThatIsNoneIsSaid) {
  AuditQuery query;
  for (const auto* cursor : {"x", "1", "1:", "-1:2", "1:2:3"}) {
    query.after = cursor;
    EXPECT_FALSE(audit_statement("s", "a", query)) << cursor;
  }
}

}  // namespace
}  // namespace alforis::projections
