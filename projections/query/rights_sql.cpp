#include "projections/query/rights_sql.hpp"

namespace alforis::projections {

using domain::EntityKind;
using domain::Follows;
using domain::Role;
using domain::ViewSharing;

std::string timestamp_input(std::string instant) {
  return instant.starts_with("0000-") ? "0001" + instant.substr(4) + " BC" : instant;
}

std::string Statement::bind(std::optional<std::string> value, std::string_view type) {
  if (value && type == "timestamptz") value = timestamp_input(std::move(*value));
  params.push_back(std::move(value));
  return '$' + std::to_string(params.size()) + "::" + std::string(type);
}

std::string stored_sharing(ViewSharing sharing) { return std::to_string(static_cast<int>(sharing)); }

std::string RightsSql::viewer_id() {
  if (viewer_param_.empty()) viewer_param_ = statement_.bind(viewer_.id.text(), "uuid");
  return viewer_param_;
}

std::string RightsSql::viewer_team() {
  if (team_param_.empty()) team_param_ = statement_.bind(viewer_.team->text(), "uuid");
  return team_param_;
}

std::string RightsSql::is_of_team(const std::string& user) {
  return "EXISTS (SELECT FROM " + schema_ + ".users u WHERE u.id = " + user + " AND u.team_id = " + viewer_team() +
         std::string(fence_) + ')';
}

std::string RightsSql::may_see_organisation(const std::string& row) {
  if (viewer_.role == Role::admin) return {};
  std::string sql = '(' + row + ".owner_id IS NULL OR " + row + ".owner_id = " + viewer_id();
  if (viewer_.team) sql += " OR " + row + ".team_id = " + viewer_team();
  return sql + ')';
}

std::string RightsSql::may_see_its_organisation() {
  return "EXISTS (SELECT FROM " + schema_ + ".organisations o WHERE o.id = r.organisation_id AND " +
         may_see_organisation("o") + std::string(fence_) + ')';
}

std::string RightsSql::may_see_person(const std::string& id) {
  const std::string links = ".links l WHERE l.person_id = " + id + " AND l.live" + std::string(fence_);
  return "(NOT EXISTS (SELECT FROM " + schema_ + links + ") OR EXISTS (SELECT FROM " + schema_ + ".links l JOIN " +
         schema_ + ".organisations o ON o.id = l.organisation_id WHERE l.person_id = " + id + " AND l.live AND " +
         may_see_organisation("o") + std::string(fence_) + "))";
}

std::string RightsSql::may_see_subject_among(const std::string& rows) {
  if (viewer_.role == Role::admin) return {};
  return may_see_subject("r.organisation_id IN (SELECT o.id FROM " + schema_ +
                         ".organisations o WHERE o.id IN (SELECT organisation_id FROM " + rows + ") AND " +
                         may_see_organisation("o") + ')');
}

std::string RightsSql::may_see_subject(const std::string& may_see_its_organisation) {
  std::string sql = "CASE WHEN r.organisation_id IS NOT NULL THEN " + may_see_its_organisation +
                    " WHEN r.person_id IS NOT NULL THEN " + may_see_person("r.person_id") +
                    " ELSE r.assignee_id IS NULL OR r.assignee_id = " + viewer_id();
  if (viewer_.team) sql += " OR " + is_of_team("r.assignee_id");
  return sql + " END";
}

std::string RightsSql::may_see_shared_view() {
  std::string sql = "(r.created_by = " + viewer_id() + " OR r.shared = " + stored_sharing(ViewSharing::firm);
  if (viewer_.team) {
    sql += " OR (r.shared = " + stored_sharing(ViewSharing::team) + " AND " + is_of_team("r.created_by") + ')';
  }
  return sql + ')';
}

std::string RightsSql::may_see(EntityKind kind) {
  if (viewer_.role == Role::admin) return {};
  switch (domain::follows(kind)) {
    case Follows::owner:
      return may_see_organisation("r");
    case Follows::organisation:
      return may_see_its_organisation();
    case Follows::people:
      return may_see_person("r.id");
    case Follows::subject:
      return may_see_subject(may_see_its_organisation());
    case Follows::everybody:
    case Follows::firm:
      return {};
    case Follows::user: {
      std::string sql = "(r.id = " + viewer_id();
      if (viewer_.role >= Role::sales && viewer_.team) sql += " OR r.team_id = " + viewer_team();
      return sql + ')';
    }
    case Follows::team:
      return viewer_.team ? "r.id = " + viewer_team() : "false";
    case Follows::account:
      return "r.user_id = " + viewer_id();
    case Follows::nobody:
      return "false";
    case Follows::sharing:
      return may_see_shared_view();
  }
  return "false";
}

std::string RightsSql::may_find_deleted(EntityKind kind) {
  if (viewer_.role == Role::admin) return {};
  if (domain::follows(kind) == Follows::sharing) return "r.created_by = " + viewer_id();
  // The trash is the managers'; sales people find what they deleted themselves, because that they may restore.
  if (viewer_.role == Role::viewer) return "false";
  return viewer_.role < Role::manager ? "r.deleted_by = " + viewer_id() : std::string();
}

}  // namespace alforis::projections
