// The search index as a projection: filled it says what it says when events come one by one, verify finds what differs,
// and versions take each other's place, also when one is damaged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <limits>
#include <random>

#include "eventstore/memory_log.hpp"
#include "projections/applier.hpp"
#include "projections/search/projection.hpp"
#include "projections/search/reader.hpp"
#include "projections/search/verify.hpp"
#include "search/keys.hpp"
#include "tests/unit/commands/temporary_directory.hpp"

namespace alforis::projections {
namespace {
namespace fs = std::filesystem;
using domain::Uuid;
using eventstore::Event;
using search::DocumentNumber;
using search::Shelf;
using ::testing::ElementsAre;
constexpr Position k_never = std::numeric_limits<Position>::max();

Uuid id_of(char kind, std::size_t n) {
  std::array<std::uint8_t, 16> bytes{};
  bytes[0] = static_cast<std::uint8_t>(kind);
  bytes[6] = 0x70;
  bytes[8] = 0x80;
  bytes[14] = static_cast<std::uint8_t>(n >> 8);
  bytes[15] = static_cast<std::uint8_t>(n);
  return Uuid(bytes);
}

// ---- events in few words
std::string quoted(const std::string& text) { return '"' + text + '"'; }
std::string quoted(const Uuid& id) { return quoted(id.text()); }

/// `members`: name, value as JSON, name, value, and so on.
Event event(const std::string& type, const Uuid& id, const std::vector<std::string>& members = {}) {
  std::string data;
  for (std::size_t i = 0; i < members.size(); i += 2) {
    data += (i == 0 ? "" : ",") + quoted(members[i]) + ":" + members[i + 1];
  }
  return {type + ".v1", id.text(), "{" + data + "}"};
}

Event organisation(const Uuid& id, const std::string& name) {
  return event("organisation.created", id, {"name", quoted(name)});
}
Event person(const Uuid& id, const std::string& last_name) {
  return event("person.created", id, {"last_name", quoted(last_name)});
}
Event link(std::size_t n, const Uuid& person, const Uuid& organisation) {
  return event("link.created", id_of('l', n), {"person_id", quoted(person), "organisation_id", quoted(organisation)});
}

/// Something that may happen. In its data `$3` is one to three words, `%` a digit, `!o` an organisation, `#o` also one
/// that is only told of later, `?o` that or nothing.
struct Possible {
  char kind;
  std::string type;
  const char* data;
};

const std::vector<Possible> k_possible = {
    {'f', "produit.created", R"({"name":$2,"type":"fcp","notes":$3})"},
    {'g', "team.created", R"({"name":$1})"},  // says nothing here
    {'u', "user.created", R"({"email":"zoe%@sdg.fr","team_id":!g})"},
    {'o', "organisation.created",
     R"({"name":$3,"city":$1,"owner_id":?u,"email":"zoe%@sdg.fr","phone":"+3318500123%","tags":[$1,$2],"notes":$9})"},
    {'p', "person.created", R"({"first_name":$1,"last_name":$2,"mobile":"+3318500123%","job_title":$3,"notes":$9})"},
    {'l', "link.created",
     R"({"person_id":#p,"organisation_id":#o,"job_title":$3,"work_email":"zoe%@sdg.fr","work_phone":"+3318500123%"})"},
    {'m', "mandat.created", R"({"organisation_id":#o,"number":$1,"notes":$4})"},
    {'i', "interaction.created",
     R"({"title":$4,"body":$9,"organisation_id":?o,"person_id":?p,"external_participants":[{"name":$2}]})"},
    {'t', "task.created", R"({"title":$4,"description":$9,"organisation_id":?o,"person_id":?p,"assignee_id":?u})"},
    {'l', "link.created", R"({"person_id":!p,"organisation_id":!o,"job_title":$3})"},
    {'f', "produit.updated", R"({"name":$2})"},
    {'f', "produit.deleted", "{}"},
    {'u', "user.updated", R"({"team_id":?g})"},
    {'o', "organisation.updated", R"({"name":$3})"},
    {'o', "organisation.updated", R"({"city":null,"country":"FR","owner_id":?u,"tags":[$1]})"},
    {'o', "organisation.stage_changed", R"({"from":"prospect","to":"signe"})"},
    {'o', "organisation.reverted", R"({"position":1,"to":{"name":$2}})"},
    {'o', "organisation.deleted", "{}"},
    {'p', "person.updated", R"({"last_name":$2})"},
    {'p', "person.updated", R"({"first_name":null,"personal_email":"zoe%@sdg.fr","active":false})"},
    {'p', "person.deleted", "{}"},
    {'p', "person.erased", R"({"keys":[]})"},
    {'l', "link.updated", R"({"job_title":$2,"notes":$4})"},
    {'l', "link.moved", R"({"organisation_id":#o})"},
    {'l', "link.ended", "{}"},
    {'m', "mandat.produit_added", R"({"produit_id":!f,"date_ajout":"2026-01-02"})"},
    {'m', "mandat.produit_removed", R"({"produit_id":!f,"date_retrait":"2026-01-03"})"},
    {'m', "mandat.activated", R"({"date_debut":"2026-01-02"})"},
    {'m', "mandat.moved", R"({"organisation_id":#o})"},
    {'m', "mandat.deleted", "{}"},
    {'i', "interaction.updated", R"({"organisation_id":?o,"person_id":?p})"},
    {'i', "interaction.participants_erased", R"({"keys":[]})"},
    {'i', "interaction.deleted", "{}"},
    {'t', "task.updated", R"({"organisation_id":?o,"person_id":?p})"},
    {'t', "task.completed", "{}"},
    {'t', "task.deleted", "{}"},
};
constexpr std::size_t k_kinds = 9;  // the first of k_possible make one of each

/// A firm where anything happens, the same for a seed.
class RandomFirm {
 public:
  explicit RandomFirm(unsigned seed) : random_(seed) {}

