#pragma once
// What the Log holds: commits and epoch records, and the rule that says which commits count. Knows nothing of the CRM.

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace alforis::eventstore {

/// Place of a record in the Log, counted from 1 in the one total order (Kafka offset + 1); 0 is "before the first record".
/// Gaps are normal: epoch records and records of deposed writers take a position too.
using Position = std::uint64_t;

/// SHA-256.
using Digest = std::array<std::uint8_t, 32>;

/// One fact. `data` is a JSON object as text; `entity_id` says whose history it belongs to; `type` is the stable wire
/// name with its version (`thing.past_participle.v1`).
struct Event {
  std::string type;
  std::string entity_id;
  std::string data;

  friend bool operator==(const Event&, const Event&) = default;
};

/// All events of one command: they are written as one record, so all of them are there or none.
struct CommitDraft {
  std::string command_id;  ///< unique per command; what a retry is recognised by
  std::string actor;       ///< who asked for it
  std::int64_t time_us = 0;  ///< Unix time in microseconds, of the writer's clock
  std::string metadata = "{}";  ///< JSON object as text: request id, reason, client, …; opaque here
  std::vector<Event> events;

  friend bool operator==(const CommitDraft&, const CommitDraft&) = default;
};

/// A valid commit as it was read back.
struct Commit : CommitDraft {
  Position position = 0;
  std::uint64_t epoch = 0;
  std::uint64_t sequence = 0;  ///< 1, 2, 3 … within its epoch
  Digest chain{};              ///< SHA-256(chain of the previous valid commit ‖ bytes of this record before its "chain" member)

  friend bool operator==(const Commit&, const Commit&) = default;
};

/// Everything a reader must remember to go on from a place: kept beside every checkpoint.
struct Cursor {
  Position position = 0;  ///< last record looked at
  std::uint64_t epoch = 0;
  std::uint64_t sequence = 0;
  Digest chain{};

  friend bool operator==(const Cursor&, const Cursor&) = default;

  /// `position:epoch:sequence:hex(chain)`, for checkpoints.
  std::string text() const;
  /// The inverse of text(). Throws std::invalid_argument.
  static Cursor parse(std::string_view text);
};

/// The Log's content is not what was written: torn, altered, or not ours. Readers stop at `position` and say so.
struct LogDamaged : std::runtime_error {
  LogDamaged(Position at, const std::string& what);
  Position position;
};

std::string hex(const Digest& digest);

/// Opens an epoch.
struct EpochRecord {
  std::uint64_t epoch = 0;
  std::string writer;  ///< free text that identifies the process, for people
  std::int64_t time_us = 0;
};

/// JSON text of a commit record as it is stored; its last member is `chain`, which is also returned.
std::string encode_commit(const CommitDraft& draft, std::uint64_t epoch, std::uint64_t sequence, const Digest& previous,
                          Digest& chain);
std::string encode_epoch(const EpochRecord& record);

/// The one rule, applied alike by every reader: a commit is valid only if its epoch is the newest opened before it and its
/// sequence is the next in that epoch. Plain state machine, no I/O.
class CommitFilter {
 public:
  explicit CommitFilter(Cursor from = {});

  /// Looks at the record at `position` (> cursor().position). Returns the commit when it is valid; std::monostate when the
  /// record is a deposed writer's or a stale one; the epoch record when it opens a new epoch. Throws LogDamaged when the text is not
  /// a record of ours, or a commit that counts does not continue the chain.
  std::variant<std::monostate, EpochRecord, Commit> accept(Position position, std::string_view record);

  const Cursor& cursor() const { return cursor_; }

 private:
  Cursor cursor_;
};

}  // namespace alforis::eventstore
