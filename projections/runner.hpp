#pragma once
// The runner: one thread that tails the Log and keeps one projection up to date.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "eventstore/log.hpp"
#include "projections/applier.hpp"
#include "projections/projection.hpp"

namespace alforis::projections {

struct RunnerOptions {
  std::size_t batch_limit = 5000;  ///< most commits in one transaction; there is no least
  /// Least time from the start of one transaction to the next. The first commit after a quiet moment waits for nothing;
  /// under load this makes fewer, larger transactions.
  std::chrono::milliseconds min_interval{5};
  std::chrono::milliseconds first_backoff{100};  ///< after the store or the Log went away; doubles
  std::chrono::milliseconds max_backoff{5000};
  std::chrono::milliseconds poll{
      200};  ///< how long a quiet Log is waited for at a time; bounds how late stop and pause are noticed
  /// How often a runner with nothing to write looks whether another version of the store has taken over.
  std::chrono::milliseconds check_interval{1000};
  /// Of the runner's thread and of those that it starts, 0 to 19: how far it steps back where processors are short.
  int niceness = 0;
  /// Told once at each change of state (connected, lost, parked, damaged, paused …), never per batch. Called from the
  /// runner's thread.
  std::function<void(const std::string& message)> say;
};

/// What /health and /metrics show.
struct RunnerStatus {
  std::string projection;
  Position position = 0;   ///< of the last record whose rows are committed
  Position log_end = 0;    ///< as last seen
  std::uint64_t lag = 0;   ///< log_end - position, in records
  bool connected = false;  ///< to the store
  bool paused = false;
  bool stopped = false;  ///< for good: the Log is damaged, or a newer program owns the store; `trouble` says which
  std::string trouble;   ///< what is wrong now, in words; empty when nothing is
  std::optional<Position> damaged_at;
  std::vector<ParkedEntity> parked;  ///< the first k_most_parked_shown
  std::uint64_t parked_entities = 0;
  std::uint64_t batches = 0;
  std::uint64_t commits = 0;
  std::uint64_t events = 0;
  std::uint64_t rows = 0;
  std::chrono::microseconds last_batch{0};  ///< duration of the last transaction
  std::uint64_t last_batch_commits = 0;

  static constexpr std::size_t k_most_parked_shown = 100;
};

/// What a database commit made visible.
struct Committed {
  Position position = 0;
  std::span<const std::string> entities;  ///< touched ids, each once; valid during the call
  std::span<const std::string> types;     ///< of the events, each once; valid during the call
  bool everything = false;  ///< any record may have changed (a rebuilt version took over): `entities` is not the whole
};

/// Thread-safe. Runs its thread from construction to destruction.
class Runner {
 public:
  using Listener = std::function<void(const Committed&)>;

  /// `log` and `projection` outlive the runner; the projection is the runner's alone.
  Runner(eventstore::Log& log, Projection& projection, RunnerOptions options = {});
  ~Runner();

  RunnerStatus status() const;

  /// Position whose rows are committed and which all listeners have been told of. Cheap.
  Position position() const;

  /// Called after each database commit, from the runner's thread: hand on, do not wait. Stays until the runner is
  /// destroyed.
  void subscribe(Listener listener);

  /// Waits until position() is at least `position`; false after `timeout`.
  bool wait_for(Position position, std::chrono::milliseconds timeout) const;

  /// Stops after the present batch, keeps the place; pause() returns when nothing is being written any more.
  void pause();
  void resume();

  /// Replays the parked events of every parked entity in order and waits for the outcome. Happens by itself when the
  /// runner starts. Throws StoreUnavailable when the store is away, or the runner paused or stopped.
  Retried retry_parked();

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace alforis::projections
