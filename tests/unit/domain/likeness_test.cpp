// What makes two records one organisation, and what speaks against it.
#include "domain/likeness.hpp"

#include <gmock/gmock.h>

namespace alforis::domain {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

OrganisationData<Full> named(std::string_view name) {
  OrganisationData<Full> organisation;
  organisation.name = Line<255>::parse(name).value();
  return organisation;
}

std::vector<std::string_view> codes(const std::vector<Sign>& signs) {
  std::vector<std::string_view> all;
  for (const Sign& sign : signs) all.push_back(sign.code);
  return all;
}

TEST(Likeness, OfNamesIsWithoutCaseAccentsAndLegalForm) {
  const auto found = likeness(named("Société Générale Gestion S.A."), named("SOCIETE GENERALE GESTION"));
  EXPECT_THAT(codes(found.signs), ElementsAre("same_name"));
  EXPECT_EQ(found.score, 70);
  EXPECT_EQ(likeness(named("Acme"), named("Acmé Capital")).score, 0);
  EXPECT_EQ(identities(named("SA")), identities(named("S.A."))) << "a name of nothing else stays";
}

TEST(Likeness, IsSurerTheMoreTheyShare) {
  auto one = named("Belle Rive");
  auto other = named("Belle Rive");
  one.website = Url::parse("https://www.belle-rive.fr/a").value();
  other.website = Url::parse("http://belle-rive.fr").value();
  EXPECT_EQ(likeness(one, other).score, 91);
  one.email = Email::parse("a@belle-rive.fr").value();
  other.email = Email::parse("b@belle-rive.fr").value();
  const auto found = likeness(one, other);
  EXPECT_THAT(codes(found.signs), ElementsAre("same_site", "same_mail_domain", "same_name"));
  EXPECT_EQ(found.signs.front().value, "belle-rive.fr");
  EXPECT_GT(found.score, 91);
  other.website.reset();
  EXPECT_EQ(likeness(one, other).score, 85) << "the e-mail domain and the name";
}

TEST(Likeness, SaysWhatSpeaksAgainstIt) {
  auto one = named("Acme");
  auto other = named("Acme");
  one.country = CountryCode::parse("FR").value();
  other.country = CountryCode::parse("LU").value();
  EXPECT_THAT(codes(likeness(one, other).against), ElementsAre("different_country"));
  one.siren = Siren::parse("732829320").value();
  other.siren = Siren::parse("552100554").value();
  const auto found = likeness(one, other);
  EXPECT_THAT(codes(found.against), ElementsAre("different_siren", "different_country"));
  EXPECT_LT(found.score, 10);
}

TEST(Likeness, IsNotOfMailProvidersAndSocialNetworks) {
  auto one = named("One");
  auto other = named("Other");
  one.website = Url::parse("https://www.facebook.com/one").value();
  other.website = Url::parse("https://facebook.com/other").value();
  one.email = Email::parse("one@gmail.com").value();
  other.email = Email::parse("other@gmail.com").value();
  EXPECT_EQ(likeness(one, other).score, 0);
  EXPECT_THAT(identities(one), ElementsAre("name:one"));
}

TEST(Likeness, FindsTheSirenInASiret) {
  auto one = named("One");
  auto other = named("Other");
  one.siret = Siret::parse("73282932000074").value();
  other.siren = Siren::parse("732829320").value();
  EXPECT_THAT(codes(likeness(one, other).signs), ElementsAre("same_siren"));
}

}  // namespace
}  // namespace alforis::domain
