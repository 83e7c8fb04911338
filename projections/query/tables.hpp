#pragma once
// Writes folded batches into one version's tables, inside the caller's transaction.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "projections/fold.hpp"
#include "projections/postgres/connection.hpp"
#include "projections/postgres/copy_buffer.hpp"
#include "projections/projection.hpp"
#include "projections/query/projection.hpp"

namespace alforis::projections {

/// How a version is filled.
enum class Filling {
  live,     ///< indexes are there; team moves take effect at once; touched records are worked out
  bulk,     ///< in the transaction that made the tables: no indexes yet; team moves wait for finish_bulk()
  careful,  ///< bulk inside savepoints, for data that the database may refuse
};

/// A batch that is folded and encoded, ready to be sent.
struct PreparedBatch {
  struct Table {
    std::string_view name;
    postgres::CopyBuffer fresh;    ///< rows of new entities
    postgres::CopyBuffer changed;  ///< rows that replace others
  };

  PreparedBatch(std::span<const Item> items, const privacy::Keys& keys) : folder(items, keys) {}

  Folder folder;
  std::vector<Table> tables;
  postgres::CopyBuffer history;
  postgres::CopyBuffer stage_moves;
  std::uint64_t rows = 0;
};

/// One connection's way into one version's tables. Remembers every user's team; after each send() the caller says how
/// its transaction ended.
class QueryTables {
 public:
  /// Loads the users' teams and makes the session's staging tables. Not inside a transaction that may be rolled back.
  QueryTables(postgres::Connection& connection, const QueryOptions& options, std::string schema, Filling filling);

  /// Makes rows, histories, secrets and team moves of the items: prepares and sends. Throws ItemsRefused (after it,
  /// roll back), postgres::Unavailable, postgres::StatementFailed when the reason is not in the data.
  Written write(std::span<const Item> items);

  /// The first half: folds and encodes. Asks the database only for the documents of entities that change, before which
  /// it calls `before_load`. The items need not outlive it. Throws ItemsRefused for what cannot be folded.
  std::unique_ptr<PreparedBatch> prepare(std::span<const Item> items, const std::function<void()>& before_load = {});

  /// The second half. Throws as write() does.
  Written send(PreparedBatch& batch);

  void committed();
  void rolled_back();

  /// The part of team moves that a bulk load left open.
  void finish_bulk();

  /// Adds parked events, or renews their reason.
  void park(std::span<const ParkedEvent> events);
  /// Removes the items from the parked events.
  void unpark(std::span<const Item> items);
  std::vector<ParkedEvent> parked_events(const std::string& entity_id);
  std::vector<ParkedEntity> parked_entities();

 private:
  void load(Folder& folder, const std::function<void()>& before_load);
  template <class State>
  void encode_rows(const Slots<State>& slots, PreparedBatch& batch);
  static void encode_stage_moves(PreparedBatch& batch);
  void encode_history(std::span<const Item> items, PreparedBatch& batch);
  void send_rows(PreparedBatch& batch);
  void take_move_back(const StageUndo& undo);
  void upsert_staged(std::string_view table, std::string_view rows);
  void send_secrets(const Folder& folder);
  void note_teams(const Slots<domain::User>& users);
  void move_teams(std::vector<std::string>& organisations);
  void touch(const Folder& folder, std::vector<std::string> moved, Written& written);
  std::optional<domain::Uuid> team_of(const std::optional<domain::Uuid>& user) const;

  using Teams = std::unordered_map<domain::Uuid, std::optional<domain::Uuid>>;

  postgres::Connection& connection_;
  std::string schema_;
  Filling filling_;
  const privacy::Keys& keys_;
  std::string vault_;
  std::string copy_options_;
  Teams teams_;
  Teams new_teams_;           ///< of the open transaction
  bool teams_moved_ = false;  ///< since the bulk load began
  std::string document_;
};

}  // namespace alforis::projections
