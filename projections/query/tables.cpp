#include "projections/query/tables.hpp"

#include "domain/wire/enums.hpp"
#include "domain/wire/json.hpp"
#include "projections/query/columns.hpp"
#include "projections/vault/vault_schema.hpp"

namespace alforis::projections {

using domain::EntityKind;
using domain::Uuid;
using postgres::array_literal;
using postgres::Param;
using postgres::Rows;
using postgres::StatementFailed;

namespace {

/// More touched records than this are not listed one by one.
constexpr std::size_t k_most_touched = 10000;

/// Bytes of most rows, so that buffers need not grow by copying themselves.
constexpr std::size_t k_usual_row = 1200;

Uuid stored_uuid(std::string_view text) { return Uuid::parse(text).value(); }

std::string staging(std::string_view table) { return "pg_temp.stage_" + std::string(table); }

std::string ids_literal(const std::vector<Uuid>& ids) {
  std::vector<std::string> texts;
  texts.reserve(ids.size());
  for (const Uuid& id : ids) texts.push_back(id.text());
  return array_literal(texts);
}

}  // namespace

QueryTables::QueryTables(postgres::Connection& connection, const QueryOptions& options, std::string schema,
                         Filling filling)
    : connection_(connection),
      schema_(std::move(schema)),
      filling_(filling),
      keys_(*options.keys),
      vault_(vault_schema(options.workspace)),
      // Rows of a table that the same transaction made can be written as if they had always been there: nothing is left
      // for vacuum or the first readers to mark. A savepoint counts as another transaction.
      copy_options_(filling == Filling::bulk ? "(FORMAT binary, FREEZE)" : "(FORMAT binary)") {
  std::string sql;
  for (const TableInfo& table : table_infos()) {
    sql += "CREATE TEMP TABLE stage_" + std::string(table.name) + " (LIKE " + schema_ + '.' + std::string(table.name) +
           ") ON COMMIT DELETE ROWS;";
  }
  connection_.script(sql);
  const Rows users = connection_.run("SELECT id, team_id FROM " + schema_ + ".users");
  for (std::size_t row = 0; row < users.size(); ++row) {
    auto& team = teams_[stored_uuid(users.text(row, 0))];
    if (!users.null(row, 1)) team = stored_uuid(users.text(row, 1));
  }
}

Written QueryTables::write(std::span<const Item> items) {
  const auto batch = prepare(items);
  return send(*batch);
}

std::unique_ptr<PreparedBatch> QueryTables::prepare(std::span<const Item> items,
                                                    const std::function<void()>& before_load) {
  auto batch = std::make_unique<PreparedBatch>(items, keys_);
  load(batch->folder, before_load);
  batch->folder.fold();
  note_teams(batch->folder.slots<domain::User>());
  boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, domain::AllStates>>([&]<class T>(T) {
    const auto& slots = batch->folder.slots<typename T::type>();
    batch->rows += slots.size();
    if (slots.size() != 0) encode_rows(slots, *batch);
  });
  encode_stage_moves(*batch);
  encode_history(items, *batch);
  batch->rows += items.size();
  return batch;
}

Written QueryTables::send(PreparedBatch& batch) {
  try {
    Written written;
    written.rows = batch.rows;
    send_rows(batch);
    send_secrets(batch.folder);
    destroy_keys(connection_, vault_, batch.folder.destroyed_keys());
    if (filling_ == Filling::live) {
      std::vector<std::string> moved;
      move_teams(moved);
      touch(batch.folder, std::move(moved), written);
    }
    return written;
  } catch (const StatementFailed& failed) {
    if (failed.data_fault()) throw ItemsRefused(failed.what());
    throw;
  }
}

void QueryTables::load(Folder& folder, const std::function<void()>& before_load) {
  for (const TableInfo& table : table_infos()) {
    const auto& needed = folder.needed(table.kind);
    if (needed.empty()) continue;
    if (before_load) before_load();
    const Rows rows = connection_.prepared(
        "SELECT id, doc FROM " + schema_ + '.' + std::string(table.name) + " WHERE id = ANY ($1::uuid[])",
        {ids_literal(needed)});
    for (std::size_t row = 0; row < rows.size(); ++row) {
      folder.supply(table.kind, stored_uuid(rows.text(row, 0)), rows.text(row, 1));
    }
  }
}

template <class State>
void QueryTables::encode_rows(const Slots<State>& slots, PreparedBatch& batch) {
  auto& table = batch.tables.emplace_back();
  table.name = table_of<State>().name;
  table.fresh.reserve(slots.size() * k_usual_row);
  for (const Slot<State>& slot : slots) {
    document_.clear();
    if constexpr (domain::HasSecrets<State>) {
      domain::wire::write_without_secrets(document_, *slot.state);
    } else {
      domain::wire::write_json(document_, *slot.state);
    }
    RowSource<State> row{*slot.state, document_, std::nullopt, slot.position};
    if constexpr (requires { slot.state->owner_id; }) row.team = team_of(slot.state->owner_id);
    encode_row(slot.existed ? table.changed : table.fresh, row);
  }
}

void QueryTables::encode_stage_moves(PreparedBatch& batch) {
  postgres::CopyBuffer& out = batch.stage_moves;
  for (const StageMove& move : batch.folder.stage_moves()) {
    out.begin_row(8);
    out.uuid(move.organisation);
    out.bigint(static_cast<std::int64_t>(move.position));
    out.integer(static_cast<std::int32_t>(move.index));
    out.timestamptz(move.moved_at);
    move.from ? out.smallint(static_cast<std::int16_t>(*move.from)) : out.null();
    out.smallint(static_cast<std::int16_t>(move.to));
    out.integer(move.days);
    move.owner ? out.uuid(*move.owner) : out.null();
  }
}

void QueryTables::encode_history(std::span<const Item> items, PreparedBatch& batch) {
  postgres::CopyBuffer& out = batch.history;
  out.reserve(items.size() * k_usual_row);
  std::string room;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Item& item = items[i];
    const domain::EventContext& context = batch.folder.contexts()[i];
    out.begin_row(9);
    out.uuid(context.id);
    out.bigint(static_cast<std::int64_t>(item.commit->position));
    out.integer(static_cast<std::int32_t>(item.index));
    out.uuid(context.actor);
    out.timestamptz(context.time);
    if (const auto batch = batch_of(item.commit->metadata)) {
      out.uuid(*batch);
    } else {
      out.null();
    }
    out.text(item.event().type);
    out.text(item.commit->metadata);
    out.text(domain::shown_event(item.event().type, item.event().data, room));
  }
}

