// What an import does to an organisation that is there already.
#include "domain/import_merge.hpp"

#include <gtest/gtest.h>

#include <string>

#include "domain/import_batch.hpp"
#include "domain/patch.hpp"
#include "domain/wire/json.hpp"

namespace alforis::domain {
namespace {

using Data = OrganisationData<Full>;

Data organisation(std::string_view json) {
  auto read = wire::from_json<Data>(json);
  EXPECT_TRUE(read) << (read ? "" : read.error()[0].pointer + ": " + read.error()[0].detail);
  return read ? std::move(*read) : Data{};
}

// The patch as JSON; also holds every merge to be idempotent, and to warn of the same again.
std::string merged(std::string_view existing, std::string_view incoming, ImportPolicy policy = ImportPolicy::fill) {
  Data stored = organisation(existing);
  const Data offered = organisation(incoming);
  const auto merge = merge_import(stored, offered, policy);
  apply<OrganisationData>(stored, merge.patch);
  const auto again = merge_import(stored, offered, policy);
  EXPECT_EQ(wire::to_json(again.patch), "{}") << "merging again still changes something";
  EXPECT_EQ(again.warnings, merge.warnings);
  return wire::to_json(merge.patch);
}

Problems warnings(std::string_view existing, std::string_view incoming, ImportPolicy policy = ImportPolicy::fill) {
  return merge_import(organisation(existing), organisation(incoming), policy).warnings;
}

// `count` different tags as a JSON list.
std::string tags(int count) {
  std::string list = "[";
  for (int i = 0; i < count; ++i) list += (i == 0 ? "\"t" : ",\"t") + std::to_string(i) + '"';
  return list + ']';
}

TEST(MergeImport, FillSetsOnlyWhatIsEmpty) {
  EXPECT_EQ(merged(R"({"name":"A","city":"Paris"})", R"({"name":"B","city":"Lyon","country":"FR"})"),
            R"({"country":"FR"})");
  EXPECT_EQ(merged(R"({"name":"A"})", R"({"name":"A"})"), "{}");
}

TEST(MergeImport, FillGivesATypeToAnOtherAndTouchesNeitherStageNorActive) {
  EXPECT_EQ(merged(R"({"name":"A"})", R"({"name":"A","type":"client","pipeline_stage":"signe","active":false})"),
            R"({"type":"client"})");
  EXPECT_EQ(merged(R"({"name":"A","type":"fournisseur"})", R"({"name":"A","type":"client"})"), "{}");
}

TEST(MergeImport, OverwriteTakesWhatTheFileSaysAndClearsNothing) {
  EXPECT_EQ(merged(R"({"name":"A","type":"client","city":"Paris","country":"FR","pipeline_stage":"signe"})",
                   R"({"name":"B","city":"Lyon","active":false})", ImportPolicy::overwrite),
            R"({"name":"B","city":"Lyon","active":false})");
  EXPECT_EQ(merged(R"({"name":"A"})", R"({"name":"A","pipeline_stage":"perdu"})", ImportPolicy::overwrite),
            R"({"pipeline_stage":"perdu"})");
}

TEST(MergeImport, SkipChangesNothing) {
  EXPECT_EQ(merged(R"({"name":"A"})", R"({"name":"B","city":"Lyon","notes":"x","tags":["t"]})", ImportPolicy::skip),
            "{}");
}

TEST(MergeImport, ListsAreUnitedByTheirFoldedNames) {
  EXPECT_EQ(
      merged(R"({"name":"A","tags":["Crédit"]})", R"({"name":"A","tags":["credit","Or"],"strategies":["value"]})"),
      R"({"strategies":["value"],"tags":["Crédit","Or"]})");
}

TEST(MergeImport, WhatAFullListCannotTakeGoesToTheNotesWithAWarning) {
  const std::string existing = R"({"name":"A","tags":)" + tags(49) + R"(,"strategies":)" + tags(50) + '}';
  const std::string incoming = R"({"name":"A","tags":["x","y","Z","T0"],"strategies":["value"],"notes":"n"})";
  for (const auto policy : {ImportPolicy::fill, ImportPolicy::overwrite}) {
    auto patch = wire::from_json<OrganisationData<Patch>>(merged(existing, incoming, policy)).value();
    EXPECT_EQ(patch.notes.value()->text(), "n\nTags: y\nTags: Z\nStratégies: value");
    EXPECT_EQ(patch.tags.value()->size(), 50U);
    EXPECT_EQ(warnings(existing, incoming, policy),
              (Problems{{"too_many", "/tags", "the list has its 50 elements; left over: y, Z"},
                        {"too_many", "/strategies", "the list has its 50 elements; left over: value"}}));
  }
  EXPECT_EQ(warnings(existing, incoming, ImportPolicy::skip), Problems{});
}

TEST(MergeImport, NotesTakeTheLinesThatAreNew) {
  EXPECT_EQ(merged(R"({"name":"A","notes":"one  \n  two"})", R"({"name":"A","notes":"two\nthree\nthree\none"})"),
            R"({"notes":"one  \n  two\nthree"})");
  EXPECT_EQ(merged(R"({"name":"A","notes":"one"})", R"({"name":"A","notes":"one"})", ImportPolicy::overwrite), "{}");
}

TEST(MergeImport, FullNotesLeaveOutWholeLinesAndTellThem) {
  const std::string existing = R"({"name":"A","notes":")" + std::string(9990, 'x') + "\"}";
  const std::string incoming = R"({"name":"A","notes":"too long for it\nfits"})";
  EXPECT_EQ(merged(existing, incoming), R"({"notes":")" + std::string(9990, 'x') + "\\nfits\"}");
  EXPECT_EQ(warnings(existing, incoming),
            (Problems{{"notes_full", "/notes", "the notes have their 10000 characters; left out: too long for it"}}));
}

