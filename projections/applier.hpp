#pragma once
// Applies commits to a projection so that one bad event holds up its own entity and no other. No thread, no clock.

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "projections/projection.hpp"

namespace alforis::projections {

/// Outcome of a replay of parked entities.
struct Retried {
  std::uint64_t unparked = 0;
  std::uint64_t still_parked = 0;
};

/// What applying commits did.
struct Applied {
  std::uint64_t events = 0;
  std::uint64_t rows = 0;
  std::vector<std::string> touched;  ///< each entity once
  std::vector<std::string> types;    ///< of the events, each once
  bool everything_touched = false;
  std::vector<ParkedEntity> newly_parked;
};

/// The store refuses the batch as a whole, though every entity of it can be applied by itself: nothing that parking
/// could solve.
struct BatchRefused : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Applier {
 public:
  explicit Applier(Projection& projection) : projection_(projection) {}

  /// Opens the projection; call it first and after every exception. Returns whether its content is another than before.
  bool open(const std::stop_token& stop = {});

  /// One transaction: the commits' events, or their parking, and the checkpoint `to`. Throws what Projection::write
  /// throws but ItemsRefused; BatchRefused.
  Applied apply(std::span<const eventstore::Commit> commits, const eventstore::Cursor& to);

  /// Throws what Projection::check throws.
  void check() { projection_.check(); }

  /// Replays each parked entity's events in order, as far as they can be applied. Throws as apply() does.
  Retried retry_parked(Applied& applied);

  const eventstore::Cursor& cursor() const { return cursor_; }
  /// By entity id.
  const std::map<std::string, ParkedEntity>& parked() const { return parked_; }

 private:
  Refusal find_culprit(std::span<const Item> items);
  bool passes(std::span<const Item> items, const std::set<std::string_view>& entities, std::string& reason);
  bool replay(ParkedEntity& entity, Applied& applied);
  void record(const Batch& batch, Written written, Applied& applied);

  Projection& projection_;
  eventstore::Cursor cursor_;
  std::map<std::string, ParkedEntity> parked_;
};

}  // namespace alforis::projections
