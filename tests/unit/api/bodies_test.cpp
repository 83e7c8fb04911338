// Request bodies: what of them may be remembered.
#include "api/routes/bodies.hpp"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace alforis::api
