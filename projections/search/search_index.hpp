#pragma once
// The search index with what it is made from: the states of entities, as the Log made them, and the facts of documents.
// One version, in a directory of its own.

#include <filesystem>
#include <memory>
#include <shared_mutex>

#include "privacy/keys.hpp"
#include "projections/fold.hpp"
#include "projections/projection.hpp"
#include "projections/search/catalogue.hpp"
#include "search/index.hpp"

namespace alforis::projections {

/// Of texts, facts and states. An index of another layout is built anew.
inline constexpr int k_search_layout = 1;

/// One thread applies, any number search.
class SearchIndex {
 public:
  /// Opens or makes it. Throws search::IndexDamaged, also for another layout, and search::IndexUnavailable.
  SearchIndex(const std::filesystem::path& directory, const privacy::Keys& keys);

  /// Up to where the Log is in it.
  const eventstore::Cursor& cursor() const { return cursor_; }

  /// Folds and indexes a batch and keeps its checkpoint, all or nothing. Throws ItemsRefused.
  Written write(const Batch& batch);
  /// Whether the items could be applied. Throws ItemsRefused.
  void probe(std::span<const Item> items);

  std::vector<ParkedEvent> parked_events(const std::string& entity_id) const;
  std::vector<ParkedEntity> parked_entities() const;

  const search::Index& index() const { return index_; }
  search::Index& index() { return index_; }
  const Catalogue& catalogue() const { return catalogue_; }
  const search::Synonyms& synonyms() const { return synonyms_; }

 private:
  friend class BatchIndexer;
  void check_layout();
  void load_users();
  void load(Folder& folder) const;

  const privacy::Keys& keys_;
  Catalogue catalogue_;  // before the index, which fills it
  search::Index index_;
  search::Synonyms synonyms_;
  eventstore::Cursor cursor_;
  search::DocumentNumber next_number_ = 0;
};

}  // namespace alforis::projections
