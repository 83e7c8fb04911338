#include "projections/query/columns.hpp"

#include "domain/values/fold.hpp"
#include "projections/query/column_types.hpp"

namespace alforis::projections {

using domain::EntityKind;
using domain::Link;
using domain::Organisation;
using domain::Person;
using domain::Team;
using domain::User;

namespace {

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

void write_folded(CopyBuffer& out, std::string_view text) { out.text(domain::fold_name(text)); }

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

/// PostgreSQL finds a column fast as long as everything before it has a fixed width and is there: what every query
/// looks at comes first, texts and what may be empty later, the document last.
template <class State>
std::vector<Column<State>> with_shared(const std::vector<Column<State>>& own) {
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
  all.push_back(member_column<State, &State::deleted_by>("deleted_by", k_filter));
  all.push_back(document_member<State, &State::deleted_at>("deleted_at"));
  all.push_back(hidden<State>("doc", ColumnType::text, false,
                              [](CopyBuffer& out, const RowSource<State>& row) { out.text(row.document); }));
  // Filters that are no columns stay behind all that are.
  std::stable_partition(all.begin(), all.end(), [](const Column<State>& column) { return column.real(); });
  return all;
}

std::vector<Column<Organisation>> organisation_columns() {
  using O = Organisation;
  return with_shared<O>({
      member_column<O, &O::type>("type", k_filter_sort),
      member_column<O, &O::pipeline_stage>("pipeline_stage", k_filter_sort),
      member_column<O, &O::active>("active", k_filter),
      member_column<O, &O::stage_since>("stage_since", k_filter_sort),
      member_column<O, &O::owner_id>("owner_id", k_filter),
      derived_column<O, domain::Uuid>(
          "team_id", "team_id", k_filter, true,
          [](CopyBuffer& out, const RowSource<O>& row) { FieldOf<std::optional<domain::Uuid>>::write(out, row.team); }),
      member_column<O, &O::category>("category", k_filter_sort),
      member_column<O, &O::signature_date>("signature_date", k_filter_sort),
      member_column<O, &O::aum_date>("aum_date", k_filter_sort),
      member_column<O, &O::signature_probability>("signature_probability", k_filter_sort),
      member_column<O, &O::aum>("aum", k_filter_sort),
      member_column<O, &O::potential_amount>("potential_amount", k_filter_sort),
      derived_column<O, Folded>("name_key", "name", k_filter_sort, false,
                                [](CopyBuffer& out, const RowSource<O>& row) {
                                  write_folded(out, std::string_view(row.state.name->text()));
                                }),
      then_by(derived_column<O, Folded>(
                  "city_key", "city", k_filter_sort, true,
                  [](CopyBuffer& out, const RowSource<O>& row) { write_folded(out, row.state.city); }),
              "name"),
      member_column<O, &O::postal_code>("postal_code", k_filter_sort),
      member_column<O, &O::country>("country", k_filter_sort),
      member_column<O, &O::language>("language", k_filter),
      member_column<O, &O::email>("email", k_filter),
      member_column<O, &O::lei>("lei", k_filter),
      member_column<O, &O::siren>("siren", k_filter),
      member_column<O, &O::siret>("siret", k_filter),
      member_column<O, &O::regulator_number>("regulator_number", k_filter),
      member_column<O, &O::strategies>("strategies", k_filter),
      member_column<O, &O::tags>("tags", k_filter),
      hidden<O>("search_text", ColumnType::text, false,
                [](CopyBuffer& out, const RowSource<O>& row) {
                  const O& o = row.state;
                  SearchText()
                      .add(o.name)
                      .add(o.email)
                      .add(o.city)
                      .add(o.website)
                      .add(o.lei)
                      .add(o.siren)
                      .add(o.regulator_number)
                      .write(out);
                }),
      document_member<O, &O::phone>("phone"),
      document_member<O, &O::website>("website"),
      document_member<O, &O::address>("address"),
      document_member<O, &O::domicile>("domicile"),
      document_member<O, &O::legal_form>("legal_form"),
      document_member<O, &O::description>("description"),
      document_member<O, &O::notes>("notes"),
  });
}

/// Surname first, as lists of people are sorted.
std::string listed_name(const Person& person) {
  std::string name = person.last_name ? person.last_name->text() : std::string();
  if (person.first_name) name += (name.empty() ? "" : " ") + person.first_name->text();
  return name;
}

std::vector<Column<Person>> person_columns() {
  using P = Person;
  return with_shared<P>({
      derived_column<P, Folded>("name_key", "name", k_filter_sort, false,
                                [](CopyBuffer& out, const RowSource<P>& row) {
                                  write_folded(out, std::string_view(listed_name(row.state)));
                                }),
      derived_column<P, Folded>(
          "last_name_key", "last_name", k_filter_sort, true,
          [](CopyBuffer& out, const RowSource<P>& row) { write_folded(out, row.state.last_name); }),
      derived_column<P, Folded>(
          "first_name_key", "first_name", k_filter_sort, true,
          [](CopyBuffer& out, const RowSource<P>& row) { write_folded(out, row.state.first_name); }),
      derived_column<P, Folded>(
          "job_title_key", "job_title", k_filter_sort, true,
          [](CopyBuffer& out, const RowSource<P>& row) { write_folded(out, row.state.job_title); }),
      member_column<P, &P::personal_email>("personal_email", k_filter),
      member_column<P, &P::country>("country", k_filter_sort),
      member_column<P, &P::language>("language", k_filter),
      member_column<P, &P::active>("active", k_filter),
      member_column<P, &P::consent>("consent", k_filter_sort),
      member_column<P, &P::consent_date>("consent_date", k_filter_sort),
      member_column<P, &P::unsubscribed>("unsubscribed", k_filter),
      hidden<P>("search_text", ColumnType::text, false,
                [](CopyBuffer& out, const RowSource<P>& row) {
                  const P& p = row.state;
                  SearchText().add(p.first_name).add(p.last_name).add(p.personal_email).add(p.job_title).write(out);
                }),
      document_member<P, &P::personal_phone>("personal_phone"),
      document_member<P, &P::mobile>("mobile"),
      document_member<P, &P::linkedin_url>("linkedin_url"),
      document_member<P, &P::notes>("notes"),
      document_member<P, &P::consent_source>("consent_source"),
      condition<P>(
          "organisation_id",
          "EXISTS (SELECT FROM {schema}.links l JOIN {schema}.organisations o ON o.id = l.organisation_id WHERE "
          "l.person_id = r.id AND l.live AND l.organisation_id = ANY ({values}) AND {rights})"),
  });
}

std::vector<Column<Link>> link_columns() {
  using L = Link;
  return with_shared<L>({
      member_column<L, &L::person_id>("person_id", k_filter),
      member_column<L, &L::organisation_id>("organisation_id", k_filter),
      member_column<L, &L::role>("role", k_filter_sort),
      derived_column<L, Folded>(
          "job_title_key", "job_title", k_filter_sort, true,
          [](CopyBuffer& out, const RowSource<L>& row) { write_folded(out, row.state.job_title); }),
      member_column<L, &L::work_email>("work_email", k_filter),
      member_column<L, &L::is_primary>("is_primary", k_filter),
      member_column<L, &L::since>("since", k_filter_sort),
      member_column<L, &L::until>("until", k_filter_sort),
      member_column<L, &L::live>("live", k_filter),
      hidden<L>("search_text", ColumnType::text, false,
                [](CopyBuffer& out, const RowSource<L>& row) {
                  SearchText().add(row.state.job_title).add(row.state.work_email).write(out);
                }),
      document_member<L, &L::work_phone>("work_phone"),
      document_member<L, &L::notes>("notes"),
  });
}

std::vector<Column<User>> user_columns() {
  using U = User;
  return with_shared<U>({
      derived_column<U, Folded>(
          "full_name_key", "full_name", k_filter_sort, true,
          [](CopyBuffer& out, const RowSource<U>& row) { write_folded(out, row.state.full_name); }),
      member_column<U, &U::email>("email", k_filter_sort),
      member_column<U, &U::role>("role", k_filter_sort),
      member_column<U, &U::team_id>("team_id", k_filter),
      member_column<U, &U::active>("active", k_filter),
      member_column<U, &U::locale>("locale", k_filter),
      hidden<U>("search_text", ColumnType::text, false,
                [](CopyBuffer& out, const RowSource<U>& row) {
                  SearchText().add(row.state.full_name).add(row.state.email).write(out);
                }),
      document_member<U, &U::time_zone>("time_zone"),
      document_member<U, &U::theme>("theme"),
  });
}

std::vector<Column<Team>> team_columns() {
  using T = Team;
  return with_shared<T>({
      derived_column<T, Folded>("name_key", "name", k_filter_sort, false,
                                [](CopyBuffer& out, const RowSource<T>& row) {
                                  write_folded(out, std::string_view(row.state.name->text()));
                                }),
      member_column<T, &T::active>("active", k_filter),
      hidden<T>("search_text", ColumnType::text, false,
                [](CopyBuffer& out, const RowSource<T>& row) {
                  SearchText().add(row.state.name).add(row.state.description).write(out);
                }),
      document_member<T, &T::description>("description"),
  });
}

template <class State>
TableInfo make_table(std::string_view name, std::vector<std::string_view> indexes) {
  TableInfo info{domain::EventsOf<State>::k_kind, name, {}, std::move(indexes)};
  for (const auto& column : columns<State>()) info.columns.push_back(column);
  return info;
}

}  // namespace

template <>
const std::vector<Column<Organisation>>& columns<Organisation>() {
  static const auto list = organisation_columns();
  return list;
}
template <>
const std::vector<Column<Person>>& columns<Person>() {
  static const auto list = person_columns();
  return list;
}
template <>
const std::vector<Column<Link>>& columns<Link>() {
  static const auto list = link_columns();
  return list;
}
template <>
const std::vector<Column<User>>& columns<User>() {
  static const auto list = user_columns();
  return list;
}
template <>
const std::vector<Column<Team>>& columns<Team>() {
  static const auto list = team_columns();
  return list;
}

std::string_view sql_type(ColumnType type) {
  switch (type) {
    case ColumnType::uuid:
      return "uuid";
    case ColumnType::text:
      return "text";
    case ColumnType::boolean:
      return "boolean";
    case ColumnType::smallint:
      return "smallint";
    case ColumnType::integer:
      return "integer";
    case ColumnType::bigint:
      return "bigint";
    case ColumnType::timestamptz:
      return "timestamptz";
    case ColumnType::date:
      return "date";
    case ColumnType::text_array:
      return "text[]";
  }
  return "text";
}

/// Every index costs each insert a microsecond or so, therefore: the orders that lists are shown in, what rights and
/// team moves look for, and the two ends of a link. Rare filters walk one of the orders; rare orders are sorted.
std::span<const TableInfo> table_infos() {
  static const std::vector<TableInfo> tables = [] {
    std::vector<TableInfo> made;
    made.push_back(make_table<Organisation>(
        "organisations", {"(created_at, id)", "(updated_at, id)", "(name_key, id)", "(city_key, name_key, id)",
                          "(aum DESC NULLS LAST, id DESC)", "(owner_id) WHERE owner_id IS NOT NULL"}));
    made.push_back(make_table<Person>("people", {"(created_at, id)", "(updated_at, id)", "(name_key, id)"}));
    made.push_back(make_table<Link>("links", {"(created_at, id)", "(person_id)", "(organisation_id)"}));
    made.push_back(make_table<User>("users", {"(email)"}));
    made.push_back(make_table<Team>("teams", {}));
    return made;
  }();
  return tables;
}

const TableInfo& table_info(EntityKind kind) {
  for (const TableInfo& table : table_infos()) {
    if (table.kind == kind) return table;
  }
  throw std::logic_error("a kind of entity without a table");
}

namespace {

struct Alias {
  EntityKind kind;
  std::string_view alias;
  std::string_view field;
};

constexpr Alias k_aliases[] = {
    {EntityKind::organisation, "stage", "pipeline_stage"},
    {EntityKind::organisation, "owner", "owner_id"},
    {EntityKind::organisation, "team", "team_id"},
    {EntityKind::person, "email", "personal_email"},
    {EntityKind::person, "organisation", "organisation_id"},
    {EntityKind::link, "organisation", "organisation_id"},
    {EntityKind::link, "person", "person_id"},
    {EntityKind::link, "email", "work_email"},
    {EntityKind::user, "team", "team_id"},
};

}  // namespace

const ColumnInfo* find_field(EntityKind kind, std::string_view field) {
  for (const Alias& alias : k_aliases) {
    if (alias.kind == kind && alias.alias == field) field = alias.field;
  }
  for (const ColumnInfo& column : table_info(kind).columns) {
    if (column.field == field && (column.use.filter || column.use.sort)) return &column;
  }
  return nullptr;
}

std::string_view alias_of(EntityKind kind, std::string_view field) {
  for (const Alias& alias : k_aliases) {
    if (alias.kind == kind && alias.field == field) return alias.alias;
  }
  return {};
}

}  // namespace alforis::projections
