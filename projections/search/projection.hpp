#pragma once
// The search index as a projection: kept up from the Log, in a directory of its own.
//
// The directory has one version of the index, `v1`, `v2` and so on, and for a moment two: a new one is filled in
// `filling`, takes the next number when it is whole, and the highest number counts. What was before is searched until
// then, and removed when nobody searches it any more.

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "projections/projection.hpp"
#include "projections/search/fill.hpp"
#include "projections/search/search_index.hpp"

namespace alforis::projections {

/// The index that is searched now. Thread-safe.
class CurrentIndex {
 public:
  /// nullptr until the first one is open.
  std::shared_ptr<const SearchIndex> get() const {
    const std::lock_guard lock(mutex_);
    return index_;
  }
  void set(std::shared_ptr<const SearchIndex> index) {
    const std::lock_guard lock(mutex_);
    if (index_ != index) damaged_ = false;
    index_ = std::move(index);
  }

  /// Who reads in `index` has met damage: if it still is the one that is searched, it is to be filled anew. It goes on
  /// being searched until then, for what can still be read.
  void note_damage(const SearchIndex& index) {
    const std::lock_guard lock(mutex_);
    damaged_ = damaged_ || index_.get() == &index;
  }
  bool damaged() const {
    const std::lock_guard lock(mutex_);
    return damaged_;
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const SearchIndex> index_;
  bool damaged_ = false;
};

struct SearchOptions {
  std::filesystem::path directory;                      ///< the index's alone
  const privacy::Keys* keys = &privacy::no_keys();      ///< outlive the projection
  std::function<void(const std::string& message)> say;  ///< what happened to the index, for the log
  /// A Log with more records than that is filled into an empty index as a whole; fewer come one by one.
  eventstore::Position fill_from = 20'000;
};

/// Fills a new version of the index beside the one that is there, and puts it in its place: a server that keeps the
/// index changes over within a second or two. Throws as fill_search_index() does, and std::runtime_error when another
/// one is being filled.
Filled rebuild_search(eventstore::Log& log, const SearchOptions& options,
                      const std::function<void(const FillProgress&)>& say, const std::stop_token& stop = {});

/// Where the version is that counts; nullopt when there is none.
std::optional<std::filesystem::path> current_version(const std::filesystem::path& directory);

/// Writes the index, and shows it to who searches.
class SearchProjection final : public Projection {
 public:
  /// `log` and `current` outlive it.
  SearchProjection(SearchOptions options, eventstore::Log& log, CurrentIndex& current);
  ~SearchProjection() override;

  std::string name() const override { return "search"; }
  /// An index that is damaged, or of another layout, is set aside, and a new one filled from the Log's beginning.
  Opened open(const std::stop_token& stop) override;
  Written write(const Batch& batch) override;
  /// Throws Superseded when there is a newer version, or who reads has met damage.
  void check() override;
  void probe(std::span<const Item> items) override;
  std::vector<ParkedEvent> parked_events(const std::string& entity_id) override;

  /// Whether open() is filling a new index. From any thread.
  bool filling() const { return filling_; }

 private:
  struct Version;
  std::shared_ptr<Version> opened(const std::stop_token& stop);
  std::shared_ptr<Version> filled(int number, const std::stop_token& stop);
  void set_aside(int number);
  template <class Work>
  auto with_index(Work&& work);
  void forget_soon(std::span<const Item> items);
  void forget(SearchIndex& index) const;
  void say(const std::string& message) const;

  SearchOptions options_;
  eventstore::Log& log_;
  CurrentIndex& current_;
  std::shared_ptr<Version> version_;
  std::chrono::steady_clock::time_point next_look_;  ///< for a newer version, while there is always something to write
  std::atomic<bool> filling_{false};
  std::atomic<bool> to_forget_{false};  ///< something was erased since the files were last begun to be written again
  std::atomic<bool> forgets_{false};    ///< they are being written
  std::jthread forgetting_;             ///< rewrites the files after an erasure; last: it uses the index
};

}  // namespace alforis::projections
