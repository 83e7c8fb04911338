// The two registers that a French distributor starts with. They lie beside the repository, not in it: where they are
// absent the tests are skipped and say so. ALFORIS_SHARED_DATA names their folder when it is another one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "domain/import_merge.hpp"
#include "domain/patch.hpp"
#include "domain/wire/json.hpp"
#include "imports/csv.hpp"
#include "imports/organisation_rows.hpp"

namespace alforis::imports {
namespace {

using domain::Full;
using domain::ImportPolicy;
using domain::OrganisationData;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

constexpr const char* k_official = "amf_sgp_official.csv";
constexpr const char* k_amounts = "SDG_677_IMPORT_FINAL.csv";

std::filesystem::path data_folder() {
  if (const char* named = std::getenv("ALFORIS_SHARED_DATA")) return named;
  return std::filesystem::path(ALFORIS_SOURCE_DIR) / ".." / "shared" / "data";
}

class Registers : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {k_official, k_amounts}) {
      if (!std::filesystem::exists(data_folder() / name)) {
        GTEST_SKIP() << name << " is not in " << data_folder()
                     << "; set ALFORIS_SHARED_DATA to the folder of the registers";
      }
    }
  }

  static OrganisationFile read(const char* name, const OrganisationOptions& options) {
    std::ifstream in(data_folder() / name, std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    auto csv = read_csv(text.str());
    if (!csv) throw std::runtime_error(csv.error()[0].detail);
    auto file = fold_organisations(*csv, options);
    if (!file) throw std::runtime_error(file.error()[0].detail);
    return std::move(*file);
  }
  static OrganisationFile official() {
    return read(k_official, {.defaults = {{"type", "fournisseur"}, {"category", "sdg"}}, .aum_unit = {}});
  }
  static OrganisationFile amounts() { return read(k_amounts, {.defaults = {}, .aum_unit = AmountUnit::mdeur}); }

  static const FoldedOrganisation& find(const OrganisationFile& file, std::string_view name) {
    for (const auto& record : file.records) {
      if (record.data.name->text() == name) return record;
    }
    throw std::runtime_error("no " + std::string(name));
  }

  static std::map<std::string, int> warnings_by_code(const OrganisationFile& file) {
    std::map<std::string, int> counts;
    for (const auto& record : file.records) {
      for (const auto& warning : record.warnings) ++counts[warning.column + " " + warning.code];
    }
    return counts;
  }

  template <class Field>
  static long filled(const OrganisationFile& file, Field field) {
    return std::count_if(file.records.begin(), file.records.end(),
                         [field](const auto& record) { return (record.data.*field).has_value(); });
  }
};

using Data = OrganisationData<Full>;

TEST_F(Registers, TheOfficialOneFoldsInto677Companies) {
  const auto file = official();
  EXPECT_THAT(file.records, SizeIs(677));
  EXPECT_THAT(file.refused, IsEmpty());
  std::size_t lines = 0;
  for (const auto& record : file.records) lines += record.lines.size();
  EXPECT_EQ(lines, 5991U);
  EXPECT_EQ(filled(file, &Data::lei), 655);
  EXPECT_EQ(filled(file, &Data::siret), 494);
  EXPECT_EQ(filled(file, &Data::siren), 205);
  EXPECT_EQ(filled(file, &Data::regulator_number), 677);
  EXPECT_EQ(filled(file, &Data::country), 677);
  EXPECT_EQ(filled(file, &Data::phone), 479);
  EXPECT_EQ(filled(file, &Data::website), 402);
  EXPECT_EQ(filled(file, &Data::email), 2);
  EXPECT_EQ(filled(file, &Data::legal_form), 665);
  ASSERT_THAT(file.notices, SizeIs(1));
  EXPECT_EQ(file.notices[0].code, "stray_quote");
}