  /// What one command does.
  std::vector<Event> next() {
    std::vector<Event> events;
    for (const std::size_t least = 1 + below(3); events.size() < least; ++happened_) {
      happen(k_possible[happened_ < k_kinds ? happened_ : below(k_possible.size())], events);
    }
    return events;
  }

  /// That an index of all this has; of a person whom it tells of also one for each live link behind the first.
  std::uint64_t documents() const {
    std::uint64_t count = 0;
    for (const char kind : {'o', 'p', 'f', 'm', 'i', 't'}) count += made_.at(kind);
    std::map<Uuid, std::uint64_t> live;
    for (const auto& [link, person] : person_of_) live[person] += ended_.contains(link) ? 0 : 1;
    for (const auto& [person, links] : live) {
      const bool shown = !(last('p') < person) && !deleted_.contains(person) && !erased_.contains(person);
      count += links > 1 && shown ? links - 1 : 0;
    }
    return count;
  }

 private:
  void happen(const Possible& what, std::vector<Event>& events) {
    const bool created = what.type.ends_with(".created");
    Event event = {what.type + ".v1", {}, filled(what.data)};
    const Uuid id = created ? id_of(what.kind, ++made_[what.kind]) : any(what.kind);
    event.entity_id = id.text();
    if (erased_.contains(id)) return;
    if (what.type == "link.created") person_of_[id] = named_['p'];
    if (what.type == "link.ended") ended_.insert(id);
    if (what.type == "person.erased") {
      erased_.insert(id);
      for (const auto& [link, person] : person_of_) {
        if (person == id) events.push_back({"link.erased.v1", link.text(), "{}"});
      }
    }
    if (what.type.ends_with(".deleted") && !deleted_.insert(id).second) {
      deleted_.erase(id);
      event.type = what.type.substr(0, what.type.find('.')) + ".restored.v1";
    }
    events.push_back(event);
  }

  std::string filled(std::string_view data) {
    std::string text;
    for (std::size_t i = 0; i < data.size(); ++i) {
      const char how = data[i];
      const bool takes_one = how == '$' || how == '!' || how == '#' || how == '?';
      const char what = takes_one ? data[++i] : how;
      if (!takes_one) text += how == '%' ? static_cast<char>('0' + below(10)) : how;
      if (how == '$') text += quoted(words(what));
      if (how == '!') text += quoted(any(what));
      if (how == '#' || how == '?') text += how == '?' && below(3) == 0 ? "null" : quoted(spoken_of(what));
    }
    return text;
  }

