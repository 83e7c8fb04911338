#include "projections/query/timeline.hpp"

#include <algorithm>
#include <charconv>

#include "domain/organisation.hpp"
#include "domain/wire/enums.hpp"
#include "domain/wire/json.hpp"
#include "projections/query/find_sql.hpp"

namespace alforis::projections {

using domain::EntityKind;
using domain::Instant;
using domain::Result;

namespace {

std::string place_of(TimelineKind kind) { return std::to_string(static_cast<int>(kind)); }

/// The place after which a page goes on.
struct Place {
  Instant at;
  TimelineKind kind = TimelineKind::interaction;
  std::string tie;
};

/// `microseconds:kind:tie`.
std::string place_text(const TimelineRow& row) {
  return std::to_string(row.at.micros()) + ':' + place_of(row.kind) + ':' + row.tie;
}

std::optional<Place> read_place(std::string_view text) {
  std::int64_t micros = 0;
  int kind = 0;
  const char* const end = text.data() + text.size();
  const auto at = std::from_chars(text.data(), end, micros);
  if (at.ec != std::errc{} || at.ptr == end || *at.ptr != ':') return std::nullopt;
  const auto which = std::from_chars(at.ptr + 1, end, kind);
  if (which.ec != std::errc{} || which.ptr == end || *which.ptr != ':') return std::nullopt;
  if (kind < 0 || kind > static_cast<int>(TimelineKind::link)) return std::nullopt;
  if (micros < Instant::k_min_micros || micros > Instant::k_max_micros) return std::nullopt;
  Place place{Instant::from_micros(micros), static_cast<TimelineKind>(kind), std::string(which.ptr + 1, end)};
  const bool good = std::all_of(place.tie.begin(), place.tie.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  return good ? std::optional(std::move(place)) : std::nullopt;
}

/// Where one kind's items are found. Everything is SQL; empty texts are columns without a value.
struct Source {
  std::string at;
  std::string tie;
  std::string id = "r.id";
  std::string document = "r.doc";
  std::string type = {};
  std::string data = {};
  std::string other = {};
  std::string rows;                             ///< from FROM to the end of WHERE
  std::string order = "moment DESC, tie DESC";  ///< or what comes to the same and is an index's own
};

/// Events in their order, as text that compares as they do.
constexpr std::string_view k_event_tie = R"(lpad(h."position"::text, 19, '0') || lpad(h."index"::text, 10, '0'))";

class TimelineBuilder {
 public:
  TimelineBuilder(const std::string& schema, const TimelineQuery& query) : schema_(schema), query_(query) {}

  Result<Statement> build() {
    std::optional<Place> after;
    if (!query_.after.empty()) {
      after = read_place(query_.after);
      if (!after) return domain::problem("invalid_value", "this cursor does not belong to this timeline", "after");
    }
    const std::string limit = " LIMIT " + std::to_string(query_.limit + 1);
    std::string parts;
    for (const TimelineKind kind : query_.kinds) {
      for (const Source& source : sources_of(kind)) {
        parts += (parts.empty() ? "(" : " UNION ALL (") + part(kind, source, after) + limit + ')';
      }
    }
    statement_.sql =
        "SELECT (extract(epoch FROM moment) * 1000000)::bigint, kind, tie, id, doc, type, data, other FROM (" + parts +
        ") t ORDER BY moment DESC, kind DESC, tie COLLATE \"C\" DESC" + limit;
    return std::move(statement_);
  }

 private:
  bool organisation() const { return query_.around == EntityKind::organisation; }
  std::string table(std::string_view name) const { return schema_ + '.' + std::string(name); }
  std::string around() {
    if (around_.empty()) around_ = statement_.bind(query_.id.text(), "uuid");
    return around_;
  }
  /// The rows of an entity that hang on the record.
  std::string hang_on_it() { return (organisation() ? "r.organisation_id = " : "r.person_id = ") + around(); }

  std::string part(TimelineKind kind, const Source& source, const std::optional<Place>& after) {
    const auto column = [](const std::string& sql, std::string_view name) {
      return (sql.empty() ? "NULL::text" : sql) + " AS " + std::string(name);
    };
    std::string sql = "SELECT " + source.at + " AS moment, " + place_of(kind) + " AS kind, " +
                      column('(' + source.tie + ") COLLATE \"C\"", "tie") + ", " + source.id + " AS id, " +
                      column(source.document, "doc") + ", " + column(source.type, "type") + ", " +
                      column(source.data, "data") + ", " + column(source.other, "other") + ' ' + source.rows;
    if (after) sql += " AND " + behind(source, kind, *after);
    return sql + " ORDER BY " + source.order;
  }

  /// Which of a kind's rows come after the place: of its moment only what stands behind it.
  std::string behind(const Source& source, TimelineKind kind, const Place& place) {
    const std::string at = statement_.bind(place.at.text(), "timestamptz");
    if (kind > place.kind) return source.at + " < " + at;
    const std::string upto = source.at + " <= " + at;
    if (kind < place.kind) return upto;
    return upto + " AND (" + source.at + " < " + at + " OR (" + source.tie + ") COLLATE \"C\" < " +
           statement_.bind(place.tie, "text") + ')';
  }

  std::vector<Source> sources_of(TimelineKind kind) {
    switch (kind) {
      case TimelineKind::interaction: {
        std::vector<Source> sources{subject_of_it("interactions", "r.occurred_at", " DESC NULLS LAST")};
        if (!organisation()) sources.push_back(take_part());
        return sources;
      }
      case TimelineKind::task:
        return {subject_of_it("tasks", "coalesce(r.completed_at, r.created_at)", " DESC")};
      case TimelineKind::stage:
        return {stage_moves()};
      case TimelineKind::mandat:
        return {mandat_moves()};
      case TimelineKind::link:
        return {links()};
    }
    return {};
  }

  /// Interactions about something else that the person took part in; found by an index on those with participants.
  Source take_part() {
    Source source;
    source.at = "r.occurred_at";
    source.tie = "r.id::text";
    source.rows = "FROM " + table("interactions") +
                  " r WHERE r.participant_ids <> '{}' AND r.participant_ids @> ARRAY[" +
                  statement_.bind(query_.id.text(), "text") + " COLLATE \"C\"] AND r.person_id IS DISTINCT FROM " +
                  around() + " AND NOT r.deleted AND r.occurred_at IS NOT NULL";
    const std::string seen = rights_.may_see(EntityKind::interaction);
    if (!seen.empty()) source.rows += " AND " + seen;
    return source;
  }

  /// What is about the organisation is seen by who sees it; what is about the person may be about an organisation too.
  /// `latest_first`: as the table's index has the time. Ids are in the order of their texts.
  Source subject_of_it(std::string_view name, std::string at, std::string_view latest_first) {
    Source source;
    source.at = std::move(at);
    source.tie = "r.id::text";
    source.order = source.at + std::string(latest_first) + ", r.id DESC";
    source.rows =
        "FROM " + table(name) + " r WHERE " + hang_on_it() + " AND NOT r.deleted AND " + source.at + " IS NOT NULL";
    if (!organisation() && query_.viewer.role != domain::Role::admin) {
      source.rows += " AND (r.organisation_id IS NULL OR " + rights_.may_see_its_organisation() + ')';
    }
    return source;
  }

  /// Moves only: that it was made is no move.
  Source stage_moves() {
    Source source;
    source.at = "m.moved_at";
    source.tie = R"(lpad(m."position"::text, 19, '0') || lpad(m."index"::text, 10, '0'))";
    source.id = "m.organisation_id";
    source.document = R"('{"from":' || m.from_stage || ',"to":' || m.to_stage || '}')";
    source.data = event_of_move(schema_, "data");
    source.rows =
        "FROM " + table("stage_moves") + " m WHERE m.organisation_id = " + around() + " AND m.from_stage IS NOT NULL";
    return source;
  }

  Source mandat_moves() {
    Source source = events_of();
    source.rows = "FROM " + table("mandats") + " r JOIN " + table("history") +
                  " h ON h.entity_id = r.id AND h.type IN ('mandat.created.v1', 'mandat.signed.v1', "
                  "'mandat.activated.v1', 'mandat.terminated.v1') WHERE " +
                  hang_on_it() + " AND NOT r.deleted";
    return source;
  }

  /// An ended link's person may be one whom the viewer does not see: then it goes without a name.
  Source links() {
    Source source = events_of();
    const std::string ends = table("links") + " r JOIN " + table("history") +
                             " h ON h.entity_id = r.id AND h.type IN ('link.created.v1', 'link.ended.v1') JOIN ";
    if (organisation()) {
      const bool all = query_.viewer.role == domain::Role::admin;
      source.other = all ? "e.doc" : "CASE WHEN " + rights_.may_see_person("r.person_id") + " THEN e.doc END";
      source.rows = "FROM " + ends + table("people") + " e ON e.id = r.person_id";
    } else {
      const std::string seen = rights_.may_see_organisation("e");
      source.other = "e.doc";
      source.rows = "FROM " + ends + table("organisations") + " e ON e.id = r.organisation_id" +
                    (seen.empty() ? "" : " AND " + seen);
    }
    source.rows += " WHERE " + hang_on_it() + " AND NOT e.deleted";
    return source;
  }

  static Source events_of() {
    Source source;
    source.at = "h.time";
    source.tie = k_event_tie;
    source.type = "h.type";
    source.data = "h.data";
    return source;
  }

  const std::string& schema_;
  const TimelineQuery& query_;
  Statement statement_;
  RightsSql rights_{schema_, query_.viewer, statement_};
  std::string around_;
};

// ---- telling

/// An item under way: members as JSON.
class Item {
 public:
  explicit Item(const TimelineRow& row) {
    text("at", row.at.text());
    text("kind", domain::enum_text(row.kind));
    text("id", row.id.text());
  }

  void text(std::string_view name, std::string_view value) {
    std::string json;
    domain::wire::quote(json, value);
    raw(name, json);
  }
  void raw(std::string_view name, std::string_view json) {
    domain::wire::quote(separated(), name);
    out_ += ':';
    out_ += json;
  }
  /// A member of a document, where it is there, under its own or another name.
  void copy(const std::vector<domain::wire::Member>& members, std::string_view member, std::string_view name) {
    if (const std::string* value = domain::wire::value_of(members, member)) raw(name, *value);
  }
  void copy(const std::vector<domain::wire::Member>& members, std::string_view member) {
    copy(members, member, member);
  }

  std::string done() && { return std::move(out_) + '}'; }

 private:
  std::string& separated() {
    if (out_.size() > 1) out_ += ',';
    return out_;
  }

  std::string out_ = "{";
};

/// Documents are long and little of them is told.
std::vector<domain::wire::Member> members_of(const std::string& json, std::span<const std::string_view> named) {
  return json.empty() ? std::vector<domain::wire::Member>{} : domain::wire::members_of(json, named);
}

constexpr std::string_view k_subject[] = {"title",  "type",        "direction",       "category", "priority",
                                          "status", "assignee_id", "organisation_id", "person_id"};
constexpr std::string_view k_moved[] = {"from", "to"};
constexpr std::string_view k_reason[] = {"reason"};
constexpr std::string_view k_number[] = {"number"};
constexpr std::string_view k_mandat_event[] = {"date_signature", "date_debut", "date_fin", "reason"};
constexpr std::string_view k_names[] = {"first_name", "last_name", "name"};
constexpr std::string_view k_link[] = {"role", "person_id", "organisation_id"};
constexpr std::string_view k_link_event[] = {"since", "until", "reason"};

void tell_subject(Item& item, const TimelineRow& row) {
  const auto members = members_of(row.document, k_subject);
  for (const std::string_view member : k_subject) item.copy(members, member);
}

/// `organisation`: its name as JSON.
void tell_stage(Item& item, const TimelineRow& row, const std::string& organisation) {
  if (!organisation.empty()) item.raw("title", organisation);
  const auto members = members_of(row.document, k_moved);
  for (const std::string_view end : k_moved) {
    const std::string* place = domain::wire::value_of(members, end);
    int number = 0;
    if (place != nullptr) std::from_chars(place->data(), place->data() + place->size(), number);
    item.text(end, domain::enum_text(static_cast<domain::PipelineStage>(number)));
  }
  item.copy(members_of(row.data, k_reason), "reason");
}

/// `signed` of `mandat.signed.v1`.
std::string_view event_name(std::string_view type) {
  type.remove_prefix(type.find('.') + 1);
  return type.substr(0, type.find('.'));
}

void tell_mandat(Item& item, const TimelineRow& row) {
  item.copy(members_of(row.document, k_number), "number", "title");
  item.text("event", event_name(row.type));
  const auto data = members_of(row.data, k_mandat_event);
  if (row.type == "mandat.signed.v1") item.copy(data, "date_signature", "date");
  if (row.type == "mandat.activated.v1") item.copy(data, "date_debut", "date");
  if (row.type == "mandat.terminated.v1") item.copy(data, "date_fin", "date");
  item.copy(data, "reason");
}

/// A person's or an organisation's, as JSON.
std::string name_of(const std::string& document) {
  std::string name;
  const auto members = members_of(document, k_names);
  for (const std::string_view member : k_names) {
    const std::string* value = domain::wire::value_of(members, member);
    if (value == nullptr) continue;
    // Two JSON strings become one.
    name = name.empty() ? *value : name.substr(0, name.size() - 1) + ' ' + value->substr(1);
  }
  return name;
}

void tell_link(Item& item, const TimelineRow& row) {
  const bool begun = row.type == "link.created.v1";
  if (const std::string name = name_of(row.other); !name.empty()) item.raw("title", name);
  item.text("event", begun ? "begun" : "ended");
  const auto link = members_of(row.document, k_link);
  for (const std::string_view member : k_link) item.copy(link, member);
  const auto data = members_of(row.data, k_link_event);
  item.copy(data, begun ? "since" : "until", "date");
  item.copy(data, "reason");
}

std::string told(const TimelineQuery& query, const TimelineRow& row) {
  Item item(row);
  switch (row.kind) {
    case TimelineKind::interaction:
    case TimelineKind::task:
      tell_subject(item, row);
      break;
    case TimelineKind::stage:
      tell_stage(item, row, query.name);
      break;
    case TimelineKind::mandat:
      tell_mandat(item, row);
      break;
    case TimelineKind::link:
      tell_link(item, row);
      break;
  }
  return std::move(item).done();
}

}  // namespace

std::vector<TimelineKind> timeline_kinds(EntityKind around) {
  using enum TimelineKind;
  if (around == EntityKind::organisation) return {interaction, task, stage, mandat, link};
  return {interaction, task, link};
}

Result<Statement> timeline_statement(const std::string& schema, const TimelineQuery& query) {
  return TimelineBuilder(schema, query).build();
}

TimelinePage tell_timeline(const TimelineQuery& query, const std::vector<TimelineRow>& rows) {
  TimelinePage page;
  const std::size_t shown = std::min(rows.size(), query.limit);
  for (std::size_t row = 0; row < shown; ++row) page.items.push_back(told(query, rows[row]));
  if (rows.size() > query.limit) page.next = place_text(rows[shown - 1]);
  return page;
}

std::string timeline_item_schema() {
  std::string kinds;
  domain::for_each_enumerator<TimelineKind>([&](std::string_view name) {
    if (!kinds.empty()) kinds += ',';
    domain::wire::quote(kinds, name);
  });
  const std::string text = R"({"type":"string"})";
  const std::string id = R"({"type":"string","format":"uuid"})";
  std::string schema = R"({"type":"object","required":["at","kind","id"],"properties":{)"
                       R"("at":{"type":"string","format":"date-time"},"kind":{"type":"string","enum":[)" +
                       kinds + R"(]},"id":)" + id +
                       R"(,"event":{"type":"string","enum":["created","signed","activated","terminated","begun",)"
                       R"("ended"]},"date":{"type":"string","format":"date"})";
  for (const auto* name :
       {"title", "type", "direction", "category", "priority", "status", "role", "from", "to", "reason"}) {
    schema += ",\"" + std::string(name) + "\":" + text;
  }
  for (const auto* name : {"assignee_id", "organisation_id", "person_id"}) {
    schema += ",\"" + std::string(name) + "\":" + id;
  }
  return schema + "}}";
}

}  // namespace alforis::projections
