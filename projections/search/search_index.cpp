#include "projections/search/search_index.hpp"

#include "domain/kinds.hpp"
#include "domain/wire/json.hpp"
#include "search/varint.hpp"

namespace alforis::projections {

using domain::EntityKind;
using domain::Uuid;
using search::DocumentNumber;
using search::Shelf;

namespace {

constexpr std::string_view k_layout_key = "layout";
constexpr std::string_view k_cursor_key = "cursor";
constexpr std::string_view k_next_key = "next";

// ---- keys of the states' shelf

std::string_view bytes_of(const Uuid& id) {
  return {reinterpret_cast<const char*>(id.bytes().data()), id.bytes().size()};
}

std::string state_prefix(EntityKind kind) { return {'e', static_cast<char>(kind)}; }
std::string state_key(EntityKind kind, const Uuid& id) { return state_prefix(kind) + std::string(bytes_of(id)); }
std::string number_key(const Uuid& id) { return 'n' + std::string(bytes_of(id)); }
std::string links_prefix(const Uuid& person) { return 'l' + std::string(bytes_of(person)); }
std::string parked_prefix(std::string_view entity) { return 'p' + std::string(entity) + '\0'; }

/// Whether the kind's states are kept: those that are found, and those that say something of them.
bool is_kept(EntityKind kind) {
  return is_searched(kind) || kind == EntityKind::link || kind == EntityKind::user || kind == EntityKind::workspace;
}

/// Those that say something here, and those that nobody knows.
std::vector<Item> kept(std::span<const Item> items) {
  std::vector<Item> kept;
  for (const Item& item : items) {
    const auto kind = domain::entity_kind_of_type(item.event().type);
    if (!kind || is_kept(*kind)) kept.push_back(item);
  }
  return kept;
}

std::string number_text(std::uint64_t number) {
  std::string text;
  search::put_varint(text, number);
  return text;
}

std::uint64_t number_of(std::string_view text) {
  std::uint64_t number = 0;
  if (!search::take_varint(text, number))
    throw search::IndexDamaged("the search index has a number that can't be read");
  return number;
}

std::string encode_cursor(const eventstore::Cursor& cursor) {
  std::string bytes;
  search::put_varint(bytes, cursor.position);
  search::put_varint(bytes, cursor.epoch);
  search::put_varint(bytes, cursor.sequence);
  bytes.append(reinterpret_cast<const char*>(cursor.chain.data()), cursor.chain.size());
  return bytes;
}

eventstore::Cursor decode_cursor(std::string_view bytes) {
  eventstore::Cursor cursor;
  if (!search::take_varint(bytes, cursor.position) || !search::take_varint(bytes, cursor.epoch) ||
      !search::take_varint(bytes, cursor.sequence) || bytes.size() != cursor.chain.size()) {
    throw search::IndexDamaged("the search index has a checkpoint that can't be read");
  }
  std::memcpy(cursor.chain.data(), bytes.data(), bytes.size());
  return cursor;
}

// ---- parked events

void put_text(std::string& out, std::string_view text) {
  search::put_varint(out, text.size());
  out += text;
}

std::string take_text(std::string_view& in) {
  std::uint64_t size = 0;
  std::string_view text;
  if (!search::take_varint(in, size) || !search::take_bytes(in, size, text)) {
    throw search::IndexDamaged("the search index has a parked event that can't be read");
  }
  return std::string(text);
}

std::string parked_key(const ParkedEvent& parked) {
  std::string key = parked_prefix(parked.entity_id());
  for (int shift = 56; shift >= 0; shift -= 8) key.push_back(static_cast<char>(parked.commit.position >> shift));
  for (int shift = 24; shift >= 0; shift -= 8) key.push_back(static_cast<char>(parked.index >> shift));
  return key;
}

std::string encode_parked(const ParkedEvent& parked) {
  const eventstore::Commit& commit = parked.commit;
  std::string bytes;
  for (const std::uint64_t number : {commit.position, std::uint64_t{parked.index}, commit.epoch, commit.sequence,
                                     static_cast<std::uint64_t>(commit.time_us)}) {
    search::put_varint(bytes, number);
  }
  const eventstore::Event& event = commit.events.front();
  for (const std::string_view text :
       {std::string_view(parked.reason), std::string_view(event.type), std::string_view(event.entity_id),
        std::string_view(event.data), std::string_view(commit.command_id), std::string_view(commit.actor),
        std::string_view(commit.metadata)}) {
    put_text(bytes, text);
  }
  return bytes;
}

ParkedEvent decode_parked(std::string_view bytes) {
  ParkedEvent parked;
  std::array<std::uint64_t, 5> numbers{};
  for (auto& number : numbers) {
    if (!search::take_varint(bytes, number))
      throw search::IndexDamaged("the search index has a parked event that can't be read");
  }
  parked.commit.position = numbers[0];
  parked.index = static_cast<std::uint32_t>(numbers[1]);
  parked.commit.epoch = numbers[2];
  parked.commit.sequence = numbers[3];
  parked.commit.time_us = static_cast<std::int64_t>(numbers[4]);
  parked.reason = take_text(bytes);
  auto& event = parked.commit.events.emplace_back();
  event.type = take_text(bytes);
  event.entity_id = take_text(bytes);
  event.data = take_text(bytes);
  parked.commit.command_id = take_text(bytes);
  parked.commit.actor = take_text(bytes);
  parked.commit.metadata = take_text(bytes);
  return parked;
}

std::array<char, 2> country_of(const std::optional<domain::CountryCode>& country) {
  if (!country) return {};
  return {country->view()[0], country->view()[1]};
}

template <class State>
constexpr EntityKind k_kind = domain::EventsOf<State>::k_kind;

}  // namespace

/// Makes the documents of one batch.
class BatchIndexer {
 public:
  BatchIndexer(SearchIndex& into, const Folder& folder)
      : into_(into), folder_(folder), writing_(into.index_), next_number_(into.next_number_) {}