  std::size_t below(std::size_t end) { return random_() % end; }
  std::string words(char most) {
    static constexpr std::array k_words = {"Crédit", "d'Épargne", "S.A.",   "gestion", "Œuvre",
                                           "AT&T",   "Müller",    "Zoé",    "R2-D2",   "réunions",
                                           "Łódź",   "L'Oréal",   "e-mail", "2024",    "gestion gestion"};
    std::string text = k_words[below(k_words.size())];
    for (auto more = below(static_cast<std::size_t>(most - '0')); more > 0; --more) {
      text += std::string(" ") + k_words[below(k_words.size())];
    }
    return text;
  }

  Uuid last(char kind) const { return id_of(kind, made_.at(kind)); }
  Uuid any(char kind) { return named_[kind] = id_of(kind, 1 + below(made_[kind])); }
  Uuid spoken_of(char kind) { return named_[kind] = id_of(kind, 1 + below(made_[kind] + 2)); }

  std::mt19937 random_;
  std::size_t happened_ = 0;
  std::map<char, std::size_t> made_;  ///< by kind, how many
  std::map<char, Uuid> named_;        ///< by kind, who was spoken of last
  std::map<Uuid, Uuid> person_of_;    ///< by link
  std::set<Uuid> ended_;
  std::set<Uuid> deleted_;
  std::set<Uuid> erased_;
};

// ---- a Log, an index, and who searches it

class SearchProjectionTest : public ::testing::Test {
 protected:
  /// One commit.
  Position commit(std::vector<Event> events) {
    eventstore::CommitDraft draft;
    draft.command_id = "command-" + std::to_string(++commands_);
    draft.actor = id_of('u', 1).text();
    draft.time_us = 1'767'225'600'000'000 + commands_;
    draft.events = std::move(events);
    return epoch_.commit({{draft}}, std::chrono::seconds(10)).back().position;
  }
  void commit_some(RandomFirm& firm, int commands) {
    for (int i = 0; i < commands; ++i) commit(firm.next());
  }
  /// An organisation, a person with two links there, and what is about them.
  void commit_few() {
    commit({organisation(k_banque, "Banque Alpha"), organisation(k_caisse, "Caisse Beta")});
    commit({person(k_anna, "Annasdottir"), link(1, k_anna, k_banque), link(2, k_anna, k_caisse)});
    commit({event("interaction.created", id_of('i', 1),
                  {"title", quoted("Déjeuner"), "organisation_id", quoted(k_banque)})});
  }

  SearchOptions options(Position fill_from = k_never) {
    SearchOptions options;
    options.directory = directory_.path() / "search";
    options.fill_from = fill_from;
    options.say = [this](const std::string& message) {
      if (at_word_) at_word_();
      said_.push_back(message);
    };
    return options;
  }
  Filled rebuild() { return rebuild_search(log_, options(), {}); }
  /// One that is open on a filled index of a few.
  SearchProjection& open_filled() {
    commit_few();
    rebuild();
    projection_ = std::make_unique<SearchProjection>(options(0), log_, current_);
    projection_->open({});
    return *projection_;
  }

  /// What the Log has behind the checkpoint, as a runner hands it over.
  void follow(SearchProjection& projection, std::size_t most_commits = 100, unsigned seed = 1) {
    Applier applier(projection);
    applier.open();
    std::mt19937 random(seed);
    eventstore::Reader reader(log_, applier.cursor());
    while (reader.cursor().position < log_.end()) {
      const auto commits = reader.read(1 + random() % most_commits, std::chrono::milliseconds(0));
      applier.apply(commits, reader.cursor());
    }
    EXPECT_TRUE(applier.parked().empty());
  }

