// Request bodies: what of them may be remembered.
#include "api/routes/bodies.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include "api/routes/common.hpp"

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

TEST(RequestHash, TellsMethodTargetAndBodyApart) {
  Request request;
  request.set_method(Method::post);
  request.set_target("/api/v1/users");
  const std::string hash = request_hash(request, "{}");
  EXPECT_EQ(hash, request_hash(request, "{}"));
  EXPECT_NE(hash, request_hash(request, R"({"a":1})"));
  request.set_method(Method::patch);
  EXPECT_NE(hash, request_hash(request, "{}"));
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
    ::testing::Types<NewOrganisation, NewPerson, NewLink, NewTeam, NewUser, StageMove, Removal, LinkEnding>;
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

}  // namespace
}  // namespace alforis::api
