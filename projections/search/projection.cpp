#include "projections/search/projection.hpp"

#include <charconv>

#include "domain/events.hpp"

namespace alforis::projections {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view k_damaged = "damaged";
constexpr std::chrono::seconds k_word_interval{5};
constexpr std::chrono::seconds k_look_interval{1};

fs::path version_directory(const fs::path& directory, int number) { return directory / ("v" + std::to_string(number)); }

/// Their numbers; of other names none.
std::vector<int> versions_in(const fs::path& directory) {
  std::vector<int> numbers;
  for (const auto& entry : fs::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    int number = 0;
    const auto [end, failed] = std::from_chars(name.data() + 1, name.data() + name.size(), number);
    if (name.front() == 'v' && failed == std::errc() && end == name.data() + name.size()) numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

/// 0: none.
int newest_version(const fs::path& directory) {
  const auto numbers = versions_in(directory);
  return numbers.empty() ? 0 : numbers.back();
}

/// Into a directory that takes the version's name when everything is there. `number` is the least that it may have, and
/// then the one it has: somebody else may have filled one until now.
Filled fill_version(eventstore::Log& log, const SearchOptions& options, int& number,
                    const std::function<void(const FillProgress&)>& say, const std::stop_token& stop) {
  const FillLock lock(options.directory);
  number = std::max(number, newest_version(options.directory) + 1);
  const Filled filled = fill_search_index(log, lock.filling(), *options.keys, say, stop);
  fs::rename(lock.filling(), version_directory(options.directory, number));
  return filled;
}

}  // namespace

Filled rebuild_search(eventstore::Log& log, const SearchOptions& options,
                      const std::function<void(const FillProgress&)>& say, const std::stop_token& stop) {
  fs::create_directories(options.directory);
  int number = 1;
  return fill_version(log, options, number, say, stop);
}

std::optional<fs::path> current_version(const fs::path& directory) {
  if (!fs::exists(directory)) return std::nullopt;
  const int newest = newest_version(directory);
  return newest == 0 ? std::nullopt : std::optional(version_directory(directory, newest));
}

// ---- versions

/// One that is open, and its files, which go with it when another has taken its place.
struct SearchProjection::Version {
  Version(const fs::path& where, int its_number, const privacy::Keys& keys)
      : directory(where), number(its_number), index(std::make_unique<SearchIndex>(where, keys)) {}
  ~Version() {
    index.reset();
    std::error_code ignored;
    if (replaced) fs::remove_all(directory, ignored);
  }
  Version(const Version&) = delete;
  Version& operator=(const Version&) = delete;

  fs::path directory;
  int number;
  std::unique_ptr<SearchIndex> index;
  std::atomic<bool> replaced{false};
};

SearchProjection::SearchProjection(SearchOptions options, eventstore::Log& log, CurrentIndex& current)
    : options_(std::move(options)), log_(log), current_(current) {}

SearchProjection::~SearchProjection() { current_.set(nullptr); }

void SearchProjection::say(const std::string& message) const {
  if (options_.say) options_.say(message);
}

/// Runs `work` and turns what the index throws into what a Projection throws. A full disk lets go of the index, since
/// RocksDB does not write on after that: the next open() opens its files again. One that is damaged goes on being
/// searched until the next one is filled.
template <class Work>
auto SearchProjection::with_index(Work&& work) {
  if (!version_) throw StoreUnavailable("the search index is not open");
  try {
    return work(*version_->index);
  } catch (const search::IndexDamaged& damaged) {
    current_.note_damage(*version_->index);
    throw StoreUnavailable(damaged.what());
  } catch (const search::IndexUnavailable& away) {
    version_.reset();
    throw StoreUnavailable(away.what());
  }
}

void SearchProjection::set_aside(int number) {
  const fs::path aside = options_.directory / k_damaged;
  fs::remove_all(aside);
  fs::rename(version_directory(options_.directory, number), aside);
}

std::shared_ptr<SearchProjection::Version> SearchProjection::filled(int number, const std::stop_token& stop) {
  auto next_word = std::chrono::steady_clock::now() + k_word_interval;
  const auto tell = [&](const FillProgress& progress) {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_word) return;
    next_word = now + k_word_interval;
    say("filling a new index (" + std::string(progress.step) + "): " + std::to_string(progress.done) + " of " +
        std::to_string(progress.all));
  };
  const auto began = std::chrono::steady_clock::now();
  filling_ = true;
  const struct Done {
    std::atomic<bool>& filling;
    ~Done() { filling = false; }
  } done{filling_};
  const Filled filled = fill_version(log_, options_, number, tell, stop);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  say("filled a new index from " + std::to_string(filled.events) + " events: " + std::to_string(filled.documents) +
      " documents in " + std::to_string(static_cast<int>(took.count() + 0.5)) + " s");
  return std::make_shared<Version>(version_directory(options_.directory, number), number, *options_.keys);
}

std::shared_ptr<SearchProjection::Version> SearchProjection::opened(const std::stop_token& stop) {
  const int newest = newest_version(options_.directory);
  const bool damaged = current_.damaged();
  if (newest != 0 && damaged) {
    say("the search index is damaged: it is set aside and filled anew");
    set_aside(newest);
  } else if (newest != 0) {
    try {
      return std::make_shared<Version>(version_directory(options_.directory, newest), newest, *options_.keys);
    } catch (const search::IndexDamaged& unreadable) {
      say(std::string(unreadable.what()) + ": it is set aside and filled anew");
      set_aside(newest);
    }
  }
  // Not the number of one that is still searched, wherever its files are by now.
  const int next = std::max(newest, version_ ? version_->number : 0) + 1;
  if (damaged || log_.end() > options_.fill_from) return filled(next, stop);
  return std::make_shared<Version>(version_directory(options_.directory, next), next, *options_.keys);
}

Projection::Opened SearchProjection::open(const std::stop_token& stop) {
  bool fresh = false;
  try {
    fs::create_directories(options_.directory);
    const bool stays = version_ && !current_.damaged() && newest_version(options_.directory) == version_->number;
    if (!stays) {
      if (!version_) current_.set(nullptr);  // the same files may be opened again
      const auto before = version_;
      FillLock::remove_leftovers(options_.directory);
      version_ = opened(stop);
      if (before) before->replaced = true;
      for (const int number : versions_in(options_.directory)) {
        if (number < version_->number && !(before && before->number == number)) {
          fs::remove_all(version_directory(options_.directory, number));
        }
      }
      fresh = true;
    }
    current_.set(std::shared_ptr<const SearchIndex>(version_, version_->index.get()));
    return {version_->index->cursor(), version_->index->parked_entities(), fresh};
  } catch (const search::IndexDamaged& damaged) {
    if (version_) current_.note_damage(*version_->index);
    throw StoreUnavailable(damaged.what());
  } catch (const search::IndexUnavailable& away) {
    throw StoreUnavailable(away.what());
  } catch (const fs::filesystem_error& failed) {
    throw StoreUnavailable(failed.what());
  }
}

void SearchProjection::check() {
  if (!version_) return;
  next_look_ = std::chrono::steady_clock::now() + k_look_interval;
  if (current_.damaged()) throw Superseded("the search index is damaged");
  if (newest_version(options_.directory) > version_->number) throw Superseded("there is a newer search index");
}

Written SearchProjection::write(const Batch& batch) {
  if (std::chrono::steady_clock::now() >= next_look_) check();
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
  forgetting_ = std::jthread([this, version = version_] {
    do {
      while (to_forget_.exchange(false)) forget(*version->index);
      forgets_ = false;
    } while (to_forget_ && !forgets_.exchange(true));
  });
}

void SearchProjection::forget(SearchIndex& index) const {
  try {
    fs::remove_all(options_.directory / k_damaged);
    FillLock::remove_leftovers(options_.directory);
    index.index().store().forget();
  } catch (const std::exception& failed) {
    say(std::string("erased values may still be in the files: ") + failed.what());
  }
}

void SearchProjection::probe(std::span<const Item> items) {
  with_index([&](SearchIndex& index) { index.probe(items); });
}

std::vector<ParkedEvent> SearchProjection::parked_events(const std::string& entity_id) {
  return with_index([&](SearchIndex& index) { return index.parked_events(entity_id); });
}

}  // namespace alforis::projections
