#include "api/problem.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>

namespace alforis::api {
namespace {

using domain::Locale;
using ::testing::HasSubstr;
using ::testing::Not;

std::string document(const Problem& problem, Locale locale = Locale::en) {
  return std::string(to_response(problem, locale, "rid").bytes());
}

TEST(Problems, SayCodeStatusAndRequest) {
  const auto response = to_response(Problem::of("not_found"), Locale::en, "rid");
  EXPECT_EQ(response.status, 404U);
  EXPECT_EQ(response.content_type, k_problem_json);
  EXPECT_EQ(
      response.bytes(),
      R"({"type":"/problems/not_found","title":"There is nothing here, or nothing that you may see","status":404,)"
      R"("detail":"There is nothing here, or nothing that you may see.","code":"not_found","request_id":"rid"})");
}

TEST(Problems, SpeakTheClientsLanguage) {
  const auto problem = Problem::of("not_found", "an English detail");
  EXPECT_THAT(document(problem, Locale::en), HasSubstr(R"("detail":"an English detail")"));
  EXPECT_THAT(document(problem, Locale::fr), HasSubstr(R"("detail":"Il n'y a rien ici)"));
  EXPECT_EQ(to_response(problem, Locale::fr, "rid").find_header("Content-Language"), "fr");
}

TEST(Problems, FrenchKeepsTheListOfChoices) {
  const auto problem = Problem::of(domain::problem("unknown_value", "expected one of client, autre", "/type"));
  EXPECT_THAT(document(problem, Locale::fr),
              HasSubstr("Cette valeur n'est pas reconnue. Valeurs possibles : client, autre"));
}

TEST(Problems, OfInputNameEveryPlace) {
  const domain::Problems found = {{"invalid_luhn", "/siret", "wrong digit"},
                                  {"unknown_member", "/a~1b", "no such member"}};
  const auto text = document(Problem::of(found));
  EXPECT_THAT(text, HasSubstr(R"("status":422)"));
  EXPECT_THAT(text, HasSubstr(R"({"pointer":"/siret","code":"invalid_luhn","detail":"wrong digit"})"));
  EXPECT_THAT(text, HasSubstr(R"({"pointer":"/a~1b","code":"unknown_member","detail":"no such member"})"));
}

TEST(Problems, OfMalformedTextAre400) {
  EXPECT_EQ(to_response(Problem::of(domain::problem("malformed_json", "x")), Locale::en, "r").status, 400U);
  EXPECT_EQ(to_response(Problem::of(domain::problem("too_deep", "x")), Locale::en, "r").status, 400U);
}

TEST(Problems, OfParametersNameThem) {
  EXPECT_THAT(document(Problem::parameter("limit", "out_of_range", "1 to 200")),
              HasSubstr(R"("errors":[{"parameter":"limit","code":"out_of_range","detail":"1 to 200"}])"));
}

TEST(Problems, OfRejectionsTakeTheirKindsStatus) {
  using commands::RejectionKind;
  commands::Rejection rejection;
  rejection.kind = RejectionKind::conflict;
  rejection.code = "already_exists";
  rejection.moves = {"sign", "terminate"};
  rejection.conflict = domain::Uuid::parse("018f0000-0000-7000-8000-000000000001").value();
  const auto text = document(Problem::of(rejection));
  EXPECT_THAT(text, HasSubstr(R"("status":409)"));
  EXPECT_THAT(text, HasSubstr(R"("moves":["sign","terminate"])"));
  EXPECT_THAT(text, HasSubstr(R"("conflict":"018f0000-0000-7000-8000-000000000001")"));
  const std::pair<RejectionKind, unsigned> k_statuses[] = {
      {RejectionKind::invalid, 422},    {RejectionKind::forbidden, 403},           {RejectionKind::not_found, 404},
      {RejectionKind::conflict, 409},   {RejectionKind::precondition_failed, 412}, {RejectionKind::key_reused, 422},
      {RejectionKind::unavailable, 503}};
  for (const auto& [kind, status] : k_statuses) {
    rejection.kind = kind;
    EXPECT_EQ(to_response(Problem::of(rejection), Locale::en, "r").status, status);
  }
  EXPECT_EQ(to_response(Problem::of(rejection), Locale::en, "r").find_header("Retry-After"), "1");
}

TEST(Problems, UnknownCodesStillMakeADocument) {
  const auto response = to_response(Problem::of("brand_new", "why"), Locale::fr, "r");
  EXPECT_EQ(response.status, 422U);
  EXPECT_THAT(std::string(response.bytes()), HasSubstr(R"("detail":"why")"));
}

TEST(ProblemTable, IsSnakeCaseAndSpeaksBothLanguages) {
  const std::regex snake_case("[a-z][a-z0-9]*(_[a-z0-9]+)*");
  for (const ProblemCode& row : problem_codes()) {
    EXPECT_TRUE(std::regex_match(std::string(row.code), snake_case)) << row.code;
    EXPECT_TRUE(row.en.ends_with('.')) << row.code;
    EXPECT_TRUE(row.fr.ends_with('.')) << row.code;
    EXPECT_EQ(find_problem_code(row.code), &row);
  }
}

TEST(ProblemTable, HasAPagePerCode) {
  const auto page = problem_page("not_found");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->content_type, k_html);
  EXPECT_THAT(std::string(page->bytes()), HasSubstr("Il n'y a rien ici"));
  EXPECT_FALSE(problem_page("no_such_thing"));
}

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Codes are written as the first text of a call that makes a problem, or listed in a row.
TEST(ProblemTable, KnowsEveryCodeThatTheSourcesName) {
  const std::regex made(
      R"re((?:(?:Problem::of|[^_a-z]problem|conflict)\(|Problem::parameter\([^()]+,\s*)"([a-z]+(?:_[a-z0-9]+)*)")re");
  for (const char* folder : {"api", "commands", "domain/values"}) {
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(std::filesystem::path(ALFORIS_SOURCE_DIR) / folder)) {
      if (entry.path().extension() != ".cpp" && entry.path().extension() != ".hpp") continue;
      const std::string text = contents(entry.path());
      for (std::sregex_iterator it(text.begin(), text.end(), made), end; it != end; ++it) {
        EXPECT_NE(find_problem_code((*it)[1].str()), nullptr) << (*it)[1] << " in " << entry.path();
      }
    }
  }
}

}  // namespace
}  // namespace alforis::api
