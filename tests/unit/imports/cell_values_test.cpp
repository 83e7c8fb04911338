// Words, dates and amounts as people type them into cells.
#include "imports/cell_values.hpp"

#include <gtest/gtest.h>

#include <string>

namespace alforis::imports {
namespace {

using domain::OrganisationCategory;
using domain::OrganisationType;
using domain::PipelineStage;

std::string cents(std::string_view cell, std::optional<AmountUnit> unit = std::nullopt) {
  const auto amount = read_amount(cell, unit);
  if (amount.unit_missing) return "unit?";
  return amount.money ? std::to_string(amount.money->amount) : "no";
}

TEST(Amounts, AreExactInEveryUnit) {
  EXPECT_EQ(cents("41.5", AmountUnit::mdeur), "4150000000000");
  EXPECT_EQ(cents("2240.0", AmountUnit::mdeur), "224000000000000");
  EXPECT_EQ(cents("0.01", AmountUnit::mdeur), "1000000000");
  EXPECT_EQ(cents("0.1", AmountUnit::meur), "10000000");
  EXPECT_EQ(cents("3", AmountUnit::keur), "300000");
  EXPECT_EQ(cents("12,34", AmountUnit::eur), "1234");
  EXPECT_EQ(cents("0.00000000001", AmountUnit::mdeur), "1");
  EXPECT_EQ(cents("0.000000000001", AmountUnit::mdeur), "no");
}

TEST(Amounts, AreGroupedInEveryCountrysWay) {
  EXPECT_EQ(cents("1 234 567,89", AmountUnit::eur), "123456789");
  EXPECT_EQ(cents("1\xC2\xA0"
                  "234\xE2\x80\xAF"
                  "567",
                  AmountUnit::eur),
            "123456700");
  EXPECT_EQ(cents("1.234.567,89", AmountUnit::eur), "123456789");
  EXPECT_EQ(cents("1,234,567.89", AmountUnit::eur), "123456789");
  EXPECT_EQ(cents("1'234'567.5", AmountUnit::eur), "123456750");
  EXPECT_EQ(cents("1.234.567", AmountUnit::eur), "123456700");
  EXPECT_EQ(cents("1.23.4", AmountUnit::eur), "no");
  EXPECT_EQ(cents("1,234", AmountUnit::eur), "no") << "one or a thousand: not guessed";
}

TEST(Amounts, StateTheirUnitOrNeedOne) {
  EXPECT_EQ(cents("41.5 Md€"), "4150000000000");
  EXPECT_EQ(cents("41,5 milliards d'euros"), "4150000000000");
  EXPECT_EQ(cents("12 M€", AmountUnit::mdeur), "1200000000");
  EXPECT_EQ(cents("500 k€"), "50000000");
  EXPECT_EQ(cents("1 000 €"), "100000");
  EXPECT_EQ(cents("3 millions €"), "300000000");
  EXPECT_EQ(cents("41.5"), "unit?");
  EXPECT_EQ(cents("12 M$"), "no");
  EXPECT_EQ(cents("-5", AmountUnit::eur), "no");
  EXPECT_EQ(cents("beaucoup", AmountUnit::eur), "no");
  EXPECT_EQ(cents("99999999999999999999", AmountUnit::eur), "no");
  EXPECT_EQ(cents("", AmountUnit::eur), "no");
}

TEST(Dates, AreIsoOrFrench) {
  EXPECT_EQ(read_date("2024-12-31")->text(), "2024-12-31");
  EXPECT_EQ(read_date("31/12/2024")->text(), "2024-12-31");
  EXPECT_EQ(read_date("1.2.2024")->text(), "2024-02-01");
  EXPECT_EQ(read_date("31-12-2024")->text(), "2024-12-31");
  EXPECT_EQ(read_date("2024-12-31T00:00:00")->text(), "2024-12-31");
  EXPECT_EQ(read_date("31/12/2024 10:30")->text(), "2024-12-31");
  for (const auto* bad :
       {"12/31/2024", "31/12/24", "2024", "hier", "2024-02-30", "", "--", "1/2", "2024-1-", "/1/2024"}) {
    EXPECT_FALSE(read_date(bad)) << bad;
  }
}

TEST(Booleans, SpeakBothLanguages) {
  for (const auto* yes : {"true", "VRAI", "Oui", "yes", "1", "Actif"}) EXPECT_EQ(read_boolean(yes), true) << yes;
  for (const auto* no : {"false", "faux", "NON", "no", "0", "inactif"}) EXPECT_EQ(read_boolean(no), false) << no;
  EXPECT_FALSE(read_boolean("peut-être"));
}

TEST(Words, HaveSynonyms) {
  EXPECT_EQ(read_type("Investisseur"), OrganisationType::client);
  EXPECT_EQ(read_type("Société de gestion"), OrganisationType::fournisseur);
  EXPECT_EQ(read_type("distributor"), OrganisationType::distributeur);
  EXPECT_EQ(read_type("Émetteur"), OrganisationType::emetteur);
  EXPECT_EQ(read_category("SDG"), OrganisationCategory::sdg);
  EXPECT_EQ(read_category("Institutionnel"), OrganisationCategory::institution);
  EXPECT_EQ(read_category("start-up"), OrganisationCategory::startup);
  EXPECT_EQ(read_stage("Signé"), PipelineStage::signe);
  EXPECT_EQ(read_stage("CLIENT"), PipelineStage::signe);
  EXPECT_EQ(read_stage("lead"), PipelineStage::prospect);
  EXPECT_EQ(read_stage("Négociation"), PipelineStage::negociation);
  EXPECT_FALSE(read_stage("bientôt"));
}

TEST(Places, HaveCodesAndNames) {
  for (const auto* france : {"FR", "fr", "FRA", "France", "FRANCE"}) EXPECT_EQ(read_country(france)->text(), "FR");
  EXPECT_EQ(read_country("Royaume-Uni")->text(), "GB");
  EXPECT_EQ(read_country("UK")->text(), "GB");
  EXPECT_EQ(read_country("Germany")->text(), "DE");
  EXPECT_EQ(read_country("États-Unis")->text(), "US");
  EXPECT_EQ(read_country("Namibie")->text(), "NA");
  EXPECT_FALSE(read_country("NA")) << "not available, more likely than Namibia";
  EXPECT_FALSE(read_country("Atlantide"));
  for (const auto* french : {"fr", "FR", "fr-FR", "Français", "french"}) EXPECT_EQ(read_language(french)->text(), "fr");
  EXPECT_EQ(read_language("Allemand")->text(), "de");
  EXPECT_FALSE(read_language("klingon"));
}

TEST(Percentages, HaveCommasAndSigns) {
  EXPECT_EQ(read_percent("12,5 %")->text(), "12.5");
  EXPECT_EQ(read_percent("100")->text(), "100");
  EXPECT_FALSE(read_percent("101"));
}

TEST(Placeholders, AreNothingOrAPromise) {
  for (const auto* nothing : {"N/A", "n/a", "NA", "-", "--", "?", "n.d.", "NULL", "Néant", "#N/A", "–"}) {
    EXPECT_EQ(placeholder(nothing), Placeholder::empty) << nothing;
  }
  for (const auto* promise :
       {"A renseigner", "à compléter", "Under%20construction", "En%20cours%20de%20création", "TBD"}) {
    EXPECT_EQ(placeholder(promise), Placeholder::pending) << promise;
  }
  for (const auto* value : {"Nantes", "www.na.com", "Avenir", "Société Anonyme", "NAXICAP", "100%"}) {
    EXPECT_EQ(placeholder(value), Placeholder::none) << value;
  }
}

TEST(Placeholders, PercentEncodingIsOnlyDecodedIntoText) {
  EXPECT_EQ(percent_decoded("a%20b"), "a b");
  EXPECT_EQ(percent_decoded("100%"), "100%");
  EXPECT_EQ(percent_decoded("%C3%A9"), "é");
  EXPECT_EQ(percent_decoded("%FF"), "%FF");
  EXPECT_EQ(percent_decoded("%2"), "%2");
}

}  // namespace
}  // namespace alforis::imports
