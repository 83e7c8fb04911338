#include "projections/search/search_index.hpp"

#include "domain/kinds.hpp"
#include "projections/search/compose.hpp"
#include "projections/search/records.hpp"
#include "search/keys.hpp"

namespace alforis::projections {

using domain::EntityKind;
using domain::Uuid;
using search::DocumentNumber;
using search::Shelf;

namespace {

/// Whether the kind's states are kept: those that are found, and those that say something of them.
bool is_kept(EntityKind kind) {
  return is_searched(kind) || kind == EntityKind::link || kind == EntityKind::user || kind == EntityKind::workspace;
}

/// Those of a batch that say something here, and those that nobody knows.
struct Kept {
  std::vector<Item> items;
  std::vector<std::size_t> places;  ///< in the batch

  explicit Kept(std::span<const Item> batch) {
    for (std::size_t place = 0; place < batch.size(); ++place) {
      const auto kind = domain::entity_kind_of_type(batch[place].event().type);
      if (kind && !is_kept(*kind)) continue;
      items.push_back(batch[place]);
      places.push_back(place);
    }
  }

  /// As if the batch had been folded.
  void fold(Folder& folder) const {
    try {
      folder.fold();
    } catch (ItemsRefused& refused) {
      for (Refusal& refusal : refused.refusals) refusal.item = places[refusal.item];
      throw;
    }
  }
};

}  // namespace

/// Makes the documents of one batch.
class BatchIndexer final : private Neighbours {
 public:
  BatchIndexer(SearchIndex& into, const Folder& folder)
      : into_(into), folder_(folder), writing_(into.index_), next_number_(into.next_number_) {}

  void run(const Batch& batch) {
    keep_states(batch);
    boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, domain::AllStates>>([&]<class T>(T) {
      using State = typename T::type;
      for (const auto& slot : folder_.slots<State>()) note(*slot.state);
    });
    put_documents();
    writing_.batch().put(Shelf::meta, k_next_key, search::count_text(next_number_));
  }

  /// What the batch makes of entities, which documents are made from. Theirs come with run(), or in the end.
  void keep_states(const Batch& batch) {
    boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, domain::AllStates>>([&]<class T>(T) {
      using State = typename T::type;
      if (!is_kept(k_kind<State>)) return;
      for (const auto& slot : folder_.slots<State>()) keep_state(*slot.state);
    });
    auto& store = writing_.batch();
    store.put(Shelf::meta, k_cursor_key, encode_cursor(batch.cursor));
    for (const ParkedEvent& parked : batch.parked) store.put(Shelf::states, parked_key(parked), encode_parked(parked));
    if (batch.from_parked) unpark(batch.items);
  }

  void commit(const eventstore::Cursor& cursor) {
    into_.index_.write(writing_, [&] {
      into_.cursor_ = cursor;
      for (const auto& [number, facts] : facts_) into_.catalogue_.put(number, facts);
      for (const auto& slot : folder_.slots<domain::User>()) into_.catalogue_.set_team(slot.id, slot.state->team_id);
    });
    into_.next_number_ = next_number_;
  }

  /// Without documents, and without certainty that it is on the disk: while an index is filled.
  void commit_states(const eventstore::Cursor& cursor) {
    into_.index_.store().write_unlogged(writing_.batch());
    into_.cursor_ = cursor;
  }

  std::size_t documents() const { return facts_.size(); }

 private:
  template <class State>
  void keep_state(const State& state) {
    document_.clear();
    write_state(document_, state);
    writing_.batch().put(Shelf::states, state_key(k_kind<State>, state.id), document_);
    if constexpr (std::is_same_v<State, domain::Link>) {
      writing_.batch().put(Shelf::states, links_prefix(*state.person_id) + std::string(bytes_of(state.id)), {});
    }
  }

  void unpark(std::span<const Item> items) {
    for (const Item& item : items) {
      ParkedEvent parked;
      parked.commit.position = item.commit->position;
      parked.commit.events = {item.event()};
      parked.index = item.index;
      writing_.batch().erase(Shelf::states, parked_key(parked));
    }
  }

  // ---- which documents change

  template <class State>
  void note(const State& state) {
    if (is_searched(k_kind<State>)) wanted_.insert({k_kind<State>, state.id});
  }
  void note(const domain::Link& link) {
    links_[*link.person_id].insert(link.id);
    wanted_.insert({EntityKind::person, *link.person_id});
    // Whether what is about the person may name them hangs on their links.
    if (const auto number = known_number(*link.person_id)) {
      for (const DocumentNumber other : into_.catalogue_.followers(*number)) want(other);
    }
  }
  void note(const domain::Organisation& organisation) { note_named(organisation); }
  void note(const domain::Person& person) { note_named(person); }
  void note(const domain::Produit& produit) { note_named(produit); }

