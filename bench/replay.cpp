// How fast a writer with an empty state store replays its log: organisations created, every third of them changed
// later, evenly over a year, as a firm's log is: outcomes of commands are kept for its last month alone. bench_replay
// [ORGANISATIONS] [DIRECTORY]; with a directory the log is a RocksDB one there, else it is in memory.
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <memory>
#include <thread>
#include <unordered_map>

#include "commands/outcomes.hpp"
#include "commands/state_store.hpp"
#include "commands/writer.hpp"
#include "domain/events.hpp"
#include "eventstore/memory_log.hpp"
#include "eventstore/rocks_log.hpp"
#include "privacy/memory_vault.hpp"

namespace {

using namespace alforis;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t k_start_us = 1'750'000'000'000'000;
constexpr std::int64_t k_year_us = 365LL * 24 * 3600 * 1'000'000;
constexpr std::size_t k_append = 1000;

domain::Uuid id_of(std::size_t number) {
  const std::array<std::uint8_t, 10> random{static_cast<std::uint8_t>(number >> 16U),
                                            static_cast<std::uint8_t>(number >> 8U), static_cast<std::uint8_t>(number)};
  return domain::Uuid::v7(k_start_us / 1000 + static_cast<std::int64_t>(number), random);
}

domain::AnyEvent created(std::size_t number) {
  using namespace domain;
  OrganisationCreated event;
  const std::string n = std::to_string(number);
  event.name = Line<255>::parse("Société de gestion numéro " + n).value();
  event.type = OrganisationType::fournisseur;
  event.category = OrganisationCategory::sdg;
  event.email = Email::parse("contact" + n + "@example.fr").value();
  event.phone = Phone::parse("+33185001122").value();
  event.website = Url::parse("https://www.example" + n + ".fr").value();
  event.city = Line<100>::parse("Paris").value();
  event.country = CountryCode::france();
  event.language = LanguageCode::parse("fr").value();
  event.regulator_number = Line<50>::parse("GP-" + n).value();
  event.aum = Money{static_cast<std::int64_t>(number) * 100'000'000};
  event.tags = {Line<50>::parse("UCITS").value(), Line<50>::parse("register").value()};
  return event;
}

domain::AnyEvent changed(std::size_t number) {
  domain::OrganisationUpdated event;
  event.aum = domain::Money{static_cast<std::int64_t>(number) * 200'000'000};
  event.city = domain::Line<100>::parse("Lyon").value();
  return event;
}

/// Appends one commit per event, as the writer would have. Returns how many.
std::size_t fill(eventstore::Log& log, std::size_t organisations) {
  eventstore::WriterEpoch epoch(log, {}, "bench", [](const eventstore::Commit&) {});
  std::vector<eventstore::CommitDraft> drafts;
  std::size_t written = 0;
  const auto flush = [&] {
    epoch.commit(drafts, std::chrono::seconds(60));
    drafts.clear();
  };
  const auto step_us = k_year_us / static_cast<std::int64_t>(organisations + organisations / 3 + 1);
  const auto add = [&](std::size_t number, const domain::AnyEvent& event) {
    eventstore::CommitDraft draft;
    draft.command_id = id_of(written + 1'000'000'000).text();
    draft.actor = domain::k_system_actor;
    draft.time_us = k_start_us + static_cast<std::int64_t>(written++) * step_us;
    draft.metadata = commands::with_request_hash(R"({"request":"bench"})", std::string(64, 'a'));
    draft.events.push_back({std::string(domain::event_type(event)), id_of(number).text(), domain::encode_event(event)});
    drafts.push_back(std::move(draft));
    if (drafts.size() == k_append) flush();
  };
  for (std::size_t i = 0; i < organisations; ++i) {
    add(i, created(i));
    if (i % 3 == 2) add(i / 2, changed(i));
  }
  flush();
  return written;
}

/// Of all threads of this process: what other programs take meanwhile does not count.
double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

struct Stopwatch {
  Clock::time_point begin = Clock::now();
  double cpu_begin = cpu_seconds();

  void report(const char* what, std::size_t events) const {
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    const double cpu = cpu_seconds() - cpu_begin;
    std::printf("%-28s %9.0f events/s, %9.0f per second of CPU  (%zu in %.2f s)\n", what,
                static_cast<double>(events) / seconds, static_cast<double>(events) / cpu, events, seconds);
  }
};

void read_only(eventstore::Log& log, std::size_t events) {
  const Stopwatch stopwatch;
  eventstore::Reader reader(log);
  std::size_t read = 0;
  while (read < events) read += reader.read(1000, std::chrono::milliseconds(0)).size();
  stopwatch.report("read and check the chain", read);
}

/// What the entities alone cost: no indexes, no documents, no store.
void evolve_in_memory(eventstore::Log& log, std::size_t events) {
  const Stopwatch stopwatch;
  eventstore::Reader reader(log);
  std::unordered_map<domain::Uuid, std::optional<domain::Organisation>> organisations;
  std::size_t evolved = 0;
  while (evolved < events) {
    for (const eventstore::Commit& commit : reader.read(1000, std::chrono::milliseconds(0))) {
      const eventstore::Event& recorded = commit.events.front();
      const auto event = domain::decode_event(recorded.type, recorded.data).value();
      const domain::EventContext context{domain::Uuid::parse(recorded.entity_id).value(), domain::Uuid{},
                                         domain::Instant::from_micros(commit.time_us)};
      std::visit(
          [&]<class Event>(const Event& e) {
            if constexpr (std::is_same_v<domain::StateOf<Event>, domain::Organisation>) {
              evolve(organisations[context.id], e, context);
            }
          },
          event);
      ++evolved;
    }
  }
  stopwatch.report("the same, decode and evolve", evolved);
}

void replay(eventstore::Log& log, std::size_t events, const std::filesystem::path& directory) {
  const Stopwatch stopwatch;
  commands::StateStore store(directory);
  commands::WriterOptions options;
  options.now_us = [] { return k_start_us + k_year_us; };
  privacy::MemoryVault vault;
  const auto masters = privacy::MasterKeys::parse(privacy::MasterKeys::new_line("bench"));
  privacy::KeyRing keys(vault, [&] { return masters; });
  const commands::Writer writer(log, store, keys, options);
  while (!writer.status().ready) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  stopwatch.report("replay into an empty state", events);
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t organisations = argc > 1 ? std::stoul(argv[1]) : 300'000;
  const auto scratch = std::filesystem::temp_directory_path() / ("bench-replay-" + std::to_string(getpid()));
  std::unique_ptr<eventstore::Log> log;
  if (argc > 2) {
    log = std::make_unique<eventstore::RocksLog>(argv[2]);
  } else {
    log = std::make_unique<eventstore::MemoryLog>();
  }
  const std::size_t events = fill(*log, organisations);
  read_only(*log, events);
  evolve_in_memory(*log, events);
  replay(*log, events, scratch);
  std::filesystem::remove_all(scratch);
}
