#include "projections/query/list_query.hpp"

#include <set>

#include "domain/values/text.hpp"
#include "projections/query/columns.hpp"

namespace alforis::projections {

using domain::EntityKind;
using domain::Problem;
using domain::Problems;
using domain::Result;

namespace {

constexpr std::size_t k_most_values = 200;
constexpr std::size_t k_most_sort_terms = 4;
constexpr std::size_t k_longest_text = 500;

struct OpName {
  std::string_view suffix;
  Op op;
};
constexpr OpName k_ops[] = {{"gte", Op::gte},       {"lte", Op::lte},     {"from", Op::from},
                            {"before", Op::before}, {"empty", Op::empty}, {"all", Op::all}};

bool ordered(ColumnType type) {
  return type == ColumnType::timestamptz || type == ColumnType::date || type == ColumnType::bigint ||
         type == ColumnType::integer;
}

bool allowed(const ColumnInfo& column, Op op) {
  if (!column.use.filter) return false;
  switch (op) {
    case Op::equal_any:
      return true;
    case Op::gte:
    case Op::lte:
    case Op::from:
    case Op::before:
      return column.real() && ordered(column.type);
    case Op::empty:
      return (column.real() || column.in_document) && (column.nullable || column.type == ColumnType::text_array);
    case Op::all:
      return column.type == ColumnType::text_array;
    case Op::text:
      return false;
  }
  return false;
}

/// Fields whose value is a user, so that `me` may stand for it.
bool names_user(std::string_view field) {
  return field == "owner_id" || field == "created_by" || field == "updated_by" || field == "deleted_by" ||
         field == "assignee_id" || field == "completed_by" || field == "responsible_id";
}

/// The values between commas; a backslash takes a comma (or a backslash) for itself.
std::vector<std::string> split_values(std::string_view text) {
  std::vector<std::string> values(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == ',' || text[i + 1] == '\\')) {
      values.back() += text[++i];
    } else if (text[i] == ',') {
      values.emplace_back();
    } else {
      values.back() += text[i];
    }
  }
  return values;
}

std::string known_sorts(EntityKind kind) {
  std::string names;
  for (const ListField& field : list_fields(kind)) {
    if (field.sortable) names += (names.empty() ? "" : ", ") + field.name;
  }
  return names;
}

std::string known_parameters(EntityKind kind) {
  std::string names = "sort, limit, count, after, q, as_of, as_of_position";  // the last two are read by the caller
  if (domain::can_be_deleted(kind)) names += ", deleted";
  for (const ListField& field : list_fields(kind)) {
    for (const std::string& op : field.operators) names += ", " + field.name + (op.empty() ? "" : "." + op);
  }
  return names;
}

class Parser {
 public:
  Parser(EntityKind kind, const domain::Viewer& viewer) {
    query_.kind = kind;
    query_.viewer = viewer;
  }

  Result<ListQuery> parse(const Parameters& parameters) {
    std::set<std::string_view> seen;
    for (const auto& [name, value] : parameters) {
      if (!seen.insert(name).second) {
        report("duplicate_parameter", name, "this parameter appears more than once");
      } else {
        read(name, value);
      }
    }
    if (!problems_.empty()) return std::move(problems_);
    return std::move(query_);
  }

 private:
  void report(std::string_view code, std::string_view name, std::string_view detail) {
    problems_.push_back({std::string(code), std::string(name), std::string(detail)});
  }
  void unknown(std::string_view name) {
    // The name is echoed as far as it is text; anything else would spoil the answer.
    const bool printable = domain::checked_text(name, 100, domain::Lines::one).has_value();
    report("unknown_parameter", printable ? name : "?",
           "no such parameter here; there are " + known_parameters(query_.kind));
  }

  void read(const std::string& name, const std::string& value) {
    if (name == "sort") return read_sort(value);
    if (name == "limit") return read_limit(value);
    if (name == "count") return read_count(value);
    if (name == "q") return read_text(value);
    if (name == "deleted" && domain::can_be_deleted(query_.kind)) return read_deleted(value);
    if (name == "after") {
      query_.after = value;
      return;
    }
    read_condition(name, value);
  }

  void read_sort(const std::string& value) {
    std::set<std::string_view> seen;
    for (const std::string& part : split_values(value)) {
      const bool descending = part.starts_with('-');
      const ColumnInfo* column = find_field(query_.kind, std::string_view(part).substr(descending ? 1 : 0));
      if (column == nullptr || !column->use.sort) {
        return report("unknown_parameter", "sort", "this cannot be sorted by; known are " + known_sorts(query_.kind));
      }
      if (!seen.insert(column->field).second) return report("invalid_value", "sort", "a field appears more than once");
      query_.sort.push_back({std::string(column->field), descending});
    }
    if (query_.sort.size() > k_most_sort_terms) report("invalid_value", "sort", "at most 4 fields");
  }

