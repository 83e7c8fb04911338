#include "projections/search/projection.hpp"

#include <filesystem>

#include "domain/events.hpp"

namespace alforis::projections {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view k_version = "v1";
constexpr std::string_view k_damaged = "damaged";

}  // namespace

SearchProjection::SearchProjection(SearchOptions options, CurrentIndex& current)
    : options_(std::move(options)), current_(current) {}

SearchProjection::~SearchProjection() { current_.set(nullptr); }

/// Runs `work` and turns what the index throws into what a Projection throws. The index is let go of then: the next
/// open() opens its files again, since RocksDB does not write on after a full disk, or sets them aside when they are
/// damaged.
template <class Work>
auto SearchProjection::with_index(Work&& work) {
  if (!index_) throw StoreUnavailable("the search index is not open");
  try {
    return work(*index_);
  } catch (const search::IndexDamaged& damaged) {
    index_.reset();
    current_.set(nullptr);
    throw StoreUnavailable(damaged.what());
  } catch (const search::IndexUnavailable& away) {
    index_.reset();
    throw StoreUnavailable(away.what());
  }
}

std::shared_ptr<SearchIndex> SearchProjection::opened() {
  const fs::path directory = options_.directory / k_version;
  try {
    return std::make_shared<SearchIndex>(directory, *options_.keys);
  } catch (const search::IndexDamaged& damaged) {
    if (options_.say) options_.say(std::string(damaged.what()) + ": it is set aside and filled anew");
    const fs::path aside = options_.directory / k_damaged;
    fs::remove_all(aside);
    fs::rename(directory, aside);
    return std::make_shared<SearchIndex>(directory, *options_.keys);
  }
}

Projection::Opened SearchProjection::open(const std::stop_token&) {
  bool fresh = false;
  try {
    if (!index_) {
      current_.set(nullptr);
      index_ = opened();
      fresh = true;
    }
    Opened found{index_->cursor(), index_->parked_entities(), fresh};
    current_.set(index_);
    return found;
  } catch (const search::IndexUnavailable& away) {
    throw StoreUnavailable(away.what());
  } catch (const fs::filesystem_error& failed) {
    throw StoreUnavailable(failed.what());
  }
}

Written SearchProjection::write(const Batch& batch) {
  Written written = with_index([&](SearchIndex& index) { return index.write(batch); });
  forget_soon(batch.items);
  return written;
}

/// What was erased is in no answer any more; it leaves the files when they are written again.
void SearchProjection::forget_soon(std::span<const Item> items) {
  const bool erased =
      std::any_of(items.begin(), items.end(), [](const Item& item) { return domain::erases(item.event().type); });
  if (!erased) return;
  to_forget_ = true;
  if (forgets_.exchange(true)) return;
  forgetting_ = std::jthread([this, index = index_] {
    do {
      while (to_forget_.exchange(false)) forget(*index);
      forgets_ = false;
    } while (to_forget_ && !forgets_.exchange(true));
  });
}

void SearchProjection::forget(SearchIndex& index) const {
  try {
    index.index().store().forget();
  } catch (const std::exception& failed) {
    if (options_.say) options_.say(std::string("erased values may still be in the files: ") + failed.what());
  }
}

void SearchProjection::probe(std::span<const Item> items) {
  with_index([&](SearchIndex& index) { index.probe(items); });
}

std::vector<ParkedEvent> SearchProjection::parked_events(const std::string& entity_id) {
  return with_index([&](SearchIndex& index) { return index.parked_events(entity_id); });
}

}  // namespace alforis::projections
