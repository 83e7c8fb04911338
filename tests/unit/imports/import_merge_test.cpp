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

// The patch as JSON; also holds every merge to be idempotent.
std::string merged(std::string_view existing, std::string_view incoming, ImportPolicy policy = ImportPolicy::fill) {
  Data stored = organisation(existing);
  const Data offered = organisation(incoming);
  const auto patch = merge_import(stored, offered, policy);
  apply<OrganisationData>(stored, patch);
  EXPECT_EQ(wire::to_json(merge_import(stored, offered, policy)), "{}") << "merging again still changes something";
  return wire::to_json(patch);
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
  std::string full = R"({"name":"A","tags":[)";
  for (int i = 0; i < 50; ++i) full += (i == 0 ? "\"t" : ",\"t") + std::to_string(i) + "\"";
  EXPECT_EQ(merged(full + "]}", R"({"name":"A","tags":["one more"]})", ImportPolicy::overwrite), "{}");
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
  EXPECT_EQ(notes_left_out(organisation(existing), organisation(incoming)),
            std::vector<std::string>{"too long for it"});
}

TEST(MergeImport, ADateNeverComesToTheAmountOfAnother) {
  const std::string incoming = R"({"name":"A","aum":{"amount":200},"aum_date":"2024-12-31"})";
  EXPECT_EQ(merged(R"({"name":"A","aum":{"amount":100}})", incoming), "{}");
  EXPECT_EQ(merged(R"({"name":"A","aum":{"amount":200}})", incoming), R"({"aum_date":"2024-12-31"})");
  EXPECT_EQ(merged(R"({"name":"A"})", incoming), R"({"aum":{"amount":200,"currency":"EUR"},"aum_date":"2024-12-31"})");
}

TEST(MergeImport, ASirenAndASiretOfTwoCompaniesNeverMeet) {
  const std::string siren = R"({"name":"A","siren":"378782163"})";
  EXPECT_EQ(merged(siren, R"({"name":"A","siret":"84464957400010","city":"Paris"})"), R"({"city":"Paris"})");
  EXPECT_EQ(merged(siren, R"({"name":"A","siret":"84464957400010"})", ImportPolicy::overwrite), "{}");
  EXPECT_EQ(merged(siren, R"({"name":"A","siren":"844649574","siret":"84464957400010"})", ImportPolicy::overwrite),
            R"({"siren":"844649574","siret":"84464957400010"})");
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