TEST(MergeImport, ADateNeverComesToTheAmountOfAnother) {
  const std::string incoming = R"({"name":"A","aum":{"amount":200},"aum_date":"2024-12-31"})";
  EXPECT_EQ(merged(R"({"name":"A","aum":{"amount":100}})", incoming), "{}");
  EXPECT_EQ(merged(R"({"name":"A","aum":{"amount":200}})", incoming), R"({"aum_date":"2024-12-31"})");
  EXPECT_EQ(merged(R"({"name":"A"})", incoming), R"({"aum":{"amount":200,"currency":"EUR"},"aum_date":"2024-12-31"})");
}

TEST(MergeImport, AnAmountBringsItsDayAlong) {
  constexpr std::string_view k_dated = R"({"name":"A","aum":{"amount":100},"aum_date":"2020-12-31"})";
  constexpr std::string_view k_amount = R"("aum":{"amount":200,"currency":"EUR"})";
  const std::string undated = R"({"name":"A","aum":{"amount":200}})";
  const std::string only_a_day = R"({"name":"A","aum_date":"2024-12-31"})";
  EXPECT_EQ(merged(k_dated, undated), "{}");
  EXPECT_EQ(merged(k_dated, undated, ImportPolicy::overwrite), '{' + std::string(k_amount) + R"(,"aum_date":null})");
  EXPECT_EQ(merged(only_a_day, undated), '{' + std::string(k_amount) + R"(,"aum_date":null})");
  EXPECT_EQ(merged(k_dated, only_a_day, ImportPolicy::overwrite), "{}");
  EXPECT_EQ(merged(R"({"name":"A"})", only_a_day), R"({"aum_date":"2024-12-31"})");
}

TEST(MergeImport, ASirenAndASiretOfTwoCompaniesNeverMeet) {
  const std::string siren = R"({"name":"A","siren":"378782163"})";
  const std::string siret = R"({"name":"A","siret":"84464957400010"})";
  const Problems mismatch{
      {"siren_mismatch", "/siret", "'84464957400010'; the SIRET does not begin with the company's SIREN"}};
  for (const auto policy : {ImportPolicy::fill, ImportPolicy::overwrite}) {
    EXPECT_EQ(merged(siren, siret, policy), R"({"notes":"SIRET: 84464957400010"})");
    EXPECT_EQ(warnings(siren, siret, policy), mismatch);
  }
  const std::string both = R"({"name":"A","siren":"844649574","siret":"84464957400010"})";
  EXPECT_EQ(merged(siren, both, ImportPolicy::overwrite), R"({"siren":"844649574","siret":"84464957400010"})");
  EXPECT_EQ(warnings(siren, both, ImportPolicy::overwrite), Problems{});
  EXPECT_EQ(merged(siren, both), R"({"notes":"SIREN: 844649574\nSIRET: 84464957400010"})");
}

