#include "programs/erasure_check.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "commands/state_store.hpp"
#include "domain/person.hpp"
#include "privacy/sealing.hpp"
#include "programs/log_walk.hpp"
#include "projections/vault/leftovers.hpp"
#include "projections/vault/postgres_vault.hpp"
#include "search/store.hpp"

namespace alforis::programs {

namespace {

class Check {
 public:
  Check(const StoreSettings& stores, const domain::Uuid& person, const std::vector<std::string>& values,
        std::string postgres_files)
      : stores_(stores),
        person_(person),
        id_(person.text()),
        values_(values),
        postgres_files_(std::move(postgres_files)) {}

  ErasureCheck run() {
    look_into_log();
    look_into_vault();
    look_into_state();
    look_into_search();
    look_into_tables();
    if (!postgres_files_.empty()) look_into_files();
    check_.keys.assign(keys_.begin(), keys_.end());
    return std::move(check_);
  }

 private:
  void trace(std::string store, std::string place, std::string what) {
    check_.traces.push_back({std::move(store), std::move(place), std::move(what)});
  }

  /// Says which value, by its number: the report must not have it either.
  void look_for_values(const std::string& store, const std::string& place, std::string_view text) {
    for (std::size_t i = 0; i < values_.size(); ++i) {
      if (text.find(values_[i]) != std::string_view::npos) trace(store, place, "value " + std::to_string(i + 1));
    }
  }

  void look_into_log() {
    const auto log = open_log(stores_, true);
    walk(*log, [this](const eventstore::Commit& commit) {
      look_into(commit);
      return true;
    });
  }

  void look_into(const eventstore::Commit& commit) {
    const std::string place = "position " + std::to_string(commit.position);
    look_for_values("log", place, commit.metadata);
    for (const auto& event : commit.events) {
      look_for_values("log", place, event.data);
      if (event.type == domain::PersonErased::k_type && event.entity_id == id_) check_.erased = true;
      const auto sealed = privacy::sealed_under(event.type, event.data);
      if (sealed && sealed->subject == person_) {
        ++check_.sealed_events;
        keys_.insert(sealed->key.text());
      } else if (!sealed && event.entity_id == id_ && privacy::holds_personal(event.type, event.data)) {
        trace("log", place, "written before anything was sealed");
      }
    }
  }

  void look_into_vault() {
    projections::PostgresVault vault({stores_.postgres, stores_.workspace});
    for (const std::string& text : keys_) {
      const auto key = vault.find(domain::Uuid::parse(text).value());
      if (key && !key->wrapped.empty()) trace("key_vault", text, "the key is not destroyed");
    }
  }

  void look_into_state() {
    if (values_.empty() || !std::filesystem::exists(stores_.state_directory())) return;
    commands::scan_state_files(stores_.state_directory(),
                               [this](const std::string& file, std::string_view, std::string_view value) {
                                 look_for_values("writer_state", file, value);
                               });
  }

  /// Terms are folded: what is looked for is in the texts that they come from.
  void look_into_search() {
    if (values_.empty() || !std::filesystem::exists(stores_.search_directory())) return;
    for (const auto& version : std::filesystem::directory_iterator(stores_.search_directory())) {
      search::scan_files(version.path(), [this](const std::string& file, std::string_view, std::string_view value) {
        look_for_values("search_index", file, value);
      });
    }
  }

  void look_into_tables() {
    for (const auto& left : projections::find_leftovers(stores_.postgres, stores_.workspace, values_)) {
      trace("query_tables", left.table, "value " + std::to_string(left.value + 1));
    }
  }

  /// PostgreSQL's own, byte by byte: pages and the WAL may have what no table shows any more.
  void look_into_files() {
    namespace fs = std::filesystem;
    if (!fs::exists(fs::path(postgres_files_) / "PG_VERSION")) {
      throw std::runtime_error(postgres_files_ + " is no data directory of PostgreSQL: it has no PG_VERSION");
    }
    projections::flush_old_files(stores_.postgres);
    std::error_code gone;  // files come and go under a running server
    for (fs::recursive_directory_iterator at(postgres_files_), end; at != end; at.increment(gone)) {
      if (at->is_regular_file(gone)) look_into_file(at->path());
    }
  }

  /// Piece by piece, each with the end of the one before.
  void look_into_file(const std::filesystem::path& path) {
    constexpr std::size_t k_piece = 4U << 20;
    std::ifstream in(path, std::ios::binary);
    std::set<std::size_t> found;
    std::string text;
    std::size_t kept = 0;
    while (in) {
      text.resize(kept + k_piece);
      in.read(text.data() + kept, k_piece);
      text.resize(kept + static_cast<std::size_t>(in.gcount()));
      for (std::size_t i = 0; i < values_.size(); ++i) {
        if (text.find(values_[i]) != std::string::npos) found.insert(i);
      }
      kept = std::min(text.size(), k_longest_overlap);
      text.erase(0, text.size() - kept);
    }
    for (const std::size_t i : found) trace("postgres_files", path.string(), "value " + std::to_string(i + 1));
  }

  static constexpr std::size_t k_longest_overlap = 16U << 10;  ///< bytes; longer than any value of a field

  const StoreSettings& stores_;
  domain::Uuid person_;
  std::string id_;
  const std::vector<std::string>& values_;
  std::string postgres_files_;
  std::set<std::string> keys_;
  ErasureCheck check_;
};

}  // namespace

ErasureCheck check_erasure(const StoreSettings& stores, const domain::Uuid& person,
                           const std::vector<std::string>& values, const std::string& postgres_files) {
  return Check(stores, person, values, postgres_files).run();
}

std::vector<std::string> read_values(const std::string& file) {
  std::vector<std::string> values;
  if (file.empty()) return values;
  std::ifstream in(file);
  if (!in) throw std::runtime_error("the file of values " + file + " can't be read");
  for (std::string line; std::getline(in, line);) {
    if (!line.empty()) values.push_back(std::move(line));
  }
  return values;
}

}  // namespace alforis::programs
