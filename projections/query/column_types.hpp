#pragma once
// How a domain type becomes a column: PostgreSQL type, COPY field, filter value, schema. For the files in entities/,
// which describe the tables.

#include <algorithm>

#include "domain/values/fold.hpp"
#include "domain/values/money.hpp"
#include "domain/values/percent.hpp"
#include "domain/wire/enums.hpp"
#include "domain/wire/fields.hpp"
#include "domain/wire/json.hpp"
#include "projections/query/columns.hpp"

namespace alforis::projections {

using domain::Result;
using postgres::CopyBuffer;

inline domain::Problems bad_value(std::string_view detail) { return domain::problem("invalid_value", detail); }

/// What a value parses to, as text, or the value's own complaint under the code for parameters.
template <class T>
Result<std::string> checked_text_of(std::string_view typed) {
  auto parsed = T::parse(typed);
  if (!parsed) return bad_value(parsed.error().front().detail);
  return std::string(parsed->text());
}

/// The number in its shortest form, or the complaint.
inline Result<std::string> checked_integer(std::string_view typed, std::string_view complaint) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(typed.data(), typed.data() + typed.size(), number);
  if (error != std::errc{} || end != typed.data() + typed.size()) return bad_value(complaint);
  return std::to_string(number);
}

template <class T>
struct ColumnOf;

/// Values made from text: e-mail addresses, codes, lines.
template <class T>
requires requires(const T& value) {
  T::parse("");
  value.text();
}
struct ColumnOf<T> {
  static constexpr ColumnType k_type = ColumnType::text;
  static void write(CopyBuffer& out, const T& value) { out.text(value.text()); }
  static Result<std::string> sql_value(std::string_view typed) { return checked_text_of<T>(typed); }
  static std::string schema() { return R"({"type":"string"})"; }
};

template <>
struct ColumnOf<domain::Uuid> {
  static constexpr ColumnType k_type = ColumnType::uuid;
  static void write(CopyBuffer& out, const domain::Uuid& value) { out.uuid(value); }
  static Result<std::string> sql_value(std::string_view typed) { return checked_text_of<domain::Uuid>(typed); }
  static std::string schema() { return R"({"type":"string","format":"uuid"})"; }
};

template <>
struct ColumnOf<domain::Instant> {
  static constexpr ColumnType k_type = ColumnType::timestamptz;
  static void write(CopyBuffer& out, const domain::Instant& value) { out.timestamptz(value); }
  /// A day alone means its first moment in UTC.
  static Result<std::string> sql_value(std::string_view typed) {
    if (domain::Date::parse(typed)) return checked_text_of<domain::Instant>(std::string(typed) + "T00:00:00Z");
    return checked_text_of<domain::Instant>(typed);
  }
  static std::string schema() { return R"({"type":"string","format":"date-time"})"; }
};

template <>
struct ColumnOf<domain::Date> {
  static constexpr ColumnType k_type = ColumnType::date;
  static void write(CopyBuffer& out, const domain::Date& value) { out.date(value); }
  static Result<std::string> sql_value(std::string_view typed) { return checked_text_of<domain::Date>(typed); }
  static std::string schema() { return R"({"type":"string","format":"date"})"; }
};

/// The amount in cents; a filter does not look at the currency.
template <>
struct ColumnOf<domain::Money> {
  static constexpr ColumnType k_type = ColumnType::bigint;
  static void write(CopyBuffer& out, const domain::Money& value) { out.bigint(value.amount); }
  static Result<std::string> sql_value(std::string_view typed) {
    return checked_integer(typed, "expected an amount in cents");
  }
  static std::string schema() { return R"({"type":"integer","description":"amount in cents"})"; }
};

/// In hundredths of a percent.
template <>
struct ColumnOf<domain::Percent> {
  static constexpr ColumnType k_type = ColumnType::integer;
  static void write(CopyBuffer& out, const domain::Percent& value) { out.integer(value.hundredths()); }
  static Result<std::string> sql_value(std::string_view typed) {
    auto parsed = domain::Percent::parse(typed);
    if (!parsed) return bad_value(parsed.error().front().detail);
    return std::to_string(parsed->hundredths());
  }
  static std::string schema() { return R"({"type":"number","minimum":0,"maximum":100})"; }
};

template <>
struct ColumnOf<bool> {
  static constexpr ColumnType k_type = ColumnType::boolean;
  static void write(CopyBuffer& out, bool value) { out.boolean(value); }
  static Result<std::string> sql_value(std::string_view typed) {
    if (typed != "true" && typed != "false") return bad_value("expected true or false");
    return std::string(typed);
  }
  static std::string schema() { return R"({"type":"boolean"})"; }
};

