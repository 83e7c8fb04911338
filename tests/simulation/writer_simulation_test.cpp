// A whole writer under a seed: random commands, a log that fails, restarts with and without the state, other writers.
// ALFORIS_SEED=n runs one seed, ALFORIS_SEEDS=n the first n.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <set>

#include "commands/bulk_fold.hpp"
#include "commands/keys.hpp"
#include "commands/state.hpp"
#include "domain/wire/json.hpp"
#include "naive_state.hpp"
#include "tests/unit/commands/writer_rig.hpp"

namespace alforis::simulation {
namespace {

using namespace domain;
using namespace commands;
using commands::testing::commits_of;
using commands::testing::content;
using commands::testing::Content;
using commands::testing::replayed_content;
using commands::testing::TemporaryDirectory;
using commands::testing::WriterRig;
using eventstore::MemoryLog;
using eventstore::MemoryLogFaults;

constexpr int k_rounds = 150;
constexpr int k_most_at_once = 6;

Uuid id_of(const std::string& name) { return Uuid::v5({}, name); }

/// Random commands over few entities, so that they meet.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}

  int below(int end) { return static_cast<int>(random_() % static_cast<std::uint64_t>(end)); }
  bool one_in(int chance) { return below(chance) == 0; }
  template <class T>
  T pick(std::initializer_list<T> choices) {
    return *(choices.begin() + below(static_cast<int>(choices.size())));
  }

  Uuid organisation() { return id_of("organisation" + std::to_string(below(5))); }
  Uuid person() { return id_of("person" + std::to_string(below(4))); }
  Uuid mandat() { return id_of("mandat" + std::to_string(below(12))); }
  Uuid link() { return id_of("link" + std::to_string(below(12))); }
  Lei lei() { return Lei::parse(pick({"969500IISULSKD55KQ70", "9695008KSTJL0COZAZ28"})).value(); }
  Siret siret() { return Siret::parse(pick({"73282932000074", "35600000000048"})).value(); }
  Line<255> name() { return Line<255>::parse(pick({"Alpha", "Beta", "Gamma"})).value(); }

  OrganisationData<Full> organisation_data() {
    OrganisationData<Full> data;
    data.name = name();
    if (one_in(2)) data.lei = lei();
    if (one_in(3)) data.siret = siret();
    return data;
  }

  Command command() {
    switch (below(16)) {
      case 0:
      case 1:
        return CreateOrganisation{organisation(), organisation_data()};
      case 2:
        return update_organisation();
      case 3:
        return ChangeStage{organisation(), {}, pick({PipelineStage::signe, PipelineStage::negociation}), {}};
      case 4:
        return DeleteOrganisation{organisation(), {}, {}};
      case 5:
        return RestoreOrganisation{organisation(), {}};
      case 6:
        return ImportOrganisation{organisation(), organisation_data(),
                                  pick({ImportPolicy::fill, ImportPolicy::overwrite})};
      case 7:
        return create_person();
      case 8:
        if (one_in(4)) return ErasePerson{person(), {}, {}};
        return one_in(2) ? Command(DeletePerson{person(), {}, {}}) : Command(RestorePerson{person(), {}});
      case 9:
      case 10:
        return create_link();
      case 11:
        return promote_link();
      case 12:
      case 13:
        return create_mandat();
      case 14:
        return move_mandat();
      default:
        return EndLink{link(), {}, {}, {}};
    }
  }