  void expect_equal(std::uint64_t documents) {
    const auto verified = verify_search(log_, options());
    ASSERT_TRUE(verified);
    EXPECT_EQ(verified->position, log_.end());
    EXPECT_EQ(verified->documents, documents);
    EXPECT_EQ(verified->differences, 0U) << verified->first->what << " of " << verified->first->id;
  }

  /// How many documents.
  static std::uint64_t found(const SearchIndex& index, const std::string& text) {
    SearchQuery query;
    query.viewer = {id_of('u', 1), domain::Role::admin, std::nullopt};
    query.text = text;
    return search_page(index, query).value().total;
  }
  std::uint64_t found(const std::string& text) const { return found(*current_.get(), text); }

  static std::stop_token stopped() {
    std::stop_source source;
    source.request_stop();
    return source.get_token();
  }

  /// In that of the index.
  using Names = std::set<std::string>;
  Names directories() {
    Names names;
    for (const auto& entry : fs::directory_iterator(options().directory)) {
      if (entry.is_directory()) names.insert(entry.path().filename());
    }
    return names;
  }
  fs::path path(const std::string& name) { return options().directory / name; }

  const Uuid k_banque = id_of('o', 1);
  const Uuid k_caisse = id_of('o', 2);
  const Uuid k_anna = id_of('p', 1);