  void run(const Batch& batch) {
    keep_states();
    boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, domain::AllStates>>([&]<class T>(T) {
      using State = typename T::type;
      for (const auto& slot : folder_.slots<State>()) note(*slot.state);
    });
    put_documents();
    auto& store = writing_.batch();
    store.put(Shelf::meta, k_cursor_key, encode_cursor(batch.cursor));
    store.put(Shelf::meta, k_next_key, number_text(next_number_));
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

  std::size_t documents() const { return facts_.size(); }

 private:
  void keep_states() {
    boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, domain::AllStates>>([&]<class T>(T) {
      using State = typename T::type;
      if (!is_kept(k_kind<State>)) return;
      for (const auto& slot : folder_.slots<State>()) {
        document_.clear();
        if constexpr (domain::HasSecrets<State>) {
          domain::wire::write_without_secrets(document_, *slot.state);
        } else {
          domain::wire::write_json(document_, *slot.state);
        }
        writing_.batch().put(Shelf::states, state_key(k_kind<State>, slot.id), document_);
      }
    });
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
    writing_.batch().put(Shelf::states, links_prefix(*link.person_id) + std::string(bytes_of(link.id)), {});
    links_[*link.person_id].insert(link.id);
    wanted_.insert({EntityKind::person, *link.person_id});
    // Whether what is about the person may name them hangs on their links.
    if (const auto number = known_number(*link.person_id)) {
      for (const DocumentNumber other : into_.catalogue_.followers(*number)) want(other);
    }
  }
  void note(const domain::Organisation& organisation) { note_named(organisation, name_of(organisation)); }
  void note(const domain::Person& person) { note_named(person, name_of(person)); }
  void note(const domain::Produit& produit) { note_named(produit, name_of(produit)); }

  /// Whose name changes is written anew in whatever names it.
  template <class State>
  void note_named(const State& state, const std::string& name) {
    wanted_.insert({k_kind<State>, state.id});
    const auto number = known_number(state.id);
    if (!number || name == name_before(*number)) return;
    if constexpr (std::is_same_v<State, domain::Produit>) {
      for (DocumentNumber other = 0; other < into_.catalogue_.end(); ++other) {
        if (into_.catalogue_.row(other).kind == EntityKind::mandat) want(other);
      }
    } else {
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

  std::optional<DocumentNumber> known_number(const Uuid& id) const {
    if (const auto known = numbers_.find(id); known != numbers_.end()) return known->second;
    const auto stored = into_.index_.store().get(Shelf::states, number_key(id));
    return stored ? std::optional(static_cast<DocumentNumber>(number_of(*stored))) : std::nullopt;
  }

  DocumentNumber number(const Uuid& id) {
    if (const auto known = known_number(id)) return numbers_[id] = *known;
    const DocumentNumber fresh = next_number_++;
    writing_.batch().put(Shelf::states, number_key(id), number_text(fresh));
    return numbers_[id] = fresh;
  }

  // ---- documents

  /// As it is after the batch; nullopt when the Log has not told of it, or what it told could not be applied.
  template <class State>
  std::optional<State> state(const Uuid& id) const {
    if (const auto* slot = folder_.slots<State>().find(id)) return *slot->state;
    const auto document = into_.index_.store().get(Shelf::states, state_key(k_kind<State>, id));
    if (!document) return std::nullopt;
    auto read = domain::wire::from_stored<State>(*document);
    if (!read) throw search::IndexDamaged("the search index has a state that can't be read");
    return std::move(*read);
  }

  void put_documents() {
    for (const auto& [kind, id] : wanted_) {
      domain::with_state(kind, [&, id = id]<class T>(T) {
        using State = typename T::type;
        if constexpr (requires(const State& s) { put(s); }) {
          if (const auto found = state<State>(id)) put(*found);
        }
      });
    }
  }

  template <class State>
  SearchFacts facts_of(const State& state) {
    SearchFacts facts;
    facts.id = state.id;
    facts.kind = k_kind<State>;
    facts.shown = !state.deleted();
    facts.time_us = state.updated_at.micros();
    return facts;
  }

  void finish(const SearchFacts& facts, const std::vector<search::Field>& fields) {
    finish(number(facts.id), facts, fields);
  }

  void finish(DocumentNumber own, const SearchFacts& facts, const std::vector<search::Field>& fields) {
    writing_.put(own, fields, encode_facts(facts));
    facts_.insert_or_assign(own, facts);
  }

  void add_organisation(const std::optional<Uuid>& id, SearchFacts& facts, Surroundings& around) {
    if (!id) return;
    const DocumentNumber own = number(*id);
    if (std::find(facts.organisations.begin(), facts.organisations.end(), own) != facts.organisations.end()) return;
    facts.organisations.push_back(own);
    const auto organisation = state<domain::Organisation>(*id);
    if (organisation && !organisation->deleted()) around.organisations.push_back(name_of(*organisation));
  }

  void add_person(const std::optional<Uuid>& id, SearchFacts& facts, Surroundings& around) {
    if (!id) return;
    facts.person = number(*id);
    const auto person = state<domain::Person>(*id);
    if (person && !name_of(*person).empty() && is_seen_with(*id, facts)) around.person = name_of(*person);
  }

  /// Whether whoever sees the document sees the person too: else it must not tell who that is.
  bool is_seen_with(const Uuid& person, const SearchFacts& facts) {
    const auto links = live_links(person);
    return facts.organisations.empty() || links.empty() ||
           std::any_of(links.begin(), links.end(), [&](const domain::Link& link) {
             return number(*link.organisation_id) == facts.organisations[0];
           });
  }

  void put(const domain::Organisation& organisation) {
    SearchFacts facts = facts_of(organisation);
    facts.active = organisation.active && organisation.pipeline_stage != domain::PipelineStage::inactif;
    facts.stage = static_cast<std::uint8_t>(organisation.pipeline_stage);
    facts.country = country_of(organisation.country);
    facts.owner = organisation.owner_id;
    finish(facts, search_fields(organisation));
  }

  void put(const domain::Person& person) {
    SearchFacts facts = facts_of(person);
    facts.shown = facts.shown && !person.erased_at;
    facts.active = person.active;
    facts.country = country_of(person.country);
    const DocumentNumber own = number(person.id);
    // Also of one that is deleted: who sees what is about them hangs on it.
    const std::vector<domain::Link> links = live_links(person.id);
    for (std::size_t i = 1; i < links.size(); ++i) put_part(person, facts, links[i], own);
    retire_parts(person.id, facts, links, own);
    Surroundings around;
    if (!links.empty()) {
      add_organisation(*links[0].organisation_id, facts, around);
      around.links.push_back(links[0]);
    }
    for (std::size_t i = 1; i < links.size(); ++i) facts.organisations.push_back(number(*links[i].organisation_id));
    finish(own, facts, search_fields(person, around));
  }

  /// What an organisation says of a person (its own name, their post there) only who sees it may find: each further one
  /// has a document of its own, a part of the person's.
  void put_part(const domain::Person& person, SearchFacts facts, const domain::Link& link, DocumentNumber whole) {
    Surroundings around;
    add_organisation(*link.organisation_id, facts, around);
    around.links.push_back(link);
    facts.person = whole;
    finish(number(link.id), facts, search_fields(person, around));
  }

  /// Parts of links that have ended, or that the first part tells of now.
  void retire_parts(const Uuid& person, SearchFacts facts, const std::vector<domain::Link>& links,
                    DocumentNumber whole) {
    facts.shown = false;
    facts.person = whole;
    for (const Uuid& id : links_of(person)) {
      const bool has_part = std::any_of(links.begin() + (links.empty() ? 0 : 1), links.end(),
                                        [&](const domain::Link& link) { return link.id == id; });
      const auto part = known_number(id);
      if (!has_part && part) finish(*part, facts, {});
    }
  }

  /// Live or not.
  std::set<Uuid> links_of(const Uuid& person) const {
    std::set<Uuid> ids;
    if (const auto fresh = links_.find(person); fresh != links_.end()) ids = fresh->second;
    const std::string prefix = links_prefix(person);
    into_.index_.store().scan(Shelf::states, prefix, {}, [&](std::string_view key, std::string_view) {
      std::array<std::uint8_t, 16> raw{};
      if (key.size() != prefix.size() + raw.size())
        throw search::IndexDamaged("the search index has a link without an id");
      std::memcpy(raw.data(), key.data() + prefix.size(), raw.size());
      ids.insert(Uuid(raw));
      return true;
    });
    return ids;
  }

  std::vector<domain::Link> live_links(const Uuid& person) const {
    std::vector<domain::Link> links;
    for (const Uuid& id : links_of(person)) {
      if (auto link = state<domain::Link>(id); link && link->live) links.push_back(std::move(*link));
    }
    return links;
  }

  void put(const domain::Produit& produit) {
    SearchFacts facts = facts_of(produit);
    facts.active = produit.status != domain::ProduitStatus::inactif;
    finish(facts, search_fields(produit));
  }

  void put(const domain::Mandat& mandat) {
    SearchFacts facts = facts_of(mandat);
    facts.active = mandat.running();
    Surroundings around;
    add_organisation(*mandat.organisation_id, facts, around);
    for (const domain::MandatProduit& stay : mandat.produits) {
      if (!stay.live()) continue;
      const auto produit = state<domain::Produit>(*stay.produit_id);
      if (produit && !produit->deleted()) around.produits.push_back(name_of(*produit));
    }
    finish(facts, search_fields(mandat, around));
  }

  void put(const domain::Interaction& interaction) {
    SearchFacts facts = facts_of(interaction);
    facts.owner = interaction.assignee_id;
    facts.time_us = interaction.occurred_at.value_or(interaction.created_at).micros();
    Surroundings around;
    add_organisation(interaction.organisation_id, facts, around);
    add_person(interaction.person_id, facts, around);
    finish(facts, search_fields(interaction, around));
  }

  void put(const domain::Task& task) {
    SearchFacts facts = facts_of(task);
    facts.active = task.status == domain::TaskStatus::todo || task.status == domain::TaskStatus::doing;
    facts.owner = task.assignee_id;
    facts.time_us = task.due_at.value_or(task.created_at).micros();
    Surroundings around;
    add_organisation(task.organisation_id, facts, around);
    add_person(task.person_id, facts, around);
    finish(facts, search_fields(task, around));
  }

  SearchIndex& into_;
  const Folder& folder_;
  search::Index::Writing writing_;
  DocumentNumber next_number_;
  std::string document_;
  std::set<std::pair<EntityKind, Uuid>> wanted_;
  std::map<Uuid, std::set<Uuid>> links_;  ///< of people, that the batch changes
  std::unordered_map<Uuid, DocumentNumber> numbers_;
  std::map<DocumentNumber, SearchFacts> facts_;
};

// ---- the index

SearchIndex::SearchIndex(const std::filesystem::path& directory, const privacy::Keys& keys)
    : keys_(keys), index_(directory, [this](DocumentNumber number, std::string_view bytes) {
        const auto facts = decode_facts(bytes);
        if (!facts) throw search::IndexDamaged("the search index has facts that can't be read");
        catalogue_.put(number, *facts);
      }) {
  check_layout();
  if (const auto cursor = index_.store().get(Shelf::meta, k_cursor_key)) cursor_ = decode_cursor(*cursor);
  if (const auto next = index_.store().get(Shelf::meta, k_next_key)) {
    next_number_ = static_cast<DocumentNumber>(number_of(*next));
  }
  load_users();
}

void SearchIndex::check_layout() {
  const auto layout = index_.store().get(Shelf::meta, k_layout_key);
  const std::string wanted = std::to_string(k_search_layout);
  if (layout && *layout != wanted)
    throw search::IndexDamaged("the search index has layout " + *layout + ", not " + wanted);
  if (layout) return;
  search::StoreBatch batch(index_.store());
  batch.put(Shelf::meta, k_layout_key, wanted);
  index_.store().write(batch);
}

void SearchIndex::load_users() {
  index_.store().scan(Shelf::states, state_prefix(EntityKind::user), {},
                      [&](std::string_view, std::string_view document) {
                        const auto user = domain::wire::from_stored<domain::User>(document);
                        if (!user) throw search::IndexDamaged("the search index has a user that can't be read");
                        catalogue_.set_team(user->id, user->team_id);
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

Written SearchIndex::write(const Batch& batch) {
  const std::vector<Item> items = kept(batch.items);
  Folder folder(items, keys_);
  load(folder);
  folder.fold();
  BatchIndexer indexer(*this, folder);
  indexer.run(batch);
  indexer.commit(batch.cursor);
  Written written;
  written.rows = indexer.documents();
  return written;
}

void SearchIndex::probe(std::span<const Item> tried) {
  const std::vector<Item> items = kept(tried);
  Folder folder(items, keys_);
  load(folder);
  folder.fold();
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
