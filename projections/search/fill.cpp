#include "projections/search/fill.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <future>
#include <mutex>

#include "domain/kinds.hpp"
#include "projections/applier.hpp"
#include "projections/search/compose.hpp"
#include "projections/search/search_index.hpp"
#include "search/build.hpp"
#include "search/keys.hpp"

namespace alforis::projections {

using domain::EntityKind;
using domain::Uuid;
using search::DocumentNumber;
using search::Shelf;

namespace {

constexpr std::size_t k_fold_batch = 20'000;  // records
constexpr std::chrono::milliseconds k_log_wait{200};
constexpr unsigned k_threads = 2;

/// The fold's half of a search index as a Projection, for the applier, which knows how to park.
class StateKeeper final : public Projection {
 public:
  explicit StateKeeper(SearchIndex& index) : index_(index) {}

  std::string name() const override { return "search"; }
  Opened open(const std::stop_token&) override { return {}; }
  Written write(const Batch& batch) override {
    index_.keep_states(batch);
    return {};
  }
  void probe(std::span<const Item> items) override { index_.probe(items); }
  std::vector<ParkedEvent> parked_events(const std::string& entity_id) override {
    return index_.parked_events(entity_id);
  }

 private:
  SearchIndex& index_;
};

/// Entities of a kind and the numbers of their documents, which begin with a block.
struct Numbered {
  std::vector<Uuid> ids;  ///< sorted
  DocumentNumber first = 0;

  std::optional<std::size_t> place(const Uuid& id) const {
    const auto at = std::lower_bound(ids.begin(), ids.end(), id);
    if (at == ids.end() || *at != id) return std::nullopt;
    return static_cast<std::size_t>(at - ids.begin());
  }
};

/// Everybody's numbers, names and links, so that a document is made without looking up states of others. What compose()
/// asks for has been noted before: organisations and produits come first, then people, then what is about them.
class Census final : public Neighbours {
 public:
  explicit Census(const SearchIndex& index) : index_(index) {
    for (const EntityKind kind : k_searched_kinds) number_all(kind, ids_of(kind));
    count_links();
  }

  const Numbered& of(EntityKind kind) const { return numbered_[static_cast<std::size_t>(kind)]; }
  /// One past the highest that anything has.
  DocumentNumber end() const { return next_; }
  /// Documents of entities that are only spoken of.
  const std::map<Uuid, DocumentNumber>& strangers() const { return strangers_; }

  template <class State>
  void note_name(std::size_t place, const State& state) {
    names_[static_cast<std::size_t>(k_kind<State>)][place] = name_of(state);
  }

  DocumentNumber number(EntityKind kind, const Uuid& id) override {
    const Numbered& numbered = of(kind);
    if (const auto place = numbered.place(id)) return numbered.first + static_cast<DocumentNumber>(*place);
    const std::lock_guard lock(mutex_);
    const auto [known, fresh] = strangers_.try_emplace(id, next_);
    if (fresh) ++next_;
    return known->second;
  }

  std::string organisation_name(const Uuid& id) override { return name(EntityKind::organisation, id); }
  std::string produit_name(const Uuid& id) override { return name(EntityKind::produit, id); }

  Person person(const Uuid& id) override {
    Person person{name(EntityKind::person, id), {}};
    for (const LiveLink& link : links(id)) person.organisations.push_back(link.organisation);
    return person;
  }

  std::vector<domain::Link> live_links(const Uuid& person) override {
    std::vector<domain::Link> whole;
    for (const LiveLink& link : links(person)) whole.push_back(index_.state<domain::Link>(link.id).value());
    return whole;
  }

 private:
  struct LiveLink {
    Uuid person;
    Uuid id;
    Uuid organisation;
  };

  std::vector<Uuid> ids_of(EntityKind kind) const {
    std::vector<Uuid> ids;
    const std::string prefix = state_prefix(kind);
    index_.index().store().scan(Shelf::states, prefix, {}, [&](std::string_view key, std::string_view) {
      ids.push_back(id_of(key.substr(prefix.size())));
      return true;
    });
    return ids;
  }

  void number_all(EntityKind kind, std::vector<Uuid> ids) {
    const auto place = static_cast<std::size_t>(kind);
    numbered_[place].first = next_;
    const auto count = static_cast<DocumentNumber>(ids.size());
    next_ += (count + search::k_block_documents - 1) / search::k_block_documents * search::k_block_documents;
    names_[place].resize(ids.size());
    numbered_[place].ids = std::move(ids);
  }

