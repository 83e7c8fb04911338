#include "projections/query/reader.hpp"

#include <algorithm>
#include <unordered_map>

#include "domain/person.hpp"
#include "domain/wire/enums.hpp"
#include "domain/wire/json.hpp"
#include "privacy/sealing.hpp"
#include "projections/postgres/connection.hpp"
#include "projections/query/columns.hpp"
#include "projections/query/dossier.hpp"
#include "projections/query/dossier_source.hpp"
#include "projections/query/find_sql.hpp"
#include "projections/query/history.hpp"
#include "projections/query/list_sql.hpp"
#include "projections/query/past.hpp"
#include "projections/query/schema.hpp"
#include "projections/vault/vault_schema.hpp"

namespace alforis::projections {

using domain::EntityKind;
using domain::Ownership;
using domain::Result;
using domain::Uuid;
using domain::Viewer;
using postgres::Connection;
using postgres::Param;
using postgres::Rows;
using postgres::Transaction;

namespace {

Uuid stored_uuid(std::string_view text) { return Uuid::parse(text).value(); }

std::optional<Uuid> stored_uuid(const Rows& rows, std::size_t row, std::size_t column) {
  if (rows.null(row, column)) return std::nullopt;
  return stored_uuid(rows.text(row, column));
}

/// Of an organisation that is not there (its creation waits, parked): nobody but administrators may tell.
Ownership unknown_ownership() { return {Uuid{}, std::nullopt, Uuid{}}; }

/// Microseconds since the epoch, for columns that are read as instants.
std::string micros(std::string_view column) {
  return "(extract(epoch FROM " + std::string(column) + ") * 1000000)::bigint";
}

Ownership ownership_of(const Rows& rows, std::size_t row) {
  if (!rows.boolean(row, 7)) return unknown_ownership();
  return {stored_uuid(rows, row, 8), stored_uuid(rows, row, 9), stored_uuid(rows.text(row, 10))};
}

std::int64_t plan_rows(std::string_view plan) {
  constexpr std::string_view k_member = "\"Plan Rows\":";
  const std::size_t at = plan.find(k_member);
  if (at == std::string_view::npos) return 0;
  const std::size_t digits = plan.find_first_not_of(' ', at + k_member.size());
  std::int64_t rows = 0;
  std::from_chars(plan.data() + std::min(digits, plan.size()), plan.data() + plan.size(), rows);
  return rows;
}

}  // namespace

domain::Whose whose(EntityKind kind, const Record& record) {
  return {domain::follows(kind), record.ownerships, record.created_by};
}

bool visible(const Viewer& viewer, EntityKind kind, const Record& record) {
  return domain::can_see(viewer, whose(kind, record));
}

class QueryReader::Core {
 public:
  Core(std::string dsn, std::string workspace, ReaderOptions options)
      : dsn_(std::move(dsn)), schema_(QuerySchemas(std::move(workspace)).stable()), options_(options) {}

  std::optional<Record> find(EntityKind kind, const Uuid& id) {
    const Rows rows =
        read([&](Connection& connection) { return connection.prepared(find_sql(schema_, kind), {id.text()}); });
    if (rows.empty()) return std::nullopt;
    Record record;
    record.position = static_cast<Position>(rows.integer(0, 0));
    record.document = rows.text(0, 1);
    record.version = rows.integer(0, 2);
    record.deleted = rows.boolean(0, 3);
    record.deleted_by = stored_uuid(rows, 0, 4);
    record.created_by = stored_uuid(rows.text(0, 5));
    for (std::size_t row = 0; row < rows.size(); ++row) {
      if (rows.boolean(row, 6)) record.ownerships.push_back(ownership_of(rows, row));
    }
    return record;
  }

