// The demo firm: valid, plausible, the same each time.
#include "programs/demo_command.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "domain/events.hpp"
#include "domain/wire/json.hpp"
#include "programs/demo_data.hpp"
#include "tests/unit/programs/fake_server.hpp"

namespace alforis::programs {
namespace {

using namespace domain;
using testing::HasSubstr;
using testing::SizeIs;
using testing::ThrowsMessage;

// The record without its id; reading checks every value.
template <class T>
T read(const DemoRecord& record) {
  const std::string id = R"({"id":")" + record.id + "\",";
  EXPECT_EQ(record.body.substr(0, id.size()), id);
  auto value = wire::from_json<T>("{" + record.body.substr(id.size()));
  EXPECT_TRUE(value) << record.body << (value ? "" : value.error()[0].pointer);
  return value ? std::move(*value) : T{};
}

TEST(DemoFirm, IsTheSameForTheSameSeed) {
  const auto one = make_demo_firm(1);
  const auto again = make_demo_firm(1);
  const auto other = make_demo_firm(2);
  for (std::size_t i = 0; i < one.organisations.size(); ++i) {
    EXPECT_EQ(one.organisations[i].body, again.organisations[i].body);
    EXPECT_NE(one.organisations[i].id, other.organisations[i].id);
  }
  EXPECT_EQ(one.links.back().body, again.links.back().body);
  EXPECT_EQ(one.users[0].body, other.users[0].body);
  EXPECT_EQ(one.organisations[0].id, "019b76da-a800-7d89-ac13-46aadaa53f5f");
}

TEST(DemoFirm, HasTheRightCountsAndOnlyRightValues) {
  const auto firm = make_demo_firm(1);
  EXPECT_THAT(firm.teams, SizeIs(4));
  EXPECT_THAT(firm.users, SizeIs(12));
  EXPECT_THAT(firm.organisations, SizeIs(300));
  EXPECT_THAT(firm.people, SizeIs(900));
  for (const auto& team : firm.teams) read<TeamData<Patch>>(team);
  for (const auto& user : firm.users) EXPECT_TRUE(read<UserData<Patch>>(user).team_id.touched());
  std::set<std::string> names;
  std::set<std::string> numbers;
  std::map<PipelineStage, int> stages;
  int shared = 0;
  for (const auto& record : firm.organisations) {
    const auto data = read<OrganisationData<Full>>(record);
    EXPECT_TRUE(names.insert(data.name->text()).second) << data.name->text();
    EXPECT_TRUE(!data.lei || numbers.insert(data.lei->text()).second);
    EXPECT_TRUE(!data.siret || numbers.insert(data.siret->text()).second);
    EXPECT_TRUE(!data.siret || data.siret->siren() == *data.siren);
    EXPECT_TRUE(!data.phone || Phone::normalise(data.phone->text(), std::nullopt).value() == *data.phone);
    EXPECT_EQ(data.pipeline_stage == PipelineStage::signe, data.signature_date.has_value());
    ++stages[data.pipeline_stage];
    shared += data.owner_id ? 0 : 1;
  }
  EXPECT_THAT(stages, SizeIs(7));
  EXPECT_GT(shared, 20);
  for (const auto& record : firm.people) {
    const auto data = read<PersonData<Patch>>(record);
    EXPECT_TRUE(data.first_name.touched() && data.last_name.touched());
  }
}

/// Without its id, as the events have it.
template <class T>
T read_created(const DemoRecord& record) {
  auto value = wire::from_json<T>(record.body, wire::UnknownMembers::ignore);
  EXPECT_TRUE(value) << record.body << (value ? "" : value.error()[0].pointer);
  return value ? std::move(*value) : T{};
}

TEST(DemoFirm, DoesBusiness) {
  const auto firm = make_demo_firm(1);
  EXPECT_THAT(firm.produits, SizeIs(60));
  EXPECT_THAT(firm.interactions, SizeIs(900));
  EXPECT_THAT(firm.tasks, SizeIs(300));
  std::set<std::string> isins;
  for (const auto& record : firm.produits)
    EXPECT_TRUE(isins.insert(read<ProduitData<Full>>(record).isin->text()).second);
  for (const auto& record : firm.mandats) {
    const auto mandat = read_created<MandatCreated>(record);
    EXPECT_TRUE(mandat.date_signature < mandat.date_debut && mandat.date_debut < mandat.date_fin);
  }
  for (const auto& record : firm.interactions) EXPECT_TRUE(read<InteractionData<Full>>(record).organisation_id);
  for (const auto& record : firm.tasks) EXPECT_TRUE(read<TaskData<Full>>(record).due_at);
  for (const auto& record : firm.kpis) EXPECT_TRUE(read_created<KpiCreated>(record).rdv);
  EXPECT_THAT(firm.kpis, SizeIs(40));
  for (const auto& record : firm.views) EXPECT_TRUE(read_created<SavedViewCreated>(record).query);
  EXPECT_THAT(firm.views, SizeIs(4));
  EXPECT_GT(firm.completions.size(), 50U);
  EXPECT_GT(firm.activations.size(), 5U);
  EXPECT_GT(firm.signings.size(), firm.activations.size());
  EXPECT_EQ(firm.joinings.size(), 3 * firm.signings.size());
}

TEST(DemoFirm, EveryOrganisationHasOnePrimaryContactAndNoPairTwice) {
  const auto firm = make_demo_firm(1);
  EXPECT_GE(firm.links.size(), 900U);
  EXPECT_LE(firm.links.size(), 1800U);
  std::map<std::string, int> primaries;
  std::set<std::string> pairs;
  for (const auto& record : firm.links) {
    const std::string& body = record.body;
    const std::string person = body.substr(body.find(R"("person_id":")") + 13, 36);
    const std::string organisation = body.substr(body.find(R"("organisation_id":")") + 19, 36);
    EXPECT_TRUE(pairs.insert(person + organisation).second);
    if (body.find(R"("is_primary":true)") != std::string::npos) ++primaries[organisation];
  }
  EXPECT_THAT(primaries, SizeIs(300));
  for (const auto& [organisation, count] : primaries) EXPECT_EQ(count, 1);
}

class Demo : public testing::Test {
 protected:
  void SetUp() override { ::setenv("ALFORIS_TOKEN", "t", 1); }
  void TearDown() override { ::unsetenv("ALFORIS_TOKEN"); }
};

TEST_F(Demo, SendsTheSameRequestsUnderTheSameKeysAgain) {
  FakeServer server([](const FakeRequest&) { return FakeAnswer{.status = 201, .body = "{}"}; });
  DemoSettings settings;
  settings.server.server = server.url();
  std::ostringstream out;
  run_demo(settings, out);
  EXPECT_THAT(out.str(), HasSubstr("4 teams, 12 users, 300 organisations, 900 people"));
  const auto first = server.requests();
  run_demo(settings, out);
  const auto both = server.requests();
  ASSERT_EQ(both.size(), 2 * first.size());
  std::map<std::string, std::string> bodies;
  for (const auto& request : both) {
    const auto [known, fresh] = bodies.emplace(request.key, request.body);
    EXPECT_EQ(known->second, request.body);
  }
  EXPECT_EQ(bodies.size(), first.size());
}

TEST_F(Demo, WhatIsThereAlreadyIsNoTroubleAndAnythingElseIs) {
  DemoSettings settings;
  settings.password = "a \"long\" one";
  std::ostringstream out;
  FakeServer full([](const FakeRequest&) { return FakeAnswer{.status = 409, .body = "{}"}; });
  settings.server.server = full.url();
  run_demo(settings, out);
  EXPECT_THAT(out.str(), HasSubstr("claire.montagne@ventoux-distribution.example"));
  bool sent = false;
  for (const auto& request : full.requests()) sent = sent || request.body.ends_with(R"(,"password":"a \"long\" one"})");
  EXPECT_TRUE(sent);
  FakeServer refusing([](const FakeRequest&) { return FakeAnswer{.status = 403, .body = R"({"title":"Forbidden"})"}; });
  settings.server.server = refusing.url();
  EXPECT_THAT([&] { run_demo(settings, out); }, ThrowsMessage<std::runtime_error>(HasSubstr("Forbidden")));
}

TEST_F(Demo, ThePasswordMayComeFromAFileAndNeverFromTheCommandLine) {
  const std::string file = testing::TempDir() + "alforis-demo-password";
  std::ofstream(file) << "from a file\nand no more\n";
  FakeServer server([](const FakeRequest&) { return FakeAnswer{.status = 201, .body = "{}"}; });
  DemoSettings settings;
  settings.server.server = server.url();
  settings.password_file = file;
  std::ostringstream out;
  run_demo(settings, out);
  bool sent = false;
  for (const auto& request : server.requests()) sent = sent || request.body.ends_with(R"(,"password":"from a file"})");
  EXPECT_TRUE(sent);
  std::remove(file.c_str());
  EXPECT_THAT([&] { run_demo(settings, out); }, ThrowsMessage<std::runtime_error>(HasSubstr(file)));

  CLI::App app;
  ExitCode exit;
  add_demo(app, exit);
  EXPECT_EQ(app.get_subcommand("demo")->get_option_no_throw("--password"), nullptr);
}

}  // namespace
}  // namespace alforis::programs
