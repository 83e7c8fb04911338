// `alforis serve`: puts the parts together and runs them until it is told to stop.

#include <malloc.h>
#include <signal.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <fstream>
#include <future>

#include "api/audit.hpp"
#include "api/auth/bearer.hpp"
#include "api/auth/password.hpp"
#include "api/server.hpp"
#include "api/services.hpp"
#include "commands/state_store.hpp"
#include "commands/user.hpp"
#include "domain/values/url.hpp"
#include "domain/wire/json.hpp"
#include "programs/api_rows.hpp"
#include "programs/commands.hpp"
#include "programs/config_file.hpp"
#include "programs/settings.hpp"
#include "programs/vault_keys.hpp"

namespace alforis::programs {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Steady = std::chrono::steady_clock;

/// How long a start waits for a log that can't be written and is not being replayed.
constexpr seconds k_patience{60};
constexpr seconds k_progress_interval{5};
/// Persons that can be created while the key vault is away.
constexpr std::size_t k_keys_ahead = 2048;

struct ServeSettings {
  StoreSettings stores;
  std::string listen = "127.0.0.1:8080";
  std::string token_key_file;
  std::string admin_email;
  std::string admin_password;
  std::vector<std::string> allowed_origins;
  unsigned rate_limit = 0;
  std::string access_log = "on";  ///< `on`: standard error; `off`; or a file
  unsigned policy_interval = 60;  ///< seconds; 0: never
  api::ServerOptions server;
  api::ServiceOptions services;
};

std::int64_t system_clock_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string read_token_key(const std::string& file) {
  std::ifstream in(file);
  std::string key;
  if (!in || !std::getline(in, key)) throw std::runtime_error("the token key file " + file + " can't be read");
  return key;
}

/// `host:port` into the server's options.
void set_listen(api::ServerOptions& options, const std::string& listen) {
  const auto colon = listen.rfind(':');
  const auto port = colon == std::string::npos ? 0 : std::atoi(listen.c_str() + colon + 1);
  if (port <= 0 || port > 65535) throw std::runtime_error("--listen " + listen + ": write ADDRESS:PORT");
  options.address = listen.substr(0, colon);
  options.port = static_cast<std::uint16_t>(port);
}

/// Always the same, so that a start that no longer knows of the first one cannot make another.
constexpr std::string_view k_first_administrator = "00000000-0000-7000-8000-000000000002";

/// The first administrator, once: the command's id makes a second start find it done.
void bootstrap_admin(commands::Writer& writer, const ServeSettings& settings) {
  if (settings.admin_email.empty() || settings.admin_password.empty()) return;
  auto email = domain::Email::parse(settings.admin_email);
  if (!email) throw std::runtime_error("ALFORIS_ADMIN_EMAIL is no e-mail address");
  commands::CreateUser command;
  command.id = domain::Uuid::parse(k_first_administrator).value();
  command.data.email = *email;
  command.data.role = domain::Role::admin;
  command.data.full_name = domain::Line<200>::parse("Administrateur").value();
  command.password_hash = api::hash_password(settings.admin_password, settings.services.password_cost);
  commands::CommandRequest request;
  request.command_id = "bootstrap/first-administrator";
  request.actor = domain::system_actor();
  request.command = std::move(command);
  // The key vault, which everybody's first key is in, may not be there yet.
  for (const auto end = Steady::now() + k_patience; Steady::now() < end;) {
    std::promise<commands::CommandResult> done;
    writer.submit(request, [&done](commands::CommandResult result) { done.set_value(std::move(result)); });
    const auto result = done.get_future().get();
    const auto* refused = std::get_if<commands::Rejection>(&result);
    if (refused == nullptr || refused->kind != commands::RejectionKind::unavailable) {
      const auto* outcome = std::get_if<commands::Outcome>(&result);
      if (outcome != nullptr && !outcome->replayed) spdlog::info("created the first administrator");
      return;
    }
    spdlog::info("waiting to create the first administrator: {}", refused->detail);
    std::this_thread::sleep_for(seconds(1));
  }
}

/// SIGINT and SIGTERM, taken by the thread that asks and by no other: make it before the first thread.
class StopSignals {
 public:
  StopSignals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGINT);
    sigaddset(&set_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    signal(SIGPIPE, SIG_IGN);
  }

  /// Waits for one; false when none came within `wait`.
  bool received(milliseconds wait) const {
    const auto whole = std::chrono::duration_cast<seconds>(wait);
    const timespec time{whole.count(), std::chrono::nanoseconds(wait - whole).count()};
    const int signal = sigtimedwait(&set_, nullptr, &time);
    if (signal > 0) spdlog::info("stopping on signal {}", signal);
    return signal > 0;
  }

