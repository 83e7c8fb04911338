#pragma once
// The search index as a projection: kept up from the Log in a directory of its own.

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "projections/projection.hpp"
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
    index_ = std::move(index);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const SearchIndex> index_;
};

struct SearchOptions {
  std::filesystem::path directory;                      ///< the index's alone
  const privacy::Keys* keys = &privacy::no_keys();      ///< outlive the projection
  std::function<void(const std::string& message)> say;  ///< what happened to the index, for the log
};

/// Writes the index, and shows it to who searches.
class SearchProjection final : public Projection {
 public:
  /// `current` outlives it.
  SearchProjection(SearchOptions options, CurrentIndex& current);
  ~SearchProjection() override;

  std::string name() const override { return "search"; }
  /// An index that is damaged, or of another layout, is set aside, and a new one filled from the Log's beginning.
  Opened open(const std::stop_token& stop) override;
  Written write(const Batch& batch) override;
  void probe(std::span<const Item> items) override;
  std::vector<ParkedEvent> parked_events(const std::string& entity_id) override;

 private:
  std::shared_ptr<SearchIndex> opened();
  template <class Work>
  auto with_index(Work&& work);

  SearchOptions options_;
  CurrentIndex& current_;
  void forget_soon(std::span<const Item> items);
  void forget(SearchIndex& index) const;

  std::shared_ptr<SearchIndex> index_;
  std::atomic<bool> to_forget_{false};  ///< something was erased since the files were last begun to be written again
  std::atomic<bool> forgets_{false};    ///< they are being written
  std::jthread forgetting_;             ///< rewrites the files after an erasure; last: it uses the index
};

}  // namespace alforis::projections
