#include "projections/query/list_sql.hpp"

#include <simdjson.h>

#include "domain/task.hpp"
#include "domain/values/fold.hpp"
#include "domain/wire/json.hpp"
#include "projections/query/columns.hpp"

namespace alforis::projections {

using domain::EntityKind;
using domain::Problems;
using domain::Result;

namespace {

/// The place after which a page goes on.
struct Keyset {
  std::vector<std::optional<std::string>> values;  ///< one per sort term
  std::string id;
};

std::string sort_text(const std::vector<SortTerm>& sort) {
  std::string text;
  for (const SortTerm& term : sort) text += (term.descending ? "-" : "+") + term.field;
  return text;
}

Problems wrong_cursor() {
  return domain::problem("invalid_value", "this cursor does not belong to this list", "after");
}

Result<Keyset> read_keyset(const ListQuery& query, const std::vector<SortTerm>& sort) {
  simdjson::dom::parser parser;
  simdjson::dom::array array;
  if (parser.parse(query.after).get(array) != simdjson::SUCCESS || array.size() != sort.size() + 2)
    return wrong_cursor();
  Keyset keyset;
  std::size_t at = 0;
  for (const simdjson::dom::element element : array) {
    std::string_view text;
    const bool is_text = element.get(text) == simdjson::SUCCESS;
    if (text.find('\0') != std::string_view::npos) return wrong_cursor();
    if (at == 0) {
      if (text != sort_text(sort)) return wrong_cursor();
    } else if (at <= sort.size()) {
      if (!is_text && !element.is_null()) return wrong_cursor();
      keyset.values.push_back(is_text ? std::optional<std::string>(text) : std::nullopt);
    } else {
      if (!domain::Uuid::parse(text)) return wrong_cursor();
      keyset.id = text;
    }
    ++at;
  }
  return keyset;
}

std::string escaped_like(std::string_view word) {
  std::string pattern = "%";
  for (const char c : word) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + '%';
}

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  const std::string folded = domain::fold_name(text);
  for (std::size_t at = 0; at < folded.size();) {
    const std::size_t end = std::min(folded.find(' ', at), folded.size());
    if (end > at) words.push_back(folded.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

std::string replaced(std::string_view text, std::string_view place, const std::string& with) {
  std::string out;
  for (std::size_t at = 0;;) {
    const std::size_t next = text.find(place, at);
    out.append(text.substr(at, next - at));
    if (next == std::string_view::npos) return out;
    out += with;
    at = next + place.size();
  }
}

/// Puts one statement together. The row is `r`.
class Builder {
 public:
  Builder(const std::string& schema, const ListQuery& query)
      : schema_(schema), query_(query), sort_(effective_sort(query)) {}

  Result<Statement> page() {
    rights_.look_up_each_row();
    auto where = conditions();
    if (!where) return where.error();
    std::vector<std::string> stretches = {*where};
    if (!query_.after.empty()) {
      const auto keyset = read_keyset(query_, sort_);
      if (!keyset) return keyset.error();
      stretches.clear();
      for (const std::string& later : after(*keyset)) stretches.push_back(*where + " AND " + later);
    }
    const bool index_knows = found_in_index();
    const std::string found = found_in(stretches, index_knows ? "" : "r.doc, ");
    const std::string page =
        index_knows ? "SELECT d.doc, f.* FROM (" + found + ") f JOIN " + table() + " d ON d.id = f.id" : found;
    statement_.sql = "SELECT c.\"position\", p.* FROM (SELECT \"position\" FROM " + schema_ +
                     ".projection_versions WHERE projection = 'query' AND active) c LEFT JOIN LATERAL (" + page +
                     ") p ON true ORDER BY " + order_by("p.");
    return std::move(statement_);
  }

  Result<Statement> count(std::string_view before, std::string_view selected) {
    auto where = conditions();
    if (!where) return where.error();
    statement_.sql = std::string(before) + "SELECT " + std::string(selected) + " FROM " + rows() + " r WHERE " + *where;
    return std::move(statement_);
  }

  Result<Statement> parts(std::string_view field, const std::vector<domain::Instant>& edges) {
    auto where = own_conditions();
    if (!where) return where.error();
    const std::string at = "r." + std::string(find_field(query_.kind, field)->name);
    std::string part = "CASE";
    for (std::size_t i = 0; i < edges.size(); ++i) {
      part += " WHEN r.at < " + bind(edges[i].text(), "timestamptz") + " THEN " + std::to_string(i);
    }
    part += " ELSE " + std::to_string(edges.size()) + " END";
    const std::string candidates = "SELECT r.id, " + at + " AS at, " + std::string(k_subject) + " FROM " + rows() +
                                   " r WHERE NOT r.deleted AND " + *where + " AND " + at + " IS NOT NULL";
    statement_.sql = seen_of(candidates) +
                     "SELECT p.part, p.total, d.doc FROM (SELECT f.id, f.part, count(*) OVER (PARTITION BY f.part) AS "
                     "total, row_number() OVER (PARTITION BY f.part ORDER BY f.at, f.id) AS place FROM (SELECT r.id, "
                     "r.at, " +
                     part + " AS part FROM seen r) f) p JOIN " + table() +
                     " d ON d.id = p.id WHERE p.place <= " + std::to_string(query_.limit) + " ORDER BY p.part, p.place";
    return std::move(statement_);
  }

  Statement week(const domain::Uuid& team, const Week& week) {
    const std::string from = bind(week.from.text(), "timestamptz");
    const std::string now = bind(week.now.text(), "timestamptz");
    const std::string open = open_task();
    const std::string overdue = open + " AND r.due_at < " + now;
    const std::string days = "r.due_at >= " + from + " AND r.due_at < " + bind(week.before.text(), "timestamptz");
    const std::string in_week = "r.status <> " + status_of(domain::TaskStatus::cancelled) + " AND " + days;
    const std::string day = "CASE WHEN r.due_at >= " + from + " THEN (r.due_at AT TIME ZONE " +
                            bind(week.time_zone, "text") + ")::date END";
    const std::string tasks = "SELECT r.due_at, r.status, " + std::string(k_subject) + " FROM " + table() +
                              " r WHERE NOT r.deleted AND r.assignee_id IN (SELECT id FROM " + schema_ +
                              ".users WHERE team_id = " + bind(team.text(), "uuid") + ") AND ";
    // Two parts, each with an index that fits; together they would read all that the members ever had to do.
    statement_.sql = seen_of(tasks + in_week + " UNION ALL " + tasks + overdue + " AND NOT (" + days + ')') +
                     "SELECT r.assignee_id, " + day + " AS day, count(*) FILTER (WHERE " + open +
                     "), count(*) FILTER (WHERE " + overdue +
                     "), count(*) FILTER (WHERE r.status = " + status_of(domain::TaskStatus::done) +
                     ") FROM seen r GROUP BY 1, 2 ORDER BY 1, 2";
    return std::move(statement_);
  }

  Statement alike(const domain::Uuid& of, std::size_t most) {
    statement_.sql = "SELECT a.doc, r.doc FROM " + table() + " a JOIN " + table() +
                     " r ON r.identities && a.identities AND r.id <> a.id WHERE a.id = " + bind(of.text(), "uuid") +
                     " AND " + live_and_seen("a") + " AND " + live_and_seen("r") + " ORDER BY r.id LIMIT " +
                     std::to_string(most);
    return std::move(statement_);
  }

  Statement alike(std::size_t most) {
    const std::string few = std::to_string(20);
    statement_.sql = "WITH shared AS (SELECT array_agg(r.id ORDER BY r.id) AS ids FROM " + table() +
                     " r, unnest(r.identities) AS identity WHERE " + live_and_seen("r") +
                     " GROUP BY identity HAVING count(*) > 1), pairs AS (SELECT DISTINCT a.id AS a, b.id AS b FROM "
                     "shared, unnest(ids) AS a(id), unnest(ids) AS b(id) WHERE a.id < b.id AND (cardinality(ids) <= " +
                     few + " OR a.id = ids[1]) ORDER BY 1, 2 LIMIT " + std::to_string(most) +
                     ") SELECT x.doc, y.doc FROM pairs JOIN " + table() + " x ON x.id = pairs.a JOIN " + table() +
                     " y ON y.id = pairs.b";
    return std::move(statement_);
  }

 private:
  /// What decides who sees an interaction or a task.
  static constexpr std::string_view k_subject = "r.organisation_id, r.person_id, r.assignee_id";

  /// `seen`: those of the candidates, all of which are looked at, that the viewer sees. There are few organisations for
  /// many of them: each is asked for once.
  std::string seen_of(const std::string& candidates) {
    const std::string rights = rights_.may_see_subject_among("candidates");
    if (rights.empty()) return "WITH seen AS (" + candidates + ") ";
    return "WITH candidates AS MATERIALIZED (" + candidates + "), seen AS (SELECT * FROM candidates r WHERE " + rights +
           ") ";
  }

  std::string live_and_seen(const std::string& row) {
    const std::string rights = rights_.may_see_organisation(row);
    return "NOT " + row + ".deleted" + (rights.empty() ? "" : " AND " + rights);
  }

  static std::string status_of(domain::TaskStatus status) { return std::to_string(static_cast<int>(status)); }

  /// As the indexes on open tasks have it: that those will do is seen only where it stands without parameters.
  static std::string open_task() {
    return "r.status IN (" + status_of(domain::TaskStatus::todo) + ", " + status_of(domain::TaskStatus::doing) + ')';
  }

  bool asks_for_open_tasks(const ColumnInfo& column, const std::vector<std::string>& values) const {
    return query_.kind == EntityKind::task && column.name == "status" &&
           std::all_of(values.begin(), values.end(), [](const std::string& value) {
             return value == status_of(domain::TaskStatus::todo) || value == status_of(domain::TaskStatus::doing);
           });
  }

  std::string bind(std::optional<std::string> value, std::string_view type) {
    return statement_.bind(std::move(value), type);
  }

  std::string table() const { return schema_ + '.' + std::string(table_info(query_.kind).name); }

  /// What is listed: the table, or what it was.
  std::string rows() const {
    if (!query_.as_of) return table();
    return "(SELECT * FROM " + table() + " WHERE \"position\" <= " + std::to_string(*query_.as_of) +
           " UNION ALL SELECT * FROM " + past_table(query_.kind) + ')';
  }

  /// What is listed, or one owner's part of it: an order of all that is walked until fifty of theirs have come is
  /// walked to its end when they own less, and the planner does not see it coming.
  std::string looked_through() {
    const auto owned = std::find_if(query_.conditions.begin(), query_.conditions.end(), [](const Condition& condition) {
      return condition.field == "owner_id" && condition.op == Op::equal_any && condition.values.size() == 1;
    });
    if (owned == query_.conditions.end() || !found_in_index() || sort_column(0).name == "name_key") return rows();
    return "(SELECT * FROM " + rows() + " WHERE owner_id = " + bind(owned->values.front(), "uuid") + " OFFSET 0)";
  }

  /// Whether an index in the list's order, or its owner's, knows all that decides which records are shown.
  bool found_in_index() const {
    const auto& covered = table_info(query_.kind).covered;
    if (covered.empty() || query_.as_of || query_.deleted) return false;
    return std::all_of(query_.conditions.begin(), query_.conditions.end(), [&](const Condition& condition) {
      const ColumnInfo* column = condition.op == Op::text ? nullptr : find_field(query_.kind, condition.field);
      return column != nullptr && column->real() &&
             (column == &sort_column(0) || std::find(covered.begin(), covered.end(), column->name) != covered.end());
    });
  }

  const ColumnInfo& sort_column(std::size_t term) const { return *find_field(query_.kind, sort_[term].field); }

  // ---- order

  std::string keys() const {
    std::string list;
    for (std::size_t term = 0; term < sort_.size(); ++term) {
      list += ", r." + std::string(sort_column(term).name) + " AS k" + std::to_string(term);
    }
    return list;
  }

  std::string order_by(std::string_view row) const {
    std::string list;
    for (std::size_t term = 0; term < sort_.size(); ++term) {
      const ColumnInfo& column = sort_column(term);
      list += std::string(row) + (row == "r." ? std::string(column.name) : "k" + std::to_string(term));
      // What is empty comes last either way; where nothing can be, the plain order is the indexes'.
      list += sort_[term].descending ? (column.nullable ? " DESC NULLS LAST, " : " DESC, ") : ", ";
    }
    return list + std::string(row) + (sort_.back().descending ? "id DESC" : "id");
  }

  /// The first rows of stretches of the order, each of which begins somewhere in an index and goes on from there.
  std::string found_in(const std::vector<std::string>& stretches, std::string_view document) {
    const std::string from = looked_through();
    const std::string limit = " LIMIT " + std::to_string(query_.limit + 1);
    std::string found;
    for (const std::string& where : stretches) {
      found += (found.empty() ? "(SELECT " : " UNION ALL (SELECT ") + std::string(document) + "r.id" + keys() +
               " FROM " + from + " r WHERE " + where + " ORDER BY " + order_by("r.") + limit + ')';
    }
    if (stretches.size() == 1) return found;
    return "SELECT u.* FROM (" + found + ") u ORDER BY " + order_by("u.") + limit;
  }

  /// Where the rows behind a place are, one stretch after the other: those with a value that comes later, then those
  /// that have none. Orders that go both ways, or where more may be empty, are one stretch that no index begins in.
  std::vector<std::string> after(const Keyset& keyset) {
    for (std::size_t term = 0; term < sort_.size(); ++term) {
      const bool may_be_empty = term > 0 && sort_column(term).nullable;
      if (may_be_empty || sort_[term].descending != sort_[0].descending) return {'(' + after_from(0, keyset) + ')'};
    }
    if (!sort_column(0).nullable) return {behind(keyset, 0)};
    const std::string none = "r." + std::string(sort_column(0).name) + " IS NULL";
    if (!keyset.values[0]) return {none + " AND " + behind(keyset, 1)};
    return {behind(keyset, 0), none};
  }

  /// A row comparison, because only that can start in the middle of an index. `first`: of the terms compared.
  std::string behind(const Keyset& keyset, std::size_t first) {
    std::string row;
    std::string values;
    for (std::size_t term = first; term < sort_.size(); ++term) {
      row += "r." + std::string(sort_column(term).name) + ", ";
      values += bind(keyset.values[term], sql_type(sort_column(term).type)) + ", ";
    }
    return '(' + row + "r.id) " + (sort_[0].descending ? '<' : '>') + " (" + values + bind(keyset.id, "uuid") + ')';
  }

  /// Later in term `term`, or equal there and later in those behind it.
  std::string after_from(std::size_t term, const Keyset& keyset) {
    if (term == sort_.size()) {
      return std::string("r.id ") + (sort_.back().descending ? '<' : '>') + ' ' + bind(keyset.id, "uuid");
    }
    const ColumnInfo& column = sort_column(term);
    const std::string name = "r." + std::string(column.name);
    const std::string behind = after_from(term + 1, keyset);
    if (!keyset.values[term]) return name + " IS NULL AND (" + behind + ')';
    const std::string value = bind(keyset.values[term], sql_type(column.type));
    std::string later = name + (sort_[term].descending ? " < " : " > ") + value;
    if (column.nullable) later += " OR " + name + " IS NULL";
    return later + " OR (" + name + " = " + value + " AND (" + behind + "))";
  }

  // ---- conditions

  Result<std::string> conditions() {
    std::string where = query_.deleted ? "r.deleted" : "NOT r.deleted";
    const std::string found = query_.deleted ? rights_.may_find_deleted(query_.kind) : std::string();
    for (const std::string& right : {found, query_.as_of ? may_see_now() : rights_.may_see(query_.kind)}) {
      if (!right.empty()) where += " AND " + right;
    }
    auto own = own_conditions();
    if (!own) return own.error();
    return where + " AND " + *own;
  }

  /// Those that the query makes itself.
  Result<std::string> own_conditions() {
    std::string where = "true";
    for (const Condition& condition : query_.conditions) {
      auto sql = one(condition);
      if (!sql) return sql.error();
      where += " AND " + *sql;
    }
    return where;
  }

  Result<std::string> one(const Condition& condition) {
    if (condition.op == Op::text) return text_condition(condition);
    const ColumnInfo* column = find_field(query_.kind, condition.field);
    if (column == nullptr || condition.values.empty()) {
      return domain::problem("unknown_parameter", "no such filter", condition.field);
    }
    const std::string name = "r." + std::string(column->name);
    if (condition.op == Op::empty) {
      const bool wanted = condition.values.front() == "true";
      if (column->in_document) return document_has(*column, "") + (wanted ? " = 0" : " > 0");
      if (column->type == ColumnType::text_array) return name + (wanted ? " = '{}'" : " <> '{}'");
      return name + (wanted ? " IS NULL" : " IS NOT NULL");
    }
    std::vector<std::string> values;
    for (const std::string& typed : condition.values) {
      auto value = column->sql_value(typed);
      if (!value) return domain::problem("invalid_value", value.error().front().detail, condition.field);
      values.push_back(column->type == ColumnType::timestamptz ? timestamp_input(*value) : std::move(*value));
    }
    return compared(*column, name, condition.op, values);
  }

  std::string compared(const ColumnInfo& column, const std::string& name, Op op,
                       const std::vector<std::string>& values) {
    const std::string type(sql_type(column.type));
    switch (op) {
      case Op::gte:
      case Op::from:
        return name + " >= " + bind(values.front(), type);
      case Op::lte:
        return name + " <= " + bind(values.front(), type);
      case Op::before:
        return name + " < " + bind(values.front(), type);
      case Op::all:
        return name + " @> " + bind(postgres::array_literal(values), type);
      default:
        break;
    }
    if (column.in_document) return in_document(column, values);
    if (!column.real()) {
      const std::string rights = rights_.may_see_organisation("o");
      return replaced(
          replaced(replaced(column.condition, "{schema}", schema_), "= ANY ({values})", any_of(type, values)),
          "{rights}", rights.empty() ? "true" : rights);
    }
    if (column.type == ColumnType::text_array) return name + " && " + bind(postgres::array_literal(values), type);
    return name + ' ' + any_of(type, values) + (asks_for_open_tasks(column, values) ? " AND " + open_task() : "");
  }

  /// `= …` what is on the left of it. For one value it is that alone, and numbers stand in the text: of a list in a
  /// parameter the planner expects ten values, and plans anew each time.
  std::string any_of(const std::string& type, const std::vector<std::string>& values) {
    if (values.size() == 1) return "= " + bind(values.front(), type);
    if (type != "smallint") return "= ANY (" + bind(postgres::array_literal(values), type + "[]") + ')';
    std::string list;
    for (const std::string& value : values) list += (list.empty() ? "" : ", ") + value;
    return "IN (" + list + ')';
  }

  /// Where in the document the member begins that has this JSON value ("": any), from 1; 0 where there is none.
  /// Documents are written without white space, quotes inside strings are escaped, and no object in a document has a
  /// member of such a name, so this text is nowhere else.
  std::string document_has(const ColumnInfo& column, const std::string& value) {
    return "strpos(r.doc, " + bind('"' + std::string(column.field) + "\":" + value, "text") + ')';
  }

  std::string in_document(const ColumnInfo& column, const std::vector<std::string>& values) {
    std::string any;
    for (const std::string& value : values) any += (any.empty() ? "" : " OR ") + document_has(column, value) + " > 0";
    return '(' + any + ')';
  }

  std::string text_condition(const Condition& condition) {
    std::string sql = "true";
    for (const std::string& word : words_of(condition.values.front())) {
      sql += " AND r.search_text LIKE " + bind(escaped_like(word), "text");
    }
    return sql;
  }

  /// Of a row of the past: whether the record may be seen as it is by now.
  std::string may_see_now() {
    const std::string rights = rights_.may_see(query_.kind);
    const std::string found = rights_.may_find_deleted(query_.kind);
    if (rights.empty() && found.empty()) return {};
    return "r.id IN (SELECT r.id FROM " + table() + " r WHERE " + (rights.empty() ? "true" : rights) +
           (found.empty() ? "" : " AND (NOT r.deleted OR " + found + ')') + ')';
  }

  const std::string& schema_;
  const ListQuery& query_;
  std::vector<SortTerm> sort_;
  Statement statement_;
  RightsSql rights_{schema_, query_.viewer, statement_};
};

}  // namespace

std::vector<SortTerm> effective_sort(const ListQuery& query) {
  if (query.sort.empty()) return {{"created_at", true}};
  std::vector<SortTerm> sort = query.sort;
  const std::string_view then = find_field(query.kind, sort.back().field)->then;
  const bool there = std::any_of(sort.begin(), sort.end(), [&](const SortTerm& term) { return term.field == then; });
  if (!then.empty() && !there) sort.push_back({std::string(then), sort.back().descending});
  return sort;
}

Result<Statement> list_statement(const std::string& schema, const ListQuery& query) {
  return Builder(schema, query).page();
}

Result<Statement> count_statement(const std::string& schema, const ListQuery& query) {
  return Builder(schema, query).count("", "count(*)");
}

Result<Statement> estimate_statement(const std::string& schema, const ListQuery& query) {
  return Builder(schema, query).count("EXPLAIN (FORMAT JSON) ", "r.id");
}

Result<Statement> parts_statement(const std::string& schema, const ListQuery& query, std::string_view field,
                                  const std::vector<domain::Instant>& edges) {
  return Builder(schema, query).parts(field, edges);
}

std::string past_table(EntityKind kind) { return "pg_temp.past_" + std::string(table_info(kind).name); }

Statement week_statement(const std::string& schema, const domain::Viewer& viewer, const domain::Uuid& team,
                         const Week& week) {
  ListQuery query;
  query.kind = EntityKind::task;
  query.viewer = viewer;
  return Builder(schema, query).week(team, week);
}

Statement alike_statement(const std::string& schema, const domain::Viewer& viewer,
                          const std::optional<domain::Uuid>& of, std::size_t most) {
  ListQuery query;
  query.kind = EntityKind::organisation;
  query.viewer = viewer;
  Builder builder(schema, query);
  return of ? builder.alike(*of, most) : builder.alike(most);
}

std::string cursor_payload(const ListQuery& query, const std::vector<std::optional<std::string>>& values,
                           const std::string& id) {
  std::string payload = "[";
  domain::wire::quote(payload, sort_text(effective_sort(query)));
  for (const auto& value : values) {
    payload += ',';
    if (value) {
      domain::wire::quote(payload, *value);
    } else {
      payload += "null";
    }
  }
  payload += ',';
  domain::wire::quote(payload, id);
  return payload + ']';
}

}  // namespace alforis::projections