 private:
  Command update_organisation() {
    UpdateOrganisation update{organisation(), {}, {}};
    update.patch.name = name();
    if (one_in(2)) update.patch.lei = one_in(3) ? Edit<Lei>::clear() : Edit<Lei>(lei());
    if (one_in(3)) update.patch.siret = one_in(3) ? Edit<Siret>::clear() : Edit<Siret>(siret());
    return update;
  }
  Command create_person() {
    CreatePerson create{person(), {}};
    create.data.last_name = Line<100>::parse("Somebody").value();
    return create;
  }
  Command create_link() {
    CreateLink create{link(), {}};
    create.data.person_id = person();
    create.data.organisation_id = organisation();
    create.data.is_primary = one_in(2);
    return create;
  }
  Command create_mandat() {
    CreateMandat create{mandat(), {}};
    create.data.organisation_id = organisation();
    return create;
  }
  Command move_mandat() {
    const auto day = Date::parse("2025-01-01").value();
    switch (below(3)) {
      case 0:
        return SignMandat{mandat(), {}, day};
      case 1:
        return ActivateMandat{mandat(), {}, day};
      default:
        return TerminateMandat{mandat(), {}, domain::Text<1000>::parse("fini").value(), {}};
    }
  }
  Command promote_link() {
    UpdateLink update{link(), {}, {}};
    update.patch.is_primary = !one_in(3);
    return update;
  }

  std::mt19937_64 random_;
};

/// One run: what was asked, what was answered, and the log that has to agree.
class Simulation {
 public:
  explicit Simulation(std::uint64_t seed) : dice_(seed), seed_(seed), rig_(std::make_unique<WriterRig>(log_)) {}

  void go() {
    for (round_ = 0; round_ < k_rounds; ++round_) {
      disturb();
      if (!dice_.one_in(5)) rig_->await_ready();
      ask();
    }
    log_.set_faults({});
    while (!pending_.empty()) ask();
    rig_->await_ready();
    check();
  }

 private:
  /// Before a round: other faults, a restart, another writer, or nothing.
  void disturb() {
    MemoryLogFaults faults{seed_ * 1000 + static_cast<std::uint64_t>(round_)};
    if (!dice_.one_in(3)) {
      double* const fault =
          dice_.pick({&faults.nothing_written, &faults.prefix_written, &faults.late, &faults.lost_ack});
      *fault = 0.4;
    }
    log_.set_faults(faults);
    if (dice_.one_in(40)) {
      rig_->stop();
      if (dice_.one_in(2)) std::filesystem::remove_all(rig_->directory());
      rig_->start();
    }
    if (dice_.one_in(20)) depose();
  }

  void depose() {
    try {
      const eventstore::WriterEpoch other(log_, {}, "other", [](const eventstore::Commit&) {});
    } catch (const std::runtime_error&) {
      // The faults are for everybody: then there is no other writer this time.
    }
  }

  /// Several commands at once, some of them asked before and not answered; some answers nobody waits for again.
  void ask() {
    std::vector<CommandRequest> requests;
    std::swap(requests, pending_);
    for (int i = dice_.below(k_most_at_once); round_ < k_rounds && i >= 0; --i) {
      requests.push_back({"command " + std::to_string(asked_++), system_, "", "{}", false, dice_.command()});
    }
    if (!requests.empty() && dice_.one_in(4)) requests.push_back(requests.front());  // an impatient client
    std::vector<std::future<CommandResult>> results;
    for (const CommandRequest& request : requests) results.push_back(rig_->submit(request));
    for (std::size_t i = 0; i < requests.size(); ++i) answered(requests[i], results[i].get());
  }

  void answered(const CommandRequest& request, const CommandResult& result) {
    const auto* rejection = std::get_if<Rejection>(&result);
    if (rejection != nullptr && rejection->kind == RejectionKind::unavailable) {
      if (!dice_.one_in(5)) pending_.push_back(request);
      return;
    }
    if (rejection != nullptr) {
      EXPECT_FALSE(done_.contains(request.command_id)) << request.command_id << " was done and is refused";
      refused_.insert(request.command_id);
      return;
    }
    const auto& outcome = std::get<Outcome>(result);
    if (!outcome.changed) return;
    refused_.erase(request.command_id);  // what was refused may be asked again when things have changed
    const auto [known, fresh] = done_.emplace(request.command_id, outcome);
    if (fresh) return;
    EXPECT_EQ(known->second.position, outcome.position) << request.command_id;
    if (is_erased(outcome.document)) {
      // Nothing is kept of what a person was before: they are told as they are by now, and never again as they were.
      EXPECT_EQ(known->second.id, outcome.id) << request.command_id;
      EXPECT_EQ(outcome.document.find("last_name"), std::string::npos) << request.command_id;
      known->second.document = outcome.document;
    } else {
      EXPECT_EQ(known->second.document, outcome.document) << request.command_id;
    }
  }

