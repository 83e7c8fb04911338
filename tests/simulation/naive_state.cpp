#include "naive_state.hpp"

#include "privacy/sealing.hpp"
#include "tests/unit/commands/test_keys.hpp"

namespace alforis::simulation {

using namespace domain;

void NaiveState::fold(const eventstore::Commit& commit) {
  const Uuid actor = Uuid::parse(commit.actor).value();
  for (const eventstore::Event& recorded : commit.events) {
    const EventContext context{Uuid::parse(recorded.entity_id).value(), actor, Instant::from_micros(commit.time_us)};
    std::string room;
    const auto data =
        privacy::open({recorded.type, recorded.entity_id}, recorded.data, commands::testing::test_keys(), room);
    const auto any = decode_event(recorded.type, data);  // looked at where it is: moving one compiles for long
    std::visit(
        [&](const auto& event) {
          using State = StateOf<std::remove_cvref_t<decltype(event)>>;
          auto& states = std::get<std::map<Uuid, State>>(entities_);
          const auto found = states.find(context.id);
          std::optional<State> state;
          if (found != states.end()) state = found->second;
          evolve(state, event, context);
          if (state) states.insert_or_assign(context.id, *state);
        },
        any.value());
  }
}

std::vector<std::string> NaiveState::broken_rules() const {
  std::vector<std::string> broken;
  std::map<std::string, int> holders;
  for (const auto& [id, organisation] : all<Organisation>()) {
    if (organisation.deleted()) continue;
    if (organisation.lei) ++holders["LEI " + std::string(organisation.lei->text())];
    if (organisation.siret) ++holders["SIRET " + organisation.siret->text()];
  }
  for (const auto& [id, link] : all<Link>()) {
    if (link.is_primary && !link.live) broken.push_back("an ended link is primary");
    if (!link.live) continue;
    ++holders["live link of " + link.person_id->text() + " to " + link.organisation_id->text()];
    if (link.is_primary) ++holders["primary link of " + link.organisation_id->text()];
  }
  for (const auto& [id, mandat] : all<Mandat>()) {
    ++holders["mandat number " + mandat.number->text()];
    if (mandat.running() && all<Organisation>().at(*mandat.organisation_id).deleted()) {
      broken.push_back("a mandat of a deleted organisation runs");
    }
  }
  for (std::size_t number = 1; number <= all<Mandat>().size(); ++number) {
    const std::string digits = std::to_string(10'000 + number).substr(1);
    const auto ends = [&](const auto& mandat) { return mandat.second.number->text().ends_with(digits); };
    if (std::none_of(all<Mandat>().begin(), all<Mandat>().end(), ends)) broken.push_back("mandat numbers have a gap");
  }
  for (const auto& [what, count] : holders) {
    if (count > 1) broken.push_back(std::to_string(count) + " have one " + what);
  }
  return broken;
}

}  // namespace alforis::simulation
