// Request bodies: what of them may be remembered, what they take.
#include "api/routes/bodies.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include "api/routes/common.hpp"
#include "api/routes/interaction_bodies.hpp"
#include "api/routes/link_bodies.hpp"
#include "api/routes/mandat_bodies.hpp"
#include "api/routes/organisation_bodies.hpp"
#include "api/routes/person_bodies.hpp"
#include "api/routes/produit_bodies.hpp"
#include "api/routes/task_bodies.hpp"
#include "api/routes/team_bodies.hpp"
#include "api/routes/user_bodies.hpp"

namespace alforis::api {
namespace {

template <class Body>
std::string remembered(std::string_view text) {
  return without_secrets(domain::wire::from_json<Body>(text).value());
}

TEST(Secrets, AreNoPartOfWhatIsRememberedOfABody) {
  const std::string user = remembered<NewUser>(R"({"email":"a@b.fr","password":"correct horse"})");
  EXPECT_EQ(user, remembered<NewUser>(R"({"email":"a@b.fr","password":"battery staple"})"));
  EXPECT_EQ(user, remembered<NewUser>(R"({"email":"a@b.fr"})"));
  EXPECT_NE(user, remembered<NewUser>(R"({"email":"c@b.fr","password":"correct horse"})"));
  EXPECT_EQ(remembered<PasswordChange>(R"({"current":"correct horse","password":"battery staple"})"), "{}");
}

TEST(RequestHash, TellsMethodTargetAndBodyApartUnderTheServersKey) {
  const TokenKey key(std::string(32, 'k'));
  Request request;
  request.set_method(Method::post);
  request.set_target("/api/v1/users");
  const std::string hash = request_hash(key, request, "{}");
  EXPECT_EQ(hash, request_hash(key, request, "{}"));
  EXPECT_NE(hash, request_hash(key, request, R"({"a":1})"));
  EXPECT_NE(hash, request_hash(TokenKey(std::string(32, 'l')), request, "{}"));
  request.set_method(Method::patch);
  EXPECT_NE(hash, request_hash(key, request, "{}"));
}

template <class T>
constexpr bool k_optional = false;
template <class T>
constexpr bool k_optional<std::optional<T>> = true;

/// Whether the reader takes null for the member.
template <class Body>
bool reads_null(const std::string& member) {
  const auto read = domain::wire::from_json<Body>("{\"" + member + "\":null}");
  if (read) return true;
  const domain::Problems problems = read.error();
  return std::none_of(problems.begin(), problems.end(), [&](const auto& p) { return p.code == "not_nullable"; });
}

/// Whether the schema of the member allows null.
bool allows_null(const std::string& schema, const std::string& member) {
  simdjson::dom::parser parser;
  simdjson::dom::array choices;
  const auto node = parser.parse(schema).at_pointer("/properties/" + member);
  if (node.at_key("anyOf").get(choices) != simdjson::SUCCESS) return false;
  return std::any_of(choices.begin(), choices.end(),
                     [](auto choice) { return choice["type"].get_string().value() == "null"; });
}

template <class Body>
class NewBody : public ::testing::Test {};
using NewBodies =
    ::testing::Types<NewOrganisation, NewPerson, NewLink, NewProduit, NewMandat, NewInteraction, NewTask, NewTeam,
                     NewUser, StageMove, Removal, LinkEnding, MandatSigning, MandatActivation, MandatTermination,
                     ProduitJoining, ProduitLeaving, Rescheduling, TaskCompletion, Snooze>;
TYPED_TEST_SUITE(NewBody, NewBodies);

TYPED_TEST(NewBody, TakesNullForWhatMayBeLeftOutAndSaysSo) {
  using Members =
      boost::describe::describe_members<TypeParam, boost::describe::mod_public | boost::describe::mod_inherited>;
  const std::string input = domain::wire::input_schema<TypeParam>();
  const std::string output = domain::wire::json_schema<TypeParam>();
  boost::mp11::mp_for_each<Members>([&]<class D>(D) {
    constexpr bool k_nullable = k_optional<std::remove_cvref_t<decltype(std::declval<TypeParam&>().*D::pointer)>>;
    EXPECT_EQ(reads_null<TypeParam>(D::name), k_nullable) << D::name;
    EXPECT_EQ(allows_null(input, D::name), k_nullable) << D::name;
    EXPECT_FALSE(allows_null(output, D::name)) << D::name;
  });
}

// ---- ids

template <class Body>
std::string problem_of(std::string_view id, std::string_view members) {
  const auto body = domain::wire::from_json<Body>(R"({"id":")" + std::string(id) + "\"," + std::string(members) + '}');
  if (body) return "none";
  const domain::Problems problems = body.error();
  return problems.front().code + '@' + problems.front().pointer;
}

TEST(ProposedIds, AreOfVersion7) {
  constexpr std::string_view k_v7 = "018f3c6e-5d2a-7c31-9b1e-2f6d8a4c0e75";
  constexpr std::string_view k_v4 = "919108f7-52d1-4320-9bac-f847db4148a8";
  constexpr std::string_view k_nil = "00000000-0000-0000-0000-000000000000";
  EXPECT_EQ(problem_of<NewOrganisation>(k_v7, R"("name":"A")"), "none");
  const std::string ends =
      R"("person_id":")" + std::string(k_v4) + R"(","organisation_id":")" + std::string(k_v4) + '"';
  EXPECT_EQ(problem_of<NewLink>(k_v7, ends), "none") << "a reference is what it is";
  for (const auto id : {k_v4, k_nil}) {
    EXPECT_EQ(problem_of<NewOrganisation>(id, R"("name":"A")"), "invalid_uuid_version@/id");
    EXPECT_EQ(problem_of<NewPerson>(id, R"("last_name":"A")"), "invalid_uuid_version@/id");
    EXPECT_EQ(problem_of<NewLink>(id, ends), "invalid_uuid_version@/id");
    EXPECT_EQ(problem_of<NewTeam>(id, R"("name":"A")"), "invalid_uuid_version@/id");
    EXPECT_EQ(problem_of<NewUser>(id, R"("email":"a@b.fr")"), "invalid_uuid_version@/id");
  }
}

}  // namespace
}  // namespace alforis::api
