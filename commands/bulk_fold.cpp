#include "commands/bulk_fold.hpp"

#include <algorithm>
#include <stdexcept>

namespace alforis::commands {

using domain::EventContext;
using domain::Uuid;

namespace {

[[noreturn]] void unreadable(const eventstore::Commit& commit, const domain::Problems& problems) {
  throw std::runtime_error("the commit at position " + std::to_string(commit.position) +
                           " can't be read: " + problems.front().detail);
}

/// Erased before put, where both are there.
bool by_key(const Change& a, const Change& b) {
  const int order = a.key.compare(b.key);
  return order < 0 || (order == 0 && a.value < b.value);
}

/// In the order of their documents' keys (see entity_key), which stand between those of outcomes and those of indexes.
using StatesByKey =
    boost::mp11::mp_list<domain::Link, domain::Organisation, domain::Person, domain::Team, domain::User>;
static_assert(boost::mp11::mp_size<StatesByKey>::value == boost::mp11::mp_size<domain::AllStates>::value);

template <class T>
T readable(domain::Result<T> read, const eventstore::Commit& commit) {
  if (!read) unreadable(commit, std::move(read).error());
  return std::move(*read);
}

}  // namespace

DecodedCommit decode_commit(const eventstore::Commit& commit) {
  DecodedCommit decoded;
  decoded.command_id = commit.command_id;
  decoded.actor = readable(Uuid::parse(commit.actor), commit);
  decoded.events.reserve(commit.events.size());
  for (const eventstore::Event& event : commit.events) {
    decoded.events.emplace_back(readable(Uuid::parse(event.entity_id), commit),
                                readable(domain::decode_event(event.type, event.data), commit));
  }
  StoredOutcome& outcome = decoded.outcome;
  outcome.time_us = commit.time_us;
  outcome.request_hash = request_hash_of(commit.metadata);
  outcome.outcome.position = commit.position;
  if (!decoded.events.empty()) {
    outcome.outcome.id = decoded.events.front().first;
    outcome.kind = domain::entity_kind(decoded.events.front().second);
    outcome.outcome.created = commit.events.front().type.ends_with(".created.v1");
  }
  return decoded;
}

void BulkFold::add(const DecodedCommit& commit) {
  if (commit.events.empty()) return;
  StoredOutcome outcome = commit.outcome;
  const auto time = domain::Instant::from_micros(outcome.time_us);
  for (const auto& [id, event] : commit.events) {
    const EventContext context{id, commit.actor, time};
    const auto version = std::visit([&](const auto& e) { return evolve_one(e, context); }, event);
    if (id == outcome.outcome.id) outcome.outcome.version = version;
  }
  if (expired(outcome.time_us, now_us_)) return;
  entries_.push_back({outcome_key(commit.command_id), encode_outcome(outcome)});
  ++held_;
}

template <class Event>
std::int64_t BulkFold::evolve_one(const Event& event, const EventContext& context) {
  using State = domain::StateOf<Event>;
  Slot<State>& found = slot<State>(context.id, k_creates<Event>);
  if (found.state && !expired(context.time.micros(), now_us_)) {
    entries_.push_back({replaced_key(domain::EventsOf<State>::k_kind, context.id, found.state->version),
                        replaced_value(context.time, domain::wire::to_json(*found.state))});
    ++held_;
  }
  evolve(found.state, event, context);
  found.changed = true;
  return found.state ? found.state->version : 0;
}

template <class State>
BulkFold::Slot<State>& BulkFold::slot(const Uuid& id, bool creates) {
  const auto [found, fresh] = std::get<Slots<State>>(slots_).try_emplace(id);
  Slot<State>& slot = found->second;
  if (!fresh) return slot;
  ++held_;
  if (creates) return slot;
  if (const auto document = base_.get(entity_key(domain::EventsOf<State>::k_kind, id))) {
    slot.state = read_state<State>(*document);
    slot.base_keys = keys_of(*slot.state);
  }
  return slot;
}

std::vector<Change> BulkFold::take() {
  std::vector<Change> changes = std::exchange(entries_, {});
  changes.reserve(changes.size() + 4 * held_);
  std::sort(changes.begin(), changes.end(), by_key);
  std::vector<Change> keys;
  keys.reserve(3 * held_);
  boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, StatesByKey>>(
      [&]<class T>(T) { take_slots(std::get<Slots<typename T::type>>(slots_), changes, keys); });
  // What one entity gives up another may have taken: of each key the last one counts, and what is put comes last.
  std::sort(keys.begin(), keys.end(), by_key);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const bool last = i + 1 == keys.size() || keys[i + 1].key != keys[i].key;
    if (last) changes.push_back(std::move(keys[i]));
  }
  held_ = 0;
  return changes;
}

/// The documents, in the order of their keys, and the index keys.
template <class State>
void BulkFold::take_slots(Slots<State>& slots, std::vector<Change>& documents, std::vector<Change>& keys) {
  std::vector<std::pair<Uuid, Slot<State>*>> sorted;
  sorted.reserve(slots.size());
  for (auto& [id, slot] : slots) {
    if (slot.changed && slot.state) sorted.emplace_back(id, &slot);
  }
  std::sort(sorted.begin(), sorted.end());
  for (const auto& [id, slot] : sorted) {
    documents.push_back({entity_key(domain::EventsOf<State>::k_kind, id), domain::wire::to_json(*slot->state)});
    std::vector<std::string> now = keys_of(*slot->state);
    for (std::string& key : slot->base_keys) {
      const bool kept = std::find(now.begin(), now.end(), key) != now.end();
      if (!kept && base_.get(key) == id_bytes(id)) keys.push_back({std::move(key), std::nullopt});
    }
    for (std::string& key : now) keys.push_back({std::move(key), std::string(id_bytes(id))});
  }
  slots.clear();
}

}  // namespace alforis::commands
