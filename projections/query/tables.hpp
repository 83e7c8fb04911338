#pragma once
// Writes folded batches into one version's tables, inside the caller's transaction.

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "projections/postgres/connection.hpp"
#include "projections/postgres/copy_buffer.hpp"
#include "projections/projection.hpp"
#include "projections/query/fold.hpp"

namespace alforis::projections {

/// How a version is filled.
enum class Filling {
  live,  ///< indexes are there; team moves take effect at once; touched records are worked out
  bulk,  ///< no indexes yet; team moves wait for finish_bulk()
};

/// One connection's way into one version's tables. Remembers every user's team; after each write() the caller says how its transaction
/// ended.
class QueryTables {
 public:
  /// Loads the users' teams and makes the session's staging tables. Not inside a transaction that may be rolled back.
  QueryTables(postgres::Connection& connection, std::string schema, Filling filling);

  /// Rows, histories, credentials and team moves of the items. Throws ItemsRefused (after it, roll back), postgres::Unavailable,
  /// postgres::StatementFailed when the reason is not in the data.
  Written write(std::span<const Item> items);

  void committed();
  void rolled_back();

  /// The part of team moves that a bulk load left open.
  void finish_bulk();

  /// Adds parked events, or renews their reason.
  void park(std::span<const ParkedEvent> events);
  /// Removes the parked events of the items' entities up to and including the items.
  void unpark(std::span<const Item> items);
  std::vector<ParkedEvent> parked_events(const std::string& entity_id);
  std::vector<ParkedEntity> parked_entities();

 private:
  void load(Folder& folder);
  Written write_folded(std::span<const Item> items, const Folder& folder);
  template <class State>
  void write_rows(const Slots<State>& slots);
  void upsert_staged(std::string_view table);
  void write_history(std::span<const Item> items, const Folder& folder);
  void write_credentials(const Folder& folder);
  void note_teams(const Slots<domain::User>& users);
  void move_teams(std::vector<std::string>& organisations);
  void touch(const Folder& folder, std::vector<std::string> moved, Written& written);
  std::optional<domain::Uuid> team_of(const std::optional<domain::Uuid>& user) const;

  using Teams = std::unordered_map<domain::Uuid, std::optional<domain::Uuid>>;

  postgres::Connection& connection_;
  std::string schema_;
  Filling filling_;
  Teams teams_;
  Teams new_teams_;  ///< of the open transaction
  bool teams_moved_ = false;  ///< since the bulk load began
  postgres::CopyBuffer fresh_;
  postgres::CopyBuffer changed_;
  std::string document_;
};

}  // namespace alforis::projections
