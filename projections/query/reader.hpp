#pragma once
// The read side of the query tables. Every call sees one snapshot; nothing here is cached.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include "domain/api_key.hpp"
#include "domain/entity_kind.hpp"
#include "domain/kpi.hpp"
#include "domain/likeness.hpp"
#include "domain/organisation.hpp"
#include "domain/revert.hpp"
#include "domain/rights.hpp"
#include "domain/values/date.hpp"
#include "domain/values/instant.hpp"
#include "eventstore/commit.hpp"
#include "privacy/keys.hpp"
#include "projections/query/audit.hpp"
#include "projections/query/list_query.hpp"
#include "projections/query/retention.hpp"
#include "projections/query/tally_query.hpp"
#include "projections/query/timeline.hpp"

namespace alforis::projections {

using eventstore::Position;

/// PostgreSQL is away, too slow, or has no tables yet: answer 503, try again later.
struct DatabaseUnavailable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// One entity with all that rights are decided upon; the same for every viewer.
struct Record {
  std::string document;  ///< public JSON
  std::int64_t version = 0;
  bool deleted = false;
  std::optional<domain::Uuid> deleted_by;
  domain::Uuid created_by;
  /// organisation: its own; link: its organisation's; person: those of the organisations with a live link; user: owner
  /// is the user itself, team its own; team: owner and team are the team itself; session, API key: owner is its user;
  /// saved view: who reads it (domain::read_by).
  std::vector<domain::Ownership> ownerships;
  Position position = 0;  ///< checkpoint of the snapshot
};

/// One entity as it was.
struct PastRecord {
  std::string document;  ///< public JSON
  std::int64_t version = 0;
  bool deleted = false;
  std::optional<domain::Uuid> deleted_by;
};

/// What decides who may see and change the record; whose task it is to do, it does not know.
domain::Whose whose(domain::EntityKind kind, const Record& record);

/// Whether the viewer may know of the record (docs/RIGHTS.md); the same rule that lists apply in SQL.
bool visible(const domain::Viewer& viewer, domain::EntityKind kind, const Record& record);

struct Page {
  std::vector<std::string> documents;
  std::optional<std::string> next;  ///< cursor payload of the next page; to be sealed before it goes out
  std::optional<std::int64_t> total;
  Position position = 0;
};

/// What lies between two points in time.
struct AgendaPart {
  std::int64_t total = 0;
  std::vector<std::string> documents;  ///< the earliest
};

/// Two records that may be the same organisation.
struct Duplicate {
  domain::Likeness likeness;
  domain::Uuid ids[2];       ///< the smaller one first
  std::string documents[2];  ///< in that order
};

struct Duplicates {
  std::vector<Duplicate> pairs;  ///< the likeliest first
  bool complete = true;          ///< false: there are more than were looked at
};

/// What one user has to do: so much on a day.
struct Workload {
  domain::Uuid user;
  std::optional<domain::Date> day;  ///< none: overdue from before
  std::int64_t open = 0;
  std::int64_t overdue = 0;  ///< of the open ones
  std::int64_t done = 0;
};

/// One field of a history entry.
using FieldChange = domain::MemberChange;

/// The import that a change came from, as far as its commit tells.
struct ImportOrigin {
  std::string batch;                 ///< the import's id
  std::optional<std::string> file;   ///< its name; in logs of old programs with `:line` behind it
  std::optional<std::int64_t> line;  ///< the first of the record's, from 1

  friend bool operator==(const ImportOrigin&, const ImportOrigin&) = default;
};

/// Where a change came from, as far as its commit tells.
struct ChangeSource {
  std::optional<std::string> request_id;
  std::optional<std::string> client;        ///< the program, as it named itself
  std::optional<std::string> on_behalf_of;  ///< id of the user for whom the actor did it
};

struct HistoryEntry {
  Position position = 0;
  std::uint32_t index = 0;  ///< of the event in its commit
  std::string type;         ///< internal event type, `organisation.stage_changed.v1`
  domain::Instant time;
  domain::Uuid actor;
  std::optional<std::string> reason;
  std::optional<ImportOrigin> import;
  ChangeSource source;
  std::vector<FieldChange> changes;
};

struct HistoryPage {
  std::vector<HistoryEntry> entries;  ///< newest first
  std::optional<std::string> next;
  Position position = 0;
};

/// What the users are called: their names, else their addresses.
using UserNames = std::unordered_map<domain::Uuid, std::string>;

/// An event as the audit log shows it.
struct AuditEntry {
  Position position = 0;
  std::uint32_t index = 0;
  domain::Instant time;
  domain::Uuid actor;
  std::string action;  ///< action_of() its type
  domain::Uuid id;     ///< of the record that it is about; of what was only noted: none that clients know
  bool noted = false;
  std::optional<std::string> reason;
  ChangeSource source;
  std::string data;  ///< JSON, without secrets; what is sealed is opened, what was erased is not there
};

struct AuditPage {
  std::vector<AuditEntry> entries;  ///< newest first
  std::optional<std::string> next;
  UserNames names;
};

/// An organisation's time in a stage.
struct StageStay {
  domain::PipelineStage stage = domain::PipelineStage::prospect;
  domain::Instant since;
  std::optional<domain::Instant> until;  ///< nullopt: it is there now
  std::int64_t days = 0;                 ///< whole days in Paris, up to now when it is there now
  std::optional<domain::Uuid> moved_by;  ///< who brought it there; nullopt: not told any more
  std::optional<std::string> reason;     ///< why
};

/// All that is held of a person (dossier.hpp).
struct Dossier;

struct Credentials {
  domain::Uuid user;
  std::string hash;  ///< Argon2id in PHC form; empty: no password was ever set
  bool active = false;
  std::int64_t version = 0;                  ///< of the user
  std::optional<std::string> totp;           ///< sealed secret of one-time codes, when a login needs one
  std::optional<std::string> totp_enrolled;  ///< sealed secret that no code has confirmed yet
};

struct DirectoryUser {
  domain::Uuid id;
  std::string email;
  std::optional<std::string> full_name;
  domain::Role role = domain::Role::viewer;
  std::optional<domain::Uuid> team;
  bool active = false;
  domain::Locale locale = domain::Locale::fr;
  std::int64_t version = 0;
  std::string time_zone;  ///< IANA name; empty: the firm's
};

struct Directory {
  std::vector<DirectoryUser> users;
  Position position = 0;
};

/// A key that an erasure destroys; empty: not yet.
struct ErasedKey {
  domain::Uuid id;
  std::optional<domain::Instant> destroyed_at;
};

/// A person's erasure, and what has become of it.
struct Erasure {
  Position position = 0;
  domain::Instant time;
  domain::Uuid actor;
  std::optional<std::string> reason;
  std::vector<ErasedKey> keys;
  bool rebuilt_since = false;  ///< the query tables were built anew after it
};

struct ReaderOptions {
  std::chrono::milliseconds connect_timeout{2000};
  std::chrono::milliseconds statement_timeout{5000};
  const privacy::Keys* keys = &privacy::no_keys();  ///< open what histories have sealed; outlive the reader
};

/// Blocking reads on one connection of its own; not thread-safe, one per thread. Connects at the first call and again
/// after a failure. Every call throws DatabaseUnavailable.
class QueryReader {
 public:
  /// Throws std::invalid_argument for a workspace that cannot name a schema.
  QueryReader(std::string dsn, std::string workspace, ReaderOptions options = {});
  ~QueryReader();
  QueryReader(QueryReader&&) noexcept;
  QueryReader& operator=(QueryReader&&) noexcept;