void QueryTables::send_rows(PreparedBatch& batch) {
  for (PreparedBatch::Table& table : batch.tables) {
    if (!table.fresh.empty()) {
      connection_.copy_in("COPY " + schema_ + '.' + std::string(table.name) + " FROM STDIN " + copy_options_,
                          table.fresh.finish());
    }
    if (!table.changed.empty()) upsert_staged(table.name, table.changed.finish());
  }
  if (!batch.stage_moves.empty()) {
    connection_.copy_in("COPY " + schema_ + ".stage_moves FROM STDIN " + copy_options_, batch.stage_moves.finish());
  }
  for (const StageUndo& undo : batch.folder.stage_undos()) take_move_back(undo);
  if (!batch.history.empty()) {
    connection_.copy_in("COPY " + schema_ + ".history FROM STDIN " + copy_options_, batch.history.finish());
  }
}

void QueryTables::take_move_back(const StageUndo& undo) {
  const StageMove& move = undo.instead;
  const std::string table = schema_ + ".stage_moves";
  const std::string organisation = move.organisation.text();
  const Rows gone = connection_.prepared("DELETE FROM " + table + " WHERE organisation_id = $1 AND \"position\" = $2",
                                         {organisation, std::to_string(undo.undone)});
  if (gone.affected() > 0) return;
  connection_.prepared("INSERT INTO " + table + " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                       {organisation, std::to_string(move.position), std::to_string(move.index), move.moved_at.text(),
                        std::to_string(static_cast<int>(*move.from)), std::to_string(static_cast<int>(move.to)),
                        std::to_string(move.days), move.owner ? Param(move.owner->text()) : std::nullopt});
}

