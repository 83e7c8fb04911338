#pragma once
// Folding for a replay: as state.hpp's fold(), but many commits at once, with entities kept as they are decoded and
// written only in their last state.

#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "commands/key_values.hpp"
#include "commands/outcomes.hpp"
#include "commands/state_keys.hpp"
#include "eventstore/commit.hpp"

namespace alforis::commands {

/// A commit with its events decoded.
struct DecodedCommit {
  std::string command_id;
  domain::Uuid actor;
  StoredOutcome outcome;  ///< what a retry gets, but for the version, which folding finds
  std::vector<std::pair<domain::Uuid, domain::AnyEvent>> events;  ///< each with its entity
};

/// Throws std::runtime_error naming the position when an event or an id can't be read.
DecodedCommit decode_commit(const eventstore::Commit& commit);

/// Gathers what commits change on top of a base. Pure; not thread-safe.
class BulkFold {
 public:
  /// Outcomes and replaced documents that have expired at `now_us` are not made in the first place.
  BulkFold(const KeyValues& base, std::int64_t now_us) : base_(base), now_us_(now_us) {}

  void add(const DecodedCommit& commit);

  /// Entities and entries held.
  std::size_t size() const { return held_; }

  /// All changes in the order of their keys, each key once; afterwards nothing is held, and the base must have them.
  std::vector<Change> take();

 private:
  template <class State>
  struct Slot {
    std::optional<State> state;
    std::vector<std::string> base_keys;  ///< index keys that the base has for it
    bool changed = false;
  };
  template <class State>
  using Slots = std::unordered_map<domain::Uuid, Slot<State>>;

  template <class Event>
  std::int64_t evolve_one(const Event& event, const domain::EventContext& context);
  template <class State>
  Slot<State>& slot(const domain::Uuid& id, bool creates);
  template <class State>
  void take_slots(Slots<State>& slots, std::vector<Change>& documents, std::vector<Change>& keys);

  const KeyValues& base_;
  std::int64_t now_us_;
  std::size_t held_ = 0;
  boost::mp11::mp_rename<boost::mp11::mp_transform<Slots, domain::AllStates>, std::tuple> slots_;
  std::vector<Change> entries_;
};

}  // namespace alforis::commands