  commands::testing::TemporaryDirectory directory_;
  eventstore::MemoryLog log_;
  eventstore::WriterEpoch epoch_{log_, {}, "test", [](const eventstore::Commit&) {}};
  int commands_ = 0;
  std::vector<std::string> said_;
  std::function<void()> at_word_;  ///< runs when something is said
  CurrentIndex current_;
  std::unique_ptr<SearchProjection> projection_;
};

// ---- filled and live

class SearchSeeds : public SearchProjectionTest, public ::testing::WithParamInterface<unsigned> {};

TEST_P(SearchSeeds, AFilledIndexSaysWhatALiveOneSays) {
  RandomFirm firm(GetParam());
  commit_some(firm, 200);
  {
    SearchProjection live(options(), log_, current_);
    follow(live, 20, GetParam());
    EXPECT_TRUE(said_.empty()) << "nothing was filled";
  }
  expect_equal(firm.documents());
  rebuild();
  {
    SearchProjection on_top(options(), log_, current_);
    ASSERT_EQ(on_top.open({}).cursor.position, log_.end());
    commit_some(firm, 100);
    follow(on_top, 20, GetParam());
    EXPECT_EQ(directories(), (Names{"v2"}));
  }
  expect_equal(firm.documents());
}

INSTANTIATE_TEST_SUITE_P(Several, SearchSeeds, ::testing::Range(1U, 4U));

/// As after the replay of a creation that was parked: who spoke of it before has a name to be found by now.
TEST_F(SearchProjectionTest, AProduitThatMandatsSpokeOfBeforeItWasThereIsNamedThere) {
  const Uuid mandat = id_of('m', 1);
  const Uuid produit = id_of('f', 1);
  commit({organisation(k_banque, "Banque"), event("mandat.created", mandat, {"organisation_id", quoted(k_banque)})});
  commit({event("mandat.produit_added", mandat, {"produit_id", quoted(produit), "date_ajout", "\"2026-01-02\""})});
  commit({event("produit.created", produit, {"name", quoted("Horizon"), "type", quoted("fcp")})});
  SearchProjection live(options(), log_, current_);
  follow(live, 1);
  EXPECT_EQ(found("horizon"), 2U);
  expect_equal(3);
}

// ---- verify

TEST_F(SearchProjectionTest, VerifyTellsWhatDiffers) {
  using search::StoreBatch;
  EXPECT_FALSE(verify_search(log_, options())) << "there is none";
  commit_few();
  {
    SearchProjection live(options(), log_, current_);
    follow(live);
  }
  commit({organisation(id_of('o', 3), "Mutuelle Gamma")});
  const auto equal = verify_search(log_, options());
  EXPECT_EQ(equal->position, log_.end() - 1) << "it looks no further than the index has come";
  EXPECT_EQ(equal->differences, 0U);
  const fs::path live = *current_version(options().directory);
  constexpr DocumentNumber number = 0;  // of what was told of first, in its block as well
  const std::string key = search::number_key(number);
  SearchFacts facts;
  facts.id = k_banque;
  const std::string record = search::document_record(1, encode_facts(facts));
  const std::string alpha = search::posting_key(search::term_key(search::Form::word, "alpha"), number);
  const std::string ghost = search::posting_key(search::term_key(search::Form::word, "ghost"), number);
  const std::string texts = search::encode_fields({{{0, search::FieldKind::name, "Banque Alphb"}}});
  const std::string absence = search::encode_absence(number);
  const std::string elsewhere = search::encode_posting(number, search::encode_places({{{0, 7}}}));
  struct Case {
    std::string what;
    std::string id;
    std::function<void(StoreBatch& batch)> change;
  };
  const std::string id = k_banque.text();
  const std::vector<Case> cases = {
      {"facts", id, [&](StoreBatch& batch) { batch.put(Shelf::documents, key, record); }},
      {"texts", id, [&](StoreBatch& batch) { batch.put(Shelf::texts, key, texts); }},
      {"postings", id, [&](StoreBatch& batch) { batch.merge(ghost, elsewhere); }},
      {"postings", id, [&](StoreBatch& batch) { batch.merge(alpha, absence); }},
      {"word", "alpha", [](StoreBatch& batch) { batch.erase(Shelf::words, "alpha"); }},
      {"word", "ghost", [](StoreBatch& batch) { batch.put(Shelf::words, "ghost", search::count_text(1)); }},
  };
  const fs::path kept = directory_.path() / "kept";
  fs::copy(live, kept, fs::copy_options::recursive);
  for (const Case& some : cases) {
    SCOPED_TRACE(some.what + " " + std::to_string(&some - cases.data()));
    fs::remove_all(live);
    fs::copy(kept, live, fs::copy_options::recursive);
    {
      search::Store store(live);
      StoreBatch batch(store);
      some.change(batch);
      store.write(batch);
    }
    const auto verified = verify_search(log_, options());
    ASSERT_TRUE(verified && verified->first);
    EXPECT_EQ(verified->differences, 1U);
    EXPECT_EQ(verified->first->what, some.what);
    EXPECT_EQ(verified->first->id, some.id);
    EXPECT_EQ(directories(), (Names{"v1"})) << "what it was compared with is gone";
  }
}

/// After an erasure a server writes all its files anew, while anybody may read them.
TEST_F(SearchProjectionTest, VerifyLooksAtTheIndexOfAServerThatForgets) {
  RandomFirm firm(1);
  commit_some(firm, 150);
  SearchProjection live(options(), log_, current_);
  follow(live);
  EXPECT_NO_THROW(expect_equal(firm.documents()));
}

// ---- damage

/// Overwrites what is not at the ends.
void scratch(const fs::path& file) {
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  const auto size = static_cast<std::streamoff>(fs::file_size(file));
  bytes.seekp(size / 16);
  bytes << std::string(static_cast<std::size_t>(size / 2), 'x');
}
void halve(const fs::path& file) { fs::resize_file(file, fs::file_size(file) / 2); }
void remove(const fs::path& file) { fs::remove(file); }
void lay_out_otherwise(const fs::path& version) {
  search::Store store(version);
  search::StoreBatch batch(store);
  batch.put(Shelf::meta, k_layout_key, "another");
  store.write(batch);
}

struct Damage {
  const char* name;
  const char* part;  ///< of the files' names; empty: of the directory
  void (*how)(const fs::path& file);

