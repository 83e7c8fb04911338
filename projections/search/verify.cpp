#include "projections/search/verify.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <unordered_map>

#include "search/keys.hpp"

namespace alforis::projections {

namespace fs = std::filesystem;
using domain::Uuid;
using search::DocumentNumber;
using search::Shelf;

namespace {

enum Part : std::size_t { k_facts, k_texts, k_postings, k_parts };
constexpr std::array<const char*, k_parts> k_part_names = {"facts", "texts", "postings"};

std::uint64_t hash_of(std::string_view bytes) { return std::hash<std::string_view>{}(bytes); }

/// What an index says, without the numbers of its documents, which are given out in another order when it is filled. An
/// entity's documents are added up, as are a document's postings.
class Digest {
 public:
  explicit Digest(const SearchIndex& index) : index_(index) {
    read_numbers();
    store().scan(Shelf::documents, {}, {}, [&](std::string_view key, std::string_view record) {
      add_document(search::number_of(key), record);
      return true;
    });
    store().scan(Shelf::postings, {}, {}, [&](std::string_view key, std::string_view block) {
      add_block(key, block);
      return true;
    });
    store().scan(Shelf::words, {}, {}, [&](std::string_view word, std::string_view count) {
      words_[std::string(word)] = read_number(count);
      return true;
    });
  }

  std::uint64_t documents() const { return entity_of_.size(); }

  void compare(const Digest& other, SearchVerified& verified) const {
    compare(entities_, other.entities_, verified, [](const Sums& a, const Sums& b, const Uuid& id) {
      const auto differs = std::mismatch(a.begin(), a.end(), b.begin()).first - a.begin();
      return SearchDifference{k_part_names.at(static_cast<std::size_t>(differs)), id.text()};
    });
    compare(words_, other.words_, verified, [](std::uint64_t, std::uint64_t, const std::string& word) {
      return SearchDifference{"word", word};
    });
  }

 private:
  using Sums = std::array<std::uint64_t, k_parts>;

  /// Keys that one of both does not have are compared with nothing.
  template <class Map, class Tell>
  static void compare(const Map& ours, const Map& theirs, SearchVerified& verified, const Tell& tell) {
    const auto look = [&](const Map& some, const Map& others, bool both) {
      for (const auto& [key, value] : some) {
        const auto at = others.find(key);
        if (at != others.end() && (at->second == value || !both)) continue;
        ++verified.differences;
        if (!verified.first)
          verified.first = tell(value, at == others.end() ? typename Map::mapped_type{} : at->second, key);
      }
    };
    look(ours, theirs, true);
    look(theirs, ours, false);
  }

  const search::Store& store() const { return index_.index().store(); }

  void read_numbers() {
    const std::string prefix = document_number_key(Uuid()).substr(0, 1);
    store().scan(Shelf::states, prefix, {}, [&](std::string_view key, std::string_view number) {
      ids_[static_cast<DocumentNumber>(read_number(number))] = id_of(key.substr(prefix.size()));
      return true;
    });
  }

  std::string id_text(DocumentNumber number) const {
    const auto at = ids_.find(number);
    return at == ids_.end() ? "?" : at->second.text();
  }

  void add_document(DocumentNumber number, std::string_view record) {
    auto facts = decode_facts(record.substr(1));
    if (!facts) throw search::IndexDamaged("the search index has facts that can't be read");
    // A part that a person's document had once may be there or not.
    if (!facts->shown && facts->kind == domain::EntityKind::person && facts->person) return;
    entity_of_[number] = facts->id;
    std::string said = std::to_string(record.front());
    if (facts->person) said += " person " + id_text(*facts->person);
    for (const DocumentNumber organisation : facts->organisations) said += " at " + id_text(organisation);
    facts->person.reset();
    facts->organisations.clear();
    Sums& sums = entities_[facts->id];
    sums[k_facts] += hash_of(said + encode_facts(*facts));
    const auto texts = store().get(Shelf::texts, search::number_key(number));
    sums[k_texts] += hash_of(texts.value_or("none"));
  }

  void add_block(std::string_view key, std::string_view bytes) {
    if (!block_.read(bytes)) throw search::IndexDamaged("the search index has a block that can't be read");
    const DocumentNumber first = search::number_of(key) << search::k_block_bits;
    const std::string term(key.substr(0, key.size() - 4));
    for (std::size_t i = 0; i < block_.documents().size(); ++i) {
      const auto entity = entity_of_.find(first + block_.documents()[i]);
      const Uuid whose = entity == entity_of_.end() ? Uuid() : entity->second;
      entities_[whose][k_postings] += hash_of(term + std::string(block_.places(i)));
    }
  }

  const SearchIndex& index_;
  search::Block block_;
  std::unordered_map<DocumentNumber, Uuid> ids_;
  std::unordered_map<DocumentNumber, Uuid> entity_of_;
  std::unordered_map<Uuid, Sums> entities_;
  std::unordered_map<std::string, std::uint64_t> words_;
};

/// Names and sizes of RocksDB's lists of files: they change with each file that comes or goes.
std::map<std::string, std::uintmax_t> file_lists(const fs::path& directory) {
  std::map<std::string, std::uintmax_t> lists;
  for (const auto& file : fs::directory_iterator(directory)) {
    const std::string name = file.path().filename().string();
    std::error_code gone;
    if (name.starts_with("MANIFEST")) lists[name] = file.file_size(gone);
  }
  return lists;
}

/// What its server moves to another file while it is being opened would be missing without a word: then it is opened
/// again.
std::unique_ptr<SearchIndex> opened_beside_its_server(const fs::path& directory, const privacy::Keys& keys) {
  constexpr int k_attempts = 40;
  for (int attempt = 1;; ++attempt) {
    const auto before = file_lists(directory);
    std::string trouble = "its files change all the time";
    try {
      auto index = std::make_unique<SearchIndex>(directory, keys, search::Store::Access::reading);
      if (file_lists(directory) == before) return index;
    } catch (const search::IndexDamaged& damaged) {
      trouble = damaged.what();
    } catch (const search::IndexUnavailable& away) {
      trouble = away.what();
    }
    if (attempt == k_attempts) throw search::IndexUnavailable("the search index can't be verified: " + trouble);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

struct RemovedAtTheEnd {
  const fs::path& path;
  ~RemovedAtTheEnd() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
};

}  // namespace

std::optional<SearchVerified> verify_search(eventstore::Log& log, const SearchOptions& options,
                                            const std::function<void(const FillProgress&)>& say,
                                            const std::stop_token& stop) {
  const auto live = current_version(options.directory);
  if (!live) return std::nullopt;
  SearchVerified verified;
  std::optional<Digest> now;
  {
    const auto index = opened_beside_its_server(*live, *options.keys);
    verified.position = index->cursor().position;
    now.emplace(*index);
  }
  const FillLock lock(options.directory);
  const RemovedAtTheEnd beside{lock.filling()};
  fill_search_index(log, lock.filling(), *options.keys, say, stop, verified.position);
  const SearchIndex filled(lock.filling(), *options.keys, search::Store::Access::reading);
  const Digest wanted(filled);
  verified.documents = wanted.documents();
  now->compare(wanted, verified);
  return verified;
}

}  // namespace alforis::projections
