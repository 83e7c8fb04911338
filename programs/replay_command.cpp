// `alforis replay` and `alforis history`: the log as it is, for auditors. They open the log themselves, beside a
// running server.

#include <iostream>
#include <map>

#include "domain/kinds.hpp"
#include "domain/values/instant.hpp"
#include "domain/wire/enums.hpp"
#include "domain/wire/json.hpp"
#include "privacy/sealing.hpp"
#include "programs/commands.hpp"
#include "programs/log_walk.hpp"
#include "programs/settings.hpp"
#include "programs/vault_keys.hpp"

namespace alforis::programs {

namespace {

using eventstore::Commit;

struct ReplaySettings {
  StoreSettings stores;
  std::string until;  ///< an instant or a position
  std::string entity;
  std::uint64_t from = 0;
  bool json = false;
  std::string state;  ///< of which kind of entity the states are to be told, instead of events
};

/// Where a replay ends: after this position, or at this instant.
struct Bound {
  eventstore::Position position = UINT64_MAX;
  std::int64_t time_us = INT64_MAX;
};

Bound parse_bound(const std::string& text) {
  Bound bound;
  if (text.empty()) return bound;
  if (text.find_first_not_of("0123456789") == std::string::npos) {
    bound.position = std::stoull(text);
    return bound;
  }
  const auto instant = domain::Instant::parse(text);
  if (!instant)
    throw std::runtime_error("--until " + text +
                             ": give a position (a number) or an instant such as 2026-01-31T18:00:00Z");
  bound.time_us = instant->micros();
  return bound;
}

/// Calls `visit` for every valid commit within the bound.
void for_each_commit(eventstore::Log& log, const Bound& bound, const std::function<void(const Commit&)>& visit) {
  walk(log, [&](const Commit& commit) {
    if (commit.position > bound.position || commit.time_us > bound.time_us) return false;
    visit(commit);
    return true;
  });
}

/// Opens what is sealed, when the vault is at hand; otherwise it is told as the log has it.
class Opener {
 public:
  explicit Opener(const StoreSettings& settings) {
    if (!settings.postgres.empty() && !settings.master_key_file.empty()) keys_.emplace(settings, 0);
  }

  const privacy::Keys& keys() { return keys_ ? keys_->ring() : privacy::no_keys(); }

  /// The event's data as it may be shown.
  std::string shown(const eventstore::Event& event) {
    std::string opened;
    std::string room;
    const std::string_view data =
        keys_ ? privacy::open({event.type, event.entity_id}, event.data, keys_->ring(), opened) : event.data;
    return std::string(domain::shown_event(event.type, data, room));
  }

 private:
  std::optional<VaultKeys> keys_;
};

std::string json_line(const Commit& commit, const eventstore::Event& event, Opener& opener) {
  std::string line = R"({"position":)" + std::to_string(commit.position) + R"(,"time":")" +
                     domain::Instant::from_micros(commit.time_us).text() + R"(","actor":)";
  domain::wire::quote(line, commit.actor);
  line += R"(,"command":)";
  domain::wire::quote(line, commit.command_id);
  line += R"(,"type":)";
  domain::wire::quote(line, event.type);
  line += R"(,"id":)";
  domain::wire::quote(line, event.entity_id);
  return line + R"(,"data":)" + opener.shown(event) + R"(,"meta":)" + commit.metadata + '}';
}

void print_event(const Commit& commit, const eventstore::Event& event, Opener& opener, bool json) {
  if (json) {
    std::cout << json_line(commit, event, opener) << '\n';
  } else {
    std::cout << domain::Instant::from_micros(commit.time_us).text() << "  " << event.type << "  by " << commit.actor
              << "\n    " << opener.shown(event) << '\n';
  }
}

/// The end of the file is where the reader is: a closed pipe is a reader that has seen enough.
int finished() { return std::cout.flush() ? 0 : 2; }

