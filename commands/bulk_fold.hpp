#pragma once
// Folding for a replay: as state.hpp's fold(), but many commits at once, with entities kept as they are decoded and
// written only in their last state.

#include <memory>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "commands/key_values.hpp"
#include "commands/outcomes.hpp"
#include "commands/state_keys.hpp"
#include "eventstore/commit.hpp"
#include "privacy/sealing.hpp"

namespace alforis::commands {

/// An event with its entity, and whose personal data it holds.
struct DecodedEvent {
  domain::Uuid id;
  domain::AnyEvent event;
  std::optional<privacy::Sealed> sealed;
};

/// A commit with its events decoded.
struct DecodedCommit {
  std::string command_id;
  domain::Uuid actor;
  StoredOutcome outcome;  ///< what a retry gets, but for the version, which folding finds
  std::vector<DecodedEvent> events;
};

/// Throws std::runtime_error naming the position when an event or an id can't be read.
DecodedCommit decode_commit(const eventstore::Commit& commit, const privacy::Keys& keys);

/// What many commits come to. Pure; once taken from its BulkFold, one thread may write it while others find in it.
class Folded {
 public:
  /// The entity as it is here, or nullptr when none of the commits speaks of it.
  template <class State>
  const State* find(const domain::Uuid& id) const;

  /// Entities and entries.
  std::size_t size() const { return size_; }

  /// All changes to what `base` has. Once.
  void write(const KeyValues& base, ChangeSink& sink);

 private:
  friend class BulkFold;

  template <class State>
  struct Slot {
    std::optional<State> state;
    std::vector<std::string> base_keys;  ///< index keys that the base has for it
    bool changed = false;
  };
  template <class State>
  using Slots = std::unordered_map<domain::Uuid, Slot<State>>;
  struct KeyChange {
    std::string key;
    domain::Uuid id;
    bool erased = false;
  };

  /// Takes away entries whose keys begin so, and has the base lose its own.
  void forget(std::string prefix);
  void forget_in(const KeyValues& base);
  template <class State>
  void write_documents(const KeyValues& base, ChangeSink& sink, std::vector<KeyChange>& keys);

  boost::mp11::mp_rename<boost::mp11::mp_transform<Slots, domain::AllStates>, std::tuple> slots_;
  std::vector<std::pair<std::string, std::optional<std::string>>> entries_;  ///< nullopt: erased
  std::vector<std::string> forgotten_;  ///< what keys begin with that the base is to lose
  std::unordered_map<domain::Uuid, std::optional<domain::Uuid>> data_keys_;  ///< by subject; nullopt: erased
  std::size_t size_ = 0;
};

/// Gathers what commits come to on top of a base. Pure; not thread-safe.
class BulkFold {
 public:
  /// Outcomes and replaced documents that have expired at `now_us` are not made in the first place.
  BulkFold(const KeyValues& base, std::int64_t now_us)
      : base_(base), now_us_(now_us), gathered_(std::make_shared<Folded>()) {}

  void add(DecodedCommit&& commit);

  /// Entities and entries gathered since the last take().
  std::size_t size() const { return gathered_->size(); }

  /// What was gathered. Until the next take() it is looked at before the base, so it may be written meanwhile; by the
  /// next take() the base must have it.
  std::shared_ptr<Folded> take();

 private:
  template <class Event>
  std::int64_t evolve_one(Event&& event, const domain::EventContext& context);
  template <class State>
  Folded::Slot<State>& slot(const domain::Uuid& id, bool creates);
  template <class State>
  std::optional<State> find(const domain::Uuid& id) const;
  void add_entry(std::string key, std::string value);

  const KeyValues& base_;
  std::int64_t now_us_;
  std::shared_ptr<Folded> gathered_;
  std::shared_ptr<const Folded> taken_;
};

}  // namespace alforis::commands
