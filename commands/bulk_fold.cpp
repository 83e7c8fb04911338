#include "commands/bulk_fold.hpp"

#include <algorithm>
#include <stdexcept>

#include "commands/keys.hpp"

namespace alforis::commands {

using domain::EventContext;
using domain::Uuid;

namespace {

[[noreturn]] void unreadable(const eventstore::Commit& commit, const domain::Problems& problems) {
  throw std::runtime_error("the commit at position " + std::to_string(commit.position) +
                           " can't be read: " + problems.front().detail);
}

/// In the order of their documents' keys (see entity_key), which stand between those of outcomes and those of indexes.
template <class A, class B>
using BeforeInKeys = std::bool_constant<(A::k_entity < B::k_entity)>;
using StatesByKey = boost::mp11::mp_sort<domain::AllStates, BeforeInKeys>;

template <class T>
T&& readable(domain::Result<T>&& read, const eventstore::Commit& commit) {
  if (!read) unreadable(commit, std::move(read).error());
  return std::move(*read);
}

}  // namespace

DecodedCommit decode_commit(const eventstore::Commit& commit, const privacy::Keys& keys) {
  DecodedCommit decoded;
  decoded.command_id = commit.command_id;
  decoded.actor = readable(Uuid::parse(commit.actor), commit);
  decoded.events.reserve(commit.events.size());
  std::string room;
  for (const eventstore::Event& event : commit.events) {
    const auto data = privacy::open({event.type, event.entity_id}, event.data, keys, room);
    decoded.events.push_back({readable(Uuid::parse(event.entity_id), commit),
                              readable(domain::decode_event(event.type, data), commit),
                              privacy::sealed_under(event.type, event.data)});
  }
  StoredOutcome& outcome = decoded.outcome;
  outcome.time_us = commit.time_us;
  outcome.request_hash = request_hash_of(commit.metadata);
  outcome.outcome.position = commit.position;
  if (!decoded.events.empty()) {
    outcome.outcome.id = decoded.events.front().id;
    outcome.kind = domain::entity_kind(decoded.events.front().event);
    outcome.outcome.created = commit.events.front().type.ends_with(".created.v1");
  }
  return decoded;
}

// ---- gathering

void BulkFold::add(DecodedCommit&& commit) {
  if (commit.events.empty()) return;
  StoredOutcome& outcome = commit.outcome;
  const auto time = domain::Instant::from_micros(outcome.time_us);
  for (auto& [id, event, sealed] : commit.events) {
    const EventContext context{id, commit.actor, time};
    const auto version = std::visit([&](auto& e) { return evolve_one(std::move(e), context); }, event);
    if (id == outcome.outcome.id) outcome.outcome.version = version;
    if (sealed) gathered_->data_keys_[sealed->subject] = sealed->key;
  }
  if (!expired(outcome.time_us, now_us_)) add_entry(outcome_key(commit.command_id), encode_outcome(outcome));
}

void BulkFold::add_entry(std::string key, std::string value) {
  gathered_->entries_.emplace_back(std::move(key), std::move(value));
  ++gathered_->size_;
}

template <class Event>
std::int64_t BulkFold::evolve_one(Event&& event, const EventContext& context) {
  using State = domain::StateOf<Event>;
  Folded::Slot<State>& found = slot<State>(context.id, k_creates<Event>);
  if (found.state && !expired(context.time.micros(), now_us_)) {
    add_entry(replaced_key(domain::EventsOf<State>::k_kind, context.id, found.state->version),
              replaced_value(context.time, domain::wire::to_json(*found.state)));
  }
  if constexpr (Erases<std::remove_cvref_t<Event>>) gathered_->data_keys_[context.id] = std::nullopt;
  if constexpr (k_forgets<std::remove_cvref_t<Event>>) {
    gathered_->forget(replaced_prefix(domain::EventsOf<State>::k_kind, context.id));
  }
  evolve(found.state, std::forward<Event>(event), context);
  found.changed = true;
  return found.state ? found.state->version : 0;
}

template <class State>
Folded::Slot<State>& BulkFold::slot(const Uuid& id, bool creates) {
  const auto [found, fresh] = std::get<Folded::Slots<State>>(gathered_->slots_).try_emplace(id);
  Folded::Slot<State>& slot = found->second;
  if (!fresh) return slot;
  ++gathered_->size_;
  if (creates) return slot;
  slot.state = find<State>(id);
  if (slot.state) slot.base_keys = keys_of(*slot.state);
  return slot;
}

template <class State>
std::optional<State> BulkFold::find(const Uuid& id) const {
  if (const State* const taken = taken_ ? taken_->find<State>(id) : nullptr) return *taken;
  const auto document = base_.get(entity_key(domain::EventsOf<State>::k_kind, id));
  return document ? std::optional(read_state<State>(*document)) : std::nullopt;
}

std::shared_ptr<Folded> BulkFold::take() {
  auto taken = std::exchange(gathered_, std::make_shared<Folded>());
  taken_ = taken;
  return taken;
}

// ---- writing

template <class State>
const State* Folded::find(const Uuid& id) const {
  const auto& slots = std::get<Slots<State>>(slots_);
  const auto found = slots.find(id);
  return found == slots.end() || !found->second.state ? nullptr : &*found->second.state;
}

void Folded::write(const KeyValues& base, ChangeSink& sink) {
  forget_in(base);
  std::sort(entries_.begin(), entries_.end());
  for (const auto& [key, value] : entries_) {
    if (value) {
      sink.put(key, *value);
    } else {
      sink.erase(key);
    }
  }
  std::vector<KeyChange> keys;
  keys.reserve(3 * size_);
  boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, StatesByKey>>(
      [&]<class T>(T) { write_documents<typename T::type>(base, sink, keys); });
  for (const auto& [subject, key] : data_keys_)
    keys.push_back({data_key_key(subject), key.value_or(subject), !key.has_value()});
  // What one entity gives up another may have taken: of each key the last one counts, and what is put comes last.
  std::sort(keys.begin(), keys.end(), [](const KeyChange& a, const KeyChange& b) {
    const int order = a.key.compare(b.key);
    return order < 0 || (order == 0 && a.erased && !b.erased);
  });
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (i + 1 < keys.size() && keys[i + 1].key == keys[i].key) continue;
    if (keys[i].erased) {
      sink.erase(keys[i].key);
    } else {
      sink.put(keys[i].key, id_bytes(keys[i].id));
    }
  }
}