  std::optional<Erasure> erasure(const Uuid& person) {
    return read([&](Connection& connection) -> std::optional<Erasure> {
      const Rows rows = connection.prepared("SELECT " + history_columns() + " FROM " + schema_ +
                                                ".history WHERE entity_id = $1 AND type = $2 ORDER BY \"position\"",
                                            {person.text(), std::string(domain::PersonErased::k_type)});
      if (rows.empty()) return std::nullopt;
      const auto event = domain::wire::from_stored<domain::PersonErased>(rows.text(0, 6)).value();
      Erasure erasure;
      erasure.position = static_cast<Position>(rows.integer(0, 0));
      erasure.time = domain::Instant::from_micros(rows.integer(0, 3));
      erasure.actor = stored_uuid(rows.text(0, 2));
      if (event.reason) erasure.reason = event.reason->text();
      erasure.keys = erased_keys(connection, event.keys);
      const Rows made = connection.run("SELECT " + micros("made_at") + " FROM " + schema_ +
                                       ".projection_versions WHERE projection = 'query' AND active");
      erasure.rebuilt_since = !made.empty() && made.integer(0, 0) > erasure.time.micros();
      return erasure;
    });
  }

  std::vector<ErasedKey> erased_keys(Connection& connection, const std::vector<Uuid>& ids) const {
    std::vector<ErasedKey> keys;
    for (const Uuid& id : ids) {
      const Rows rows = connection.run("SELECT " + micros("destroyed_at") + " FROM " + vault_schema(schema_) +
                                           ".keys WHERE id = $1 AND destroyed_at IS NOT NULL",
                                       {id.text()});
      keys.push_back(
          {id, rows.empty() ? std::nullopt : std::optional(domain::Instant::from_micros(rows.integer(0, 0)))});
    }
    return keys;
  }

  std::optional<PastRecord> find_at(EntityKind kind, const Uuid& id, Position position) {
    return past_record(kind, id, history_rows(id, HistoryPlace{position + 1, 0}));
  }

  /// Times rise with positions.
  Position position_at(domain::Instant time) {
    const Rows rows = read([&](Connection& connection) {
      return connection.prepared(
          "SELECT \"position\" FROM " + schema_ +
              ".history WHERE time <= $1::timestamptz ORDER BY time DESC, \"position\" DESC LIMIT 1",
          {timestamp_input(time.text())});
    });
    return rows.empty() ? 0 : static_cast<Position>(rows.integer(0, 0));
  }

  Result<Page> list(const ListQuery& query) {
    auto statement = list_statement(schema_, query);
    if (!statement) return statement.error();
    Page page;
    try {
      read([&](Connection& connection) {
        std::optional<Transaction> past;
        if (query.as_of) {
          past.emplace(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ");
          fill_past(connection, query);
        }
        // A temporary table is another one each time, for which no plan can be kept.
        page = read_page(query, past ? connection.run(statement->sql, statement->params)
                                     : connection.prepared(statement->sql, statement->params));
        if (query.count == Count::exact)
          page.total = counted(connection, count_statement(schema_, query).value(), query);
        if (query.count == Count::estimate)
          page.total = estimated(connection, estimate_statement(schema_, query).value());
        return 0;
      });
    } catch (const postgres::StatementFailed& failed) {
      // Conditions are checked before they come here; what remains is a cursor with a value of another type.
      if (!failed.data_fault() || query.after.empty()) throw DatabaseUnavailable(failed.what());
      return domain::problem("invalid_value", "this cursor does not belong to this list", "after");
    }
    return page;
  }

  Result<std::vector<AgendaPart>> agenda(const ListQuery& query, std::string_view field,
                                         const std::vector<domain::Instant>& edges) {
    const auto statement = parts_statement(schema_, query, field, edges);
    if (!statement) return statement.error();
    const Rows rows =
        read([&](Connection& connection) { return connection.prepared(statement->sql, statement->params); });
    std::vector<AgendaPart> parts(edges.size() + 1);
    for (std::size_t row = 0; row < rows.size(); ++row) {
      AgendaPart& part = parts[static_cast<std::size_t>(rows.integer(row, 0))];
      part.total = rows.integer(row, 1);
      part.documents.emplace_back(rows.text(row, 2));
    }
    return parts;
  }

  std::vector<Workload> week(const Viewer& viewer, const Uuid& team, const Week& week) {
    const Statement statement = week_statement(schema_, viewer, team, week);
    const Rows rows =
        read([&](Connection& connection) { return connection.prepared(statement.sql, statement.params); });
    std::vector<Workload> all;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      std::optional<domain::Date> day;
      if (!rows.null(row, 1)) day = domain::Date::parse(rows.text(row, 1)).value();
      all.push_back(
          {stored_uuid(rows.text(row, 0)), day, rows.integer(row, 2), rows.integer(row, 3), rows.integer(row, 4)});
    }
    return all;
  }