  /// Whose name changes is written anew in whatever names it.
  template <class State>
  void note_named(const State& state) {
    wanted_.insert({k_kind<State>, state.id});
    const auto number = known_number(state.id);
    if (name_of(state) == (number ? name_before(*number) : "")) return;
    if constexpr (std::is_same_v<State, domain::Produit>) {
      for (DocumentNumber other = 0; other < into_.catalogue_.end(); ++other) {
        if (into_.catalogue_.row(other).kind == EntityKind::mandat) want(other);
      }
    } else {
      if (!number) return;
      for (const DocumentNumber other : into_.catalogue_.followers(*number)) want(other);
    }
  }

  void want(DocumentNumber number) {
    const auto& row = into_.catalogue_.row(number);
    if (row.shown) wanted_.insert({row.kind, row.id});
  }

  std::string name_before(DocumentNumber number) const {
    const auto fields = into_.index_.fields(number);
    if (!fields) return {};
    for (const search::Field& field : *fields) {
      if (field.number == static_cast<std::uint8_t>(SearchField::name)) return field.text;
    }
    return {};
  }

  // ---- numbers

  std::optional<DocumentNumber> known_number(const Uuid& id) {
    if (const auto known = numbers_.find(id); known != numbers_.end()) return known->second;
    const auto stored = into_.index_.store().get(Shelf::states, document_number_key(id));
    if (!stored) return std::nullopt;
    return numbers_[id] = static_cast<DocumentNumber>(read_number(*stored));
  }

  DocumentNumber number(EntityKind, const Uuid& id) override {
    if (const auto known = known_number(id)) return *known;
    const DocumentNumber fresh = next_number_++;
    writing_.batch().put(Shelf::states, document_number_key(id), search::count_text(fresh));
    return numbers_[id] = fresh;
  }

  // ---- those around

  /// As it is after the batch; nullopt when the Log has not told of it, or what it told could not be applied.
  template <class State>
  std::optional<State> state(const Uuid& id) const {
    if (const auto* slot = folder_.slots<State>().find(id)) return *slot->state;
    return into_.state<State>(id);
  }

  std::string organisation_name(const Uuid& id) override { return name<domain::Organisation>(id); }
  std::string produit_name(const Uuid& id) override { return name<domain::Produit>(id); }

  template <class State>
  const std::string& name(const Uuid& id) {
    const auto [known, fresh] = names_.try_emplace(id);
    if (fresh) {
      if (const auto named = state<State>(id)) known->second = name_of(*named);
    }
    return known->second;
  }

  Person person(const Uuid& id) override {
    const auto [known, fresh] = people_.try_emplace(id);
    if (fresh) {
      known->second.name = name<domain::Person>(id);
      for (const domain::Link& link : live_links(id)) known->second.organisations.push_back(*link.organisation_id);
    }
    return known->second;
  }

  /// Live or not.
  std::set<Uuid> links_of(const Uuid& person) const {
    std::set<Uuid> ids = into_.links_of(person);
    if (const auto changed = links_.find(person); changed != links_.end()) {
      ids.insert(changed->second.begin(), changed->second.end());
    }
    return ids;
  }

  std::vector<domain::Link> live_links(const Uuid& person) override {
    std::vector<domain::Link> links;
    for (const Uuid& id : links_of(person)) {
      if (auto link = state<domain::Link>(id); link && link->live) links.push_back(std::move(*link));
    }
    return links;
  }

  // ---- documents

  void put_documents() {
    const Emit emit = [&](DocumentNumber own, const SearchFacts& facts, const std::vector<search::Field>& fields) {
      writing_.put(own, fields, encode_facts(facts));
      facts_.insert_or_assign(own, facts);
    };
    for (const auto& [kind, id] : wanted_) {
      domain::with_state(kind, [&, id = id]<class T>(T) {
        using State = typename T::type;
        if constexpr (requires(const State& s) { compose(s, *this, emit); }) {
          const auto found = state<State>(id);
          if (!found) return;
          if constexpr (std::is_same_v<State, domain::Person>) retire_parts(id, emit);
          compose(*found, *this, emit);
        }
      });
    }
  }

  /// The parts of a person's document whose links have ended, or that the first part tells of now.
  void retire_parts(const Uuid& person, const Emit& emit) {
    SearchFacts facts;
    facts.kind = EntityKind::person;
    facts.id = person;
    const std::vector<domain::Link> links = live_links(person);
    for (const Uuid& id : links_of(person)) {
      const bool has_part = std::any_of(links.begin() + (links.empty() ? 0 : 1), links.end(),
                                        [&](const domain::Link& link) { return link.id == id; });
      const auto part = has_part ? std::nullopt : known_number(id);
      if (!part) continue;
      facts.person = number(EntityKind::person, person);
      emit(*part, facts, {});
    }
  }

