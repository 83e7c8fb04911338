#include "projections/query/history.hpp"

#include <simdjson.h>

#include "domain/events.hpp"
#include "domain/wire/json.hpp"

namespace alforis::projections {

namespace {

namespace json = simdjson::dom;

/// Members that say who touched the entity when, or follow from others: the entry itself says it better.
bool circumstantial(std::string_view member) {
  static constexpr std::string_view k_members[] = {"id",         "created_at", "created_by", "updated_at",
                                                   "updated_by", "version",    "deleted_by", "stage_since"};
  return std::find(std::begin(k_members), std::end(k_members), member) != std::end(k_members);
}

using Members = std::vector<std::pair<std::string, std::string>>;

/// Member names and values as JSON texts, in their order.
Members members_of(std::string_view document) {
  Members members;
  if (document.empty()) return members;
  json::parser parser;
  json::object object;
  if (parser.parse(document.data(), document.size()).get(object) != simdjson::SUCCESS) return members;
  for (const auto [name, value] : object) {
    if (!circumstantial(name)) members.emplace_back(name, simdjson::minify(value));
  }
  return members;
}

const std::string* value_of(const Members& members, std::string_view name) {
  const auto at =
      std::find_if(members.begin(), members.end(), [&](const auto& member) { return member.first == name; });
  return at == members.end() ? nullptr : &at->second;
}

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

std::optional<std::string> text_member(std::string_view document, std::string_view name) {
  return member<std::string_view, std::string>(document, name);
}

std::optional<ImportOrigin> import_origin(std::string_view metadata) {
  auto batch = text_member(metadata, "import");
  if (!batch) return std::nullopt;
  return ImportOrigin{std::move(*batch), text_member(metadata, "imported_from"),
                      member<std::int64_t>(metadata, "imported_line")};
}

template <class State>
class Teller {
 public:
  HistoryEntry tell(const domain::Uuid& id, const HistoryRow& row) {
    HistoryEntry entry{
        row.position, row.index, row.type, row.time, row.actor, reason(row), import_origin(row.metadata), {}};
    const auto event = domain::decode_event(row.type, row.data);
    if (!event) return entry;
    std::visit([&](const auto& known) { apply(known, {id, row.actor, row.time}); }, *event);
    const std::string after = state_ ? domain::wire::shown_json(*state_) : std::string();
    entry.changes = document_changes(document_, after);
    document_ = after;
    return entry;
  }

 private:
  template <class Event>
  void apply(const Event& event, const domain::EventContext& context) {
    if constexpr (std::is_same_v<domain::StateOf<Event>, State>) evolve(state_, event, context);
  }

  static std::optional<std::string> reason(const HistoryRow& row) {
    if (auto own = text_member(row.data, "reason")) return own;
    return text_member(row.metadata, "reason");
  }

  std::optional<State> state_;
  std::string document_;
};

template <class State>
std::vector<HistoryEntry> tell_all(const domain::Uuid& id, const std::vector<HistoryRow>& rows) {
  Teller<State> teller;
  std::vector<HistoryEntry> entries;
  entries.reserve(rows.size());
  for (const HistoryRow& row : rows) entries.push_back(teller.tell(id, row));
  std::reverse(entries.begin(), entries.end());
  return entries;
}

}  // namespace

std::vector<FieldChange> document_changes(std::string_view before, std::string_view after) {
  const Members old_members = members_of(before);
  const Members new_members = members_of(after);
  std::vector<FieldChange> changes;
  for (const auto& [name, value] : new_members) {
    const std::string* old = value_of(old_members, name);
    if (old == nullptr) {
      changes.push_back({name, std::nullopt, value});
    } else if (*old != value) {
      changes.push_back({name, *old, value});
    }
  }
  for (const auto& [name, value] : old_members) {
    if (value_of(new_members, name) == nullptr) changes.push_back({name, value, std::nullopt});
  }
  return changes;
}

std::vector<HistoryEntry> tell_history(domain::EntityKind kind, const domain::Uuid& id,
                                       const std::vector<HistoryRow>& rows) {
  std::vector<HistoryEntry> entries;
  boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, domain::AllStates>>([&]<class T>(T) {
    using State = typename T::type;
    if (domain::EventsOf<State>::k_kind == kind) entries = tell_all<State>(id, rows);
  });
  return entries;
}

}  // namespace alforis::projections