/// Every record of a kind as it was in the end, in the order of ids; deleted ones too.
template <class State>
void print_states(eventstore::Log& log, const Bound& bound, const privacy::Keys& keys) {
  std::map<domain::Uuid, std::optional<State>> states;
  for_each_commit(log, bound, [&](const Commit& commit) {
    const auto actor = domain::Uuid::parse(commit.actor).value();
    for (const auto& event : commit.events) {
      if (domain::entity_kind_of_type(event.type) != domain::EventsOf<State>::k_kind) continue;
      const auto id = domain::Uuid::parse(event.entity_id).value();
      std::string room;
      const auto data = privacy::open({event.type, event.entity_id}, event.data, keys, room);
      const auto decoded = domain::decode_event(event.type, data);
      domain::evolve_by(states[id], decoded.value(), {id, actor, domain::Instant::from_micros(commit.time_us)});
    }
  });
  for (const auto& [id, state] : states) {
    if (state) std::cout << domain::wire::shown_json(*state) << '\n';
  }
}

int replay_states(eventstore::Log& log, const ReplaySettings& settings, Opener& opener) {
  const auto kind = domain::enum_from_text<domain::EntityKind>(settings.state);
  if (!kind) {
    throw std::runtime_error("--state " + settings.state + ": expected one of " +
                             domain::enum_choices<domain::EntityKind>());
  }
  const Bound bound = parse_bound(settings.until);
  domain::with_state(*kind, [&]<class T>(T) { print_states<typename T::type>(log, bound, opener.keys()); });
  return finished();
}

int replay(const ReplaySettings& settings) {
  std::ios::sync_with_stdio(false);
  const auto log = open_log(settings.stores, true);
  Opener opener(settings.stores);
  if (!settings.state.empty()) return replay_states(*log, settings, opener);
  for_each_commit(*log, parse_bound(settings.until), [&](const Commit& commit) {
    if (commit.position < settings.from) return;
    for (const auto& event : commit.events) std::cout << json_line(commit, event, opener) << '\n';
  });
  return finished();
}

int history(const ReplaySettings& settings) {
  const auto id = domain::Uuid::parse(settings.entity);
  if (!id)
    throw std::runtime_error(settings.entity +
                             " is no id: give the UUID of an organisation, person, link, team or user");
  const auto log = open_log(settings.stores, true);
  Opener opener(settings.stores);
  std::size_t found = 0;
  const std::string text = id->text();
  for_each_commit(*log, parse_bound(settings.until), [&](const Commit& commit) {
    for (const auto& event : commit.events) {
      if (event.entity_id != text) continue;
      ++found;
      print_event(commit, event, opener, settings.json);
    }
  });
  if (found == 0) std::cerr << "alforis: the log says nothing of " << text << '\n';
  return found == 0 ? 1 : finished();
}

}  // namespace

void add_replay(CLI::App& app, ExitCode& exit) {
  auto settings = std::make_shared<ReplaySettings>();
  auto* command =
      app.add_subcommand("replay", "Print every event of the log as JSON lines, up to any position or instant");
  command->footer(
      "Examples:\n  alforis replay --data var/data --until 2026-01-31T18:00:00Z\n  alforis replay --until 1200 | jq "
      ".type\n  alforis replay --until 1200 --state organisation");
  add_store_options(*command, settings->stores, NeedsPostgres::no);
  command->add_option("--from", settings->from, "first position");
  command->add_option("--until", settings->until, "last position, or an instant (RFC 3339)");
  command->add_option("--state", settings->state,
                      "print every record of this kind as it was in the end, instead of events");
  command->callback([settings, &exit] { exit.value = replay(*settings); });
}

void add_history(CLI::App& app, ExitCode& exit) {
  auto settings = std::make_shared<ReplaySettings>();
  auto* command =
      app.add_subcommand("history", "Print what happened to one entity, oldest first, straight from the log");
  command->footer("Example:\n  alforis history 0195c2a0-0000-7000-8000-000000000001 --data var/data");
  command->add_option("ID", settings->entity, "id of the entity")->required();
  add_store_options(*command, settings->stores, NeedsPostgres::no);
  command->add_option("--until", settings->until, "last position, or an instant (RFC 3339)");
  command->add_flag("--json", settings->json, "JSON lines");
  command->callback([settings, &exit] { exit.value = history(*settings); });
}

}  // namespace alforis::programs
