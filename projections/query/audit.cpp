#include "projections/query/audit.hpp"

#include <algorithm>

#include "domain/audit.hpp"
#include "domain/values/ascii.hpp"
#include "projections/query/history.hpp"

namespace alforis::projections {

namespace {

/// `_` stands for itself in a pattern of LIKE only when it is escaped.
std::string like_pattern(std::string_view action) {
  const bool family = action.ends_with(".*");
  std::string pattern;
  for (const char c : family ? action.substr(0, action.size() - 1) : action) {
    if (c == '_') pattern += '\\';
    pattern += c;
  }
  return pattern + (family ? "%" : ".v%");
}

std::string any_action(Statement& statement, const std::vector<std::string>& actions) {
  std::string any;
  for (const std::string& action : actions) {
    any += (any.empty() ? "type LIKE " : " OR type LIKE ") + statement.bind(like_pattern(action), "text");
  }
  return '(' + any + ')';
}

}  // namespace

std::string_view action_of(std::string_view event_type) { return event_type.substr(0, event_type.rfind('.')); }

bool is_action(std::string_view text) {
  const std::size_t point = text.find('.');
  if (point == 0 || point == std::string_view::npos || point + 1 == text.size()) return false;
  const auto word = [](std::string_view part) {
    return std::all_of(part.begin(), part.end(), [](char c) { return domain::ascii::is_lower(c) || c == '_'; });
  };
  const std::string_view what = text.substr(point + 1);
  return word(text.substr(0, point)) && (what == "*" || word(what));
}

domain::Result<Statement> audit_statement(const std::string& schema, std::string_view columns,
                                          const AuditQuery& query) {
  Statement statement;
  std::string where(k_audited_events);
  if (!query.actions.empty()) where += " AND " + any_action(statement, query.actions);
  if (query.actor) where += " AND actor = " + statement.bind(query.actor->text(), "uuid");
  if (query.subject) {
    where += " AND entity_id IN (" + statement.bind(query.subject->text(), "uuid") + ", " +
             statement.bind(domain::audit_book_of(*query.subject).text(), "uuid") + ')';
  }
  if (query.from) where += " AND time >= " + statement.bind(query.from->text(), "timestamptz");
  if (query.before) where += " AND time < " + statement.bind(query.before->text(), "timestamptz");
  if (!query.text.empty()) {
    where += " AND strpos(lower(metadata || ' ' || data), lower(" + statement.bind(query.text, "text") + ")) > 0";
  }
  if (!query.after.empty()) {
    const auto place = read_history_place(query.after);
    if (!place) return domain::problem("invalid_value", "this cursor does not belong to this list", "after");
    const std::string position = statement.bind(std::to_string(place->position), "bigint");
    const std::string index = statement.bind(std::to_string(place->index), "integer");
    where += " AND (\"position\", \"index\") < (" + position + ", " + index + ')';
  }
  statement.sql = "SELECT " + std::string(columns) + " FROM " + schema + ".history WHERE " + where +
                  " ORDER BY \"position\" DESC, \"index\" DESC LIMIT " + std::to_string(query.limit + 1);
  return statement;
}

}  // namespace alforis::projections