 private:
  sigset_t set_{};
};

/// Says how far a build of the query tables is: each step, and now and then within one.
projections::OnBuildProgress say_build_progress() {
  return [step = std::string(), next = Steady::time_point{}](const projections::BuildProgress& progress) mutable {
    const auto now = Steady::now();
    if (progress.step == step && now < next) return;
    step = progress.step;
    next = now + k_progress_interval;
    spdlog::info("query: building the tables anew ({}): position {} of {}", step, progress.position, progress.end);
  };
}

/// Where the access log's lines go. Files are kept to ten of 10 MiB.
std::function<void(std::string_view)> access_sink(const std::string& where) {
  constexpr std::size_t k_file_size = 10U << 20;
  constexpr std::size_t k_older_files = 9;
  std::shared_ptr<spdlog::sinks::sink> sink;
  if (where == "on") {
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  } else {
    sink = std::make_shared<spdlog::sinks::rotating_file_sink_mt>(where, k_file_size, k_older_files);
  }
  auto logger = std::make_shared<spdlog::logger>("access", std::move(sink));
  logger->set_formatter(std::make_unique<spdlog::pattern_formatter>("%v", spdlog::pattern_time_type::local, ""));
  logger->flush_on(spdlog::level::info);
  return [logger = std::move(logger)](std::string_view lines) {
    logger->log(spdlog::level::info, spdlog::string_view_t(lines.data(), lines.size()));
  };
}

std::string writer_details(const commands::WriterStatus& status) {
  std::string json = R"({"position":)" + std::to_string(status.position) + R"(,"epoch":)" +
                     std::to_string(status.epoch) + R"(,"queued":)" + std::to_string(status.queued);
  if (status.replaying_to != 0) json += R"(,"replaying_to":)" + std::to_string(status.replaying_to);
  if (!status.trouble.empty()) {
    json += R"(,"trouble":)";
    domain::wire::quote(json, status.trouble);
  }
  return json + '}';
}

std::string vault_details(std::size_t ready, const std::string& trouble) {
  std::string json = R"({"keys_ready":)" + std::to_string(ready);
  if (!trouble.empty()) {
    json += R"(,"trouble":)";
    domain::wire::quote(json, trouble);
  }
  return json + '}';
}

std::string runner_details(const projections::RunnerStatus& status) {
  std::string json = R"({"position":)" + std::to_string(status.position) + R"(,"lag":)" + std::to_string(status.lag) +
                     R"(,"parked":)" + std::to_string(status.parked_entities);
  if (!status.trouble.empty()) {
    json += R"(,"trouble":)";
    domain::wire::quote(json, status.trouble);
  }
  if (!status.parked.empty()) {
    json += R"(,"parked_entities":[)";
    for (const auto& parked : status.parked) {
      if (json.back() != '[') json.push_back(',');
      json += R"({"id":")" + parked.id + R"(","position":)" + std::to_string(parked.position) + R"(,"reason":)";
      domain::wire::quote(json, parked.reason);
      json.push_back('}');
    }
    json.push_back(']');
  }
  return json + '}';
}

/// The parts in the order they stand on each other; destroyed in reverse.
class Installation {
 public:
  explicit Installation(const ServeSettings& settings)
      : log_(open_log(settings.stores, false)),
        store_(settings.stores.state_directory()),
        keys_(settings.stores, k_keys_ahead, [](const std::string& message) { spdlog::warn("vault: {}", message); }),
        writer_(*log_, store_, keys_.ring(), writer_options(settings)),
        services_(
            writer_, [query = settings.stores.query(keys_.ring())] { return new_reader(query); },
            api::TokenKey(read_token_key(settings.token_key_file)), system_clock_us, settings.services),
        projection_(settings.stores.query(keys_.ring()), *log_, say_build_progress()),
        runner_(*log_, projection_, runner_options("query")),
        search_(search_options(settings, keys_.ring()), *log_, services_.search_index),
        search_runner_(*log_, search_, search_runner_options()),
        authenticator_(services_) {
    runner_.subscribe([this](const projections::Committed& committed) {
      if (erases(committed)) keys_.ring().note_erasure();
      services_.on_committed(committed);
    });
    search_runner_.subscribe([this](const projections::Committed& committed) {
      if (erases(committed)) keys_.ring().note_erasure();
      services_.search_gate.move_to(committed.position);
    });
    add_routes();
    add_health();
    const std::size_t workers = api::Server::worker_count(settings.server);
    metrics_.prepare(router_, workers);
    api::DispatcherOptions dispatching;
    if (settings.access_log != "off") {
      api::AccessLogOptions options;
      options.now_us = system_clock_us;
      options.sink = access_sink(settings.access_log);
      access_log_.emplace(workers, std::move(options));
      dispatching.access_log = &*access_log_;
    }
    dispatching.allowed_origins = settings.allowed_origins;
    dispatching.rate_limit.quota = settings.rate_limit;
    dispatching.tls = settings.services.tls;
    dispatching.refused = [this](const api::RequestContext& context, std::string_view code) {
      api::note_refused_request(services_, context, code);
    };
    dispatcher_.emplace(router_, &authenticator_, metrics_, dispatching);
    server_.emplace(*dispatcher_, settings.server);
  }

