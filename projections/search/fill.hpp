#pragma once
// A search index made from the Log's beginning. First everything is folded, as a projection does, but nothing indexed;
// then each document is made once, from the last state of its entity, block by block on two threads.

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string_view>

#include "eventstore/log.hpp"
#include "privacy/keys.hpp"

namespace alforis::projections {

/// The right to fill an index in `filling()`, which does not exist then: one at a time, in all programs. Goes
/// with the object, and with the process.
class FillLock {
 public:
  /// `home`: where the versions of the index are. Throws StoreUnavailable when another one has it.
  explicit FillLock(const std::filesystem::path& home);
  ~FillLock();
  FillLock(const FillLock&) = delete;
  FillLock& operator=(const FillLock&) = delete;

  const std::filesystem::path& filling() const { return filling_; }

  /// Of a fill that broke off: its files may have what is erased by now. Not while one is under way.
  static void remove_leftovers(const std::filesystem::path& home);

 private:
  std::filesystem::path filling_;
  int file_;
};

struct FillProgress {
  std::string_view step;  ///< `fold` counts positions of the Log, `index` documents
  std::uint64_t done = 0;
  std::uint64_t all = 0;
};

struct Filled {
  std::uint64_t events = 0;
  std::uint64_t documents = 0;
  eventstore::Position position = 0;  ///< up to which the Log is in it
  std::uint64_t parked_entities = 0;
};

/// `directory` does not exist yet; if this throws, what is in it is worth nothing. Reads up to `until`, or to where the
/// Log ends when it gets there. `say` is called a few times a second, from one thread at a time. Throws
/// StoreUnavailable, search::IndexDamaged, search::IndexUnavailable, what eventstore::Reader::read throws, and
/// std::runtime_error when it was told to stop.
Filled fill_search_index(eventstore::Log& log, const std::filesystem::path& directory, const privacy::Keys& keys,
                         const std::function<void(const FillProgress&)>& say, const std::stop_token& stop = {},
                         std::optional<eventstore::Position> until = std::nullopt);

}  // namespace alforis::projections