  Duplicates duplicates(const Viewer& viewer, const std::optional<Uuid>& of, int least) {
    constexpr std::size_t k_most_pairs = 2000;
    const Statement statement = alike_statement(schema_, viewer, of, k_most_pairs);
    const Rows rows =
        read([&](Connection& connection) { return connection.prepared(statement.sql, statement.params); });
    Duplicates found;
    found.complete = rows.size() < k_most_pairs;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      Duplicate pair = compared(rows.text(row, 0), rows.text(row, 1));
      if (pair.likeness.score >= least) found.pairs.push_back(std::move(pair));
    }
    std::sort(found.pairs.begin(), found.pairs.end(), [](const Duplicate& a, const Duplicate& b) {
      return std::tie(b.likeness.score, a.ids[0], a.ids[1]) < std::tie(a.likeness.score, b.ids[0], b.ids[1]);
    });
    return found;
  }

  std::vector<StageStay> stages(const Uuid& organisation, const domain::Date& today) {
    const std::string day = "(m.moved_at AT TIME ZONE 'Europe/Paris')::date";
    const Rows rows = read([&](Connection& connection) {
      return connection.prepared(
          "SELECT m.to_stage, " + micros("m.moved_at") + ", coalesce(lead(" + day + ") OVER moves, $2::date) - " + day +
              ", " + event_of_move(schema_, "actor") + ", " + event_of_move(schema_, "data") + " FROM " + schema_ +
              ".stage_moves m WHERE m.organisation_id = $1 WINDOW moves AS (ORDER BY m.\"position\", m.\"index\") "
              "ORDER BY m.\"position\", m.\"index\"",
          {organisation.text(), today.text()});
    });
    std::vector<StageStay> stays;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      StageStay stay{static_cast<domain::PipelineStage>(rows.integer(row, 0)),
                     domain::Instant::from_micros(rows.integer(row, 1)),
                     std::nullopt,
                     rows.integer(row, 2),
                     stored_uuid(rows, row, 3),
                     text_member(rows.text(row, 4), "reason")};
      if (!stays.empty()) stays.back().until = stay.since;
      stays.push_back(std::move(stay));
    }
    return stays;
  }

  std::vector<TallyRow> tallies(const TallyQuery& query) {
    const Statement statement = tally_statement(schema_, query);
    const Rows rows =
        read([&](Connection& connection) { return connection.prepared(statement.sql, statement.params); });
    std::vector<TallyRow> sums;
    sums.reserve(rows.size());
    for (std::size_t row = 0; row < rows.size(); ++row) {
      sums.push_back({static_cast<Measure>(rows.integer(row, 0)), domain::Date::parse(rows.text(row, 1)).value(),
                      static_cast<int>(rows.integer(row, 2)), static_cast<int>(rows.integer(row, 3)),
                      std::string(rows.text(row, 4)), rows.integer(row, 5), rows.integer(row, 6),
                      rows.integer(row, 7)});
    }
    return sums;
  }

  std::vector<domain::Kpi> kpis(const Uuid& organisation, int first_year, int last_year) {
    const Rows rows = read([&](Connection& connection) {
      return connection.prepared(
          "SELECT doc FROM " + schema_ + ".kpis WHERE organisation_id = $1 AND year BETWEEN $2 AND $3 AND NOT deleted",
          {organisation.text(), std::to_string(first_year), std::to_string(last_year)});
    });
    std::vector<domain::Kpi> all;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      auto kpi = domain::wire::from_stored<domain::Kpi>(rows.text(row, 0));
      if (!kpi) throw DatabaseUnavailable("a KPI's document does not read back: " + kpi.error().front().detail);
      all.push_back(std::move(*kpi));
    }
    return all;
  }

  Result<TimelinePage> timeline(const TimelineQuery& query) {
    const auto statement = timeline_statement(schema_, query);
    if (!statement) return statement.error();
    const Rows rows =
        read([&](Connection& connection) { return connection.prepared(statement->sql, statement->params); });
    std::vector<TimelineRow> all;
    all.reserve(rows.size());
    for (std::size_t row = 0; row < rows.size(); ++row) {
      all.push_back({domain::Instant::from_micros(rows.integer(row, 0)),
                     static_cast<TimelineKind>(rows.integer(row, 1)), std::string(rows.text(row, 2)),
                     stored_uuid(rows.text(row, 3)), std::string(rows.text(row, 4)), std::string(rows.text(row, 5)),
                     std::string(rows.text(row, 6)), std::string(rows.text(row, 7))});
    }
    return tell_timeline(query, all);
  }

  Result<HistoryPage> history(EntityKind kind, const Uuid& id, std::string_view after, std::size_t limit) {
    std::optional<HistoryPlace> place;
    if (!after.empty()) {
      place = read_history_place(after);
      if (!place) return domain::problem("invalid_value", "this cursor does not belong to this history", "after");
    }
    HistoryPage page;
    page.position = checkpoint();  // before the rows, so that they know at least as much
    page.entries = tell_history(kind, id, history_rows(id, place), limit + 1);
    if (page.entries.size() > limit) {
      page.entries.resize(limit);
      page.next = HistoryPlace{page.entries.back().position, page.entries.back().index}.text();
    }
    return page;
  }

  Result<AuditPage> audit(const AuditQuery& query) {
    const auto statement = audit_statement(schema_, history_columns() + ", entity_id", query);
    if (!statement) return statement.error();
    AuditPage page;
    page.names = user_names();
    const Rows rows = read([&](Connection& connection) { return connection.run(statement->sql, statement->params); });
    const std::size_t shown = std::min(rows.size(), query.limit);
    page.entries.reserve(shown);
    for (std::size_t row = 0; row < shown; ++row) {
      page.entries.push_back(tell_audit(stored_uuid(rows.text(row, k_history_columns)), history_row(rows, row)));
    }
    if (rows.size() > shown) page.next = HistoryPlace{page.entries.back().position, page.entries.back().index}.text();
    return page;
  }

  Result<ForgettablePage> forgettable(const RetentionQuery& query) {
    const auto statement = retention_statement(schema_, query);
    if (!statement) return statement.error();
    const Rows rows = read([&](Connection& connection) { return connection.run(statement->sql, statement->params); });
    ForgettablePage page;
    const std::size_t shown = std::min(rows.size(), query.limit);
    for (std::size_t row = 0; row < shown; ++row) {
      page.people.push_back({std::string(rows.text(row, 1)), domain::Instant::from_micros(rows.integer(row, 3))});
    }
    if (rows.size() > shown) page.next = retention_place(rows.integer(shown - 1, 2), rows.text(shown - 1, 0));
    return page;
  }

  std::optional<Dossier> dossier(const Uuid& person) {
    auto record = find(EntityKind::person, person);
    if (!record) return std::nullopt;
    Dossier dossier = gather_dossier(
        person, std::move(*record),
        {schema_,
         [this](const std::string& sql, const std::vector<Param>& params) {
           return read([&](Connection& connection) { return connection.run(sql, params); });
         },
         [this](EntityKind kind, const Uuid& id) { return tell_history(kind, id, history_rows(id, std::nullopt)); }});
    AuditQuery accesses;
    accesses.subject = person;
    accesses.actions = {"audit.*"};
    accesses.limit = k_most_of_a_dossier;
    auto audited = audit(accesses).value();
    dossier.accesses = std::move(audited.entries);
    dossier.names = std::move(audited.names);
    dossier.complete = dossier.complete && !audited.next;
    return dossier;
  }

  std::vector<domain::EntityChange> command_changes(Position position) {
    const Rows rows = read([&](Connection& connection) {
      return connection.prepared(
          "SELECT entity_id, type FROM " + schema_ + ".history WHERE \"position\" = $1 ORDER BY \"index\"",
          {std::to_string(position)});
    });
    std::vector<domain::EntityChange> changes;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      const Uuid id = stored_uuid(rows.text(row, 0));
      const auto kind = domain::entity_kind_of_type(rows.text(row, 1));
      const bool told =
          std::any_of(changes.begin(), changes.end(), [&](const auto& change) { return change.id == id; });
      if (!kind || told) continue;
      changes.push_back(tell_change(*kind, id, history_rows(id, HistoryPlace{position + 1, 0})));
    }
    return changes;
  }

  std::vector<Position> batch(const Uuid& batch) {
    const Rows rows = read([&](Connection& connection) {
      return connection.prepared(
          "SELECT DISTINCT \"position\" FROM " + schema_ + ".history WHERE batch = $1 ORDER BY 1 DESC", {batch.text()});
    });
    std::vector<Position> positions;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      positions.push_back(static_cast<Position>(rows.integer(row, 0)));
    }
    return positions;
  }

  /// `column`: of users, by which one is found.
  std::optional<Credentials> credentials(std::string_view column, std::string_view value) {
    const Rows rows = read([&](Connection& connection) {
      const std::string secret =
          "(SELECT s.value FROM " + schema_ + ".secrets s WHERE s.entity_id = u.id AND s.kind = ";
      return connection.prepared("SELECT u.id, u.active, u.version, " + secret + "'password'), " + secret +
                                     "'totp'), " + secret + "'totp_enrolled') FROM " + schema_ + ".users u WHERE u." +
                                     std::string(column) + " = $1",
                                 {std::string(value)});
    });
    if (rows.empty()) return std::nullopt;
    Credentials found{stored_uuid(rows.text(0, 0)), {}, rows.boolean(0, 1), rows.integer(0, 2), {}, {}};
    if (!rows.null(0, 3)) found.hash = rows.text(0, 3);
    if (!rows.null(0, 4)) found.totp = std::string(rows.text(0, 4));
    if (!rows.null(0, 5)) found.totp_enrolled = std::string(rows.text(0, 5));
    return found;
  }

  std::vector<Uuid> sessions_revoked_since(domain::Instant since) {
    const Rows rows = read([&](Connection& connection) {
      return connection.prepared("SELECT id FROM " + schema_ + ".sessions WHERE deleted AND updated_at >= $1",
                                 {since.text()});
    });
    std::vector<Uuid> ids;
    for (std::size_t row = 0; row < rows.size(); ++row) ids.push_back(stored_uuid(rows.text(row, 0)));
    return ids;
  }

  std::vector<domain::ApiKey> api_keys() {
    const Rows rows = read([&](Connection& connection) {
      return connection.prepared("SELECT k.doc, s.value FROM " + schema_ + ".api_keys k JOIN " + schema_ +
                                 ".secrets s ON s.entity_id = k.id AND s.kind = 'api_key' WHERE NOT k.deleted");
    });
    std::vector<domain::ApiKey> keys;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      auto key = domain::wire::from_stored<domain::ApiKey>(rows.text(row, 0));
      if (!key) throw DatabaseUnavailable("an API key's document does not read back: " + key.error().front().detail);
      key->secret_hash = rows.text(row, 1);
      keys.push_back(std::move(*key));
    }
    return keys;
  }

  Directory directory() {
    Directory directory;
    directory.position = checkpoint();
    const Rows rows =
        read([&](Connection& connection) { return connection.prepared("SELECT doc FROM " + schema_ + ".users"); });
    for (std::size_t row = 0; row < rows.size(); ++row) {
      const auto user = domain::wire::from_stored<domain::User>(rows.text(row, 0));
      if (!user) throw DatabaseUnavailable("a user's document does not read back: " + user.error().front().detail);
      directory.users.push_back({user->id, user->email->text(),
                                 user->full_name ? std::optional(user->full_name->text()) : std::nullopt, user->role,
                                 user->team_id, user->active, user->locale, user->version,
                                 user->time_zone ? user->time_zone->text() : std::string()});
    }
    return directory;
  }

  Position checkpoint() {
    const Rows rows = read([&](Connection& connection) {
      return connection.prepared("SELECT \"position\" FROM " + schema_ +
                                 ".projection_versions WHERE projection = 'query' AND active");
    });
    if (rows.empty()) throw DatabaseUnavailable("the query tables are not there yet");
    return static_cast<Position>(rows.integer(0, 0));
  }

 private:
  UserNames user_names() {
    const Rows rows =
        read([&](Connection& connection) { return connection.prepared("SELECT id, doc FROM " + schema_ + ".users"); });
    UserNames names;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      auto name = text_member(rows.text(row, 1), "full_name");
      if (!name) name = text_member(rows.text(row, 1), "email");
      if (name) names.emplace(stored_uuid(rows.text(row, 0)), std::move(*name));
    }
    return names;
  }

  /// Runs a read on the connection, which is made when there is none. A connection that was lost while it lay idle says
  /// so only when it is used, so one that had served before gets a second try.
  template <class Work>
  std::invoke_result_t<Work, Connection&> read(Work&& work) {
    for (bool again = connection_ != nullptr;; again = false) {
      try {
        if (!connection_) connect();
        return work(*connection_);
      } catch (const postgres::Unavailable& away) {
        const bool lost = !connection_ || !connection_->alive();
        if (lost) connection_.reset();
        if (!lost || !again) throw DatabaseUnavailable(away.what());
      } catch (const postgres::StatementFailed& failed) {
        // Undefined: no tables yet, or of another program's layout. A plan whose view was replaced by one of another
        // shape can only be thrown away with its connection.
        const bool replaced = failed.sqlstate == "0A000" || failed.undefined_object();
        if (failed.data_fault()) throw;
        if (replaced) connection_.reset();
        if (!replaced || !again) throw DatabaseUnavailable(failed.what());
      }
    }
  }

  void connect() {
    postgres::ConnectionOptions options;
    options.application = "alforis reader";
    options.connect_timeout = options_.connect_timeout;
    options.statement_timeout = options_.statement_timeout;
    // Somewhat later than the server itself gives up.
    options.stall_timeout = options_.statement_timeout + std::chrono::seconds(1);
    connection_ = std::make_unique<Connection>(dsn_, options);
  }

  static Duplicate compared(std::string_view one, std::string_view other) {
    const auto read = [](std::string_view document) {
      auto organisation = domain::wire::from_stored<domain::Organisation>(document);
      if (organisation) return std::move(*organisation);
      throw DatabaseUnavailable("a document does not read back: " + organisation.error().front().detail);
    };
    const domain::Organisation a = read(one);
    const domain::Organisation b = read(other);
    Duplicate pair{domain::likeness(a, b), {a.id, b.id}, {std::string(one), std::string(other)}};
    if (b.id < a.id) {
      std::swap(pair.ids[0], pair.ids[1]);
      std::swap(pair.documents[0], pair.documents[1]);
    }
    return pair;
  }

  Page read_page(const ListQuery& query, const Rows& rows) {
    if (rows.empty()) throw DatabaseUnavailable("the query tables are not there yet");
    Page page;
    page.position = static_cast<Position>(rows.integer(0, 0));
    const std::size_t shown = rows.null(0, 1) ? 0 : std::min(rows.size(), query.limit);
    page.documents.reserve(shown);
    for (std::size_t row = 0; row < shown; ++row) page.documents.emplace_back(rows.text(row, 1));
    if (rows.size() <= query.limit || shown == 0) return page;
    std::vector<std::optional<std::string>> values;
    for (std::size_t term = 0; term < effective_sort(query).size(); ++term) {
      const bool null = rows.null(shown - 1, 3 + term);
      values.push_back(null ? std::nullopt : std::optional<std::string>(rows.text(shown - 1, 3 + term)));
    }
    page.next = cursor_payload(query, values, std::string(rows.text(shown - 1, 2)));
    return page;
  }

  static std::int64_t counted(Connection& connection, const Statement& statement, const ListQuery& query) {
    return (query.as_of ? connection.run(statement.sql, statement.params)
                        : connection.prepared(statement.sql, statement.params))
        .integer(0, 0);
  }

  /// Puts what the records that have been changed since were then into a table of the transaction.
  void fill_past(Connection& connection, const ListQuery& query) {
    constexpr std::size_t k_chunk = 2000;
    const std::string live = schema_ + '.' + std::string(table_info(query.kind).name);
    const std::string position = std::to_string(*query.as_of);
    connection.script("CREATE TEMP TABLE " + past_table(query.kind).substr(sizeof "pg_temp." - 1) + " (LIKE " + live +
                      ") ON COMMIT DROP");
    const auto teams = user_teams(connection);
    const TeamOf team_of = [&](const Uuid& user) {
      const auto found = teams.find(user);
      return found == teams.end() ? std::nullopt : found->second;
    };
    const Rows changed = connection.run("SELECT id FROM " + live + " WHERE \"position\" > $1", {position});
    for (std::size_t from = 0; from < changed.size(); from += k_chunk) {
      std::vector<std::string> ids;
      for (std::size_t i = from; i < std::min(changed.size(), from + k_chunk); ++i)
        ids.emplace_back(changed.text(i, 0));
      const Rows rows = connection.run(
          "SELECT " + history_columns() + ", entity_id FROM " + schema_ +
              ".history WHERE entity_id = ANY ($1::uuid[]) AND \"position\" <= $2 ORDER BY entity_id, \"position\", "
              "\"index\"",
          {postgres::array_literal(ids), position});
      postgres::CopyBuffer out;
      append_past_rows(out, query.kind, rows, team_of);
      if (!out.empty()) {
        connection.copy_in("COPY " + past_table(query.kind) + " FROM STDIN (FORMAT binary)", out.finish());
      }
    }
  }

  /// The rows are those of many entities, one after the other.
  void append_past_rows(postgres::CopyBuffer& out, EntityKind kind, const Rows& rows, const TeamOf& team_of) const {
    std::vector<HistoryRow> of_one;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      of_one.push_back(history_row(rows, row));
      const bool last =
          row + 1 == rows.size() || rows.text(row + 1, k_history_columns) != rows.text(row, k_history_columns);
      if (!last) continue;
      append_past_row(out, kind, stored_uuid(rows.text(row, k_history_columns)), of_one, team_of);
      of_one.clear();
    }
  }

  std::unordered_map<Uuid, std::optional<Uuid>> user_teams(Connection& connection) const {
    const Rows rows = connection.run("SELECT id, team_id FROM " + schema_ + ".users");
    std::unordered_map<Uuid, std::optional<Uuid>> teams;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      teams.emplace(stored_uuid(rows.text(row, 0)), stored_uuid(rows, row, 1));
    }
    return teams;
  }

  static std::string history_columns() {
    return "\"position\", \"index\", actor, " + micros("time") + ", type, metadata, data";
  }
  static constexpr std::size_t k_history_columns = 7;

  /// Of `history_columns(), entity_id`. What is sealed is opened; what was erased is not there.
  HistoryRow history_row(const Rows& rows, std::size_t row) const {
    return {static_cast<Position>(rows.integer(row, 0)),
            static_cast<std::uint32_t>(rows.integer(row, 1)),
            stored_uuid(rows.text(row, 2)),
            domain::Instant::from_micros(rows.integer(row, 3)),
            std::string(rows.text(row, 4)),
            std::string(rows.text(row, 5)),
            opened({rows.text(row, 4), rows.text(row, k_history_columns)}, rows.text(row, 6))};
  }

  std::string opened(const privacy::EventPlace& event, std::string_view data) const {
    try {
      std::string room;
      return std::string(privacy::open(event, data, *options_.keys, room));
    } catch (const privacy::KeysUnavailable& away) {
      throw DatabaseUnavailable(away.what());
    }
  }

  static std::int64_t estimated(Connection& connection, const Statement& statement) {
    return plan_rows(connection.run(statement.sql, statement.params).text(0, 0));
  }

  std::vector<HistoryRow> history_rows(const Uuid& id, const std::optional<HistoryPlace>& before) {
    const Rows rows = read([&](Connection& connection) {
      return connection.prepared(
          "SELECT " + history_columns() + ", entity_id FROM " + schema_ +
              ".history WHERE entity_id = $1 AND ($2::bigint IS NULL OR (\"position\", \"index\") < "
              "($2::bigint, $3::integer)) ORDER BY \"position\", \"index\"",
          {id.text(), before ? Param(std::to_string(before->position)) : std::nullopt,
           before ? Param(std::to_string(before->index)) : std::nullopt});
    });
    std::vector<HistoryRow> all;
    all.reserve(rows.size());
    for (std::size_t row = 0; row < rows.size(); ++row) all.push_back(history_row(rows, row));
    return all;
  }

  std::string dsn_;
  std::string schema_;
  ReaderOptions options_;
  std::unique_ptr<Connection> connection_;
};

