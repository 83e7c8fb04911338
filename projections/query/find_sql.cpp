#include "projections/query/find_sql.hpp"

#include "projections/query/columns.hpp"
#include "projections/query/rights_sql.hpp"

namespace alforis::projections {

using domain::EntityKind;
using domain::Follows;

namespace {

/// What an interaction or a task hangs on, a row each: its organisation, else its person's, else its assignee.
std::string subject_ownerships(const std::string& schema) {
  const std::string organisation = "SELECT o.id IS NOT NULL AS known, o.owner_id, o.team_id, o.created_by FROM ";
  const std::string organisations = " LEFT JOIN " + schema + ".organisations o ON o.id = ";
  return " LEFT JOIN LATERAL (" + organisation + "(VALUES (1)) one" + organisations +
         "r.organisation_id WHERE r.organisation_id IS NOT NULL UNION ALL " + organisation + schema + ".links l" +
         organisations +
         "l.organisation_id WHERE r.organisation_id IS NULL AND l.person_id = r.person_id AND l.live UNION ALL SELECT "
         "true, r.assignee_id, u.team_id, r.created_by FROM (VALUES (1)) one LEFT JOIN " +
         schema + ".users u ON u.id = r.assignee_id WHERE r.organisation_id IS NULL AND r.person_id IS NULL) w ON true";
}

}  // namespace

std::string find_sql(const std::string& schema, EntityKind kind) {
  const std::string table = schema + '.' + std::string(table_info(kind).name);
  std::string ownership;
  std::string joined;
  const std::string organisation = ", o.id IS NOT NULL, o.owner_id, o.team_id, o.created_by";
  switch (domain::follows(kind)) {
    case Follows::owner:
      ownership = ", true, true, r.owner_id, r.team_id, r.created_by";
      break;
    case Follows::subject:
      ownership = ", w.known IS NOT NULL, w.known, w.owner_id, w.team_id, w.created_by";
      joined = subject_ownerships(schema);
      break;
    case Follows::everybody:
    case Follows::firm:
    case Follows::nobody:
      ownership = ", false, false, NULL::uuid, NULL::uuid, r.created_by";
      break;
    case Follows::user:
      ownership = ", true, true, r.id, r.team_id, r.created_by";
      break;
    case Follows::team:
      ownership = ", true, true, r.id, r.id, r.created_by";
      break;
    case Follows::account:
      ownership = ", true, true, r.user_id, NULL::uuid, r.created_by";
      break;
    case Follows::sharing:
      // As domain::read_by().
      ownership = ", true, true, CASE WHEN r.shared <> " + stored_sharing(domain::ViewSharing::firm) +
                  " THEN r.created_by END, u.team_id, r.created_by";
      joined = " LEFT JOIN " + schema +
               ".users u ON u.id = r.created_by AND r.shared = " + stored_sharing(domain::ViewSharing::team);
      break;
    case Follows::organisation:
      ownership = ", true" + organisation;
      joined = " LEFT JOIN " + schema + ".organisations o ON o.id = r.organisation_id";
      break;
    case Follows::people:
      ownership = ", l.id IS NOT NULL" + organisation;
      joined = " LEFT JOIN " + schema + ".links l ON l.person_id = r.id AND l.live LEFT JOIN " + schema +
               ".organisations o ON o.id = l.organisation_id";
      break;
  }
  return "SELECT c.\"position\", r.doc, r.version, r.deleted, r.deleted_by, r.created_by" + ownership + " FROM " +
         schema + ".projection_versions c JOIN " + table + " r ON r.id = $1" + joined +
         " WHERE c.projection = 'query' AND c.active";
}

std::string event_of_move(const std::string& schema, std::string_view column) {
  return "(SELECT h." + std::string(column) + " FROM " + schema + ".history h WHERE h.entity_id = m.organisation_id " +
         R"(AND h."position" = m."position" AND h."index" = m."index"))";
}

}  // namespace alforis::projections