TEST_F(Registers, NoActivityOfTheOfficialOneIsDropped) {
  const auto file = official();
  const auto& record = find(file, "ELEVATION CAPITAL PARTNERS");
  EXPECT_EQ(record.data.type, domain::OrganisationType::fournisseur);
  EXPECT_EQ(record.data.category, domain::OrganisationCategory::sdg);
  EXPECT_THAT(record.data.notes->text(), HasSubstr("Activité: 1 - Gestion de portefeuille pour le compte de tiers"));
  EXPECT_THAT(record.data.notes->text(), HasSubstr("Instrument financier: 3 - FIA européens"));
  EXPECT_THAT(record.data.notes->text(), HasSubstr("Date de début d'autorisation: 2015-02-25"));
  EXPECT_EQ(record.data.tags[0].text(), "Conseil en investissement");
  std::size_t lines = 0;
  for (const auto& each : file.records) {
    const auto& text = each.data.notes->text();
    lines += static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  }
  // 5990 activities; agreement, status and two dates of each company; and the cells that were no legal form, no web
  // site and no SIRET.
  EXPECT_EQ(lines, 5990U + 677U * 4U + 12U + 5U + 2U);
}

TEST_F(Registers, TheDirtOfBothIsTold) {
  // Per line: the official one repeats its companies once per activity.
  EXPECT_THAT(
      warnings_by_code(official()),
      ElementsAre(Pair("Forme juridique placeholder", 107), Pair("SIRET siren_as_siret", 17),
                  Pair("Site email_as_website", 19), Pair("Site invalid_url", 11), Pair("Site placeholder", 18)));
  EXPECT_THAT(warnings_by_code(amounts()),
              ElementsAre(Pair("Forme juridique placeholder", 12), Pair("SIRET siren_as_siret", 2),
                          Pair("Site email_as_website", 2), Pair("Site invalid_url", 1), Pair("Site placeholder", 2)));
}

TEST_F(Registers, TheSecondOneHas677CompaniesAnd225Amounts) {
  const auto file = amounts();
  EXPECT_THAT(file.records, SizeIs(677));
  EXPECT_THAT(file.refused, IsEmpty());
  EXPECT_EQ(filled(file, &Data::aum), 225);
  EXPECT_EQ(filled(file, &Data::aum_date), 225);
  EXPECT_EQ(filled(file, &Data::lei), 655);
  EXPECT_EQ(filled(file, &Data::siret), 494);
  const auto& amundi = find(file, "AMUNDI ASSET MANAGEMENT");
  EXPECT_EQ(amundi.data.aum->amount, 224'000'000'000'000);
  EXPECT_EQ(amundi.data.legal_form->text(), "Société par actions simplifiée");
  EXPECT_FALSE(amundi.data.notes);
}

TEST_F(Registers, TheSecondOneFillsTheFirstAndAgainChangesNothing) {
  const auto first = official();
  const auto second = amounts();
  std::map<std::string, Data> stored;
  for (const auto& record : first.records) stored.emplace(record.data.name->text(), record.data);
  int with_amount = 0;
  for (const auto& record : second.records) {
    auto& existing = stored.at(record.data.name->text());
    const auto merge = domain::merge_import(existing, record.data, ImportPolicy::fill);
    const auto& patch = merge.patch;
    EXPECT_THAT(merge.warnings, IsEmpty());
    EXPECT_FALSE(patch.type.has_value());
    EXPECT_FALSE(patch.lei.touched());
    with_amount += patch.aum.touched() ? 1 : 0;
    domain::apply<OrganisationData>(existing, patch);
    EXPECT_EQ(domain::wire::to_json(domain::merge_import(existing, record.data, ImportPolicy::fill).patch), "{}");
  }
  EXPECT_EQ(with_amount, 225);
  EXPECT_EQ(stored.size(), 677U);
  for (const auto& record : first.records) {
    const auto& existing = stored.at(record.data.name->text());
    EXPECT_EQ(domain::wire::to_json(domain::merge_import(existing, record.data, ImportPolicy::fill).patch), "{}");
  }
}

}  // namespace
}  // namespace alforis::imports
