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

/// Place of a record in the Log, counted from 1 in the one total order (Kafka offset + 1); 0 is "before the first
/// record". Gaps are normal: epoch records and records of deposed writers take a position too.
using Position = std::uint64_t;

/// SHA-256.
using Digest = std::array<std::uint8_t, 32>;

/// One fact. `data` is a JSON object as text, from its brace to its brace, and is stored and read back byte for byte;
/// `entity_id` says whose history it belongs to; `type` is the stable wire name with its version
/// (`thing.past_participle.v1`).
struct Event {
  std::string type;
  std::string entity_id;
  std::string data;

  friend bool operator==(const Event&, const Event&) = default;
};

/// All events of one command: they are written as one record, so all of them are there or none.
struct CommitDraft {
  std::string command_id;       ///< unique per command; what a retry is recognised by
  std::string actor;            ///< who asked for it
  std::int64_t time_us = 0;     ///< Unix time in microseconds, of the writer's clock
  std::string metadata = "{}";  ///< JSON object as text: request id, reason, client, …; opaque here
  std::vector<Event> events;

  friend bool operator==(const CommitDraft&, const CommitDraft&) = default;
};

/// A valid commit as it was read back.
struct Commit : CommitDraft {
  Position position = 0;
  std::uint64_t epoch = 0;
  std::uint64_t sequence = 0;  ///< 1, 2, 3 … within its epoch
  Digest chain{};  ///< SHA-256(chain of the previous valid commit ‖ bytes of this record before its "chain" member)

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

/// 64 lower-case digits.
std::string hex(const Digest& digest);

/// Opens an epoch.
struct EpochRecord {
  std::uint64_t epoch = 0;
  std::string writer;  ///< free text that identifies the process, for people; unique, so that a writer knows its own
  std::int64_t time_us = 0;

  friend bool operator==(const EpochRecord&, const EpochRecord&) = default;
};

/// JSON text of a commit record as it is stored; its last member is `chain`, which is also returned. The text is one
/// line as long as metadata and data are. Throws std::invalid_argument for what no reader could read back as it was
/// given: metadata or data that is not exactly one JSON object, text that is not UTF-8, a time outside the years 0000
/// to 9999.
std::string encode_commit(const CommitDraft& draft, std::uint64_t epoch, std::uint64_t sequence, const Digest& previous,
                          Digest& chain);
/// JSON text of an epoch record. Throws std::invalid_argument as encode_commit does.
std::string encode_epoch(const EpochRecord& record);

/// What a record says of itself at its front, as it stands in the text (escapes and all), for message headers and
/// tools. All members are empty when the record is not one of ours; an epoch record has neither sequence nor command.
struct RecordHead {
  std::string_view type;
  std::string_view epoch;
  std::string_view sequence;
  std::string_view command;
};
RecordHead record_head(std::string_view record);

/// The one rule, applied alike by every reader: a commit is valid only if its epoch is the newest opened before it and
/// its sequence is the next in that epoch. Plain state machine, no I/O.
///
/// An epoch record opens its epoch only when its number is exactly one higher than the newest. A lower or equal one
/// lost a race, or came late, and is ignored: the first in the Log's order wins. A higher one can't be written by
/// anybody who has read the Log up to its end, and the Log only grows, so it proves that an epoch record before it was
/// lost; the same holds for a commit of an epoch that was never opened. Both are damage.
class CommitFilter {
 public:
  explicit CommitFilter(Cursor from = {});

  /// Looks at the record at `position` (> cursor().position). Returns the commit when it is valid; std::monostate when
  /// the record is a deposed writer's or a stale one; the epoch record when it opens a new epoch. Throws LogDamaged
  /// when the text is not a record of ours, shows that an epoch record was lost, or is a commit that counts and does
  /// not continue the chain; the cursor stays where it was.
  std::variant<std::monostate, EpochRecord, Commit> accept(Position position, std::string_view record);

  const Cursor& cursor() const { return cursor_; }

 private:
  Cursor cursor_;
};

}  // namespace alforis::eventstore