TEST(MergeImport, ANumberThatTheRecordHasOtherwiseGoesToTheNotesWithAWarning) {
  const std::string existing = R"({"name":"A","lei":"969500BZXZGGXIVML935","regulator_number":"GP-00001"})";
  const std::string incoming = R"({"name":"A","lei":"969500IISULSKD55KQ70","regulator_number":"gp 00001"})";
  EXPECT_EQ(merged(existing, incoming), R"({"notes":"LEI: 969500IISULSKD55KQ70"})");
  EXPECT_EQ(warnings(existing, incoming),
            (Problems{{"differing_value", "/lei", "'969500IISULSKD55KQ70'; the record has '969500BZXZGGXIVML935'"}}));
  EXPECT_EQ(warnings(existing, incoming, ImportPolicy::overwrite), Problems{});
}

TEST(MergeImport, WhatHasNoRoomInTheNotesEitherIsAtLeastInTheWarnings) {
  const std::string existing = R"({"name":"A","siren":"378782163","notes":")" + std::string(9990, 'x') + "\"}";
  const std::string incoming = R"({"name":"A","siret":"84464957400010"})";
  EXPECT_EQ(merged(existing, incoming), "{}");
  const Problems found = warnings(existing, incoming);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[1].detail, "the notes have their 10000 characters; left out: SIRET: 84464957400010");
}

TEST(ImportedPhone, IsReadKeptAsTypedOrNoted) {
  const auto read = [](const std::string& typed, std::string_view country) {
    Data data = organisation(R"({"name":"A","notes":"n","phone":")" + typed + "\"}");
    const auto code = country.empty() ? std::nullopt : std::optional(CountryCode::parse(country).value());
    const Problems found = read_imported_phone(data, code);
    return (data.phone ? data.phone->text() : "none") + '|' + data.notes->text() + '|' +
           (found.empty() ? "" : found.front().code + '@' + found.front().pointer);
  };
  EXPECT_EQ(read("02 512 34 56", "BE"), "+3225123456|n|");
  EXPECT_EQ(read("02 512 34 56", ""), "02 512 34 56|n|phone_not_understood@/phone");
  EXPECT_EQ(read("+999 12", "BE"), "none|n\nTéléphone: +999 12|invalid_phone@/phone");
}

TEST(Contradict, OnlyWhatBothHaveAndIsNotTheSame) {
  const auto both = [](std::string_view one, std::string_view other) {
    return contradict(organisation(R"({"name":"A")" + std::string(one) + "}"),
                      organisation(R"({"name":"A")" + std::string(other) + "}"));
  };
  EXPECT_FALSE(both("", R"(,"country":"FR","lei":"969500BZXZGGXIVML935")"));
  EXPECT_FALSE(both(R"(,"country":"FR")", R"(,"country":"FR")"));
  EXPECT_TRUE(both(R"(,"country":"FR")", R"(,"country":"LU")"));
  EXPECT_TRUE(both(R"(,"regulator_number":"GP-1")", R"(,"regulator_number":"GP-2")"));
}

TEST(ImportBatchWire, ReadsWhatItWritesAndPointsAtBadRecords) {
  const std::string body =
      R"({"import_id":"01890a5d-ac96-774b-bcce-b302099a8057","source":"a.csv","on_existing":"fill",)"
      R"("dry_run":false,"records":[{"record":{"name":"A"},"lines":[2,3]}]})";
  const auto batch = wire::from_json<ImportBatch>(body);
  ASSERT_TRUE(batch) << batch.error()[0].pointer << batch.error()[0].detail;
  EXPECT_EQ(batch->records[0].lines, (std::vector<std::int64_t>{2, 3}));
  const auto again = wire::from_json<ImportBatch>(wire::to_json(*batch));
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, *batch);
  const auto bad = wire::from_json<ImportBatch>(
      R"({"import_id":"01890a5d-ac96-774b-bcce-b302099a8057","source":"a","records":[{"record":{"lei":"x"}}]})");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error()[0].pointer, "/records/0/record/lei");
  const auto result = wire::from_json<ImportBatchResult>(
      R"({"position":7,"outcomes":[{"outcome":"refused","problems":[{"code":"c","pointer":"/lei","detail":"d"}]}]})");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->outcomes[0].outcome, ImportOutcomeKind::refused);
}

}  // namespace
}  // namespace alforis::domain