  void to(const fs::path& version) const {
    if (*part == 0) return how(version);
    int met = 0;
    for (const auto& entry : fs::directory_iterator(version)) {
      if (entry.path().filename().string().find(part) == std::string::npos) continue;
      how(entry.path());
      ++met;
    }
    EXPECT_GT(met, 0);
  }
};

class SearchDamages : public SearchProjectionTest, public ::testing::WithParamInterface<Damage> {};

TEST_P(SearchDamages, AreFoundWhenTheIndexIsOpened) {
  commit_few();
  rebuild();
  GetParam().to(path("v1"));
  SearchProjection projection(options(0), log_, current_);
  const auto opened = projection.open({});
  EXPECT_EQ(opened.cursor.position, log_.end());
  EXPECT_TRUE(opened.fresh);
  EXPECT_FALSE(said_.empty()) << "who keeps the server wants to know";
  EXPECT_EQ(directories(), (Names{"damaged", "v2"}));
  EXPECT_EQ(found("annasdottir"), 1U);
  commit({organisation(id_of('o', 3), "Mutuelle Gamma")});
  follow(projection);
  EXPECT_EQ(found("gamma"), 1U);
  expect_equal(6);
}

INSTANTIATE_TEST_SUITE_P(Several, SearchDamages,
                         ::testing::Values(Damage{"Scratched", ".sst", scratch}, Damage{"Halved", ".sst", halve},
                                           Damage{"Gone", ".sst", remove}, Damage{"Current", "CURRENT", scratch},
                                           Damage{"Manifest", "MANIFEST", scratch},
                                           Damage{"AnotherLayout", "", lay_out_otherwise}),
                         [](const auto& info) { return std::string(info.param.name); });

/// Texts, postings and states are read when they are needed.
TEST_F(SearchProjectionTest, DamageThatAWriteMeetsIsRepairedByOpeningAgain) {
  SearchProjection& projection = open_filled();
  Damage{"Scratched", ".sst", scratch}.to(path("v1"));
  commit({event("organisation.updated", k_banque, {"name", quoted("Banque Omega")})});
  EXPECT_THROW(follow(projection), StoreUnavailable);
  EXPECT_TRUE(current_.damaged());
  EXPECT_THROW(found("annasdottir"), search::IndexDamaged);
  EXPECT_TRUE(projection.open({}).fresh);
  EXPECT_FALSE(current_.damaged());
  EXPECT_EQ(found("omega"), 3U) << "it, who works there, and what is about it";
  EXPECT_EQ(directories(), (Names{"damaged", "v2"}));
  expect_equal(5);
  commit({event("person.erased", k_anna, {"keys", "[]"})});
  follow(projection);
  projection_.reset();
  EXPECT_EQ(directories(), (Names{"v2"})) << "what is set aside still knows the person";
}

TEST_F(SearchProjectionTest, AnIndexThatAReaderFoundDamagedIsSearchedUntilTheNextOneIsThere) {
  SearchProjection& projection = open_filled();
  const auto old = current_.get();
  EXPECT_FALSE(projection.open({}).fresh);
  EXPECT_NO_THROW(projection.check());
  current_.note_damage(*current_.get());
  EXPECT_THROW(projection.check(), Superseded);
  int words = 0;
  bool filling = false;
  at_word_ = [&] {
    ++words;
    filling = filling || projection.filling();
    EXPECT_EQ(current_.get(), old);
    EXPECT_EQ(found("annasdottir"), 1U);
  };
  EXPECT_TRUE(projection.open({}).fresh);
  EXPECT_EQ(words, 2) << "that it is damaged, and that the next one is filled";
  EXPECT_TRUE(filling);
  at_word_ = {};
  EXPECT_NE(current_.get(), old);
  EXPECT_EQ(found(*old, "annasdottir"), 1U) << "a search that began in it comes to its end";
  EXPECT_NO_THROW(projection.check());
  EXPECT_EQ(directories(), (Names{"damaged", "v2"}));
  current_.note_damage(*current_.get());
  EXPECT_TRUE(projection.open({}).fresh);
  EXPECT_EQ(directories(), (Names{"damaged", "v3"}));
  expect_equal(5);
}

/// Who searches goes on meeting the damage until the next index is there.
TEST_F(SearchProjectionTest, DamageOfTheOldIndexIsNoneOfTheOneThatIsFilledMeanwhile) {
  SearchProjection& projection = open_filled();
  current_.note_damage(*current_.get());
  at_word_ = [&] { current_.note_damage(*current_.get()); };
  projection.open({});
  at_word_ = {};
  EXPECT_NO_THROW(projection.check());
  EXPECT_FALSE(projection.open({}).fresh) << "a new one was filled in place of one that nobody found damaged";
}

TEST_F(SearchProjectionTest, AFillThatFailsAfterDamageIsMadeUpFor) {
  SearchProjection& projection = open_filled();
  const SearchIndex* const old = current_.get().get();
  current_.note_damage(*current_.get());
  EXPECT_THROW(projection.open(stopped()), std::runtime_error);
  ASSERT_EQ(current_.get().get(), old) << "it is searched on";
  EXPECT_EQ(found("annasdottir"), 1U);
  EXPECT_NO_THROW(projection.open({}));
  projection.open({});
  EXPECT_NE(current_.get().get(), old) << "the damaged one is gone on with";
  ASSERT_TRUE(current_version(options().directory)) << "the files of the new one are gone";
  commit({organisation(id_of('o', 3), "Mutuelle Gamma")});
  follow(projection);
  expect_equal(6);
}

// ---- versions

TEST_F(SearchProjectionTest, ANewerVersionIsTakenOver) {
  commit_few();
  SearchProjection projection(options(), log_, current_);
  follow(projection);
  auto old = current_.get();
  commit({organisation(id_of('o', 3), "Mutuelle Gamma")});
  Names steps;
  const Filled filled =
      rebuild_search(log_, options(), [&](const FillProgress& progress) { steps.insert(std::string(progress.step)); });
  EXPECT_EQ(steps, (Names{"fold", "index"}));
  EXPECT_EQ(filled.position, log_.end());
  EXPECT_EQ(filled.documents, 6U);
  EXPECT_EQ(filled.events, 7U);
  EXPECT_EQ(current_.get(), old);
  EXPECT_THROW(projection.check(), Superseded);
  const fs::path left_over = options().directory / "filling";
  fs::create_directories(left_over);
  const auto opened = projection.open({});
  EXPECT_FALSE(fs::exists(left_over)) << "it may have what is erased by now";
  EXPECT_EQ(opened.cursor.position, log_.end());
  EXPECT_TRUE(opened.fresh);
  EXPECT_EQ(found("gamma"), 1U);
  EXPECT_EQ(found(*old, "annasdottir"), 1U);
  EXPECT_EQ(directories(), (Names{"v1", "v2"})) << "somebody searches the old one still";
  old.reset();
  EXPECT_EQ(directories(), (Names{"v2"}));
  EXPECT_NO_THROW(projection.check());
  commit({event("organisation.updated", k_banque, {"name", quoted("Banque Omega")})});
  follow(projection);
  EXPECT_EQ(found("omega"), 3U);
  expect_equal(6);
}

/// While there is always something to write, nobody asks check().
TEST_F(SearchProjectionTest, NothingIsWrittenBehindANewerVersion) {
  commit_few();
  SearchProjection projection(options(), log_, current_);
  Applier applier(projection);
  applier.open();
  rebuild();
  eventstore::Reader reader(log_);
  const auto commits = reader.read(100, std::chrono::milliseconds(0));
  EXPECT_THROW(applier.apply(commits, reader.cursor()), Superseded);
  EXPECT_EQ(applier.cursor().position, 0U);
  follow(projection);
  EXPECT_EQ(directories(), (Names{"v2"}));
  expect_equal(5);
}

TEST_F(SearchProjectionTest, AFillThatIsStoppedLeavesNothingThatCounts) {
  commit_few();
  for (const char* step : {"fold", "index"}) {
    std::stop_source stop;
    const auto stop_there = [&](const FillProgress& progress) {
      if (progress.step == step) stop.request_stop();
    };
    EXPECT_THROW(rebuild_search(log_, options(), stop_there, stop.get_token()), std::runtime_error) << step;
    EXPECT_EQ(current_version(options().directory), std::nullopt);
  }
  SearchProjection projection(options(0), log_, current_);
  EXPECT_THROW(projection.open(stopped()), std::runtime_error);
  EXPECT_FALSE(projection.filling());
  EXPECT_FALSE(current_.get());
  EXPECT_EQ(current_version(options().directory), std::nullopt);
  EXPECT_EQ(projection.open({}).cursor.position, log_.end());
  EXPECT_EQ(found("annasdottir"), 1U);
  EXPECT_EQ(directories(), (Names{"v1"})) << "what the stopped ones left is gone";
  expect_equal(5);
}

TEST_F(SearchProjectionTest, OneIsFilledAtATime) {
  commit_few();
  int refused = 0;
  const auto filled = rebuild_search(log_, options(), [&](const FillProgress&) {
    EXPECT_THROW(rebuild(), StoreUnavailable);
    SearchProjection projection(options(0), log_, current_);
    EXPECT_THROW(projection.open({}), StoreUnavailable);
    ++refused;
  });
  EXPECT_GT(refused, 0);
  EXPECT_EQ(filled.documents, 5U);
  EXPECT_EQ(directories(), (Names{"v1"})) << "who was refused has not touched it";
  expect_equal(5);
}

// ---- parked events

class SearchParkingTest : public SearchProjectionTest {
 protected:
  /// What is parked in an index, and how often each organisation is found there.
  std::vector<std::string> parked_in(const std::string& name, Position fill_from) {
    SearchOptions own = options(fill_from);
    own.directory = directory_.path() / name;
    SearchProjection projection(own, log_, current_);
    Applier applier(projection);
    applier.open();
    eventstore::Reader reader(log_, applier.cursor());
    const auto commits = reader.read(1000, std::chrono::milliseconds(0));
    EXPECT_EQ(commits.empty(), fill_from == 0);
    if (!commits.empty()) applier.apply(commits, reader.cursor());
    std::vector<std::string> told;
    for (const ParkedEntity& entity : projection.open({}).parked) {
      told.push_back(entity.id.substr(entity.id.size() - 1) + ": " + std::to_string(entity.events) + " from " +
                     std::to_string(entity.position) + ", " + entity.reason.substr(0, entity.reason.find(' ')));
    }
    for (const ParkedEvent& parked : projection.parked_events(k_bad.text())) {
      told.push_back(parked.commit.events.front().type + " " + std::to_string(parked.index));
    }
    Applied applied;
    EXPECT_EQ(applier.retry_parked(applied).unparked, 0U);
    for (const char* name : {"good", "fine", "bad"}) {
      told.push_back(std::string(name) + " " + std::to_string(found(name)));
    }
    return told;
  }

