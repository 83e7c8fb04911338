#include "projections/query/tallies.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "domain/interaction.hpp"
#include "domain/mandat.hpp"
#include "domain/organisation.hpp"
#include "domain/task.hpp"

namespace alforis::projections {

namespace {

/// One tally. The row is `r`, its organisation `o`; of the organisations themselves there is only `o`. Everything is
/// SQL.
struct Tally {
  Measure measure;
  std::string_view source;
  std::string_view condition;
  std::string_view user = "NULL::uuid";  ///< whose work it is
  std::string_view period = "'epoch'";   ///< first day of its month or week in Paris
  std::string_view bucket = "0";
  std::string_view value = "0";
  std::string_view currency = "NULL::text";
  std::string_view amount = "0";    ///< in cents
  std::string_view weighted = "0";  ///< in ten thousandths of a cent
};

/// What an enumeration's member is stored as.
template <class E>
std::string place(E value) {
  return std::to_string(static_cast<int>(value));
}

/// The first day, in Paris, of what an instant lies in.
std::string first_day(std::string_view unit, std::string_view instant) {
  return "date_trunc('" + std::string(unit) + "', " + std::string(instant) + " AT TIME ZONE 'Europe/Paris')";
}

std::string completed(domain::TaskCategory category) {
  return "NOT r.deleted AND NOT o.deleted AND r.status = " + place(domain::TaskStatus::done) +
         " AND r.category = " + place(category) + " AND r.completed_at IS NOT NULL";
}

/// The texts that are put together, kept for the list below.
struct Pieces {
  std::string interaction_month = first_day("month", "r.occurred_at");
  std::string interaction_week = first_day("week", "r.occurred_at");
  std::string task_month = first_day("month", "r.completed_at");
  std::string move_month = first_day("month", "r.moved_at");
  std::string done = "NOT r.deleted AND NOT o.deleted AND r.occurred_at IS NOT NULL AND r.status = " +
                     place(domain::InteractionStatus::done);
  std::string met = done + " AND r.type IN (" + place(domain::InteractionType::meeting) + ", " +
                    place(domain::InteractionType::visio) + ")";
  std::string pitched = completed(domain::TaskCategory::pitch);
  std::string examined = completed(domain::TaskCategory::due_diligence);
  std::string closed =
      "NOT o.deleted AND r.to_stage = " + place(domain::PipelineStage::signe) + " AND r.from_stage <> r.to_stage";
  std::string category = "coalesce(o.category, " + std::to_string(k_no_category) + ")";
};

const std::vector<Tally>& tallies() {
  static const Pieces p;
  constexpr std::string_view k_credited = "coalesce(r.assignee_id, r.created_by)";
  constexpr std::string_view k_completer = "coalesce(r.assignee_id, r.completed_by)";
  static const std::vector<Tally> all = {
      {.measure = Measure::pipeline,
       .source = "organisations",
       .condition = "NOT o.deleted",
       .bucket = "o.pipeline_stage",
       .currency = "o.potential_currency",
       .amount = "o.potential_amount",
       .weighted = "o.potential_amount::numeric * o.signature_probability"},
      {.measure = Measure::aum,
       .source = "organisations",
       .condition = "NOT o.deleted AND o.aum IS NOT NULL",
       .bucket = p.category,
       .currency = "o.aum_currency",
       .amount = "o.aum"},
      {.measure = Measure::mandats,
       .source = "mandats",
       .condition = "NOT r.deleted AND NOT o.deleted",
       .bucket = "r.status"},
      {.measure = Measure::activity,
       .source = "interactions",
       .condition = p.done,
       .period = p.interaction_week,
       .bucket = "r.type"},
      {.measure = Measure::rdv,
       .source = "interactions",
       .condition = p.met,
       .user = k_credited,
       .period = p.interaction_month},
      {.measure = Measure::pitchs,
       .source = "tasks",
       .condition = p.pitched,
       .user = k_completer,
       .period = p.task_month},
      {.measure = Measure::due_diligences,
       .source = "tasks",
       .condition = p.examined,
       .user = k_completer,
       .period = p.task_month},
      {.measure = Measure::closings,
       .source = "stage_moves",
       .condition = p.closed,
       .user = "r.owner_id",
       .period = p.move_month},
      {.measure = Measure::entered,
       .source = "stage_moves",
       .condition = "NOT o.deleted",
       .period = p.move_month,
       .bucket = "r.to_stage"},
      {.measure = Measure::stage_days,
       .source = "stage_moves",
       .condition = "NOT o.deleted AND r.from_stage IS NOT NULL",
       .bucket = "r.from_stage",
       .value = "r.days"},
  };
  return all;
}

constexpr std::string_view k_organisations = "organisations";
/// What changes while the row it counts does not.
constexpr std::array<std::string_view, 4> k_followers = {"mandats", "interactions", "tasks", "stage_moves"};

std::string or_nobody(std::string_view user) {
  return "coalesce(" + std::string(user) + ", '" + std::string(k_nobody) + "')";
}

/// The rows that a tally counts. `rows`, `organisations`: tables, or a trigger's transition tables.
std::string counted(const Tally& tally, const std::string& rows, const std::string& organisations) {
  std::string sql = "SELECT " + place(tally.measure) + "::smallint AS measure, (" + std::string(tally.period) +
                    ")::date AS period, " + or_nobody("o.owner_id") + " AS owner_id, " + or_nobody(tally.user) +
                    " AS user_id, (" + std::string(tally.bucket) + ")::smallint AS bucket, (" +
                    std::string(tally.value) + ")::integer AS value, coalesce(" + std::string(tally.currency) +
                    ", '') AS currency, o.id AS organisation_id, 1::bigint AS n, coalesce(" +
                    std::string(tally.amount) + ", 0)::numeric AS amount, coalesce(" + std::string(tally.weighted) +
                    ", 0)::numeric AS weighted FROM ";
  if (tally.source == k_organisations) {
    sql += organisations + " o";
  } else {
    sql += rows + " r JOIN " + organisations + " o ON o.id = r.organisation_id";
  }
  return sql + " WHERE " + std::string(tally.condition);
}

std::string summed(const std::string& rows) {
  return "SELECT " + std::string(k_tally_keys) +
         ", sum(n) AS n, sum(amount) AS amount, sum(weighted) AS weighted FROM (" + rows + ") x GROUP BY " +
         std::string(k_tally_keys);
}

/// Collects what a statement adds and takes away, and makes the SQL that books it.
class Delta {
 public:
  void add(const std::string& rows) { part("", rows); }
  void take_away(const std::string& rows) { part("-", rows); }