/// The place in the enumeration, so that sorting follows the order of declaration (a pipeline's, a priority's).
template <class E>
requires std::is_enum_v<E>
struct ColumnOf<E> {
  static constexpr ColumnType k_type = ColumnType::smallint;
  static void write(CopyBuffer& out, E value) { out.smallint(static_cast<std::int16_t>(value)); }
  static Result<std::string> sql_value(std::string_view typed) {
    const auto value = domain::enum_from_text<E>(typed);
    if (!value) return bad_value("expected one of " + domain::enum_choices<E>());
    return std::to_string(static_cast<int>(*value));
  }
  static std::string schema() {
    std::string names;
    domain::for_each_enumerator<E>([&](std::string_view name) {
      if (!names.empty()) names += ',';
      domain::wire::quote(names, name);
    });
    return R"({"type":"string","enum":[)" + names + "]}";
  }
};

/// A count.
template <>
struct ColumnOf<std::int64_t> {
  static constexpr ColumnType k_type = ColumnType::bigint;
  static void write(CopyBuffer& out, std::int64_t value) { out.bigint(value); }
  static Result<std::string> sql_value(std::string_view typed) { return checked_integer(typed, "expected a number"); }
  static std::string schema() { return R"({"type":"integer"})"; }
};

template <class T>
struct ColumnOf<std::vector<T>> {
  static constexpr ColumnType k_type = ColumnType::text_array;
  static void write(CopyBuffer& out, const std::vector<T>& values) { out.text_array(values); }
  static Result<std::string> sql_value(std::string_view typed) { return checked_text_of<T>(typed); }
  static std::string schema() { return ColumnOf<T>::schema(); }
};

template <class T>
struct FieldOf {
  using Value = T;
  static constexpr bool k_nullable = false;
  static void write(CopyBuffer& out, const T& field) { ColumnOf<T>::write(out, field); }
};
template <class T>
struct FieldOf<domain::Required<T>> {
  using Value = T;
  static constexpr bool k_nullable = false;
  static void write(CopyBuffer& out, const domain::Required<T>& field) { ColumnOf<T>::write(out, *field); }
};
template <class T>
struct FieldOf<std::optional<T>> {
  using Value = T;
  static constexpr bool k_nullable = true;
  static void write(CopyBuffer& out, const std::optional<T>& field) {
    if (field) {
      ColumnOf<T>::write(out, *field);
    } else {
      out.null();
    }
  }
};

/// The column that holds a member as it is.
template <class State, auto Member>
Column<State> member_column(std::string_view name, ColumnUse use) {
  using Field = FieldOf<std::remove_cvref_t<decltype(std::declval<const State&>().*Member)>>;
  using Kind = ColumnOf<typename Field::Value>;
  Column<State> column;
  column.name = column.field = name;
  column.type = Kind::k_type;
  column.nullable = Field::k_nullable;
  column.use = use;
  column.sql_value = &Kind::sql_value;
  column.schema = &Kind::schema;
  column.write = [](CopyBuffer& out, const RowSource<State>& row) { Field::write(out, row.state.*Member); };
  return column;
}

/// A filter's value as the document has it: a JSON string.
template <class T>
Result<std::string> document_value(std::string_view typed) {
  auto checked = ColumnOf<T>::sql_value(typed);
  if (!checked) return std::move(checked).error();
  std::string json;
  domain::wire::quote(json, std::is_enum_v<T> ? typed : std::string_view(*checked));
  return json;
}

/// A member that is no column, and a string in the document.
template <class State, auto Member>
Column<State> document_member(std::string_view name) {
  using Field = FieldOf<std::remove_cvref_t<decltype(std::declval<const State&>().*Member)>>;
  Column<State> column;
  column.name = column.field = name;
  column.nullable = Field::k_nullable;
  column.use = k_filter;
  column.sql_value = &document_value<typename Field::Value>;
  column.schema = &ColumnOf<typename Field::Value>::schema;
  column.in_document = true;
  return column;
}

/// A column that is worked out. `Value` says its type, filter values and schema.
template <class State, class Value>
Column<State> derived_column(std::string_view name, std::string_view field, ColumnUse use, bool nullable,
                             void (*write)(CopyBuffer&, const RowSource<State>&)) {
  Column<State> column;
  column.name = name;
  column.field = field;
  column.type = ColumnOf<Value>::k_type;
  column.nullable = nullable;
  column.use = use;
  column.sql_value = &ColumnOf<Value>::sql_value;
  column.schema = &ColumnOf<Value>::schema;
  column.write = write;
  return column;
}

