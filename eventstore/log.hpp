#pragma once
// The port every log implements, and what is built on it once for all: a reader of valid commits and a writer's epoch.

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>

#include "eventstore/commit.hpp"

namespace alforis::eventstore {

/// A record could not be appended, or nobody knows whether it was: disk full, broker gone, time-out. The writer steps
/// down.
struct AppendFailed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The record can never be appended, whatever is tried: it is over Log::max_record_bytes(). Nothing was written.
struct RecordTooLarge : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The log can't be read at the moment (broker gone). Try again later.
struct LogUnavailable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct StoredRecord {
  Position position = 0;
  std::string value;
};

/// A durable, totally ordered list of records. Thread-safe: one appender at a time is the callers' rule, readers are
/// many.
class Log {
 public:
  virtual ~Log() = default;

  /// Appends the records in order and returns the position of the last one when all of them are durable (fsync, or
  /// acks=all). Throws AppendFailed: any prefix of them may be there, or may still arrive behind what others append
  /// meanwhile; throws RecordTooLarge before anything is written.
  virtual Position append(std::span<const std::string> records) = 0;

  /// An independent reader of raw records, starting after `position`; must not outlive the log.
  class RawReader {
   public:
    virtual ~RawReader() = default;
    /// Up to `max` records in order, each position one higher than the one before; waits up to `wait` for the first.
    /// Empty when there is nothing new. Throws LogUnavailable, LogDamaged (the storage itself reports corruption or
    /// loss).
    virtual std::vector<StoredRecord> read(std::size_t max, std::chrono::milliseconds wait) = 0;
  };
  virtual std::unique_ptr<RawReader> raw_reader(Position after) = 0;

  /// Position of the last durable record now; 0 when empty. Throws LogUnavailable.
  virtual Position end() = 0;

  /// Largest record append() takes, in bytes.
  virtual std::size_t max_record_bytes() const = 0;

 protected:
  /// For append(): throws RecordTooLarge when one of the records is over max_record_bytes().
  void require_size(std::span<const std::string> records) const;
};

/// Reads valid commits in order. Not thread-safe: one per thread.
class Reader {
 public:
  /// Goes on after `from` (Cursor{} = from the beginning).
  explicit Reader(Log& log, Cursor from = {});

  /// Up to `max` records' worth of valid commits; waits up to `wait` for something new. May return empty although the
  /// cursor moved (only invalid records passed). Throws what RawReader::read and CommitFilter::accept throw, and
  /// LogDamaged when a position is missing; the commits before the damage are returned first, then each call throws the
  /// same LogDamaged.
  std::vector<Commit> read(std::size_t max, std::chrono::milliseconds wait);

  const Cursor& cursor() const { return filter_.cursor(); }

  /// The last epoch that was opened among the records this reader has read; number 0 when there was none.
  const EpochRecord& newest_epoch() const { return newest_epoch_; }

 private:
  void accept(const StoredRecord& record, std::vector<Commit>& commits);

  std::unique_ptr<Log::RawReader> raw_;
  CommitFilter filter_;
  EpochRecord newest_epoch_;
  std::exception_ptr damage_;
};

/// Another writer has opened a newer epoch: this one must not write any more. Outcomes of what was in flight are
/// settled by reading on.
struct Deposed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The right to write: one epoch, opened by this object. Not thread-safe. After any exception from commit() the object
/// is spent: destroy it, open another one.
class WriterEpoch {
 public:
  using OnCommit = std::function<void(const Commit&)>;

  /// Reads on from `known` to the end, handing every valid commit to `replay` (in order, also those written by others
  /// meanwhile), opens an epoch one higher than any seen, and returns once its epoch record has been read back as the
  /// newest. `writer` is for people; a random suffix makes it unique, so that of two racing writers only one finds its
  /// own record. Throws AppendFailed, LogUnavailable, LogDamaged, what `replay` throws; Deposed when another writer was
  /// faster or stop is requested. Every commit handed to `replay` counts, whatever is thrown afterwards.
  WriterEpoch(Log& log, Cursor known, const std::string& writer, const OnCommit& replay, std::stop_token stop = {});

  /// Appends the drafts as one group and returns them as read back, valid, in order. Throws AppendFailed or Deposed
  /// when not all of them came back as valid within `timeout` (of the reading; append() has its own bound): then what
  /// is known of each is settled by the next WriterEpoch's replay, which starts after the last commit that this one
  /// returned. Throws LogUnavailable and LogDamaged alike. Throws RecordTooLarge, and std::invalid_argument as
  /// encode_commit does, before anything is written; these two do not spend the epoch.
  std::vector<Commit> commit(std::span<const CommitDraft> drafts, std::chrono::milliseconds timeout);

  /// Returns when nobody else has written since this writer last read: what was decided without an append stands.
  /// Throws Deposed otherwise; LogUnavailable and LogDamaged alike.
  void confirm();

  /// Where the writer stands: the cursor after the last record read back. Not to be gone on from after an exception,
  /// because it may have passed commits that nobody was handed.
  const Cursor& cursor() const { return reader_.cursor(); }

  std::uint64_t epoch() const { return epoch_; }

 private:
  void replay_to(Position end, const OnCommit& replay, const std::stop_token& stop);
  std::vector<Commit> read_back(std::size_t count, Position last, std::chrono::milliseconds timeout);

  Log& log_;
  Reader reader_;
  std::uint64_t epoch_ = 0;
};

}  // namespace alforis::eventstore
