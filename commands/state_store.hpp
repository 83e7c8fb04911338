#pragma once
// The writer's state on disk. A cache of the Log: it may be deleted at any time and is filled again by replay.

#include <filesystem>
#include <memory>

#include "commands/key_values.hpp"
#include "eventstore/commit.hpp"

namespace alforis::commands {

/// RocksDB behind KeyValues. Reads from any thread, writes from one.
class StateStore : public KeyValues {
 public:
  /// Opens or creates the store; one of another layout, or a damaged one, is emptied. Throws std::runtime_error naming
  /// the directory when it can't be opened (locked by another process, no permission).
  explicit StateStore(const std::filesystem::path& directory);
  ~StateStore() override;

  std::optional<std::string> get(std::string_view key) const override;
  void scan(std::string_view prefix,
            const std::function<bool(std::string_view, std::string_view)>& visit) const override;

  /// Where the state stands in the Log.
  eventstore::Cursor cursor() const;

  /// Changes and cursor in one atomic write. Not synced: after a crash the store stands at an earlier cursor, whole,
  /// and the Log has the rest. `time_us` is the newest commit's, by which old command outcomes expire.
  void write(const Overlay::Changes& changes, const eventstore::Cursor& cursor, std::int64_t time_us);

  /// Entries that no commit brings back: they outlive a kill of the process at once, if not the machine's.
  void remember(const Overlay::Changes& entries);

  /// Rewrites the files that may still have what these keys, and those that begin with them, led to before: they were
  /// replaced or erased, but RocksDB keeps what is old until it merges its files. In a thread of its own.
  void forget(std::vector<std::string> prefixes);

  /// The same as write() for many changes at once.
  class Load;

  /// Writes what is in memory to files, so that the next start has nothing to replay.
  void flush();

 private:
  struct Database;
  std::filesystem::path directory_;
  std::unique_ptr<Database> database_;
};

/// Reads every entry of the files of a state store, also of one that is in use; files that go meanwhile are passed
/// over.
void scan_state_files(
    const std::filesystem::path& directory,
    const std::function<void(const std::string& file, std::string_view key, std::string_view value)>& visit);

/// The changes of a long replay are written as finished files, past RocksDB's memory. Nothing is visible before
/// finish(), and nothing stays without it.
class StateStore::Load : public ChangeSink {
 public:
  explicit Load(StateStore& store);
  ~Load() override;

  void put(std::string_view key, std::string_view value) override;
  void erase(std::string_view key) override;

  /// Makes all changes and the cursor visible at once; `time_us` as in write().
  void finish(const eventstore::Cursor& cursor, std::int64_t time_us);

 private:
  struct Files;
  StateStore& store_;
  std::unique_ptr<Files> files_;
};

}  // namespace alforis::commands