  ~Installation() {
    if (server_) server_->stop();
  }

  /// False when a signal came meanwhile.
  bool start(const ServeSettings& settings, const StopSignals& signals) {
    server_->start();
    if (!wait_for_writer(signals)) return false;
    bootstrap_admin(writer_, settings);
    spdlog::info("serving on http{}://{}:{}", settings.server.certificate_file.empty() ? "" : "s",
                 settings.server.address, server_->port());
    return true;
  }

  void load_directory_when_ready(const std::function<bool()>& stopped) {
    while (!stopped()) {
      try {
        if (runner_.wait_for(writer_.status().position, std::chrono::milliseconds(200))) {
          services_.load_directory();
          services_.load_revoked_sessions();
          services_.load_api_keys();
          services_.load_workspace();
          services_.gate.advance(runner_.position());
          services_.search_gate.advance(search_runner_.position());
          ready_ = true;
          return;
        }
      } catch (const projections::DatabaseUnavailable& away) {
        spdlog::warn("waiting for PostgreSQL: {}", away.what());
        std::this_thread::sleep_for(std::chrono::seconds(1));
      }
    }
  }

 private:
  static projections::QueryReader new_reader(const projections::QueryOptions& query) {
    projections::ReaderOptions options;
    options.keys = query.keys;
    return projections::QueryReader(query.dsn, query.workspace, options);
  }

  /// Whether keys were destroyed with it: every server then forgets them.
  static bool erases(const projections::Committed& committed) {
    return committed.everything || std::any_of(committed.types.begin(), committed.types.end(),
                                               [](const auto& type) { return domain::erases(type); });
  }

  static commands::WriterOptions writer_options(const ServeSettings& settings) {
    commands::WriterOptions options;
    options.policy_interval = std::chrono::seconds(settings.policy_interval);
    options.now_us = system_clock_us;
    options.say = [](const std::string& message) { spdlog::warn("writer: {}", message); };
    return options;
  }

  static projections::RunnerOptions runner_options(const char* name) {
    projections::RunnerOptions options;
    options.say = [name](const std::string& message) { spdlog::info("{}: {}", name, message); };
    return options;
  }

  /// Words come again and again: fewer, larger batches save half of the work, and what is written is found soon enough.
  /// Whoever waits for an answer comes before an index that will be read a little later.
  static projections::RunnerOptions search_runner_options() {
    projections::RunnerOptions options = runner_options("search");
    options.min_interval = std::chrono::milliseconds(40);
    options.niceness = 10;
    return options;
  }

  static projections::SearchOptions search_options(const ServeSettings& settings, const privacy::Keys& keys) {
    projections::SearchOptions options;
    options.directory = settings.stores.search_directory();
    options.keys = &keys;
    options.say = [](const std::string& message) { spdlog::warn("search: {}", message); };
    return options;
  }

  /// A long log takes as long as it takes to replay; any other trouble is given a minute. False when a signal came.
  bool wait_for_writer(const StopSignals& signals) const {
    constexpr milliseconds k_look{50};
    auto next_word = Steady::now() + k_progress_interval;
    milliseconds in_trouble{0};
    for (auto status = writer_.status(); !status.ready; status = writer_.status()) {
      if (status.replaying_to == 0) in_trouble += k_look;
      if (in_trouble >= k_patience) throw std::runtime_error("the log can't be written: " + status.trouble);
      if (Steady::now() >= next_word) {
        say_waiting(status);
        next_word += k_progress_interval;
      }
      if (signals.received(k_look)) return false;
    }
    return true;
  }

  static void say_waiting(const commands::WriterStatus& status) {
    if (status.replaying_to == 0) {
      spdlog::info("waiting for the log: {}", status.trouble);
    } else {
      spdlog::info("replaying the log: position {} of {}", status.position, status.replaying_to);
    }
  }

  void add_routes() {
    add_api_rows(router_, services_, health_, metrics_);
    api::add_documentation(router_, openapi_info());
  }