  /// Rows that come to nothing go, so that a table that was kept up equals one that was filled.
  std::string book(const std::string& schema) const {
    return "WITH changed AS (INSERT INTO " + schema + ".tallies AS t SELECT * FROM (" + summed(rows_) +
           ") d WHERE (n, amount, weighted) <> (0, 0, 0) ON CONFLICT (" + std::string(k_tally_keys) +
           ") DO UPDATE SET n = t.n + EXCLUDED.n, amount = t.amount + EXCLUDED.amount, weighted = t.weighted + "
           "EXCLUDED.weighted RETURNING t.ctid AS place, t.n) SELECT array_agg(place) INTO gone FROM changed WHERE n = "
           "0;\nIF gone IS NOT NULL THEN DELETE FROM " +
           schema + ".tallies WHERE ctid = ANY (gone); END IF;\n";
  }

 private:
  void part(std::string_view sign, const std::string& rows) {
    const std::string minus(sign);
    if (!rows_.empty()) rows_ += " UNION ALL ";
    rows_ += "SELECT " + std::string(k_tally_keys) + ", " + minus + "n AS n, " + minus + "amount AS amount, " + minus +
             "weighted AS weighted FROM (" + rows + ") s";
  }

  std::string rows_;
};

/// What a statement did to its rows.
enum class Wrote { inserted, updated, deleted };

/// Books the rows of one source that a statement wrote.
std::string book_written(const std::string& schema, std::string_view source, Wrote wrote) {
  Delta delta;
  const std::string table = schema + ".organisations";
  for (const Tally& tally : tallies()) {
    if (tally.source != source) continue;
    const bool own = source == k_organisations;
    if (wrote != Wrote::deleted) delta.add(counted(tally, "after", own ? "after" : table));
    if (wrote != Wrote::inserted) delta.take_away(counted(tally, "before", own ? "before" : table));
  }
  return delta.book(schema);
}

/// Those organisations of a transition table whose owner or deletion the statement changed.
std::string moved(const std::string& side) {
  return "(SELECT " + side +
         ".* FROM before JOIN after ON after.id = before.id WHERE (before.owner_id, before.deleted) IS DISTINCT FROM "
         "(after.owner_id, after.deleted))";
}

/// Books what follows organisations that changed hands, or whose creation came after what follows them.
std::string book_followers(const std::string& schema, bool replaced) {
  Delta delta;
  for (const Tally& tally : tallies()) {
    if (tally.source == k_organisations) continue;
    const std::string rows = schema + '.' + std::string(tally.source);
    delta.add(counted(tally, rows, replaced ? moved("after") : "after"));
    if (replaced) delta.take_away(counted(tally, rows, moved("before")));
  }
  return delta.book(schema);
}

/// The settings keep a plan that was made for few rows good for many: each row finds its organisation by key. No
/// compiling, which would cost more than it saves each time.
std::string trigger_sql(const std::string& schema, std::string_view source) {
  std::string inserted = book_written(schema, source, Wrote::inserted);
  std::string updated = book_written(schema, source, Wrote::updated);
  if (source == k_organisations) {
    inserted += book_followers(schema, false);
    updated += "IF EXISTS (SELECT FROM " + moved("after") + " m) THEN\n" + book_followers(schema, true) + "END IF;\n";
  }
  const std::string function = schema + ".tally_" + std::string(source);
  const std::string table = schema + '.' + std::string(source);
  return "CREATE FUNCTION " + function +
         "() RETURNS trigger LANGUAGE plpgsql SET jit = off SET enable_seqscan = off SET enable_hashjoin = off SET "
         "enable_mergejoin = off AS $$\nDECLARE gone tid[];\nBEGIN\nIF TG_OP = 'INSERT' THEN\n" +
         inserted + "ELSIF TG_OP = 'DELETE' THEN\n" + book_written(schema, source, Wrote::deleted) + "ELSE\n" +
         updated + "END IF;\nRETURN NULL;\nEND $$;\nCREATE TRIGGER tally_inserted AFTER INSERT ON " + table +
         " REFERENCING NEW TABLE AS after EXECUTE FUNCTION " + function +
         "();\nCREATE TRIGGER tally_updated AFTER UPDATE ON " + table +
         " REFERENCING OLD TABLE AS before NEW TABLE AS after EXECUTE FUNCTION " + function +
         "();\nCREATE TRIGGER tally_deleted AFTER DELETE ON " + table +
         " REFERENCING OLD TABLE AS before EXECUTE FUNCTION " + function + "();\n";
}

}  // namespace

std::string tallies_table_sql(const std::string& schema) {
  return "CREATE TABLE " + schema +
         ".tallies (measure smallint NOT NULL, period date NOT NULL, owner_id uuid NOT NULL, user_id uuid NOT NULL, "
         "bucket smallint NOT NULL, value integer NOT NULL, currency text COLLATE \"C\" NOT NULL, n bigint NOT NULL, "
         "amount numeric NOT NULL, weighted numeric NOT NULL, PRIMARY KEY (" +
         std::string(k_tally_keys) + ")) WITH (fillfactor = 50);";
}

std::vector<std::string> tally_fill_statements(const std::string& schema) {
  std::vector<std::string> statements;
  for (const Tally& tally : tallies()) {
    statements.push_back("INSERT INTO " + schema + ".tallies " +
                         summed(counted(tally, schema + '.' + std::string(tally.source), schema + ".organisations")) +
                         ';');
  }
  return statements;
}

std::string tally_triggers_sql(const std::string& schema) {
  std::string sql = trigger_sql(schema, k_organisations);
  for (const std::string_view follower : k_followers) sql += trigger_sql(schema, follower);
  return sql;
}

std::string counted_rows_sql(const std::string& schema, Measure measure) {
  const auto& all = tallies();
  const auto tally =
      std::find_if(all.begin(), all.end(), [&](const Tally& candidate) { return candidate.measure == measure; });
  if (tally == all.end()) throw std::logic_error("a measure that no tally counts");
  return counted(*tally, schema + '.' + std::string(tally->source), schema + ".organisations");
}

}  // namespace alforis::projections
