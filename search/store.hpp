#pragma once
// Where the index lies: RocksDB, behind shelves of keys and values that are written together or not at all.

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace alforis::search {

/// The files are damaged: the index has to be made again.
struct IndexDamaged : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The files can't be read or written now: a full disk, missing rights, another process.
struct IndexUnavailable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

enum class Shelf : std::uint8_t {
  meta,       ///< checkpoint, layout
  postings,   ///< term and block number: a block of postings; changes are merged
  words,      ///< word: the number of documents that have it
  documents,  ///< document number: what lists and rights need of it, kept in memory as well
  texts,      ///< document number: its fields as they were indexed
  states,     ///< the owner's own
};
inline constexpr std::size_t k_shelves = 6;

/// Keys and values in the order of the keys, each key once.
using SortedPairs = std::vector<std::pair<std::string, std::string>>;

class Store;

/// Changes that are written together.
class StoreBatch {
 public:
  /// `store` outlives it.
  explicit StoreBatch(const Store& store);
  ~StoreBatch();
  StoreBatch(StoreBatch&&) noexcept;
  StoreBatch& operator=(StoreBatch&&) noexcept;

  void put(Shelf shelf, std::string_view key, std::string_view value);
  void erase(Shelf shelf, std::string_view key);
  /// Appends to a block (see merge_block).
  void merge(std::string_view posting_key, std::string_view change);
  /// Of what it would write.
  std::size_t bytes() const;

 private:
  friend class Store;
  struct Changes;
  std::unique_ptr<Changes> changes_;
};

/// Thread-safe for reading beside one writer. Everything throws IndexDamaged or IndexUnavailable.
class Store {
 public:
  enum class Access : std::uint8_t {
    whole,    ///< opens or makes it; the directory is this store's alone
    reading,  ///< as it is now, also beside another program that writes on
  };
  explicit Store(const std::filesystem::path& directory, Access access = Access::whole);
  ~Store();

  std::optional<std::string> get(Shelf shelf, std::string_view key) const;

  /// In the order of the keys, each with its value.
  std::vector<std::optional<std::string>> get(Shelf shelf, const std::vector<std::string>& keys) const;

  /// Keys that begin with `prefix` and are not before `from`, in order; false ends it. Both are valid during the call.
  using Visit = std::function<bool(std::string_view key, std::string_view value)>;
  void scan(Shelf shelf, std::string_view prefix, std::string_view from, const Visit& visit) const;

  /// Goes through a shelf from any key on, as often as asked: cheaper than as many scans. It sees the store as it was
  /// when it was made; the store outlives it.
  class Cursor {
   public:
    Cursor(const Store& store, Shelf shelf);
    ~Cursor();
    void seek(std::string_view key);  ///< to the first key that is not before it
    bool at_end() const;
    std::string_view key() const;  ///< valid until the next move, as is value()
    std::string_view value() const;
    void next();

   private:
    struct Place;
    std::unique_ptr<Place> place_;
  };

  /// Not forced to the disk: after a crash the store is as it was after an earlier batch, whole.
  void write(StoreBatch& batch);

  /// The same without the write-ahead log: nothing of it is sure before flush(). For a store that is filled, and thrown
  /// away if that breaks off.
  void write_unlogged(StoreBatch& batch);

  /// Takes over keys that the shelf does not have, as a file of their own. Thread-safe beside itself.
  void load(Shelf shelf, const SortedPairs& pairs);

  /// Forces everything to the disk.
  void flush();

  /// Rewrites all files, so that nothing of what was deleted or replaced is in any of them. Takes as long as writing
  /// the index once.
  void forget();

 private:
  friend class StoreBatch;
  struct Database;
  std::filesystem::path directory_;
  std::unique_ptr<Database> database_;
  std::atomic<unsigned> loads_{0};
};

/// What the files of a store hold, one entry after the other, whether it still counts or not: keys and values of the
/// sorted files, and the write-ahead log as it is, with an empty key. For who looks for what should not be there any
/// more; beside a running program some files may have gone before they could be read.
void scan_files(
    const std::filesystem::path& directory,
    const std::function<void(const std::string& file, std::string_view key, std::string_view value)>& visit);

}  // namespace alforis::search
