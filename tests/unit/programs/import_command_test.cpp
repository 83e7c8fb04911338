// `alforis import` against a server that merges as the real one does.
#include "programs/import_command.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "domain/import_batch.hpp"
#include "domain/patch.hpp"
#include "domain/wire/json.hpp"
#include "tests/unit/programs/fake_server.hpp"

namespace alforis::programs {
namespace {

using namespace domain;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;
using testing::ThrowsMessage;

// Finds organisations by their name alone.
class Store {
 public:
  FakeAnswer operator()(const FakeRequest& request) {
    if (auto login = fake_login(request)) return *login;
    const auto batch = wire::from_json<ImportBatch>(request.body);
    if (!batch) return {.status = 422, .body = R"({"title":"Invalid input"})"};
    batches.push_back(*batch);
    ImportBatchResult result;
    for (const auto& record : batch->records) result.outcomes.push_back(take(*record.record, *batch));
    return {.status = 200, .body = wire::to_json(result)};
  }

  std::map<std::string, OrganisationData<Full>> organisations;
  std::vector<ImportBatch> batches;

 private:
  ImportOutcome take(const OrganisationData<Full>& incoming, const ImportBatch& batch) {
    const std::string name = incoming.name->text();
    if (name == "Interdit")
      return {ImportOutcomeKind::refused, std::nullopt, {{"not_unique", "/lei", "the LEI is taken"}}};
    const Uuid id = Uuid::v5(Uuid{}, name);
    const auto found = organisations.find(name);
    if (found == organisations.end()) {
      if (!batch.dry_run) organisations.emplace(name, incoming);
      return {ImportOutcomeKind::created, id, {}};
    }
    const auto merge = merge_import(found->second, incoming, batch.on_existing);
    std::vector<RecordProblem> warnings;
    for (const Problem& warning : merge.warnings) warnings.push_back({warning.code, warning.pointer, warning.detail});
    if (wire::to_json(merge.patch) == "{}") return {ImportOutcomeKind::unchanged, id, warnings};
    if (!batch.dry_run) apply<OrganisationData>(found->second, merge.patch);
    return {ImportOutcomeKind::updated, id, warnings};
  }
};

class Import : public testing::Test {
 protected:
  Import() : server_([this](const FakeRequest& request) { return store_(request); }) {
    folder_ = std::filesystem::temp_directory_path() / ("alforis-import-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    ::setenv("ALFORIS_TOKEN", "t", 1);
    settings_.server.server = server_.url();
  }
  ~Import() override {
    ::unsetenv("ALFORIS_TOKEN");
    std::filesystem::remove_all(folder_);
  }

  int run(std::string_view csv) {
    settings_.file = (folder_ / "file.csv").string();
    std::ofstream(settings_.file, std::ios::binary) << csv;
    out_.str("");
    return run_import(settings_, out_, err_);
  }
  std::string report() const {
    std::ifstream in(settings_.report, std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }

  Store store_;
  FakeServer server_;
  std::filesystem::path folder_;
  ImportSettings settings_;
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(Import, CreatesThenFillsThenChangesNothing) {
  EXPECT_EQ(run("name,city\nAlpha,Paris\nBêta,\n"), 0);
  EXPECT_THAT(out_.str(), HasSubstr("created 2, updated 0, unchanged 0, warned 0, refused 0"));
  EXPECT_EQ(run("name,city,country\nAlpha,Lyon,FR\nBêta,,\n"), 0);
  EXPECT_THAT(out_.str(), HasSubstr("created 0, updated 1, unchanged 1, warned 0, refused 0"));
  EXPECT_EQ(run("name,city,country\nAlpha,Lyon,FR\nBêta,,\n"), 0);
  EXPECT_THAT(out_.str(), HasSubstr("created 0, updated 0, unchanged 2, warned 0, refused 0"));
  EXPECT_EQ(store_.organisations.at("Alpha").city->text(), "Paris");
}

TEST_F(Import, EveryRunHasAnIdOfItsOwnAndEveryBatchAKey) {
  std::string csv = "name,city\n";
  for (int i = 0; i < 1200; ++i) csv += "Org " + std::to_string(i) + ",Paris\n";
  EXPECT_EQ(run(csv), 0);
  EXPECT_THAT(store_.organisations, SizeIs(1200));
  ASSERT_THAT(store_.batches, SizeIs(3));
  EXPECT_EQ(store_.batches[0].source->text(), "file.csv");
  const std::string id = store_.batches[0].import_id->text();
  std::set<std::string> keys;
  for (const auto& request : server_.requests()) keys.insert(request.key);
  EXPECT_EQ(keys, (std::set<std::string>{"import-" + id + "-1", "import-" + id + "-2", "import-" + id + "-3"}));
  EXPECT_EQ(run("name\nx\n"), 0);
  EXPECT_NE(store_.batches.back().import_id->text(), id);
}

TEST_F(Import, TheReportHasALineForEachInputLine) {
  settings_.report = (folder_ / "report.csv").string();
  EXPECT_EQ(run("name,website,city\nAlpha,N/A,Paris\nAlpha,Under%20construction,Paris\n,,Lyon\nInterdit,,\n"), 1);
  EXPECT_THAT(out_.str(), HasSubstr("created 1, updated 0, unchanged 0, warned 1, refused 2"));
  EXPECT_THAT(out_.str(), HasSubstr("line 4: refused: the row names no organisation"));
  EXPECT_THAT(out_.str(), HasSubstr("line 5: Interdit refused: /lei: the LEI is taken"));
  const std::string text = report();
  EXPECT_THAT(text, StartsWith("\xEF\xBB\xBFline,name,outcome,id,warnings,message\r\n2,Alpha,created,"));
  EXPECT_THAT(text, HasSubstr("\r\n3,Alpha,created,"));
  EXPECT_THAT(text, HasSubstr("Site: placeholder"));
  EXPECT_THAT(text, HasSubstr("\r\n4,,refused,,no_name,the row names no organisation\r\n"));
  EXPECT_THAT(text, HasSubstr("\r\n5,Interdit,refused,,,/lei: the LEI is taken\r\n"));
}

TEST_F(Import, WhatTheServerCouldNotPlaceIsCountedAndReported) {
  EXPECT_EQ(run("name,siren\nAlpha,378782163\n"), 0);
  settings_.report = (folder_ / "report.csv").string();
  EXPECT_EQ(run("name,siret\nAlpha,84464957400010\n"), 0);
  EXPECT_THAT(out_.str(), HasSubstr("created 0, updated 1, unchanged 0, warned 1, refused 0"));
  EXPECT_THAT(out_.str(), HasSubstr("line 2: /siret: '84464957400010'"));
  EXPECT_THAT(report(), HasSubstr("/siret: siren_mismatch,\"/siret: '84464957400010';"));
  EXPECT_EQ(store_.organisations.at("Alpha").notes->text(), "SIRET: 84464957400010");
  settings_.json = true;
  EXPECT_EQ(run("name,siret\nAlpha,84464957400010\n"), 0);
  EXPECT_THAT(out_.str(), HasSubstr(R"("unchanged":1,"warned":1)"));
  EXPECT_THAT(out_.str(), HasSubstr(R"("warnings":[{"line":2,"pointer":"/siret","code":"siren_mismatch","message":)"));
}

TEST_F(Import, ADryRunSaysTheSameAndWritesNothing) {
  settings_.dry_run = true;
  EXPECT_EQ(run("name\nAlpha\n"), 0);
  EXPECT_THAT(out_.str(), HasSubstr("dry run"));
  EXPECT_THAT(out_.str(), HasSubstr("created 1"));
  EXPECT_TRUE(store_.organisations.empty());
}

TEST_F(Import, TheJsonSummaryIsOneObject) {
  settings_.json = true;
  EXPECT_EQ(run("name,website\nAlpha,bad_host.fr\n,x.fr\n"), 1);
  EXPECT_THAT(out_.str(), StartsWith(R"({"source":"file.csv","import_id":")"));
  EXPECT_THAT(out_.str(),
              HasSubstr(R"("lines":2,"records":1,"created":1,"updated":0,"unchanged":0,"warned":1,"refused":1)"));
  EXPECT_THAT(out_.str(),
              HasSubstr(R"("warnings":[{"line":2,"column":"Site","value":"bad_host.fr","code":"invalid_url")"));
  EXPECT_THAT(out_.str(), HasSubstr(R"("refusals":[{"line":3,"code":"no_name")"));
}

TEST_F(Import, OptionsReachTheRecords) {
  settings_.defaults = {"type=fournisseur", "pays=Luxembourg"};
  settings_.aum_unit = imports::AmountUnit::mdeur;
  settings_.on_existing = ImportPolicy::overwrite;
  EXPECT_EQ(run("name;aum\nAlpha;2,5\n"), 0);
  const auto& alpha = store_.organisations.at("Alpha");
  EXPECT_EQ(alpha.type, OrganisationType::fournisseur);
  EXPECT_EQ(alpha.country->text(), "LU");
  EXPECT_EQ(alpha.aum->amount, 250'000'000'000);
  EXPECT_EQ(store_.batches[0].on_existing, ImportPolicy::overwrite);
}

TEST_F(Import, WhatIsNoImportIsSaidBeforeAnythingIsSent) {
  EXPECT_THAT([&] { run("name,aum\nAlpha,2.5\n"); }, ThrowsMessage<std::runtime_error>(HasSubstr("--aum-unit")));
  EXPECT_THAT([&] { run("ville\nParis\n"); }, ThrowsMessage<std::runtime_error>(HasSubstr("no column holds the name")));
  settings_.defaults = {"type"};
  EXPECT_THAT([&] { run("name\nAlpha\n"); }, ThrowsMessage<std::runtime_error>(HasSubstr("field=value")));
  settings_.defaults = {};
  settings_.file = (folder_ / "missing.csv").string();
  EXPECT_THROW(run_import(settings_, out_, err_), std::runtime_error);
  settings_.file = folder_.string();
  EXPECT_THROW(run_import(settings_, out_, err_), std::runtime_error);
  EXPECT_TRUE(server_.requests().empty());
}

TEST_F(Import, ARefusedBatchEndsTheRunAndTheReportSaysWhatWasDone) {
  FakeServer refusing([](const FakeRequest&) { return FakeAnswer{.status = 403, .body = R"({"title":"Forbidden"})"}; });
  settings_.server.server = refusing.url();
  settings_.report = (folder_ / "report.csv").string();
  EXPECT_THAT([&] { run("name\nAlpha\n"); }, ThrowsMessage<std::runtime_error>(HasSubstr("HTTP 403 Forbidden")));
  EXPECT_THAT(report(), HasSubstr("2,Alpha,not_sent,,,"));
}

TEST_F(Import, TheCommandLineIsReadAndItsMistakesAreNamed) {
  settings_.file = (folder_ / "file.csv").string();
  std::ofstream(settings_.file) << "name|aum\nAlpha|3\n";
  const auto parse = [&](std::vector<std::string> arguments) {
    CLI::App app;
    ExitCode exit;
    add_import(app, exit);
    std::reverse(arguments.begin(), arguments.end());
    app.parse(arguments);
    return exit.value;
  };
  testing::internal::CaptureStdout();
  EXPECT_EQ(parse({"import", "organisations", settings_.file, "--set", "type=fournisseur", "--set", "category=sdg",
                   "--aum-unit", "meur", "--delimiter", "|", "--server", server_.url()}),
            0);
  EXPECT_THAT(testing::internal::GetCapturedStdout(), HasSubstr("created 1"));
  EXPECT_EQ(store_.organisations.at("Alpha").category, OrganisationCategory::sdg);
  EXPECT_THROW(parse({"import", "organisations", settings_.file, "--aum-unit", "usd"}), CLI::ValidationError);
  EXPECT_THROW(parse({"import", "organisations", settings_.file, "--on-existing", "merge"}), CLI::ValidationError);
  EXPECT_THROW(parse({"import", "organisations"}), CLI::RequiredError);
}

}  // namespace
}  // namespace alforis::programs
