#include "database.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace alforis::projections {

namespace {

/// What a command prints; throws when it fails.
std::string output_of(const std::string& command) {
  std::FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
  std::string text;
  char chunk[4096];
  while (const std::size_t got = std::fread(chunk, 1, sizeof chunk, pipe)) text.append(chunk, got);
  if (::pclose(pipe) != 0) throw std::runtime_error("failed: " + command);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

/// A cluster for this run alone, gone when the program ends.
class OwnCluster {
 public:
  OwnCluster() {
    std::string directory = (std::filesystem::temp_directory_path() / "alforis-test-XXXXXX").string();
    if (::mkdtemp(directory.data()) == nullptr) throw std::runtime_error("cannot make a temporary directory");
    directory_ = directory;
    // The server runs as a user of its own when root runs the tests.
    std::filesystem::permissions(directory_, std::filesystem::perms(0755));
    tool("start", " >&2");
    dsn_ = tool("dsn", "");
  }
  ~OwnCluster() {
    try {
      tool("stop", " >&2");
      std::filesystem::remove_all(directory_);
    } catch (const std::exception& trouble) {
      std::fprintf(stderr, "the test cluster stays behind in %s: %s\n", directory_.c_str(), trouble.what());
    }
  }

  const std::string& dsn() const { return dsn_; }

 private:
  std::string tool(const std::string& command, const std::string& redirect) const {
    return output_of("'" ALFORIS_SOURCE_DIR "/tools/postgres' " + command + " --dir '" + directory_ + "/postgres'" +
                     redirect);
  }

  std::string directory_;
  std::string dsn_;
};

template <class T>
T parsed(const std::string& text) {
  return T::parse(text).value();
}

}  // namespace

const std::string& test_dsn() {
  static const std::string dsn = [] {
    if (const char* given = std::getenv("ALFORIS_TEST_POSTGRES"); given != nullptr && *given != '\0') {
      return std::string(given);
    }
    static const OwnCluster cluster;
    return cluster.dsn();
  }();
  return dsn;
}

std::string fresh_workspace() {
  static int made = 0;
  return "t" + std::to_string(::getpid()) + "_" + std::to_string(++made);
}

Uuid id_of(char kind, int n) {
  std::array<std::uint8_t, 16> bytes{};
  bytes[0] = 0x01;
  bytes[5] = static_cast<std::uint8_t>(kind);
  bytes[6] = 0x70;
  bytes[8] = 0x80;
  for (int i = 0; i < 4; ++i) bytes[static_cast<std::size_t>(15 - i)] = static_cast<std::uint8_t>(n >> (8 * i));
  return Uuid(bytes);
}

// ---- Sql

Sql::Sql(const std::string& dsn)
    : connection_(std::make_unique<postgres::Connection>(dsn, postgres::ConnectionOptions{})) {}

std::string Sql::value(const std::string& sql) {
  const auto all = rows(sql);
  return all.empty() ? "" : all.front().substr(0, all.front().find('|'));
}

std::vector<std::string> Sql::rows(const std::string& sql) {
  // One text per row, however many columns there are.
  const auto answer = connection_->run(
      "SELECT array_to_string(ARRAY(SELECT value FROM json_each_text(row_to_json(x))), '|') "
      "FROM (" +
      sql + ") x");
  std::vector<std::string> texts;
  for (std::size_t row = 0; row < answer.size(); ++row) texts.emplace_back(answer.text(row, 0));
  return texts;
}

// ---- Feed

Feed::Feed(eventstore::Log& log) : epoch_(log, {}, "test", [](const eventstore::Commit&) {}) {}

eventstore::CommitDraft Feed::draft(const Uuid& actor) {
  eventstore::CommitDraft draft;
  draft.command_id = "command-" + std::to_string(++commands_);
  draft.actor = actor.text();
  draft.time_us = ++time_us_;
  return draft;
}

Position Feed::commit(const std::vector<Happened>& events, const Uuid& actor) {
  auto commit = draft(actor);
  for (const Happened& event : events) commit.events.push_back(event.written);
  return epoch_.commit(std::array{commit}, std::chrono::seconds(10)).back().position;
}

Position Feed::commit_raw(std::vector<eventstore::Event> events) {
  auto commit = draft(id_of('u', 1));
  commit.events = std::move(events);
  return epoch_.commit(std::array{commit}, std::chrono::seconds(10)).back().position;
}

Position Feed::commit_all(const std::vector<Happened>& events) {
  std::vector<eventstore::CommitDraft> drafts;
  for (const Happened& event : events) {
    drafts.push_back(draft(id_of('u', 1)));
    drafts.back().events.push_back(event.written);
  }
  return epoch_.commit(drafts, std::chrono::seconds(60)).back().position;
}

// ---- events

domain::OrganisationCreated organisation(const std::string& name, std::optional<Uuid> owner) {
  domain::OrganisationCreated event;
  event.name = parsed<domain::Line<255>>(name);
  event.owner_id = owner;
  return event;
}

domain::PersonCreated person(const std::string& first_name, const std::string& last_name) {
  domain::PersonCreated event;
  event.first_name = parsed<domain::Line<100>>(first_name);
  event.last_name = parsed<domain::Line<100>>(last_name);
  return event;
}

domain::LinkCreated link(const Uuid& person, const Uuid& organisation) {
  domain::LinkCreated event;
  event.person_id = person;
  event.organisation_id = organisation;
  return event;
}

domain::UserCreated user(const std::string& email, domain::Role role, std::optional<Uuid> team) {
  domain::UserCreated event;
  event.email = parsed<domain::Email>(email);
  event.role = role;
  event.team_id = team;
  return event;
}

domain::TeamCreated team(const std::string& name) {
  domain::TeamCreated event;
  event.name = parsed<domain::Line<100>>(name);
  return event;
}

domain::UserUpdated moved_to(std::optional<Uuid> team) {
  domain::UserUpdated event;
  event.team_id = team ? domain::Edit<Uuid>(*team) : domain::Edit<Uuid>::clear();
  return event;
}

domain::OrganisationUpdated renamed(const std::string& name) {
  domain::OrganisationUpdated event;
  event.name = parsed<domain::Line<255>>(name);
  return event;
}

domain::Viewer viewer(const Uuid& id, domain::Role role, std::optional<Uuid> team) { return {id, role, team}; }
domain::Viewer administrator() { return {id_of('u', 1), domain::Role::admin, std::nullopt}; }

// ---- QueryTest

QueryTest::QueryTest() : feed_(log_), workspace_(fresh_workspace()), reader_(test_dsn(), workspace_) {}

QueryTest::~QueryTest() {
  stop();
  const auto schemas = sql_.rows("SELECT nspname FROM pg_namespace WHERE nspname = '" + workspace_ +
                                 "' OR nspname LIKE '" + workspace_ + "\\_query\\_%'");
  for (const std::string& schema : schemas) sql_.run("DROP SCHEMA " + schema + " CASCADE");
}

void QueryTest::start(RunnerOptions options) {
  options.poll = std::chrono::milliseconds(10);
  options.first_backoff = std::chrono::milliseconds(10);
  if (std::getenv("ALFORIS_TEST_VERBOSE") != nullptr) {
    options.say = [](const std::string& message) { std::fprintf(stderr, "%s\n", message.c_str()); };
  }
  projection_ = std::make_unique<QueryProjection>(this->options(), log_);
  runner_ = std::make_unique<Runner>(log_, *projection_, std::move(options));
}

void QueryTest::stop() {
  runner_.reset();
  projection_.reset();
}

void QueryTest::settle() {
  ASSERT_TRUE(runner_->wait_for(log_.end(), std::chrono::seconds(30))) << runner_->status().trouble;
}

std::string QueryTest::live() const { return workspace_ + "_query_v" + std::to_string(projection_->version()); }

}  // namespace alforis::projections
