// Rows of a file into organisations: columns, dirt, folding.
#include "imports/organisation_rows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "imports/csv.hpp"

namespace alforis::imports {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

domain::Result<OrganisationFile> fold(std::string_view csv, const OrganisationOptions& options = {}) {
  const auto file = read_csv(csv);
  if (!file) return file.error();
  return fold_organisations(*file, options);
}

// The one record of a file.
FoldedOrganisation only(std::string_view csv, const OrganisationOptions& options = {}) {
  auto file = fold(csv, options);
  EXPECT_TRUE(file) << (file ? "" : file.error()[0].detail);
  if (!file || file->records.size() != 1) {
    ADD_FAILURE() << "not one record";
    return {};
  }
  return std::move(file->records[0]);
}

std::string notes(const FoldedOrganisation& record) { return record.data.notes ? record.data.notes->text() : ""; }

std::vector<std::string> codes(const FoldedOrganisation& record) {
  std::vector<std::string> found;
  for (const auto& warning : record.warnings) found.push_back(warning.code);
  return found;
}

std::vector<std::string> texts(const std::vector<domain::Line<50>>& list) {
  std::vector<std::string> found;
  for (const auto& element : list) found.push_back(element.text());
  return found;
}

TEST(Columns, AreKnownInAnySpelling) {
  for (const auto* name : {"name", "NOM", "Entite_Nom", "Raison sociale", "raison_sociale"}) {
    EXPECT_EQ(find_column(name), OrganisationColumn::name) << name;
  }
  EXPECT_EQ(find_column("Code Postal"), OrganisationColumn::postal_code);
  EXPECT_EQ(find_column("postal_code"), OrganisationColumn::postal_code);
  EXPECT_EQ(find_column("Téléphone"), OrganisationColumn::phone);
  EXPECT_EQ(find_column("main_phone"), OrganisationColumn::phone);
  EXPECT_EQ(find_column("Catégorie"), OrganisationColumn::category);
  EXPECT_EQ(find_column("no_registre_national"), OrganisationColumn::siren);
  EXPECT_EQ(find_column("is_active"), OrganisationColumn::active);
  EXPECT_EQ(find_column("AUM Date"), OrganisationColumn::aum_date);
  EXPECT_EQ(find_column("humeur"), OrganisationColumn::other);
  EXPECT_EQ(find_column("other"), OrganisationColumn::other);
}

TEST(Columns, EveryFieldHasALabelThatReadsBackOrIsProse) {
  domain::for_each_enumerator<OrganisationColumn>([](std::string_view name) {
    const auto column = *domain::enum_from_text<OrganisationColumn>(name);
    if (column >= OrganisationColumn::activity_type) return;
    EXPECT_NE(column_label(column), "") << name;
    if (column == OrganisationColumn::regulator_number || column == OrganisationColumn::lei ||
        column == OrganisationColumn::legal_form || column == OrganisationColumn::website) {
      EXPECT_EQ(find_column(column_label(column)), column) << name;
    }
  });
}

TEST(Columns, AFileWithoutNamesIsRefusedWithTheHeadersFound) {
  const auto file = fold("ville,code\nParis,1\n");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error()[0].code, "no_name_column");
  EXPECT_THAT(file.error()[0].detail, HasSubstr("ville, code"));
  EXPECT_EQ(fold("").error()[0].code, "empty_file");
}

