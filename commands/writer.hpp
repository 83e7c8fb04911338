#pragma once
// The writer: the one thread that owns the state, decides, appends to the Log, and answers when it has read its own
// commit back.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>

#include "commands/command.hpp"
#include "commands/rejection.hpp"
#include "domain/user.hpp"
#include "eventstore/log.hpp"
#include "privacy/keys.hpp"

namespace alforis::commands {

using eventstore::Position;

/// A command with its circumstances.
struct CommandRequest {
  std::string command_id;       ///< the idempotency key as given, bound to its actor, or made for this request
  domain::Uuid actor;           ///< user id, or domain::k_system_actor
  std::string request_hash;     ///< of method, path and body: one key must not serve two requests; empty: not checked
  std::string metadata = "{}";  ///< JSON object kept in the commit: request id, reason, client, trace
  bool dry_run = false;         ///< decide and answer, write nothing
  Command command;
  bool keyed = false;                      ///< the client chose the id itself: what is refused stays refused under it
  std::optional<domain::Role> scope = {};  ///< the most that the actor may be here: an API key's
  bool patient =
      false;  ///< nobody is there to come again: waits for a log that can't be written, as long as there is room
};

/// What a command did.
struct Outcome {
  Position position =
      0;  ///< of its commit; for a command that changed nothing, of the newest commit it was decided upon
  bool created = false;   ///< a new entity came to be (HTTP 201)
  bool changed = true;    ///< false: the state was as wanted already, nothing was written
  bool replayed = false;  ///< the command had been done before; this is its first outcome
  domain::Uuid id;        ///< the command's subject
  std::int64_t version = 0;
  std::string document;       ///< JSON of the subject right after the command
  domain::Problems warnings;  ///< what was left out although the command was done
};

using CommandResult = std::variant<Outcome, Rejection>;
using OnResult = std::function<void(CommandResult)>;

struct WriterOptions {
  std::size_t queue_limit = 8192;  ///< commands waiting; more are answered `unavailable` at once
  std::size_t batch_limit = 1024;  ///< commands decided upon one append
  std::chrono::milliseconds append_timeout{5000};
  std::chrono::milliseconds retry_pause{200};         ///< between attempts to open an epoch again
  std::chrono::milliseconds policy_interval{60'000};  ///< how often the policies look at the clock; 0: never
  std::string name = "writer";                        ///< shown in epoch records
  std::function<std::int64_t()> now_us;               ///< the clock: Unix time in microseconds
  /// Told each trouble once, and once when it is over. Called from the writer's thread. That another writer took over
  /// is no trouble: the next command takes it back.
  std::function<void(const std::string& message)> say;
};

/// What /health and /metrics show.
struct WriterStatus {
  bool ready = false;   ///< holds an epoch and takes commands
  std::string trouble;  ///< why not, in words
  std::uint64_t epoch = 0;
  Position position = 0;      ///< of the last commit folded into the state
  Position replaying_to = 0;  ///< while the Log is replayed: its end when that began; otherwise 0
  std::size_t queued = 0;
  std::uint64_t commits = 0;
  std::uint64_t rejections = 0;
  std::uint64_t batches = 0;
};

class StateStore;

/// Thread-safe. Runs its own thread from construction to destruction; the destructor finishes what was taken.
class Writer {
 public:
  /// All three outlive it.
  Writer(eventstore::Log& log, StateStore& store, privacy::KeySupply& keys, WriterOptions options);
  ~Writer();

  /// Queues a command. `done` is called exactly once, from the writer's thread or, when the queue is full or the log
  /// can't be written, from this one: it must only hand the result on.
  void submit(CommandRequest request, OnResult done);

  WriterStatus status() const;

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace alforis::commands
