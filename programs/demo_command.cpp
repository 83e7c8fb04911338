#include "programs/demo_command.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <mutex>
#include <thread>
#include <vector>

#include "domain/values/uuid.hpp"
#include "domain/wire/json.hpp"
#include "programs/demo_data.hpp"

namespace alforis::programs {
namespace {

constexpr std::size_t k_connections = 8;
constexpr const char* k_examples = R"(
Examples:
  alforis demo
  alforis demo --password-file var/secrets/demo --seed 7)";

// The key says what is asked: with another password it is another request, and the record that is there answers 409.
std::string key_of(const std::string& path, const DemoRecord& record) {
  return "demo-" + record.id + "-" + domain::Uuid::v5(*domain::Uuid::parse(record.id), path + record.body).text();
}

// Creates all records of one kind, over several connections.
class Loader {
 public:
  Loader(std::shared_ptr<ServerSession> session, std::string path, const std::vector<DemoRecord>& records)
      : session_(std::move(session)), path_(std::move(path)), records_(records) {}

  void load() {
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < std::min(k_connections, records_.size()); ++i) {
      threads.emplace_back([this] { work(); });
    }
    for (auto& thread : threads) thread.join();
    if (!trouble_.empty()) throw std::runtime_error(trouble_);
  }

 private:
  void work() {
    try {
      HttpClient client(session_);
      for (std::size_t i = next_.fetch_add(1); i < records_.size() && !failed_; i = next_.fetch_add(1)) {
        const std::string path = path_ + records_[i].move;
        const HttpResponse response = client.send({"POST", path, records_[i].body, key_of(path, records_[i])});
        if (!response.ok() && response.status != 409) fail(path + ": " + explain(response) + "\n  " + records_[i].body);
      }
    } catch (const std::exception& error) {
      fail(error.what());
    }
  }

  void fail(const std::string& trouble) {
    const std::lock_guard lock(mutex_);
    failed_ = true;
    if (trouble_.empty()) trouble_ = trouble;
  }

  std::shared_ptr<ServerSession> session_;
  std::string path_;
  const std::vector<DemoRecord>& records_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  std::string trouble_;
};

std::string first_line(const std::string& file) {
  std::ifstream in(file);
  std::string line;
  if (!in || !std::getline(in, line) || line.empty()) throw std::runtime_error("there is no password in " + file);
  return line;
}

std::vector<DemoRecord> with_password(std::vector<DemoRecord> users, const std::string& password) {
  if (password.empty()) return users;
  for (DemoRecord& user : users) {
    user.body.pop_back();
    user.body += R"(,"password":)";
    domain::wire::quote(user.body, password);
    user.body += '}';
  }
  return users;
}

}  // namespace

void run_demo(const DemoSettings& settings, std::ostream& out) {
  const auto began = std::chrono::steady_clock::now();
  const std::string password = settings.password_file.empty() ? settings.password : first_line(settings.password_file);
  const DemoFirm firm = make_demo_firm(settings.seed);
  const auto session = std::make_shared<ServerSession>(resolve_access(settings.server));
  const auto load = [&session](const char* path, const std::vector<DemoRecord>& records) {
    Loader(session, path, records).load();
  };
  load("/api/v1/teams", firm.teams);
  load("/api/v1/users", with_password(firm.users, password));
  load("/api/v1/organisations", firm.organisations);
  load("/api/v1/people", firm.people);
  load("/api/v1/links", firm.links);
  load("/api/v1/produits", firm.produits);
  for (const auto* records : {&firm.mandats, &firm.signings, &firm.activations, &firm.joinings}) {
    load("/api/v1/mandats", *records);
  }
  load("/api/v1/interactions", firm.interactions);
  load("/api/v1/tasks", firm.tasks);
  load("/api/v1/tasks", firm.completions);
  load("/api/v1/manual-kpis", firm.kpis);
  load("/api/v1/views", firm.views);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  out << "demo firm in place after " << static_cast<int>(took.count() * 10) / 10.0 << " s: " << firm.teams.size()
      << " teams, " << firm.users.size() << " users, " << firm.organisations.size() << " organisations, "
      << firm.people.size() << " people, " << firm.links.size() << " links, " << firm.produits.size() << " produits, "
      << firm.mandats.size() << " mandats, " << firm.interactions.size() << " interactions, " << firm.tasks.size()
      << " tasks\n";
  if (password.empty()) {
    out << "its users have no password and cannot log in; ALFORIS_DEMO_PASSWORD or --password-file gives new ones "
           "one\n";
  } else {
    out << "log in as " << firm.emails.front() << " (manager) or " << firm.emails[1]
        << " (sales) with the password given; users that were there already keep theirs\n";
  }
}

void add_demo(CLI::App& app, ExitCode& exit) {
  auto* command =
      app.add_subcommand("demo", "Load a made-up fund distributor into a running server, the same each time");
  const auto settings = std::make_shared<DemoSettings>();
  command->add_option("--seed", settings->seed, "Another number makes other organisations and people (default 1)");
  command->add_option("--password-file", settings->password_file,
                      "File with the password of the twelve users; else ALFORIS_DEMO_PASSWORD; else they have none");
  // A password on a command line is seen by everybody on the machine: environment or file only.
  if (const char* password = std::getenv("ALFORIS_DEMO_PASSWORD")) settings->password = password;
  add_server_options(*command, settings->server);
  command->footer(k_examples);
  command->callback([settings, &exit] {
    run_demo(*settings, std::cout);
    exit.value = 0;
  });
}

}  // namespace alforis::programs