  static bool is_erased(const std::string& document) { return document.find("\"erased_at\":") != std::string::npos; }

  void check() {
    NaiveState naive;
    std::map<std::string, Position> written;
    for (const auto& commit : commits_of(log_)) {
      EXPECT_TRUE(written.emplace(commit.command_id, commit.position).second) << commit.command_id << " is there twice";
      naive.fold(commit);
      for (const std::string& rule : naive.broken_rules()) ADD_FAILURE() << "at " << commit.position << ": " << rule;
    }
    for (const auto& [command, outcome] : done_) {
      const auto found = written.find(command);
      ASSERT_NE(found, written.end()) << command << " was acknowledged and is lost";
      EXPECT_EQ(found->second, outcome.position) << command;
    }
    const auto live = content(rig_->store());
    expect_equal(live, replayed_content(log_));
    expect_equal(live, folded_in_pieces(1 + dice_.below(20)));
    expect_documents(naive.all<Organisation>(), live);
    expect_documents(naive.all<Person>(), live);
    expect_documents(naive.all<Link>(), live);
    for (const std::string& command : refused_) EXPECT_FALSE(written.contains(command)) << command << " was refused";
    EXPECT_GE(done_.size(), 50u) << "a run in which nothing happens proves nothing";
  }

  /// What a long replay comes to, that writes to the store now and then and goes on upon what is there.
  Content folded_in_pieces(int commits) {
    const TemporaryDirectory directory;
    StateStore store(directory.path());
    BulkFold fold(store, 0);
    std::shared_ptr<Folded> piece;
    const auto write = [&] {
      if (!piece) return;
      StateStore::Load load(store);
      piece->write(store, load);
      load.finish({}, 0);
      piece.reset();
    };
    int held = 0;
    for (const auto& commit : commits_of(log_)) {
      fold.add(decode_commit(commit, commands::testing::test_keys()));
      if (dice_.below(4) == 0) write();  // the piece before is written any time until the next one
      if (++held < commits) continue;
      write();
      piece = fold.take();
      held = 0;
    }
    write();
    piece = fold.take();
    write();
    return content(store);
  }

  static void expect_equal(const Content& live, const Content& replayed) {
    for (const auto& [key, value] : replayed) {
      const auto found = live.find(key);
      EXPECT_TRUE(found != live.end() && found->second == value)
          << key << " is not what the log comes to: " << value << " instead of "
          << (found == live.end() ? "nothing" : found->second);
    }
    for (const auto& [key, value] : live) EXPECT_TRUE(replayed.contains(key)) << key << " does not come from the log";
  }

  template <class State>
  static void expect_documents(const std::map<Uuid, State>& naive, const Content& live) {
    for (const auto& [id, state] : naive) {
      const auto found = live.find(entity_key(EventsOf<State>::k_kind, id));
      ASSERT_NE(found, live.end()) << id.text();
      EXPECT_EQ(found->second, wire::to_json(state));
    }
  }

  Dice dice_;
  std::uint64_t seed_;
  MemoryLog log_;
  std::unique_ptr<WriterRig> rig_;
  const Uuid system_ = system_actor();
  int round_ = 0;
  int asked_ = 0;
  std::vector<CommandRequest> pending_;
  std::map<std::string, Outcome> done_;
  std::set<std::string> refused_;
};

TEST(WriterSimulation, AWriterKeepsItsPromisesUnderEverySeed) {
  const char* const only = std::getenv("ALFORIS_SEED");
  const char* const count = std::getenv("ALFORIS_SEEDS");
  const std::uint64_t first = only != nullptr ? std::stoull(only) : 1;
  const std::uint64_t last = only != nullptr ? first : count != nullptr ? std::stoull(count) : 12;
  for (std::uint64_t seed = first; seed <= last && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("ALFORIS_SEED=" + std::to_string(seed));
    Simulation(seed).go();
  }
}

}  // namespace
}  // namespace alforis::simulation