  const Uuid k_good = id_of('o', 7);
  const Uuid k_bad = id_of('o', 8);
  const Uuid k_fine = id_of('o', 9);
};

TEST_F(SearchParkingTest, ABadEventIsParkedInAFilledIndexAsInALiveOne) {
  commit({organisation(k_good, "Good")});
  const Position at = commit({organisation(k_fine, "Fine"), event("organisation.created", k_bad)});
  commit({event("organisation.updated", k_bad, {"name", quoted("Bad")}),
          event("organisation.updated", k_good, {"city", quoted("Fine")})});
  const auto expected = ElementsAre("8: 2 from " + std::to_string(at) + ", required", "organisation.created.v1 1",
                                    "organisation.updated.v1 0", "good 1", "fine 2", "bad 0");
  EXPECT_THAT(parked_in("live", k_never), expected);
  EXPECT_THAT(parked_in("filled", 0), expected);
}

/// Teams, sessions and the like say nothing here, but they stand among the events.
TEST_F(SearchParkingTest, NobodyElseIsParkedForABadEventBehindEventsThatSayNothing) {
  commit({event("team.created", id_of('g', 1), {"name", quoted("Team")})});
  commit({event("team.created", id_of('g', 2), {"name", quoted("Other")})});
  commit({organisation(k_good, "Good"), organisation(k_fine, "Fine")});
  const Position at = commit({event("organisation.created", k_bad)});
  const auto expected = ElementsAre("8: 1 from " + std::to_string(at) + ", required", "organisation.created.v1 0",
                                    "good 1", "fine 1", "bad 0");
  EXPECT_THAT(parked_in("live", k_never), expected);
  EXPECT_THAT(parked_in("filled", 0), expected);
}

}  // namespace
}  // namespace alforis::projections