TEST(Rows, EveryColumnFindsItsField) {
  const auto record = only(
      "Nom;Type;Catégorie;Email;Téléphone;Site web;Adresse;Code postal;Ville;Pays;Langue;LEI;SIREN;SIRET;no_amf;"
      "Forme juridique;Pipeline;AUM;aum_date;tags;is_active\n"
      "Alpha Gestion;fournisseur;SDG;Info@Alpha.fr;01 42 25 28 00;www.alpha.fr;1 rue de la Paix;75002;Paris;France;FR;"
      "969500BZXZGGXIVML935;844649574;84464957400010;GP-1;SAS;Signé;1,5 Md€;31/12/2024;un, deux;non\n");
  EXPECT_THAT(codes(record), IsEmpty());
  const auto& data = record.data;
  EXPECT_EQ(data.name->text(), "Alpha Gestion");
  EXPECT_EQ(data.type, domain::OrganisationType::fournisseur);
  EXPECT_EQ(data.category, domain::OrganisationCategory::sdg);
  EXPECT_EQ(data.email->text(), "info@alpha.fr");
  EXPECT_EQ(data.phone->text(), "+33142252800");
  EXPECT_EQ(data.website->text(), "https://www.alpha.fr");
  EXPECT_EQ(data.postal_code->text(), "75002");
  EXPECT_EQ(data.country->text(), "FR");
  EXPECT_EQ(data.language->text(), "fr");
  EXPECT_EQ(data.lei->text(), "969500BZXZGGXIVML935");
  EXPECT_EQ(data.siren->text(), "844649574");
  EXPECT_EQ(data.siret->text(), "84464957400010");
  EXPECT_EQ(data.regulator_number->text(), "GP-1");
  EXPECT_EQ(data.legal_form->text(), "SAS");
  EXPECT_EQ(data.pipeline_stage, domain::PipelineStage::signe);
  EXPECT_EQ(data.aum->amount, 150'000'000'000);
  EXPECT_EQ(data.aum_date->text(), "2024-12-31");
  EXPECT_THAT(texts(data.tags), ElementsAre("un", "deux"));
  EXPECT_FALSE(data.active);
  EXPECT_FALSE(data.notes);
  EXPECT_THAT(record.lines, ElementsAre(2));
}

TEST(Rows, UnknownColumnsBecomeNotes) {
  const auto record = only("name,Humeur,statut,,date_de_publication\nAlpha,bonne,Vivant,x,2025-10-20\n");
  EXPECT_EQ(notes(record), "Humeur: bonne\nStatut: Vivant\nColonne 4: x\nDate de publication: 2025-10-20");
  EXPECT_THAT(codes(record), IsEmpty());
}

TEST(Rows, ABadCellNeverLosesItsRow) {
  const auto record = only(
      "name,email,website,phone,lei,siret,country,type,pipeline_stage,aum_date\n"
      "Alpha,pas d'adresse,www.access_capital.com,voir site,96950,123,Atlantide,amis,bientôt,hier\n");
  EXPECT_EQ(record.data.name->text(), "Alpha");
  EXPECT_THAT(record.warnings, SizeIs(9));
  EXPECT_THAT(notes(record), HasSubstr("Site: www.access_capital.com"));
  EXPECT_THAT(notes(record), HasSubstr("LEI: 96950"));
  EXPECT_THAT(notes(record), HasSubstr("Date AUM: hier"));
  EXPECT_EQ(record.warnings[0].line, 2);
  EXPECT_EQ(record.warnings[0].column, "Pays");
  EXPECT_EQ(record.warnings[0].value, "Atlantide");
}

TEST(Rows, NothingIsEmptyAndAPromiseIsTold) {
  const auto record = only("name,website,legal_form,city\nAlpha,N/A,A renseigner,-\n");
  EXPECT_FALSE(record.data.website);
  EXPECT_FALSE(record.data.legal_form);
  EXPECT_FALSE(record.data.city);
  EXPECT_EQ(notes(record), "Forme juridique: A renseigner");
  EXPECT_THAT(codes(record), ElementsAre("placeholder"));
}

TEST(Rows, AnEmailAmongTheWebSitesBecomesTheEmailAndStaysInTheNotes) {
  const auto record = only("name,website\nAlpha,Info@Alpha.com\n");
  EXPECT_EQ(record.data.email->text(), "info@alpha.com");
  EXPECT_FALSE(record.data.website);
  EXPECT_EQ(notes(record), "Site: Info@Alpha.com");
  EXPECT_THAT(codes(record), ElementsAre("email_as_website"));
  const auto other = only("name,email,website\nAlpha,a@b.fr,info@alpha.com\n");
  EXPECT_EQ(other.data.email->text(), "a@b.fr");
}

TEST(Rows, ASirenAmongTheSiretsBecomesTheSirenAndStaysInTheNotes) {
  const auto record = only("name,siret\nAlpha,00000378782163\n");
  EXPECT_EQ(record.data.siren->text(), "378782163");
  EXPECT_FALSE(record.data.siret);
  EXPECT_EQ(notes(record), "SIRET: 00000378782163");
  EXPECT_THAT(codes(record), ElementsAre("siren_as_siret"));
}

TEST(Rows, ASirenThatIsNotTheSiretsGoesToTheNotes) {
  const auto record = only("name,siret,siren\nAlpha,84464957400010,378782163\n");
  EXPECT_EQ(record.data.siret->text(), "84464957400010");
  EXPECT_FALSE(record.data.siren);
  EXPECT_EQ(notes(record), "SIREN: 378782163");
  EXPECT_THAT(codes(record), ElementsAre("siren_mismatch"));
}

TEST(Rows, PhonesAreDialledInTheRowsCountry) {
  EXPECT_EQ(only("name,phone,country\nA,020 7946 0958,Royaume-Uni\n").data.phone->text(), "+442079460958");
  EXPECT_EQ(only("name,phone\nA,+033 1 85 73 62 56\n").data.phone->text(), "+33185736256");
  EXPECT_EQ(only("name,phone\nA,+33 (0) 1 87 15 70 20\n").data.phone->text(), "+33187157020");
  EXPECT_EQ(only("name,phone,country\nA,09.69.32.97.80,France\n").data.phone->text(), "+33969329780");
  const auto pretending = only("name,phone\nA,+999 12\n");
  EXPECT_FALSE(pretending.data.phone);
  EXPECT_EQ(pretending.data.notes->text(), "Téléphone: +999 12");
  EXPECT_THAT(codes(pretending), ElementsAre("invalid_phone"));
}

TEST(Rows, PhonesOfRowsWithoutACountryAreLeftToTheServer) {
  EXPECT_EQ(only("name,phone\nA,02 512 34 56\n").data.phone->text(), "02 512 34 56");
  EXPECT_EQ(only("name,phone\nA,12345\n").data.phone->text(), "12345");
  EXPECT_THAT(codes(only("name,phone\nA,01 85 73 62 56\nA,01.85.73.62.56\n")), IsEmpty());
  EXPECT_THAT(codes(only("name,phone\nA,01 85 73 62 56\nA,01 85 73 62 57\n")), ElementsAre("differing_value"));
}

TEST(Rows, NotesGiveUpTheFieldsInThem) {
  const auto record = only(
      "name,notes\nAlpha,\"Forme juridique: SAS | LEI: 969500BZXZGGXIVML935 | AUM: 41.5 Md€ | Contact: Paul\nTexte "
      "libre | "
      "ici\"\n");
  EXPECT_EQ(record.data.legal_form->text(), "SAS");
  EXPECT_EQ(record.data.lei->text(), "969500BZXZGGXIVML935");
  EXPECT_EQ(record.data.aum->amount, 4'150'000'000'000);
  EXPECT_EQ(notes(record), "Contact: Paul\nTexte libre | ici");
  EXPECT_THAT(codes(record), IsEmpty());
}

TEST(Rows, AColumnCountsMoreThanTheNotesAndADifferenceIsKept) {
  const auto record =
      only("notes,name,aum\nAUM: 3 Md€ | LEI: faux,Alpha,2\n", {.defaults = {}, .aum_unit = AmountUnit::mdeur});
  EXPECT_EQ(record.data.aum->amount, 200'000'000'000);
  EXPECT_EQ(notes(record), "AUM: 3000000000.00 €\nLEI: faux");
  EXPECT_THAT(codes(record), ElementsAre("differing_value", "invalid_length"));
}

TEST(Rows, AnAumWithoutAUnitIsRefusedNotGuessed) {
  const auto file = fold("name,aum\nAlpha,\nBeta,12.5\n");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error()[0].code, "aum_unit_missing");
  EXPECT_THAT(file.error()[0].detail, HasSubstr("--aum-unit"));
  EXPECT_THAT(file.error()[0].detail, HasSubstr("line 3"));
}

TEST(Rows, TheRegistersActivitiesBecomeNotesAndTags) {
  const auto record = only(
      "no_amf;entite_nom;libelle_type_activite;libelle_activite;libelle_sous_activite\n"
      "GP-1;ALPHA;Activité;2 - Gestion de FIA;\n"
      "GP-1;ALPHA;Instrument financier;9 - Autres;\"Octroi de prêts\nActifs infrastructures\"\n"
      "GP-1;ALPHA;Restrictions;3 - Autre restriction (à préciser) :;Gestion passive\n"
      "GP-1;ALPHA;;;\n");
  EXPECT_EQ(notes(record),
            "Activité: 2 - Gestion de FIA\n"
            "Instrument financier: 9 - Autres : Octroi de prêts / Actifs infrastructures\n"
            "Restrictions: 3 - Autre restriction (à préciser) : Gestion passive");
  EXPECT_THAT(texts(record.data.tags), ElementsAre("Gestion de FIA"));
  EXPECT_THAT(record.lines, ElementsAre(2, 3, 5, 6));
  EXPECT_THAT(codes(record), IsEmpty());
}

TEST(Rows, TextBeyondItsLimitIsCutAndKeptWhole) {
  const std::string city(120, 'v');
  const auto record = only("name,city\nAlpha," + city + "\n");
  EXPECT_EQ(record.data.city->text(), std::string(100, 'v'));
  EXPECT_EQ(notes(record), "Ville: " + city);
  EXPECT_THAT(codes(record), ElementsAre("too_long"));
  EXPECT_EQ(only("name\n" + std::string(300, 'n') + "\n").data.name->text().size(), 255U);
}

TEST(Rows, FullNotesLoseNoRow) {
  const std::string long_line(6000, 'x');
  const auto record = only("name,notes,plus\nAlpha,\"" + long_line + "\n" + long_line + "y\",fin\n");
  EXPECT_EQ(notes(record), "plus: fin\n" + long_line);
  EXPECT_THAT(codes(record), ElementsAre("notes_full"));
  EXPECT_EQ(record.warnings[0].value, long_line + "y");
  const auto cut = only("name,notes\nAlpha," + std::string(12000, 'x') + "\n");
  EXPECT_EQ(notes(cut).size(), 10000U);
}

TEST(Rows, ARowWithoutANameIsRefusedAndABlankOneIsNone) {
  const auto file = fold("name,city\nAlpha,Paris\n,Lyon\n,\nN/A,Nice\nNC,Brest\n");
  ASSERT_TRUE(file);
  EXPECT_THAT(file->records, SizeIs(2));
  ASSERT_THAT(file->refused, SizeIs(2));
  EXPECT_EQ(file->refused[0].line, 3);
  EXPECT_EQ(file->refused[0].code, "no_name");
  EXPECT_EQ(file->refused[1].line, 5);
}

TEST(Rows, MoreCellsThanHeadersAreKept) {
  const auto record = only("name,city\nAlpha,Paris,en trop\n");
  EXPECT_EQ(notes(record), "Colonne: en trop");
  EXPECT_THAT(codes(record), ElementsAre("extra_cells"));
}

TEST(Defaults, FillWhatTheRowLeavesEmpty) {
  const OrganisationOptions options{.defaults = {{"type", "fournisseur"}, {"Catégorie", "sdg"}, {"tags", "AMF"}},
                                    .aum_unit = {}};
  const auto file = fold("name,type,tags\nAlpha,,x\nBeta,client,\n", options);
  ASSERT_TRUE(file);
  EXPECT_EQ(file->records[0].data.type, domain::OrganisationType::fournisseur);
  EXPECT_EQ(file->records[0].data.category, domain::OrganisationCategory::sdg);
  EXPECT_THAT(texts(file->records[0].data.tags), ElementsAre("x", "AMF"));
  EXPECT_EQ(file->records[1].data.type, domain::OrganisationType::client);
}

TEST(Defaults, ThatAreWrongAreRefused) {
  const auto code = [](std::string field, std::string value) {
    const auto file = fold("name\nAlpha\n", {.defaults = {{std::move(field), std::move(value)}}, .aum_unit = {}});
    return file ? "" : file.error()[0].code;
  };
  EXPECT_EQ(code("humeur", "x"), "unknown_field");
  EXPECT_EQ(code("name", "x"), "unknown_field");
  EXPECT_EQ(code("type", "ami"), "invalid_default");
  EXPECT_EQ(code("aum", "5"), "invalid_default");
  EXPECT_EQ(code("city", "\xFF"), "invalid_utf8");
  EXPECT_EQ(code("aum", "5 Md€"), "");
}

TEST(Folding, ByIdentifierThenByNameAndCountry) {
  const auto file = fold(
      "name,lei,siret,no_amf,country\n"
      "Alpha,969500BZXZGGXIVML935,,,FR\n"
      "ALPHA SAS,969500BZXZGGXIVML935,84464957400010,,FR\n"
      "autre nom,,84464957400010,,\n"
      "Álpha,,,,FR\n"
      "Alpha,,,,LU\n"
      "Alpha,969500ISUB5AFUA69173,,,FR\n"
      "Bêta,,,GP-9,\n"
      "Gamma,,,gp 9,\n");
  ASSERT_TRUE(file);
  ASSERT_THAT(file->records, SizeIs(4));
  EXPECT_THAT(file->records[0].lines, ElementsAre(2, 3, 4, 5));
  EXPECT_EQ(notes(file->records[0]), "Nom: ALPHA SAS\nNom: autre nom\nNom: Álpha");
  EXPECT_THAT(file->records[1].lines, ElementsAre(6));
  EXPECT_THAT(file->records[2].lines, ElementsAre(7));
  EXPECT_THAT(file->records[3].lines, ElementsAre(8, 9));
}

TEST(Folding, TheFirstValueWinsAndTheOthersAreKept) {
  const auto record =
      only("name,city,tags,type,aum\nAlpha,Paris,a,client,1 M€\nAlpha,Lyon,\"A,b\",autre,2 M€\nAlpha,,c,client,\n");
  EXPECT_EQ(record.data.city->text(), "Paris");
  EXPECT_EQ(record.data.type, domain::OrganisationType::client);
  EXPECT_THAT(texts(record.data.tags), ElementsAre("a", "b", "c"));
  EXPECT_EQ(notes(record), "Ville: Lyon\nAUM: 2000000.00 €\nType: autre");
  EXPECT_THAT(codes(record), ElementsAre("differing_value", "differing_value", "differing_value"));
  EXPECT_EQ(record.warnings[0].line, 3);
}

TEST(Folding, TwoRecordsNeverEndWithOneIdentifier) {
  const auto file = fold(
      "name,lei,siret\n"
      "Alpha,969500BZXZGGXIVML935,\n"
      "Beta,,84464957400010\n"
      "Alpha,969500BZXZGGXIVML935,84464957400010\n");
  ASSERT_TRUE(file);
  ASSERT_THAT(file->records, SizeIs(2));
  EXPECT_FALSE(file->records[0].data.siret);
  EXPECT_THAT(codes(file->records[0]), ElementsAre("identifier_of_another"));
  EXPECT_EQ(notes(file->records[0]), "SIRET: 84464957400010");
}

TEST(Folding, TheFiftyFirstTagGoesToTheNotes) {
  std::string csv = "name,tags\n";
  for (int i = 0; i < 51; ++i) csv += "Alpha,t" + std::to_string(i) + "\n";
  const auto record = only(csv);
  EXPECT_THAT(record.data.tags, SizeIs(50));
  EXPECT_EQ(notes(record), "Tags: t50");
}

TEST(Rows, GarbageNeverCrashesAndLosesNoNamedRow) {
  std::mt19937 random(3);
  const std::vector<std::string> cells = {
      "Alpha",     "",           "N/A",    "\"a|b: c | LEI: x\"", "12",  "1e9 Md€", "=1", "é\xCC\x81",
      "\xE9t\xE9", "31/12/2024", "a@b.fr", "www.x_y.com",         "%zz", "::|::",   "fr", "\"\n\""};
  const std::string header = "name,notes,aum,website,phone,email,tags,libelle_activite,country,x\n";
  for (int round = 0; round < 300; ++round) {
    std::string csv = header;
    for (std::size_t rows = random() % 5; rows > 0; --rows) {
      csv += "N" + std::to_string(random() % 3);
      for (std::size_t i = random() % 12; i > 0; --i) csv += "," + cells[random() % cells.size()];
      csv += "\n";
    }
    const auto file = fold(csv, {.defaults = {}, .aum_unit = AmountUnit::meur});
    ASSERT_TRUE(file) << csv;
    EXPECT_THAT(file->refused, IsEmpty());
  }
}

}  // namespace
}  // namespace alforis::imports
