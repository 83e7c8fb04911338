// How fast the writer creates people on the embedded log, each acknowledged after fsync. Linked twice: with the sealing
// of personal data, and without it (unsealed.cpp). bench_people PEOPLE DIRECTORY [POSTGRES]; the directory must not be
// there yet and is removed afterwards; with a connection string the key vault is there, in a schema that must be empty,
// as the master key is a new one; else it is in memory. Prints one JSON object.
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <memory>
#include <mutex>
#include <thread>

#include "commands/person.hpp"
#include "commands/state_store.hpp"
#include "commands/writer.hpp"
#include "eventstore/rocks_log.hpp"
#include "privacy/memory_vault.hpp"
#include "projections/vault/postgres_vault.hpp"

namespace {

using namespace alforis;
using Clock = std::chrono::steady_clock;

constexpr std::size_t k_in_flight = 256;
constexpr std::size_t k_warm_up = 2000;

domain::Uuid id_of(std::size_t number) {
  const std::array<std::uint8_t, 10> random{static_cast<std::uint8_t>(number >> 16U),
                                            static_cast<std::uint8_t>(number >> 8U), static_cast<std::uint8_t>(number)};
  return domain::Uuid::v7(1'750'000'000'000 + static_cast<std::int64_t>(number), random);
}

commands::CommandRequest creation(std::size_t number) {
  using namespace domain;
  const std::string n = std::to_string(number);
  PersonData<Full> person;
  person.first_name = Line<100>::parse("Hélène").value();
  person.last_name = Line<100>::parse("Castagné-Delmas " + n).value();
  person.personal_email = Email::parse("helene.castagne" + n + "@courrier.example").value();
  person.mobile = Phone::parse("+33639981122").value();
  person.job_title = Line<200>::parse("Responsable de la sélection de fonds").value();
  person.country = CountryCode::france();
  person.language = LanguageCode::parse("fr").value();
  person.linkedin_url = LongUrl::parse("https://www.linkedin.example/in/helene-castagne-" + n).value();
  commands::CommandRequest request;
  request.command_id = id_of(number + 1'000'000'000).text();
  request.actor = system_actor();
  request.metadata = R"({"request":"bench"})";
  request.command = commands::CreatePerson{id_of(number), std::move(person)};
  return request;
}

/// Hands out turns, at most k_in_flight at once.
class Turns {
 public:
  void take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return taken_ < k_in_flight; });
    ++taken_;
  }
  void give_back(bool done) {
    const std::lock_guard lock(mutex_);
    --taken_;
    if (!done) ++refused_;
    changed_.notify_one();
  }
  /// Waits for all of them. Returns how many commands were refused.
  std::size_t finish() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return taken_ == 0; });
    return refused_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t taken_ = 0;
  std::size_t refused_ = 0;
};

/// Creates the people from `first` on. Returns how many were refused.
std::size_t create(commands::Writer& writer, std::size_t first, std::size_t people) {
  Turns turns;
  for (std::size_t i = first; i < first + people; ++i) {
    turns.take();
    writer.submit(creation(i), [&turns](const commands::CommandResult& result) {
      turns.give_back(std::holds_alternative<commands::Outcome>(result));
    });
  }
  return turns.finish();
}

std::unique_ptr<privacy::Vault> make_vault(const char* postgres) {
  if (postgres == nullptr) return std::make_unique<privacy::MemoryVault>();
  return std::make_unique<projections::PostgresVault>(projections::VaultOptions{postgres, "bench"});
}

/// Of all threads of this process.
double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

int measure(std::size_t people, const std::filesystem::path& directory, const char* postgres) {
  eventstore::RocksLog log(directory / "log");
  commands::StateStore store(directory / "state");
  const auto vault = make_vault(postgres);
  const auto masters = privacy::MasterKeys::parse(privacy::MasterKeys::new_line("bench"));
  privacy::KeyRing keys(*vault, [&] { return masters; });
  commands::WriterOptions options;
  options.policy_interval = std::chrono::milliseconds(0);
  options.now_us = [] {
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
  };
  commands::Writer writer(log, store, keys, options);
  const auto patience = Clock::now() + std::chrono::seconds(30);
  while (!writer.status().ready || keys.ready() == 0) {
    if (Clock::now() > patience) {
      std::fprintf(stderr, "not ready: %s %s\n", writer.status().trouble.c_str(), keys.trouble().c_str());
      return 1;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  std::size_t refused = create(writer, 0, k_warm_up);
  const auto begin = Clock::now();
  const double cpu = cpu_seconds();
  refused += create(writer, k_warm_up, people);
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  std::printf(R"({"people":%zu,"refused":%zu,"seconds":%.3f,"per_second":%.0f,"cpu_us_each":%.1f})"
              "\n",
              people, refused, seconds, static_cast<double>(people) / seconds,
              (cpu_seconds() - cpu) * 1e6 / static_cast<double>(people));
  return refused == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "bench_people PEOPLE DIRECTORY [POSTGRES]\n");
    return 2;
  }
  const std::filesystem::path directory(argv[2]);
  if (!std::filesystem::create_directory(directory)) {
    std::fprintf(stderr, "%s is there already\n", argv[2]);
    return 2;
  }
  const int code = measure(std::stoul(argv[1]), directory, argc > 3 ? argv[3] : nullptr);
  std::filesystem::remove_all(directory);
  return code;
}