/// Text compared without case and accents: what is stored is the key of domain::fold_name, in the order of its bytes.
struct Folded {
  static Result<Folded> parse(std::string_view typed) {
    auto checked = domain::checked_text(typed, 500, domain::Lines::one);
    if (!checked) return std::move(checked).error();
    return Folded{domain::fold_name(*checked)};
  }
  const std::string& text() const { return key; }

  std::string key;
};

inline void write_folded(CopyBuffer& out, std::string_view text) { out.text(domain::fold_name(text)); }

template <class Optional>
void write_folded(CopyBuffer& out, const Optional& text) {
  if (text) {
    write_folded(out, std::string_view(text->text()));
  } else {
    out.null();
  }
}

/// Gathers what `q` looks through.
class SearchText {
 public:
  template <class Optional>
  SearchText& add(const Optional& field) {
    if (!field.has_value()) return *this;
    if (!joined_.empty()) joined_ += ' ';
    joined_ += field->text();
    return *this;
  }
  /// A blank on both sides, so that a pattern that begins with one finds beginnings of words.
  void write(CopyBuffer& out) const { out.text(' ' + domain::fold_name(joined_) + ' '); }

 private:
  std::string joined_;
};

template <class State>
Column<State> hidden(std::string_view name, ColumnType type, bool nullable,
                     void (*write)(CopyBuffer&, const RowSource<State>&)) {
  Column<State> column;
  column.name = column.field = name;
  column.type = type;
  column.nullable = nullable;
  column.write = write;
  return column;
}

/// The same column, with another one to order its equals.
template <class State>
Column<State> then_by(Column<State> column, std::string_view field) {
  column.then = field;
  return column;
}

/// The same column, which filters may call by another name.
template <class State>
Column<State> aliased(std::string_view alias, Column<State> column) {
  column.alias = alias;
  return column;
}

/// A filter on another table.
template <class State>
Column<State> condition(std::string_view field, std::string_view sql) {
  Column<State> column;
  column.name = column.field = field;
  column.type = ColumnType::uuid;
  column.use = k_filter;
  column.sql_value = &ColumnOf<domain::Uuid>::sql_value;
  column.schema = &ColumnOf<domain::Uuid>::schema;
  column.condition = sql;
  return column;
}

/// Filters by the owner and the team of the organisation that a record follows: whoever sees the record sees it.
template <class State>
std::vector<Column<State>> organisation_conditions() {
  return {aliased("owner", condition<State>("owner_id",
                                            "EXISTS (SELECT FROM {schema}.organisations o WHERE o.id = "
                                            "r.organisation_id AND o.owner_id = ANY ({values}))")),
          aliased("team", condition<State>("team_id",
                                           "EXISTS (SELECT FROM {schema}.organisations o WHERE o.id = "
                                           "r.organisation_id AND o.team_id = ANY ({values}))"))};
}

/// PostgreSQL finds a column fast as long as everything before it has a fixed width and is there: what every query
/// looks at comes first, texts and what may be empty later, the document last.
template <class State>
std::vector<Column<State>> with_shared(const std::vector<Column<State>>& own,
                                       const std::vector<Column<State>>& conditions = {}) {
  std::vector<Column<State>> all = {
      member_column<State, &State::id>("id", k_filter),
      member_column<State, &State::created_at>("created_at", k_filter_sort),
      member_column<State, &State::updated_at>("updated_at", k_filter_sort),
      hidden<State>("deleted", ColumnType::boolean, false,
                    [](CopyBuffer& out, const RowSource<State>& row) { out.boolean(row.state.deleted()); }),
      member_column<State, &State::version>("version", k_filter),
      hidden<State>(
          "position", ColumnType::bigint, false,
          [](CopyBuffer& out, const RowSource<State>& row) { out.bigint(static_cast<std::int64_t>(row.position)); }),
      member_column<State, &State::created_by>("created_by", k_filter),
      member_column<State, &State::updated_by>("updated_by", k_filter),
  };
  all.insert(all.end(), own.begin(), own.end());
  all.insert(all.end(), conditions.begin(), conditions.end());
  all.push_back(member_column<State, &State::deleted_by>("deleted_by", k_filter));
  all.push_back(document_member<State, &State::deleted_at>("deleted_at"));
  all.push_back(hidden<State>("doc", ColumnType::text, false,
                              [](CopyBuffer& out, const RowSource<State>& row) { out.text(row.document); }));
  // Filters that are no columns stay behind all that are.
  std::stable_partition(all.begin(), all.end(), [](const Column<State>& column) { return column.real(); });
  return all;
}

}  // namespace alforis::projections