  void add_health() {
    health_.add([this] { return api::HealthCheck{"directory", ready_.load(), "{}"}; });
    health_.add([this] {
      const auto status = writer_.status();
      return api::HealthCheck{"writer", status.ready, writer_details(status)};
    });
    health_.add([this] {
      const std::string trouble = keys_.ring().trouble();
      return api::HealthCheck{"vault", trouble.empty(), vault_details(keys_.ring().ready(), trouble)};
    });
    add_projection("query", runner_, [] { return false; });
    // Everything but searches is served while an index is filled.
    add_projection("search", search_runner_, [this] { return search_.filling(); });
    metrics_.add_gauge("alforis_writer_queue", "Commands waiting for the writer", {},
                       [this] { return double(writer_.status().queued); });
    metrics_.add_gauge("alforis_writer_ready", "1 while the writer takes commands", {},
                       [this] { return double(writer_.status().ready); });
    metrics_.add_counter("alforis_audit_notes_lost_total", "Refusals that could not be noted in the audit log", {},
                         [this] { return double(services_.notes_lost->load()); });
    metrics_.add_counter("alforis_commits_total", "Commits written", {},
                         [this] { return double(writer_.status().commits); });
    metrics_.add_counter("alforis_rejections_total", "Commands rejected", {},
                         [this] { return double(writer_.status().rejections); });
    metrics_.add_gauge("alforis_vault_keys_ready", "Keys made ahead for new persons", {},
                       [this] { return double(keys_.ring().ready()); });
    metrics_.add_counter("alforis_access_log_dropped_total", "Lines of the access log that found no room", {},
                         [this] { return access_log_ ? double(access_log_->dropped()) : 0; });
    metrics_.add_gauge("alforis_connections", "Open connections", {},
                       [this] { return server_ ? double(server_->status().connections) : 0; });
  }

  /// `begins`: it is not connected yet, and that is no reason to send nobody here.
  void add_projection(const std::string& name, const projections::Runner& runner, std::function<bool()> begins) {
    health_.add([name, &runner, begins = std::move(begins)] {
      const auto status = runner.status();
      const bool ok = (status.connected || begins()) && !status.stopped && status.parked_entities == 0;
      return api::HealthCheck{"projection." + name, ok, runner_details(status)};
    });
    const api::Metrics::Labels labels{{"projection", name}};
    metrics_.add_gauge("alforis_projection_lag", "Records of the log not yet in the projection", labels,
                       [&runner] { return double(runner.status().lag); });
    metrics_.add_gauge("alforis_projection_position", "Position of the projection", labels,
                       [&runner] { return double(runner.position()); });
    metrics_.add_gauge("alforis_projection_parked", "Entities that wait for a repair", labels,
                       [&runner] { return double(runner.status().parked_entities); });
  }

  // Handlers wait for the writer and the pool on the server's threads, so the server is made last but destroyed last
  // too: stop() ends its threads' work first.
  api::Metrics metrics_;
  api::Health health_;
  api::Router router_;
  std::atomic<bool> ready_{false};
  std::optional<api::AccessLog> access_log_;
  std::optional<api::Dispatcher> dispatcher_;
  std::optional<api::Server> server_;
  std::unique_ptr<eventstore::Log> log_;
  commands::StateStore store_;
  VaultKeys keys_;
  commands::Writer writer_;
  api::Services services_;
  projections::QueryProjection projection_;
  projections::Runner runner_;
  projections::SearchProjection search_;
  projections::Runner search_runner_;
  api::BearerAuthenticator authenticator_;
};

int serve(ServeSettings& settings) {
  // Two threads per core allocate; glibc's default of eight arenas per core keeps freed memory for each.
  mallopt(M_ARENA_MAX, 4);  // NOLINT(concurrency-mt-unsafe): there is one thread yet
  const StopSignals signals;
  set_listen(settings.server, settings.listen);
  // Behind a proxy that ends TLS browsers have it all the same.
  settings.services.tls =
      !settings.server.certificate_file.empty() || settings.services.public_url.starts_with("https://");
  Installation installation(settings);
  if (!installation.start(settings, signals)) return 0;
  std::atomic<bool> stopped{false};
  std::thread starter([&] { installation.load_directory_when_ready([&] { return stopped.load(); }); });
  while (!signals.received(std::chrono::hours(1))) continue;
  stopped = true;
  starter.join();
  return 0;
}

}  // namespace