  SearchIndex& into_;
  const Folder& folder_;
  search::Index::Writing writing_;
  DocumentNumber next_number_;
  std::string document_;
  std::set<std::pair<EntityKind, Uuid>> wanted_;
  std::map<Uuid, std::set<Uuid>> links_;  ///< of people, that the batch changes
  std::unordered_map<Uuid, DocumentNumber> numbers_;
  std::unordered_map<Uuid, std::string> names_;
  std::unordered_map<Uuid, Person> people_;
  std::map<DocumentNumber, SearchFacts> facts_;
};

// ---- the index

SearchIndex::SearchIndex(const std::filesystem::path& directory, const privacy::Keys& keys,
                         search::Store::Access access)
    : keys_(keys),
      index_(
          directory,
          [this](DocumentNumber number, std::string_view bytes) {
            const auto facts = decode_facts(bytes);
            if (!facts) throw search::IndexDamaged("the search index has facts that can't be read");
            catalogue_.put(number, *facts);
          },
          access) {
  check_layout(access);
  if (const auto cursor = index_.store().get(Shelf::meta, k_cursor_key)) cursor_ = decode_cursor(*cursor);
  if (const auto next = index_.store().get(Shelf::meta, k_next_key)) {
    next_number_ = static_cast<DocumentNumber>(read_number(*next));
  }
  load_users();
}

void SearchIndex::check_layout(search::Store::Access access) {
  const auto layout = index_.store().get(Shelf::meta, k_layout_key);
  const std::string wanted = std::to_string(k_search_layout);
  if (layout && *layout != wanted)
    throw search::IndexDamaged("the search index has layout " + *layout + ", not " + wanted);
  if (layout || access == search::Store::Access::reading) return;
  search::StoreBatch batch(index_.store());
  batch.put(Shelf::meta, k_layout_key, wanted);
  index_.store().write(batch);
}

void SearchIndex::load_users() {
  index_.store().scan(Shelf::states, state_prefix(EntityKind::user), {},
                      [&](std::string_view, std::string_view document) {
                        const auto user = read_state<domain::User>(document);
                        catalogue_.set_team(user.id, user.team_id);
                        return true;
                      });
}

void SearchIndex::load(Folder& folder) const {
  boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, domain::AllStates>>([&]<class T>(T) {
    constexpr EntityKind kind = k_kind<typename T::type>;
    const auto& needed = folder.needed(kind);
    if (needed.empty()) return;
    std::vector<std::string> keys;
    keys.reserve(needed.size());
    for (const Uuid& id : needed) keys.push_back(state_key(kind, id));
    const auto documents = index_.store().get(Shelf::states, keys);
    for (std::size_t i = 0; i < needed.size(); ++i) {
      if (documents[i]) folder.supply(kind, needed[i], *documents[i]);
    }
  });
}

std::set<Uuid> SearchIndex::links_of(const Uuid& person) const {
  std::set<Uuid> ids;
  const std::string prefix = links_prefix(person);
  index_.store().scan(Shelf::states, prefix, {}, [&](std::string_view key, std::string_view) {
    ids.insert(id_of(key.substr(prefix.size())));
    return true;
  });
  return ids;
}

Written SearchIndex::write(const Batch& batch) {
  Written written;
  apply(batch, [&](BatchIndexer& indexer) {
    indexer.run(batch);
    indexer.commit(batch.cursor);
    written.rows = indexer.documents();
  });
  return written;
}

void SearchIndex::keep_states(const Batch& batch) {
  apply(batch, [&](BatchIndexer& indexer) {
    indexer.keep_states(batch);
    indexer.commit_states(batch.cursor);
  });
}

void SearchIndex::finish_filling(DocumentNumber next_number) {
  search::StoreBatch batch(index_.store());
  batch.put(Shelf::meta, k_next_key, search::count_text(next_number));
  index_.store().write_unlogged(batch);
}

template <class Work>
void SearchIndex::apply(const Batch& batch, const Work& work) {
  const Kept kept(batch.items);
  Folder folder(kept.items, keys_);
  load(folder);
  kept.fold(folder);
  BatchIndexer indexer(*this, folder);
  work(indexer);
}

void SearchIndex::probe(std::span<const Item> tried) {
  const Kept kept(tried);
  Folder folder(kept.items, keys_);
  load(folder);
  kept.fold(folder);
}

std::vector<ParkedEvent> SearchIndex::parked_events(const std::string& entity_id) const {
  std::vector<ParkedEvent> events;
  index_.store().scan(Shelf::states, parked_prefix(entity_id), {}, [&](std::string_view, std::string_view bytes) {
    events.push_back(decode_parked(bytes));
    return true;
  });
  return events;
}

std::vector<ParkedEntity> SearchIndex::parked_entities() const {
  std::vector<ParkedEntity> entities;
  index_.store().scan(Shelf::states, "p", {}, [&](std::string_view, std::string_view bytes) {
    const ParkedEvent parked = decode_parked(bytes);
    if (entities.empty() || entities.back().id != parked.entity_id()) {
      entities.push_back({parked.entity_id(), parked.commit.position, 0, parked.reason});
    }
    ++entities.back().events;
    return true;
  });
  return entities;
}

}  // namespace alforis::projections
