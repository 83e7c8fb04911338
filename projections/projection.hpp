#pragma once
// What a projection is to the runner: somewhere that takes batches of events and keeps its own checkpoint with what it
// made of them. Knows neither tables nor kinds of entity.

#include <cstdint>
#include <span>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

#include "eventstore/log.hpp"

namespace alforis::projections {

using eventstore::Position;

/// One event with the commit it came in. The commit outlives the item; `index` counts the commit's events from 0.
struct Item {
  const eventstore::Commit* commit = nullptr;
  std::uint32_t index = 0;

  const eventstore::Event& event() const { return commit->events[index]; }
};

/// An event that could not be applied, or that follows one of the same entity. `commit` holds this one event alone, so
/// that it can be replayed without the Log; `index` is the event's place in the whole commit.
struct ParkedEvent {
  eventstore::Commit commit;
  std::uint32_t index = 0;
  std::string reason;  ///< what is wrong with the entity's first parked event, the same for those behind it

  const std::string& entity_id() const { return commit.events.front().entity_id; }
};

/// An entity that waits for a repair.
struct ParkedEntity {
  std::string id;
  Position position = 0;  ///< of its first parked event
  std::uint64_t events = 0;
  std::string reason;
};

/// What is to become true in one transaction: the events' rows, the parked events, the checkpoint.
struct Batch {
  std::span<const Item> items;
  std::vector<ParkedEvent> parked;
  /// Parked events that `items` are: they are no longer parked.
  bool from_parked = false;
  eventstore::Cursor cursor;  ///< the new checkpoint; the old one again when parked events are replayed
};

/// What a batch did.
struct Written {
  std::uint64_t rows = 0;
  /// Entities whose records changed although no event of the batch is theirs (a team's records when their owner moves).
  std::vector<std::string> also_touched;
  /// More than also_touched could reasonably list: everything known of this projection may have changed.
  bool everything_touched = false;
};

/// The store can't be reached, or broke off: nothing of the batch is there, or all of it. Open again, look, go on.
struct StoreUnavailable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// One item that cannot be applied, by its place among the items given.
struct Refusal {
  std::size_t item = 0;
  std::string reason;
};

/// Some of the items cannot be applied, for a reason that lies in the data. Nothing was written.
struct ItemsRefused : std::runtime_error {
  /// The store refused, and does not say which item it means.
  using std::runtime_error::runtime_error;
  /// The first refused item of each entity concerned; not empty.
  explicit ItemsRefused(std::vector<Refusal> found)
      : std::runtime_error(found.front().reason), refusals(std::move(found)) {}

  std::vector<Refusal> refusals;  ///< empty when nobody knows which
};

/// Somebody else moved the checkpoint or swapped the version. Nothing was written: open again and go on from there.
struct Superseded : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The store belongs to a newer program: this one must not write to it any more, and stops.
struct NewerLayout : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The port between runner and read model. Called from one thread at a time. Every call may throw StoreUnavailable.
class Projection {
 public:
  struct Opened {
    eventstore::Cursor cursor;
    std::vector<ParkedEntity> parked;
    bool fresh = false;  ///< other content than at the last open(): caches that stand on it are void
  };

  virtual ~Projection() = default;

  /// For logs and metrics, such as `query`.
  virtual std::string name() const = 0;

  /// (Re)connects, makes or rebuilds what is missing, and says where to go on. Throws NewerLayout; std::runtime_error
  /// when it was told to stop meanwhile.
  virtual Opened open(const std::stop_token& stop) = 0;

  /// Writes the batch in one transaction, all or nothing. Throws ItemsRefused, Superseded.
  virtual Written write(const Batch& batch) = 0;

  /// Asks whether the store still is where it was left, for nobody else says so while nothing is written. Throws
  /// Superseded.
  virtual void check() {}

  /// Tries the items and takes everything back. Throws ItemsRefused.
  virtual void probe(std::span<const Item> items) = 0;

  /// The parked events of an entity in order.
  virtual std::vector<ParkedEvent> parked_events(const std::string& entity_id) = 0;
};

}  // namespace alforis::projections