void add_serve(CLI::App& app, ExitCode& exit) {
  auto settings = std::make_shared<ServeSettings>();
  auto* serving = app.add_subcommand("serve", "Run the server: commands, log, projections, HTTP");
  serving->footer(
      "Example:\n  alforis serve --listen 127.0.0.1:8080 --data var/data --postgres 'host=/run/postgresql "
      "dbname=alforis' "
      "--token-key-file var/secrets/token.key --master-key-file var/secrets/master.key");
  add_config_option(*serving);
  add_store_options(*serving, settings->stores, NeedsPostgres::yes);
  serving->add_option("--listen", settings->listen, "ADDRESS:PORT")->envname("ALFORIS_LISTEN")->capture_default_str();
  serving
      ->add_option("--token-key-file", settings->token_key_file,
                   "file with at least 32 random characters that sign access tokens")
      ->envname("ALFORIS_TOKEN_KEY_FILE")
      ->required();
  serving->add_option("--tls-certificate", settings->server.certificate_file, "PEM chain; with --tls-key: HTTPS")
      ->envname("ALFORIS_TLS_CERTIFICATE");
  serving->add_option("--tls-key", settings->server.key_file, "PEM key")->envname("ALFORIS_TLS_KEY");
  serving->add_option("--threads", settings->server.threads, "threads for connections (0: one per core)")
      ->envname("ALFORIS_THREADS");
  serving
      ->add_option("--read-threads", settings->services.read_threads,
                   "threads that ask PostgreSQL, each with a connection; more help where it has a machine of its own")
      ->envname("ALFORIS_READ_THREADS")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  serving
      ->add_option("--allowed-origin", settings->allowed_origins, "origin that browsers may call from; may be repeated")
      ->envname("ALFORIS_ALLOWED_ORIGIN");
  serving
      ->add_option_function<unsigned>(
          "--access-token-lifetime",
          [settings](unsigned lifetime) { settings->services.token_lifetime = std::chrono::seconds(lifetime); },
          "seconds until an access token has to be refreshed (900)")
      ->envname("ALFORIS_ACCESS_TOKEN_LIFETIME")
      ->check(CLI::Range(1, 86'400));
  serving
      ->add_option_function<unsigned>(
          "--session-lifetime",
          [settings](unsigned lifetime) { settings->services.refresh_lifetime = std::chrono::seconds(lifetime); },
          "seconds until a session ends that nobody refreshes (2592000)")
      ->envname("ALFORIS_SESSION_LIFETIME")
      ->check(CLI::Range(1, 7'776'000));
  serving
      ->add_option("--public-url", settings->services.public_url,
                   "where browsers reach this server, such as https://crm.example.org: for links that are handed out")
      ->envname("ALFORIS_PUBLIC_URL")
      ->check([](const std::string& url) {
        return domain::Url::parse(url) && !url.ends_with('/') ? "" : "expected http(s)://HOST, no slash at the end";
      });
  serving
      ->add_option("--min-password-length", settings->services.min_password, "characters of a new password, at least 8")
      ->envname("ALFORIS_MIN_PASSWORD_LENGTH")
      ->check(CLI::Range(api::k_min_password, std::size_t{64}))
      ->capture_default_str();
  serving
      ->add_option("--argon2-memory", settings->services.password_cost.memory_kib, "KiB that a password's hash takes")
      ->envname("ALFORIS_ARGON2_MEMORY")
      ->check(CLI::Range(8 * 1024, 4 * 1024 * 1024))
      ->capture_default_str();
  serving->add_option("--argon2-passes", settings->services.password_cost.passes, "passes over that memory")
      ->envname("ALFORIS_ARGON2_PASSES")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  serving
      ->add_option("--rate-limit", settings->rate_limit,
                   "requests per minute of a user, of an API key, of an address not logged in (0: no limit)")
      ->envname("ALFORIS_RATE_LIMIT");
  serving
      ->add_option("--access-log", settings->access_log,
                   "a line for each request: on (standard error), off, or a file, kept to ten of 10 MiB")
      ->envname("ALFORIS_ACCESS_LOG")
      ->capture_default_str();
  serving
      ->add_option("--policy-interval", settings->policy_interval,
                   "seconds between two looks at the clock by what runs by itself: mandats that end (0: never)")
      ->envname("ALFORIS_POLICY_INTERVAL")
      ->capture_default_str();
  serving->add_option("--admin-email", settings->admin_email, "first administrator, made when there is none")
      ->envname("ALFORIS_ADMIN_EMAIL");
  // A password on a command line is seen by everybody on the machine: environment only.
  if (const char* password = std::getenv("ALFORIS_ADMIN_PASSWORD")) settings->admin_password = password;
  serving->callback([settings, &exit] { exit.value = serve(*settings); });
}

}  // namespace alforis::programs