  void read_limit(const std::string& value) {
    std::size_t limit = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), limit);
    if (error != std::errc{} || end != value.data() + value.size() || limit < 1 || limit > k_max_limit) {
      return report("invalid_value", "limit", "expected a number from 1 to 200");
    }
    query_.limit = limit;
  }

  void read_count(const std::string& value) {
    if (value == "none") {
      query_.count = Count::none;
    } else if (value == "exact") {
      query_.count = Count::exact;
    } else if (value == "estimate") {
      query_.count = Count::estimate;
    } else {
      report("invalid_value", "count", "expected none, exact or estimate");
    }
  }

  void read_text(const std::string& value) {
    auto text = domain::checked_text(value, k_longest_text, domain::Lines::one);
    if (!text) return report("invalid_value", "q", text.error().front().detail);
    query_.conditions.push_back({"q", Op::text, {std::move(*text)}});
  }

  void read_deleted(const std::string& value) {
    if (value != "true" && value != "false") return report("invalid_value", "deleted", "expected true or false");
    query_.deleted = value == "true";
  }

  void read_condition(const std::string& name, const std::string& value) {
    const std::size_t dot = name.find('.');
    const ColumnInfo* column = find_field(query_.kind, std::string_view(name).substr(0, dot));
    Op op = Op::equal_any;
    if (dot != std::string::npos) {
      const std::string_view suffix = std::string_view(name).substr(dot + 1);
      const auto known =
          std::find_if(std::begin(k_ops), std::end(k_ops), [&](const OpName& o) { return o.suffix == suffix; });
      if (known == std::end(k_ops)) return unknown(name);
      op = known->op;
    }
    if (column == nullptr || !allowed(*column, op)) return unknown(name);
    Condition condition{std::string(column->field), op, {}};
    if (op == Op::empty) {
      if (value != "true" && value != "false") return report("invalid_value", name, "expected true or false");
      condition.values = {value};
    } else if (!read_values(name, value, *column, condition)) {
      return;
    }
    query_.conditions.push_back(std::move(condition));
  }

  bool read_values(const std::string& name, const std::string& value, const ColumnInfo& column, Condition& condition) {
    const bool several = condition.op == Op::equal_any || condition.op == Op::all;
    condition.values = several ? split_values(value) : std::vector{value};
    if (condition.values.size() > k_most_values) {
      report("invalid_value", name, "at most 200 values");
      return false;
    }
    for (std::string& one : condition.values) {
      if (one == "me" && names_user(column.field)) one = query_.viewer.id.text();
      if (const auto checked = column.sql_value(one); !checked) {
        report("invalid_value", name, checked.error().front().detail);
        return false;
      }
    }
    return true;
  }

  ListQuery query_;
  Problems problems_;
};

}  // namespace

Result<ListQuery> parse_list_query(EntityKind kind, const Parameters& parameters, const domain::Viewer& viewer) {
  return Parser(kind, viewer).parse(parameters);
}

std::vector<ListField> list_fields(EntityKind kind) {
  std::vector<ListField> fields;
  for (const ColumnInfo& column : table_info(kind).columns) {
    if (!column.use.filter && !column.use.sort) continue;
    ListField field{std::string(column.field), column.schema(), {}, column.use.sort};
    if (allowed(column, Op::equal_any)) field.operators.emplace_back();
    for (const OpName& name : k_ops) {
      if (allowed(column, name.op)) field.operators.emplace_back(name.suffix);
    }
    fields.push_back(field);
    if (const std::string_view alias = column.alias; !alias.empty()) {
      field.name = alias;
      fields.push_back(std::move(field));
    }
  }
  return fields;
}

std::string cache_key(const ListQuery& query) {
  constexpr char k_end = '\x1f';  // no value holds a control character
  std::string key = std::to_string(static_cast<int>(query.kind)) + k_end;
  for (const Condition& condition : query.conditions) {
    key += condition.field + '.' + std::to_string(static_cast<int>(condition.op));
    for (const std::string& value : condition.values) key += '=' + value + k_end;
  }
  for (const SortTerm& term : query.sort) key += (term.descending ? '-' : '+') + term.field + k_end;
  key += std::to_string(query.limit) + k_end + query.after + k_end + (query.deleted ? 'd' : 'l');
  key += std::to_string(static_cast<int>(query.count)) + k_end;
  if (query.as_of) key += std::to_string(*query.as_of) + k_end;
  if (query.viewer.role == domain::Role::admin) return key + "admin";
  key += std::to_string(static_cast<int>(query.viewer.role)) + query.viewer.id.text();
  return query.viewer.team ? key + query.viewer.team->text() : key;
}

}  // namespace alforis::projections
