// Deciders of API keys.
#include "commands/api_key.hpp"

#include <gmock/gmock.h>

#include "given.hpp"

namespace alforis::commands::testing {
namespace {

using domain::ApiKey;
using domain::Instant;
using domain::Role;
using ::testing::HasSubstr;

CreateApiKey create_key(std::string_view name, std::string_view user, Role scope) {
  CreateApiKey command;
  command.id = id(name);
  command.data.user_id = id(user);
  command.data.name = domain::Line<100>::parse("Export").value();
  command.data.scope = scope;
  command.data.prefix = domain::Line<40>::parse("alf_x").value();
  command.data.secret_hash = "hash";
  return command;
}

UseApiKey use(std::string_view name) { return {id(name), domain::Line<64>::parse("10.0.0.1").value()}; }
RevokeApiKey revoke(std::string_view name) { return {id(name), {}, {}}; }

TEST(CreateApiKey, IsForAdministratorsAndNeverAboveItsUser) {
  const Firm firm;
  EXPECT_EQ(firm.when("ada", create_key("k", "sam", Role::sales)),
            R"(api_key.created.v1 k {"user_id":"sam","name":"Export","scope":"sales","prefix":"alf_x",)"
            R"("secret_hash":"hash"})");
  EXPECT_EQ(firm.when("ada", create_key("k", "sam", Role::manager)), "invalid invalid_input scope_above_role@/scope");
  for (const auto* user : {"ivan", "nobody"}) {
    EXPECT_EQ(firm.when("ada", create_key("k", user, Role::viewer)), "invalid invalid_input unknown_reference@/user_id")
        << user;
  }
  EXPECT_EQ(firm.when("mona", create_key("k", "mona", Role::viewer)), "forbidden forbidden");
}

TEST(CreateApiKey, DoesNotEndBeforeItBegins) {
  CreateApiKey late = create_key("k", "sam", Role::sales);
  late.data.expires_at = Instant::parse("2025-06-15T12:00:00Z").value();
  EXPECT_EQ(Firm().when("ada", late), "invalid invalid_input out_of_range@/expires_at");
}

TEST(UseApiKey, IsNotedOnceAnHour) {
  Firm firm;
  firm.given("ada", create_key("k", "sam", Role::sales));
  EXPECT_EQ(firm.when("sam", use("k")), R"(api_key.used.v1 k {"address":"10.0.0.1"})");
  firm.given("sam", use("k"));
  EXPECT_EQ(firm.when("sam", use("k")), k_nothing);
  EXPECT_EQ(firm.state<ApiKey>("k").last_used_from->text(), "10.0.0.1");
  EXPECT_EQ(firm.when("sue", use("k")), "not_found not_found");
}

TEST(RevokeApiKey, IsForItsUserAndAdministratorsAndHappensOnce) {
  Firm firm;
  firm.given("ada", create_key("k", "sam", Role::sales));
  for (const auto* actor : {"sam", "ada"}) EXPECT_EQ(firm.when(actor, revoke("k")), "api_key.revoked.v1 k {}");
  EXPECT_EQ(firm.when("mona", revoke("k")), "not_found not_found");
  firm.given("sam", revoke("k"));
  EXPECT_EQ(firm.when("sam", revoke("k")), k_nothing);
  EXPECT_EQ(firm.when("sam", use("k")), k_nothing);
  EXPECT_EQ(firm.state<ApiKey>("k").secret_hash, "");
}

TEST(ApiKeys, EndWithTheirUser) {
  Firm firm;
  firm.given("ada", create_key("k", "sam", Role::sales));
  EXPECT_THAT(firm.when("ada", update_user("sam", R"({"active":false})")), HasSubstr("\napi_key.revoked.v1 k {}"));
}

}  // namespace
}  // namespace alforis::commands::testing