void QueryTables::upsert_staged(std::string_view name, std::string_view rows) {
  const auto tables = table_infos();
  const TableInfo& table =
      *std::find_if(tables.begin(), tables.end(), [&](const TableInfo& info) { return info.name == name; });
  connection_.copy_in("COPY " + staging(name) + " FROM STDIN (FORMAT binary)", rows);
  std::string sets;
  for (const ColumnInfo& column : table.columns) {
    if (!column.real() || column.name == "id") continue;
    const std::string quoted = postgres::quoted_identifier(column.name);
    sets += (sets.empty() ? "" : ", ") + quoted + " = EXCLUDED." + quoted;
  }
  connection_.prepared("INSERT INTO " + schema_ + '.' + std::string(name) + " SELECT * FROM " + staging(name) +
                       " ON CONFLICT (id) DO UPDATE SET " + sets);
  // A bulk load is one long transaction, whose end comes too late to empty the staging table.
  if (filling_ != Filling::live) connection_.script("TRUNCATE " + staging(name));
}

void QueryTables::send_secrets(const Folder& folder) {
  for (const auto& [of, value] : folder.secrets()) {
    const std::string kind(domain::enum_text(of.second));
    if (value) {
      connection_.prepared("INSERT INTO " + schema_ +
                               ".secrets VALUES ($1, $2, $3) ON CONFLICT (entity_id, kind) DO UPDATE SET value = "
                               "EXCLUDED.value",
                           {of.first.text(), kind, *value});
    } else {
      connection_.prepared("DELETE FROM " + schema_ + ".secrets WHERE entity_id = $1 AND kind = $2",
                           {of.first.text(), kind});
    }
  }
}

// ---- teams

void QueryTables::note_teams(const Slots<domain::User>& users) {
  for (const auto& slot : users) {
    const auto known = teams_.find(slot.id);
    if (known == teams_.end() || known->second != slot.state->team_id) new_teams_[slot.id] = slot.state->team_id;
  }
}

std::optional<Uuid> QueryTables::team_of(const std::optional<Uuid>& user) const {
  if (!user) return std::nullopt;
  if (const auto fresh = new_teams_.find(*user); fresh != new_teams_.end()) return fresh->second;
  const auto known = teams_.find(*user);
  return known == teams_.end() ? std::nullopt : known->second;
}

void QueryTables::move_teams(std::vector<std::string>& organisations) {
  for (const auto& [user, team] : new_teams_) {
    const Rows moved = connection_.prepared(
        "UPDATE " + schema_ +
            ".organisations SET team_id = $2 WHERE owner_id = $1 AND team_id IS DISTINCT FROM $2 RETURNING id",
        {user.text(), team ? Param(team->text()) : std::nullopt});
    for (std::size_t row = 0; row < moved.size(); ++row) organisations.emplace_back(moved.text(row, 0));
  }
}

void QueryTables::finish_bulk() {
  if (!teams_moved_) return;
  connection_.script("UPDATE " + schema_ + ".organisations o SET team_id = u.team_id FROM " + schema_ +
                     ".users u WHERE u.id = o.owner_id AND o.team_id IS DISTINCT FROM u.team_id");
}

void QueryTables::committed() {
  teams_moved_ = teams_moved_ || !new_teams_.empty();
  for (auto& [user, team] : new_teams_) teams_[user] = team;
  new_teams_.clear();
}

void QueryTables::rolled_back() { new_teams_.clear(); }

