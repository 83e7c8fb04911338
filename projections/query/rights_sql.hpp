#pragma once
// What a viewer may see, as SQL conditions: the same rules as domain/rights.hpp (docs/RIGHTS.md). Pure.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/entity_kind.hpp"
#include "domain/rights.hpp"
#include "projections/postgres/connection.hpp"

namespace alforis::projections {

/// One statement with its parameters.
struct Statement {
  std::string sql;
  std::vector<postgres::Param> params;

  /// Adds a parameter; returns the text that stands for it.
  std::string bind(std::optional<std::string> value, std::string_view type);
};

/// Conditions about one viewer, whose parameters go into a statement. Schema, viewer and statement must outlive it.
class RightsSql {
 public:
  RightsSql(const std::string& schema, const domain::Viewer& viewer, Statement& statement)
      : schema_(schema), viewer_(viewer), statement_(statement) {}

  /// For statements that look at some rows of a table: what a row hangs on is looked up by its key, row by row.
  /// Otherwise PostgreSQL, which counts on all rows and not on those that a LIMIT takes, reads everything that the
  /// viewer may see beforehand.
  void look_up_each_row() { fence_ = " OFFSET 0"; }

  /// The viewer's id, bound once.
  std::string viewer_id();

  /// Of a record `r` of the kind; empty: all may be seen.
  std::string may_see(domain::EntityKind kind);
  /// Of an organisation, by the name of its row; empty: all may be seen.
  std::string may_see_organisation(const std::string& row);
  /// Of the person whose id the expression is; for others than administrators.
  std::string may_see_person(const std::string& id);
  /// Of the organisation of the row `r`; for others than administrators.
  std::string may_see_its_organisation();

  /// Of the interaction or task `r`, one of `rows`, all of which are looked at; empty: all may be seen.
  std::string may_see_subject_among(const std::string& rows);

  /// Of a deleted record `r`: whether the viewer finds it in the trash, because they may restore it; empty: all.
  std::string may_find_deleted(domain::EntityKind kind);

 private:
  std::string viewer_team();
  std::string is_of_team(const std::string& user);
  std::string may_see_subject(const std::string& may_see_its_organisation);
  std::string may_see_shared_view();

  const std::string& schema_;
  const domain::Viewer& viewer_;
  Statement& statement_;
  std::string viewer_param_;
  std::string team_param_;
  std::string_view fence_ = "";  ///< ends subqueries: one with an OFFSET stays as it is
};

/// An instant's text as PostgreSQL reads it: the year 0000 of RFC 3339 is its 1 BC.
std::string timestamp_input(std::string instant);

/// What the column `shared` of saved views holds.
std::string stored_sharing(domain::ViewSharing sharing);

}  // namespace alforis::projections