void Folded::forget(std::string prefix) {
  std::erase_if(entries_, [&](const auto& entry) { return entry.first.starts_with(prefix); });
  forgotten_.push_back(std::move(prefix));
}

/// What the base has is all from before.
void Folded::forget_in(const KeyValues& base) {
  std::sort(forgotten_.begin(), forgotten_.end());
  forgotten_.erase(std::unique(forgotten_.begin(), forgotten_.end()), forgotten_.end());
  for (const std::string& prefix : forgotten_) {
    base.scan(prefix, [&](std::string_view key, std::string_view) {
      entries_.emplace_back(key, std::nullopt);
      return true;
    });
  }
}

/// The documents, in the order of their keys; gathers the index keys.
template <class State>
void Folded::write_documents(const KeyValues& base, ChangeSink& sink, std::vector<KeyChange>& keys) {
  auto& slots = std::get<Slots<State>>(slots_);
  std::vector<std::pair<Uuid, Slot<State>*>> sorted;
  sorted.reserve(slots.size());
  for (auto& [id, slot] : slots) {
    if (slot.changed && slot.state) sorted.emplace_back(id, &slot);
  }
  std::sort(sorted.begin(), sorted.end());
  std::string document;
  for (const auto& [id, slot] : sorted) {
    document.clear();
    domain::wire::write_json(document, *slot->state);
    sink.put(entity_key(domain::EventsOf<State>::k_kind, id), document);
    std::vector<std::string> now = keys_of(*slot->state);
    for (std::string& key : slot->base_keys) {
      const bool kept = std::find(now.begin(), now.end(), key) != now.end();
      if (!kept && base.get(key) == id_bytes(id)) keys.push_back({std::move(key), id, true});
    }
    for (std::string& key : now) keys.push_back({std::move(key), id});
  }
}

}  // namespace alforis::commands