  /// Deleted entities are found too.
  std::optional<Record> find(domain::EntityKind kind, const domain::Uuid& id);

  /// nullopt: there is no such person, or it was not erased.
  std::optional<Erasure> erasure(const domain::Uuid& person);

  /// The entity after the commit at a position; nullopt: it was not there yet.
  std::optional<PastRecord> find_at(domain::EntityKind kind, const domain::Uuid& id, Position position);

  /// The position of the last commit at that time or before; 0: there was none.
  Position position_at(domain::Instant time);

  /// With `as_of`: as slow as many of the records have been changed since.
  /// Fails with `invalid_value` at `after` for a cursor that belongs to another order of sorting or is none at all.
  domain::Result<Page> list(const ListQuery& query);

  /// The records that meet the conditions, parted by the edges in their order: earlier than the first, between each
  /// two, from the last on; of each part the query's `limit` earliest. `field`: a time field that can be sorted by.
  domain::Result<std::vector<AgendaPart>> agenda(const ListQuery& query, std::string_view field,
                                                 const std::vector<domain::Instant>& edges);

  /// The tasks of a team's members that are due in the week, or were before and are open: day by day, user by user.
  std::vector<Workload> week(const domain::Viewer& viewer, const domain::Uuid& team, const Week& week);

  /// Live organisations that may be the same, of those that the viewer may see; with `of`: the same as that one.
  /// `least`: percent.
  Duplicates duplicates(const domain::Viewer& viewer, const std::optional<domain::Uuid>& of, int least);

  /// The stages that an organisation was in, oldest first. `today`: the day in Paris.
  std::vector<StageStay> stages(const domain::Uuid& organisation, const domain::Date& today);

  /// What has been counted, in the order of measure, period, bucket, value, currency.
  std::vector<TallyRow> tallies(const TallyQuery& query);

  /// The live KPIs of an organisation that were entered by hand, of the years from the first to the last.
  std::vector<domain::Kpi> kpis(const domain::Uuid& organisation, int first_year, int last_year);

  /// What happened around a record, newest first. The caller has seen to it that the viewer may see the record. Fails
  /// with `invalid_value` at `after` for a cursor that is none.
  domain::Result<TimelinePage> timeline(const TimelineQuery& query);

  /// Newest first. `after` is a HistoryPage's `next`, or empty; fails with `invalid_value` at `after`. Empty for an
  /// unknown id.
  domain::Result<HistoryPage> history(domain::EntityKind kind, const domain::Uuid& id, std::string_view after,
                                      std::size_t limit);

  /// The audit log. Fails with `invalid_value` at `after`.
  domain::Result<AuditPage> audit(const AuditQuery& query);

  /// Who could be forgotten. Fails with `invalid_value` at `after`.
  domain::Result<ForgettablePage> forgettable(const RetentionQuery& query);

  /// nullopt: there is no such person. Deleted ones are found too.
  std::optional<Dossier> dossier(const domain::Uuid& person);

  /// What the commit at a position did, entity by entity, in the order of its events. Empty when there is none.
  std::vector<domain::EntityChange> command_changes(Position position);

  /// Where the commits of a bulk change or an import are, the newest first.
  std::vector<Position> batch(const domain::Uuid& batch);

  /// By e-mail address as domain::Email writes it.
  std::optional<Credentials> credentials(std::string_view email);
  /// By the user's id.
  std::optional<Credentials> credentials_of(const domain::Uuid& user);

  /// Ids of the sessions that were revoked at that time or later.
  std::vector<domain::Uuid> sessions_revoked_since(domain::Instant since);

  /// All that are not revoked, with the hashes of their secrets.
  std::vector<domain::ApiKey> api_keys();

  /// All users.
  Directory directory();

  /// Up to which position the tables say everything.
  Position checkpoint();

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace alforis::projections
