#include "projections/query/history.hpp"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "domain/kinds.hpp"
#include "domain/wire/json.hpp"

namespace alforis::projections {

namespace {

namespace json = simdjson::dom;

/// Members that follow from others: the entry itself says it better.
bool circumstantial(const FieldChange& change) { return change.name == "deleted_by" || change.name == "stage_since"; }

/// The member when it is there and a T; `Kept` outlives the document.
template <class T, class Kept = T>
std::optional<Kept> member(std::string_view document, std::string_view name) {
  json::parser parser;
  json::object object;
  T value{};
  if (parser.parse(document.data(), document.size()).get(object) != simdjson::SUCCESS) return std::nullopt;
  if (object.at_key(name).get(value) != simdjson::SUCCESS) return std::nullopt;
  return Kept(value);
}

std::optional<ImportOrigin> import_origin(std::string_view metadata) {
  auto batch = text_member(metadata, "import");
  if (!batch) return std::nullopt;
  return ImportOrigin{std::move(*batch), text_member(metadata, "imported_from"),
                      member<std::int64_t>(metadata, "imported_line")};
}

ChangeSource change_source(std::string_view metadata) {
  return {text_member(metadata, "request_id"), text_member(metadata, "client"), text_member(metadata, "on_behalf_of")};
}

/// The event's own, else what was given with the command.
std::optional<std::string> reason_of(const HistoryRow& row) {
  if (auto own = text_member(row.data, "reason")) return own;
  return text_member(row.metadata, "reason");
}

template <class State>
class Teller {
 public:
  HistoryEntry tell(const domain::Uuid& id, const HistoryRow& row) {
    HistoryEntry entry{row.position,
                       row.index,
                       row.type,
                       row.time,
                       row.actor,
                       reason_of(row),
                       import_origin(row.metadata),
                       change_source(row.metadata),
                       {}};
    if (!document_) document_ = shown();
    if (!fold(id, row)) return entry;
    std::string after = shown();
    entry.changes = document_changes(*document_, after);
    document_ = std::move(after);
    return entry;
  }

  /// What nobody wants to be told.
  void pass(const domain::Uuid& id, const HistoryRow& row) {
    fold(id, row);
    document_.reset();
  }

 private:
  bool fold(const domain::Uuid& id, const HistoryRow& row) {
    const auto event = domain::decode_event(row.type, row.data);
    if (event) domain::evolve_by(state_, *event, {id, row.actor, row.time});
    return event.has_value();
  }
  std::string shown() const { return state_ ? domain::wire::shown_json(*state_) : std::string(); }

  std::optional<State> state_;
  std::optional<std::string> document_;  ///< the state's, once asked for
};

/// What the rows of the last position did.
template <class State>
void tell_last(domain::EntityChange& change, const std::vector<HistoryRow>& rows) {
  std::optional<State> state;
  std::optional<State> before;
  bool last = false;
  for (const HistoryRow& row : rows) {
    if (!last && row.position == rows.back().position) {
      before = state;
      last = true;
    }
    const auto event = domain::decode_event(row.type, row.data);
    if (event) domain::evolve_by(state, *event, {change.id, row.actor, row.time});
    if (last && domain::erases(row.type)) change.erased = true;
  }
  if (!state) return;
  change.created = !before;
  change.version = state->version;
  change.members = domain::member_changes(before ? domain::wire::shown_json(*before) : std::string(),
                                          domain::wire::shown_json(*state));
}

template <class State>
std::vector<HistoryEntry> tell_newest(const domain::Uuid& id, const std::vector<HistoryRow>& rows, std::size_t most) {
  Teller<State> teller;
  std::vector<HistoryEntry> entries;
  const std::size_t told = std::min(most, rows.size());
  entries.reserve(told);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i < rows.size() - told) {
      teller.pass(id, rows[i]);
    } else {
      entries.push_back(teller.tell(id, rows[i]));
    }
  }
  std::reverse(entries.begin(), entries.end());
  return entries;
}

}  // namespace

std::optional<std::string> text_member(std::string_view document, std::string_view name) {
  return member<std::string_view, std::string>(document, name);
}

std::optional<HistoryPlace> read_history_place(std::string_view text) {
  HistoryPlace place;
  const char* const end = text.data() + text.size();
  const auto position = std::from_chars(text.data(), end, place.position);
  if (position.ec != std::errc{} || position.ptr == end || *position.ptr != ':' ||
      !std::in_range<std::int64_t>(place.position)) {
    return std::nullopt;
  }
  const auto index = std::from_chars(position.ptr + 1, end, place.index);
  if (index.ec != std::errc{} || index.ptr != end || !std::in_range<std::int32_t>(place.index)) return std::nullopt;
  return place;
}

AuditEntry tell_audit(const domain::Uuid& id, const HistoryRow& row) {
  const bool noted = domain::entity_kind_of_type(row.type) == domain::EntityKind::audit;
  return {row.position,
          row.index,
          row.time,
          row.actor,
          std::string(action_of(row.type)),
          id,
          noted,
          reason_of(row),
          change_source(row.metadata),
          row.data};
}

std::vector<FieldChange> document_changes(std::string_view before, std::string_view after) {
  auto changes = domain::member_changes(before, after);
  changes.erase(std::remove_if(changes.begin(), changes.end(), circumstantial), changes.end());
  return changes;
}

std::vector<HistoryEntry> tell_history(domain::EntityKind kind, const domain::Uuid& id,
                                       const std::vector<HistoryRow>& rows, std::size_t most) {
  std::vector<HistoryEntry> entries;
  domain::with_state(kind, [&]<class T>(T) { entries = tell_newest<typename T::type>(id, rows, most); });
  return entries;
}

domain::EntityChange tell_change(domain::EntityKind kind, const domain::Uuid& id, const std::vector<HistoryRow>& rows) {
  domain::EntityChange change{kind, id, false, false, 0, {}};
  domain::with_state(kind, [&]<class T>(T) { tell_last<typename T::type>(change, rows); });
  return change;
}

}  // namespace alforis::projections