  /// Each live link of a person behind the first has a document of its own.
  void count_links() {
    index_.index().store().scan(Shelf::states, state_prefix(EntityKind::link), {},
                                [&](std::string_view, std::string_view document) {
                                  const auto link = read_state<domain::Link>(document);
                                  if (link.live) links_.push_back({*link.person_id, link.id, *link.organisation_id});
                                  return true;
                                });
    std::sort(links_.begin(), links_.end(),
              [](const LiveLink& a, const LiveLink& b) { return std::tie(a.person, a.id) < std::tie(b.person, b.id); });
    std::vector<Uuid> parts;
    for (std::size_t i = 1; i < links_.size(); ++i) {
      if (links_[i].person == links_[i - 1].person) parts.push_back(links_[i].id);
    }
    std::sort(parts.begin(), parts.end());
    number_all(EntityKind::link, std::move(parts));
  }

  std::span<const LiveLink> links(const Uuid& person) const {
    const auto [first, last] = std::equal_range(links_.begin(), links_.end(), LiveLink{person, {}, {}},
                                                [](const auto& a, const auto& b) { return a.person < b.person; });
    return {first, last};
  }

  std::string name(EntityKind kind, const Uuid& id) const {
    const auto place = of(kind).place(id);
    return place ? names_[static_cast<std::size_t>(kind)][*place] : std::string();
  }

  static constexpr std::size_t k_kinds = boost::mp11::mp_size<domain::AllStates>::value;
  const SearchIndex& index_;
  std::array<Numbered, k_kinds> numbered_;
  std::array<std::vector<std::string>, k_kinds> names_;
  std::vector<LiveLink> links_;  ///< by person, then id
  std::mutex mutex_;
  DocumentNumber next_ = 0;
  std::map<Uuid, DocumentNumber> strangers_;
};

struct Document {
  DocumentNumber number = 0;
  std::string facts;
  std::vector<search::Field> fields;
};

class Filling {
 public:
  Filling(eventstore::Log& log, const std::filesystem::path& directory, const privacy::Keys& keys,
          const std::function<void(const FillProgress&)>& say, const std::stop_token& stop,
          std::optional<eventstore::Position> until)
      : log_(log), index_(directory, keys), say_(say), stop_(stop), until_(until) {}

  Filled run() {
    fold();
    index_all();
    return result_;
  }

 private:
  void require_going_on() const {
    if (stop_.stop_requested()) throw std::runtime_error("filling the search index was stopped");
  }

  // ---- folding

  /// The next records are read while the last ones are folded.
  void fold() {
    StateKeeper keeper(index_);
    Applier applier(keeper);
    applier.open();
    eventstore::Reader reader(log_);
    struct Read {
      std::vector<eventstore::Commit> commits;
      eventstore::Cursor cursor;
    };
    const auto read = [&] {
      Read next;
      const eventstore::Position at = reader.cursor().position;
      const eventstore::Position end = until_.value_or(log_.end());
      if (at < end) next.commits = reader.read(std::min<std::size_t>(end - at, k_fold_batch), k_log_wait);
      next.cursor = reader.cursor();
      return next;
    };
    for (Read now = read(); now.cursor.position > result_.position;) {
      require_going_on();
      auto next = std::async(std::launch::async, read);
      result_.events += applier.apply(now.commits, now.cursor).events;
      result_.position = now.cursor.position;
      if (say_) say_({"fold", result_.position, std::max(result_.position, log_.end())});
      now = next.get();
    }
    result_.parked_entities = applier.parked().size();
    store().flush();
  }

  // ---- indexing

  void index_all() {
    census_.emplace(index_);
    for (const EntityKind kind : k_searched_kinds) documents_ += census_->of(kind).ids.size();
    documents_ += census_->of(EntityKind::link).ids.size();
    index_kinds({EntityKind::organisation, EntityKind::produit});
    index_kinds({EntityKind::person});
    index_kinds({EntityKind::mandat, EntityKind::interaction, EntityKind::task});
    index_parts();
    search::load_words(store(), words_);
    load_numbers();
    index_.finish_filling(census_->end());
    store().flush();
    result_.documents = done_;
  }

  /// A block of documents, to be made by one thread.
  struct Piece {
    EntityKind kind;
    std::size_t first = 0;  ///< its place among the ids of the kind
  };

  void index_kinds(std::initializer_list<EntityKind> kinds) {
    std::vector<Piece> pieces;
    for (const EntityKind kind : kinds) {
      for (std::size_t first = 0; first < census_->of(kind).ids.size(); first += search::k_block_documents) {
        pieces.push_back({kind, first});
      }
    }
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
      for (std::size_t i = next++; i < pieces.size(); i = next++) index_piece(pieces[i]);
    };
    std::vector<std::future<void>> helpers;
    for (unsigned i = 1; i < k_threads; ++i) helpers.push_back(std::async(std::launch::async, work));
    work();
    for (auto& helper : helpers) helper.get();
  }