/// A record's rights hang on the organisations behind it: when those change hands, links and people are touched as
/// well.
void QueryTables::touch(const Folder& folder, std::vector<std::string> moved, Written& written) {
  for (const auto& slot : folder.slots<domain::Link>()) {
    written.also_touched.push_back((*slot.state->person_id).text());
    written.also_touched.push_back((*slot.state->organisation_id).text());
  }
  std::vector<std::string> changed_hands = moved;
  for (const auto& slot : folder.slots<domain::Organisation>()) {
    if (slot.existed && slot.owner_before != slot.state->owner_id) changed_hands.push_back(slot.id.text());
  }
  written.also_touched.insert(written.also_touched.end(), moved.begin(), moved.end());
  if (changed_hands.size() > k_most_touched) written.everything_touched = true;
  if (changed_hands.empty() || written.everything_touched) return;
  const Rows links = connection_.prepared("SELECT id, person_id FROM " + schema_ +
                                              ".links WHERE organisation_id = ANY ($1::uuid[]) LIMIT " +
                                              std::to_string(k_most_touched),
                                          {array_literal(changed_hands)});
  written.everything_touched = links.size() == k_most_touched;
  for (std::size_t row = 0; row < links.size(); ++row) {
    written.also_touched.emplace_back(links.text(row, 0));
    written.also_touched.emplace_back(links.text(row, 1));
  }
}

// ---- parking

void QueryTables::park(std::span<const ParkedEvent> events) {
  for (const ParkedEvent& parked : events) {
    const eventstore::Commit& commit = parked.commit;
    const eventstore::Event& event = commit.events.front();
    connection_.prepared(
        "INSERT INTO " + schema_ +
            ".parked_events VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (entity_id, "
            "\"position\", \"index\") DO UPDATE SET reason = EXCLUDED.reason",
        {event.entity_id, std::to_string(commit.position), std::to_string(parked.index), parked.reason, event.type,
         std::string(event.data), std::to_string(commit.epoch), std::to_string(commit.sequence), commit.command_id,
         commit.actor, std::to_string(commit.time_us), commit.metadata});
  }
}

void QueryTables::unpark(std::span<const Item> items) {
  for (const Item& item : items) {
    connection_.prepared(
        "DELETE FROM " + schema_ + ".parked_events WHERE entity_id = $1 AND \"position\" = $2 AND \"index\" = $3",
        {item.event().entity_id, std::to_string(item.commit->position), std::to_string(item.index)});
  }
}

std::vector<ParkedEvent> QueryTables::parked_events(const std::string& entity_id) {
  const Rows rows = connection_.run(
      "SELECT \"position\", \"index\", reason, type, data, epoch, sequence, command_id, actor, time_us, metadata "
      "FROM " +
          schema_ + ".parked_events WHERE entity_id = $1 ORDER BY \"position\", \"index\"",
      {entity_id});
  std::vector<ParkedEvent> events;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    ParkedEvent parked;
    parked.commit.position = static_cast<Position>(rows.integer(row, 0));
    parked.index = static_cast<std::uint32_t>(rows.integer(row, 1));
    parked.reason = rows.text(row, 2);
    parked.commit.events = {{std::string(rows.text(row, 3)), entity_id, std::string(rows.text(row, 4))}};
    parked.commit.epoch = static_cast<std::uint64_t>(rows.integer(row, 5));
    parked.commit.sequence = static_cast<std::uint64_t>(rows.integer(row, 6));
    parked.commit.command_id = rows.text(row, 7);
    parked.commit.actor = rows.text(row, 8);
    parked.commit.time_us = rows.integer(row, 9);
    parked.commit.metadata = rows.text(row, 10);
    events.push_back(std::move(parked));
  }
  return events;
}

std::vector<ParkedEntity> QueryTables::parked_entities() {
  const Rows rows = connection_.run(
      "SELECT entity_id, min(\"position\"), count(*), (array_agg(reason ORDER BY \"position\", \"index\"))[1] FROM " +
      schema_ + ".parked_events GROUP BY entity_id ORDER BY 2");
  std::vector<ParkedEntity> entities;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    entities.push_back({std::string(rows.text(row, 0)), static_cast<Position>(rows.integer(row, 1)),
                        static_cast<std::uint64_t>(rows.integer(row, 2)), std::string(rows.text(row, 3))});
  }
  return entities;
}

}  // namespace alforis::projections