QueryReader::QueryReader(std::string dsn, std::string workspace, ReaderOptions options)
    : core_(std::make_unique<Core>(std::move(dsn), std::move(workspace), options)) {}
QueryReader::~QueryReader() = default;
QueryReader::QueryReader(QueryReader&&) noexcept = default;
QueryReader& QueryReader::operator=(QueryReader&&) noexcept = default;

std::optional<Record> QueryReader::find(EntityKind kind, const Uuid& id) { return core_->find(kind, id); }
std::optional<Erasure> QueryReader::erasure(const Uuid& person) { return core_->erasure(person); }
std::optional<PastRecord> QueryReader::find_at(EntityKind kind, const Uuid& id, Position position) {
  return core_->find_at(kind, id, position);
}
Position QueryReader::position_at(domain::Instant time) { return core_->position_at(time); }
Result<Page> QueryReader::list(const ListQuery& query) { return core_->list(query); }
Result<std::vector<AgendaPart>> QueryReader::agenda(const ListQuery& query, std::string_view field,
                                                    const std::vector<domain::Instant>& edges) {
  return core_->agenda(query, field, edges);
}
std::vector<Workload> QueryReader::week(const Viewer& viewer, const Uuid& team, const Week& week) {
  return core_->week(viewer, team, week);
}
Duplicates QueryReader::duplicates(const Viewer& viewer, const std::optional<Uuid>& of, int least) {
  return core_->duplicates(viewer, of, least);
}
std::vector<StageStay> QueryReader::stages(const Uuid& organisation, const domain::Date& today) {
  return core_->stages(organisation, today);
}
std::vector<TallyRow> QueryReader::tallies(const TallyQuery& query) { return core_->tallies(query); }
std::vector<domain::Kpi> QueryReader::kpis(const Uuid& organisation, int first_year, int last_year) {
  return core_->kpis(organisation, first_year, last_year);
}
Result<TimelinePage> QueryReader::timeline(const TimelineQuery& query) { return core_->timeline(query); }
Result<HistoryPage> QueryReader::history(EntityKind kind, const Uuid& id, std::string_view after, std::size_t limit) {
  return core_->history(kind, id, after, limit);
}
Result<AuditPage> QueryReader::audit(const AuditQuery& query) { return core_->audit(query); }
Result<ForgettablePage> QueryReader::forgettable(const RetentionQuery& query) { return core_->forgettable(query); }
std::optional<Dossier> QueryReader::dossier(const Uuid& person) { return core_->dossier(person); }
std::vector<domain::EntityChange> QueryReader::command_changes(Position position) {
  return core_->command_changes(position);
}
std::vector<Position> QueryReader::batch(const Uuid& batch) { return core_->batch(batch); }
std::optional<Credentials> QueryReader::credentials(std::string_view email) {
  return core_->credentials("email", email);
}
std::optional<Credentials> QueryReader::credentials_of(const Uuid& user) {
  return core_->credentials("id", user.text());
}
std::vector<Uuid> QueryReader::sessions_revoked_since(domain::Instant since) {
  return core_->sessions_revoked_since(since);
}
std::vector<domain::ApiKey> QueryReader::api_keys() { return core_->api_keys(); }
Directory QueryReader::directory() { return core_->directory(); }
Position QueryReader::checkpoint() { return core_->checkpoint(); }

}  // namespace alforis::projections