  void index_piece(const Piece& piece) {
    domain::with_state(piece.kind, [&]<class T>(T) {
      using State = typename T::type;
      if constexpr (requires(const State& s, const Emit& emit) { compose(s, *census_, emit); }) {
        index_block<State>(piece.first);
      }
    });
  }

  template <class State>
  void index_block(std::size_t first) {
    const Numbered& numbered = census_->of(k_kind<State>);
    const std::size_t last = std::min<std::size_t>(numbered.ids.size(), first + search::k_block_documents);
    search::BlockOfDocuments block;
    const Emit emit = [&](DocumentNumber number, const SearchFacts& facts, const std::vector<search::Field>& fields) {
      if (number - numbered.first < numbered.ids.size()) {
        block.add(number, fields, encode_facts(facts));
      } else {
        const std::lock_guard lock(mutex_);
        parts_.push_back({number, encode_facts(facts), fields});
      }
    };
    std::size_t place = first;
    const std::string from = state_key(k_kind<State>, numbered.ids[first]);
    store().scan(Shelf::states, state_prefix(k_kind<State>), from, [&](std::string_view, std::string_view document) {
      const auto state = read_state<State>(document);
      if constexpr (requires { name_of(state); }) census_->note_name(place, state);
      compose(state, *census_, emit);
      return ++place < last;
    });
    finish(block, last - first);
  }

  void finish(search::BlockOfDocuments& block, std::size_t documents) {
    search::WordCounts words;
    block.load_into(store(), words);
    const std::lock_guard lock(mutex_);
    require_going_on();
    for (const auto& [word, count] : words) words_[word] += count;
    done_ += documents;
    if (say_) say_({"index", done_, documents_});
  }

  /// Further documents of people: their numbers are all over those of the links.
  void index_parts() {
    std::sort(parts_.begin(), parts_.end(), [](const Document& a, const Document& b) { return a.number < b.number; });
    for (std::size_t i = 0; i < parts_.size();) {
      const auto number = parts_[i].number >> search::k_block_bits;
      search::BlockOfDocuments block;
      std::size_t count = 0;
      for (; i < parts_.size() && parts_[i].number >> search::k_block_bits == number; ++i, ++count) {
        block.add(parts_[i].number, parts_[i].fields, parts_[i].facts);
      }
      finish(block, count);
    }
  }

  /// By which later events find the documents.
  void load_numbers() {
    search::SortedPairs pairs;
    pairs.reserve(documents_ + census_->strangers().size());
    const auto add = [&](const Uuid& id, DocumentNumber number) {
      pairs.emplace_back(document_number_key(id), search::count_text(number));
    };
    for (const EntityKind kind : k_searched_kinds) each_number(kind, add);
    each_number(EntityKind::link, add);
    for (const auto& [id, number] : census_->strangers()) add(id, number);
    std::sort(pairs.begin(), pairs.end());
    store().load(Shelf::states, pairs);
  }

  template <class Visit>
  void each_number(EntityKind kind, const Visit& visit) const {
    DocumentNumber number = census_->of(kind).first;
    for (const Uuid& id : census_->of(kind).ids) visit(id, number++);
  }

  search::Store& store() { return index_.index().store(); }

  eventstore::Log& log_;
  SearchIndex index_;
  const std::function<void(const FillProgress&)>& say_;
  const std::stop_token& stop_;
  std::optional<eventstore::Position> until_;
  Filled result_;
  std::optional<Census> census_;
  std::mutex mutex_;
  search::WordCounts words_;
  std::vector<Document> parts_;
  std::uint64_t documents_ = 0;
  std::uint64_t done_ = 0;
};

}  // namespace

FillLock::FillLock(const std::filesystem::path& home)
    : filling_(home / "filling"), file_(::open((home / "lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600)) {
  if (file_ < 0) throw StoreUnavailable("the search index can't be filled: no lock in " + home.string());
  if (flock(file_, LOCK_EX | LOCK_NB) != 0) {
    close(file_);
    throw StoreUnavailable("another search index is being filled in " + home.string());
  }
  std::error_code ignored;  // who fills meets what is still there
  std::filesystem::remove_all(filling_, ignored);
}

FillLock::~FillLock() { close(file_); }

void FillLock::remove_leftovers(const std::filesystem::path& home) {
  if (!std::filesystem::exists(home / "filling")) return;
  try {
    const FillLock lock(home);
  } catch (const StoreUnavailable&) {
    // It is no leftover: somebody fills it.
  }
}

Filled fill_search_index(eventstore::Log& log, const std::filesystem::path& directory, const privacy::Keys& keys,
                         const std::function<void(const FillProgress&)>& say, const std::stop_token& stop,
                         std::optional<eventstore::Position> until) {
  return Filling(log, directory, keys, say, stop, until).run();
}

}  // namespace alforis::projections
