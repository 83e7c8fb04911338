// Deciders of saved views: everybody's own, whatever their role.
#include <gmock/gmock.h>

#include "given.hpp"

namespace alforis::commands::testing {
namespace {

using domain::ViewedResource;
using ::testing::StartsWith;

/// A list that knows one parameter.
domain::Problems check(ViewedResource resource, std::string_view query, const domain::Viewer&) {
  if (resource == ViewedResource::organisation && query == "stage=signe") return {};
  return domain::problem("unknown_parameter", "no such parameter here", "colour");
}

CreateSavedView create_view(std::string_view name, std::string_view json) {
  return {id(name), read<domain::SavedViewCreated>(json), &check};
}
UpdateSavedView update_view(std::string_view name, std::string_view json) {
  return {id(name), {}, read<domain::SavedViewData<Patch>>(json), &check};
}

constexpr std::string_view k_signed = R"({"name":"Signées","resource":"organisation","query":"stage=signe"})";

TEST(CreateSavedView, IsForEverybody) {
  const Firm firm;
  for (const auto* actor : {"ada", "mona", "sam", "nina", "vic"}) {
    EXPECT_EQ(firm.when(actor, create_view("v", k_signed)),
              R"(saved_view.created.v1 v {"resource":"organisation","name":"Signées","query":"stage=signe",)"
              R"("shared":"me"})")
        << actor;
  }
}

TEST(CreateSavedView, AsksTheListAndMeasuresTheLayout) {
  Firm firm;
  const std::string filler(domain::SavedViewData<Full>::k_largest_layout, 'x');
  const std::string too_large =
      R"({"name":"x","resource":"organisation","query":"colour=red","layout":{"x":")" + filler + R"("}})";
  EXPECT_EQ(firm.when("vic", create_view("v", too_large)),
            "invalid invalid_input unknown_parameter@/query too_large@/layout");
  const std::string largest = R"({"name":"x","resource":"organisation","layout":{"x":")" +
                              filler.substr(std::string_view(R"({"x":""})").size()) + R"("}})";
  EXPECT_THAT(firm.when("vic", create_view("v", largest)), StartsWith("saved_view.created.v1 v"));
  firm.given("vic", create_view("v", k_signed));
  EXPECT_EQ(firm.when("vic", update_view("v", R"({"query":"colour=red"})")),
            "invalid invalid_input unknown_parameter@/query");
  EXPECT_EQ(firm.when("vic", update_view("v", R"({"query":"stage=signe","shared":"firm"})")),
            R"(saved_view.updated.v1 v {"shared":"firm"})");
  EXPECT_EQ(firm.when("vic", update_view("v", R"({"query":null,"layout":{"columns":["name"]}})")),
            R"(saved_view.updated.v1 v {"query":null,"layout":{"columns":["name"]}})");
  EXPECT_EQ(firm.when("vic", update_view("v", R"({"query":"stage=signe"})")), k_nothing);
}

TEST(CreateSavedView, IsPossibleTwoHundredTimes) {
  Firm firm;
  for (std::size_t i = 0; i < k_most_views; ++i) firm.given("vic", create_view("v" + std::to_string(i), k_signed));
  EXPECT_EQ(firm.when("vic", create_view("more", k_signed)), "conflict too_many_views");
  EXPECT_THAT(firm.when("sam", create_view("more", k_signed)), StartsWith("saved_view.created.v1 more"));
  const UndoneCommit deletion = firm.told("vic", DeleteSavedView{id("v7"), {}, {}}, 1);
  firm.given("vic", create_view("more", k_signed));
  EXPECT_EQ(firm.when("vic", RestoreSavedView{id("v7"), {}}), "conflict too_many_views");
  EXPECT_EQ(firm.when("vic", undo(deletion)), "conflict too_many_views");
  firm.given("vic", DeleteSavedView{id("v8"), {}, {}});
  EXPECT_EQ(firm.when("vic", RestoreSavedView{id("v7"), {}}), "saved_view.restored.v1 v7 {}");
}

TEST(SavedViews, AreChangedByTheirMakersAndAdministrators) {
  Firm firm;
  firm.given("sam", create_view("mine", k_signed));
  firm.given("sam", create_view("teams", k_signed));
  firm.given("sam", update_view("teams", R"({"shared":"team"})"));
  firm.given("sam", create_view("firms", k_signed));
  firm.given("sam", update_view("firms", R"({"shared":"firm"})"));
  const auto rename = [](std::string_view view) { return update_view(view, R"({"name":"Autre"})"); };
  for (const auto* view : {"mine", "teams", "firms"}) {
    for (const auto* actor : {"sam", "ada"}) {
      EXPECT_THAT(firm.when(actor, rename(view)), StartsWith("saved_view.updated.v1")) << actor << ' ' << view;
      EXPECT_THAT(firm.when(actor, DeleteSavedView{id(view), {}, {}}), StartsWith("saved_view.deleted.v1"));
    }
  }
  for (const auto* colleague : {"sue", "mona", "vic"}) {
    EXPECT_EQ(firm.when(colleague, rename("mine")), "not_found not_found") << colleague;
    EXPECT_EQ(firm.when(colleague, rename("teams")), "forbidden forbidden") << colleague;
    EXPECT_EQ(firm.when(colleague, DeleteSavedView{id("firms"), {}, {}}), "forbidden forbidden") << colleague;
  }
  for (const auto* stranger : {"lia", "leo", "nina"}) {
    EXPECT_EQ(firm.when(stranger, rename("teams")), "not_found not_found") << stranger;
    EXPECT_EQ(firm.when(stranger, rename("firms")), "forbidden forbidden") << stranger;
  }
  firm.given("ada", DeleteSavedView{id("teams"), {}, {}});
  EXPECT_EQ(firm.when("mona", RestoreSavedView{id("teams"), {}}), "not_found not_found");
  EXPECT_EQ(firm.when("sam", RestoreSavedView{id("teams"), {}}), "saved_view.restored.v1 teams {}");
}

TEST(Undo, TakesAViewersViewBack) {
  Firm firm;
  const auto made = firm.told("vic", create_view("v", k_signed), 7);
  const auto shared = firm.told("vic", update_view("v", R"({"shared":"firm","layout":{"a":1}})"), 8);
  EXPECT_EQ(firm.when("sam", undo(shared)), "forbidden forbidden");
  EXPECT_EQ(firm.when("vic", undo(shared)),
            R"(saved_view.reverted.v1 v {"position":8,"to":{"layout":null,"shared":"me"}})");
  firm.given("vic", undo(shared));
  EXPECT_EQ(firm.when("vic", undo(made)), "conflict changed_since changed_since@/saved_view/v/version");
}

}  // namespace
}  // namespace alforis::commands::testing
