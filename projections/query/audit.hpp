#pragma once
// The audit log: who came in, who was refused, what was changed in accounts, rights and settings, what was erased, and
// who read or took away what is personal. It is the part of all histories that is about that. Pure.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/entity_kind.hpp"
#include "domain/result.hpp"
#include "domain/values/instant.hpp"
#include "domain/values/uuid.hpp"
#include "projections/query/rights_sql.hpp"

namespace alforis::projections {

/// SQL that is true of the history's rows that are part of it; its index is on just these. That a session went on and a
/// code or key was used are left out.
inline constexpr std::string_view k_audited_events =
    "(split_part(type, '.', 1) IN ('audit', 'user', 'team', 'workspace', 'session', 'api_key') AND type NOT IN "
    "('session.refreshed.v1', 'api_key.used.v1', 'user.password_rehashed.v1', 'user.totp_used.v1') OR type IN "
    "('person.erased.v1', 'interaction.participants_erased.v1'))";

struct AuditQuery {
  std::vector<std::string> actions;     ///< `session.created`, or `user.*`; empty: all
  std::optional<domain::Uuid> actor;    ///< who did it
  std::optional<domain::Uuid> subject;  ///< the user, person or other record whom it was done to
  std::optional<domain::Instant> from;
  std::optional<domain::Instant> before;
  std::string text;        ///< occurs in what was noted, upper case or lower; not in what is sealed
  std::size_t limit = 50;  ///< from 1
  std::string after;       ///< a page's `next`, or empty
};

/// What an action is called: the event's type without its version.
std::string_view action_of(std::string_view event_type);

/// Whether it is `kind.what` or `kind.*`.
bool is_action(std::string_view text);

/// The newest first, one more than the limit when there is a next page. `columns`: what to select. Fails with
/// `invalid_value` at `after`.
domain::Result<Statement> audit_statement(const std::string& schema, std::string_view columns, const AuditQuery& query);

}  // namespace alforis::projections
