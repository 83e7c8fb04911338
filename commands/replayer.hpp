#pragma once
// Brings a state store up to the Log on three threads: the one that reads decodes as well, one folds, one writes.

#include <cstdint>
#include <memory>

#include "eventstore/commit.hpp"
#include "privacy/keys.hpp"

namespace alforis::commands {

class StateStore;

/// One thread calls it.
class Replayer {
 public:
  /// `now_us` says which outcomes have expired (see BulkFold).
  Replayer(StateStore& store, const privacy::Keys& keys, std::int64_t now_us);
  /// Without finish(), the store stands where it was last written, whole.
  ~Replayer();

  /// Takes the next commit. Throws what decoding it, or folding one before it, threw.
  void add(const eventstore::Commit& commit);

  /// Waits until the store has everything, and gives it its place in the Log. Throws as add() does.
  void finish(const eventstore::Cursor& reached);

 private:
  class Pipeline;
  std::unique_ptr<Pipeline> pipeline_;
};

}  // namespace alforis::commands
