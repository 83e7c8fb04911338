#pragma once
// The search index with what it is made from: the states of entities, as the Log made them, and the facts of documents.
// One version, in a directory of its own.

#include <filesystem>
#include <set>

#include "privacy/keys.hpp"
#include "projections/fold.hpp"
#include "projections/projection.hpp"
#include "projections/search/catalogue.hpp"
#include "projections/search/records.hpp"
#include "search/index.hpp"

namespace alforis::projections {

/// Of texts, facts and states. An index of another layout is built anew.
inline constexpr int k_search_layout = 1;

/// One thread applies, any number search.
class SearchIndex {
 public:
  /// Opens or makes it. Throws search::IndexDamaged, also for another layout, and search::IndexUnavailable.
  SearchIndex(const std::filesystem::path& directory, const privacy::Keys& keys,
              search::Store::Access access = search::Store::Access::whole);

  /// Up to where the Log is in it.
  const eventstore::Cursor& cursor() const { return cursor_; }

  /// Folds and indexes a batch and keeps its checkpoint, all or nothing. Throws ItemsRefused.
  Written write(const Batch& batch);
  /// Keeps what the batch makes of entities, without documents: for a new index that is filled, whose documents are
  /// made once, in the end. Sure after search::Store::flush(). Throws ItemsRefused.
  void keep_states(const Batch& batch);
  /// The documents are there, by numbers below `next_number`. This object does not know them: it is opened anew.
  void finish_filling(search::DocumentNumber next_number);
  /// Whether the items could be applied. Throws ItemsRefused.
  void probe(std::span<const Item> items);

  std::vector<ParkedEvent> parked_events(const std::string& entity_id) const;
  std::vector<ParkedEntity> parked_entities() const;

  const search::Index& index() const { return index_; }
  search::Index& index() { return index_; }
  const Catalogue& catalogue() const { return catalogue_; }
  const search::Synonyms& synonyms() const { return synonyms_; }

  /// As it was kept; nullopt when the Log has not told of it, or what it told could not be applied.
  template <class State>
  std::optional<State> state(const domain::Uuid& id) const {
    const auto document = index_.store().get(search::Shelf::states, state_key(k_kind<State>, id));
    return document ? std::optional(read_state<State>(*document)) : std::nullopt;
  }

 private:
  friend class BatchIndexer;
  void check_layout(search::Store::Access access);
  void load_users();
  void load(Folder& folder) const;
  template <class Work>
  void apply(const Batch& batch, const Work& work);
  /// Of a person, live or not.
  std::set<domain::Uuid> links_of(const domain::Uuid& person) const;

  const privacy::Keys& keys_;
  Catalogue catalogue_;  // before the index, which fills it
  search::Index index_;
  search::Synonyms synonyms_;
  eventstore::Cursor cursor_;
  search::DocumentNumber next_number_ = 0;
};

}  // namespace alforis::projections
