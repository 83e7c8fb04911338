#include "api/services.hpp"

#include <algorithm>

#include "api/auth/digest.hpp"
#include "commands/api_key.hpp"
#include "domain/wire/json.hpp"
#include "domain/workspace.hpp"

namespace alforis::api {

namespace {

constexpr unsigned k_refusals_noted = 120;  ///< a minute, of one user or network

}  // namespace

ReaderPool::ReaderPtr ReaderPool::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      ReaderPtr reader = std::move(idle_.back());
      idle_.pop_back();
      return reader;
    }
  }
  return std::make_unique<projections::QueryReader>(make_());
}

void ReaderPool::give_back(ReaderPtr reader) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(reader));
}

Services::Services(commands::Writer& the_writer, ReaderPool::Make make_reader, TokenKey the_key, Clock clock,
                   ServiceOptions the_options)
    : writer(the_writer),
      options(the_options),
      key(std::move(the_key)),
      now_us(std::move(clock)),
      readers(std::move(make_reader)),
      pool(options.read_threads, options.read_queue),
      hashing(options.hash_threads, options.hash_queue),
      searching(options.search_threads, options.search_queue),
      revoked_sessions(options.token_lifetime),
      totp_box(key.derived_key("totp")),
      records(options.record_cache_bytes),
      pages(options.page_cache_bytes),
      refusal_notes({k_refusals_noted, std::chrono::seconds(60)}) {}

domain::Uuid Services::new_id() const {
  std::array<std::uint8_t, 10> random{};
  const std::string bytes = random_bytes(random.size());
  std::copy(bytes.begin(), bytes.end(), random.begin());
  return domain::Uuid::v7(now_us() / 1000, random);
}

void Services::load_changed(const projections::Committed& committed, std::string_view types, std::atomic<bool>& stale,
                            void (Services::*load)()) {
  const bool concerned = committed.everything || stale ||
                         std::any_of(committed.types.begin(), committed.types.end(),
                                     [types](const std::string& type) { return type.starts_with(types); });
  if (!concerned) return;
  stale = true;
  try {
    (this->*load)();
    stale = false;
  } catch (const projections::DatabaseUnavailable&) {
    // Stays marked as stale and is loaded with the next commit; the database took this one a moment ago.
  }
}

void Services::load_directory() {
  const std::lock_guard lock(directory_mutex_);
  directory_stale_ = true;
  directory.replace(readers.with([](projections::QueryReader& reader) { return reader.directory(); }));
  directory_stale_ = false;
}

void Services::load_revoked_sessions() {
  const auto since = domain::Instant::from_micros(now_us()) - revoked_sessions.remembered();
  const auto revoked =
      readers.with([since](projections::QueryReader& reader) { return reader.sessions_revoked_since(since); });
  revoked_sessions.add(revoked, now_seconds());
}

void Services::load_api_keys() {
  readers.with([this](projections::QueryReader& reader) {
    const auto position = reader.checkpoint();  // before the keys, so that they know at least as much
    api_keys.replace(reader.api_keys(), position);
  });
}

void Services::load_workspace() {
  const auto record = readers.with([](projections::QueryReader& reader) {
    return reader.find(domain::EntityKind::workspace, domain::workspace_id());
  });
  const auto workspace =
      record ? domain::wire::from_stored<domain::Workspace>(record->document).value() : domain::untouched_workspace();
  audits_reads_of_people_ = workspace.audit_reads_of_people;
}

void Services::tell_use(const ApiKeyDirectory::Grant& grant, std::string_view address) {
  commands::UseApiKey command{grant.id, {}};
  if (const auto line = domain::Line<64>::parse(address)) command.address = *line;
  commands::CommandRequest request;
  request.command_id = new_id().text();
  request.actor = grant.user;
  request.command = std::move(command);
  writer.submit(std::move(request), [](const commands::CommandResult&) {});
}

void Services::on_committed(const projections::Committed& committed) {
  if (committed.everything) {
    records.drop_all();
  } else {
    for (const std::string& text : committed.entities) {
      if (const auto id = domain::Uuid::parse(text)) records.drop(*id);
    }
  }
  pages.drop_all();
  load_changed(committed, "user.", directory_stale_, &Services::load_directory);
  load_changed(committed, "session.revoked.", revoked_stale_, &Services::load_revoked_sessions);
  load_changed(committed, "api_key.", api_keys_stale_, &Services::load_api_keys);
  load_changed(committed, "workspace.", workspace_stale_, &Services::load_workspace);
  gate.move_to(committed.position);
}

void Services::on_acknowledged(const commands::Outcome& outcome) {
  records.drop(outcome.id);
  if (directory.contains(outcome.id)) {
    const auto user = domain::wire::from_stored<domain::User>(outcome.document);
    // Records say which team their owner is in.
    if (user && directory.update(*user)) records.drop_all();
  }
  if (api_keys.contains(outcome.id)) {
    const auto api_key = domain::wire::from_stored<domain::ApiKey>(outcome.document);
    if (api_key && api_key->deleted()) api_keys.update(*api_key, outcome.position);
  }
  if (outcome.id == domain::workspace_id()) {
    const auto workspace = domain::wire::from_stored<domain::Workspace>(outcome.document);
    if (workspace) audits_reads_of_people_ = workspace->audit_reads_of_people;
  }
  pages.drop_all();
}

}  // namespace alforis::api
