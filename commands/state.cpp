#include "commands/state.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "commands/keys.hpp"
#include "domain/wire/json.hpp"

namespace alforis::commands {

using namespace domain;

namespace {

Uuid id_of(std::string_view bytes) {
  std::array<std::uint8_t, 16> id{};
  if (bytes.size() != id.size()) throw std::runtime_error("an id in the state store is damaged");
  std::memcpy(id.data(), bytes.data(), id.size());
  return Uuid(id);
}

void move_keys(Overlay& state, const std::vector<std::string>& before, std::vector<std::string> now, const Uuid& id) {
  for (const std::string& key : before) {
    if (std::find(now.begin(), now.end(), key) != now.end()) continue;
    // A primary key may have passed on to another link in the same commit: only the holder gives it up.
    if (state.get(key) == id_bytes(id)) state.erase(key);
  }
  for (std::string& key : now) {
    if (std::find(before.begin(), before.end(), key) == before.end())
      state.put(std::move(key), std::string(id_bytes(id)));
  }
}

/// Removes the documents from before an erasure.
void forget(Overlay& overlay, EntityKind kind, const Uuid& id) {
  std::vector<std::string> replaced;
  overlay.scan(replaced_prefix(kind, id), [&](std::string_view key, std::string_view) {
    replaced.emplace_back(key);
    return true;
  });
  for (std::string& key : replaced) overlay.erase(std::move(key));
}

/// What an event replaces: the entity, its document, and its keys.
template <class State>
struct Before {
  std::optional<State> state;
  std::string document;
  std::vector<std::string> keys;
};

template <class State>
Before<State> before(const Overlay& overlay, const Uuid& id) {
  Before<State> found;
  auto document = overlay.get(entity_key(EventsOf<State>::k_kind, id));
  if (!document) return found;
  found.state = read_state<State>(*document);
  found.document = std::move(*document);
  found.keys = keys_of(*found.state);
  return found;
}

template <class Event>
std::int64_t fold_one(Overlay& overlay, const Event& event, const EventContext& context) {
  using State = StateOf<Event>;
  constexpr EntityKind k_kind = EventsOf<State>::k_kind;
  auto [state, document, keys] = k_creates<Event> ? Before<State>{} : before<State>(overlay, context.id);
  if (state) overlay.put(replaced_key(k_kind, context.id, state->version), replaced_value(context.time, document));
  evolve(state, event, context);
  if (!state) return 0;
  overlay.put(entity_key(k_kind, context.id), wire::to_json(*state));
  if constexpr (Erases<Event>) overlay.erase(data_key_key(context.id));
  if constexpr (k_forgets<Event>) forget(overlay, k_kind, context.id);
  move_keys(overlay, keys, keys_of(*state), context.id);
  return state->version;
}

/// A stored document as it may leave the writer.
std::string shown(EntityKind kind, std::string document) {
  if (document.empty()) return document;
  boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, AllStates>>([&]<class T>(T) {
    using State = typename T::type;
    if constexpr (HasSecrets<State>) {
      if (EventsOf<State>::k_kind == kind) document = wire::shown_json(read_state<State>(document));
    }
  });
  return document;
}

}  // namespace

template <class State>
std::optional<State> StateView::find(const Uuid& id) const {
  const auto document = values_.get(entity_key(EventsOf<State>::k_kind, id));
  return document ? std::optional<State>(read_state<State>(*document)) : std::nullopt;
}

#define ALFORIS_FINDS(State) template std::optional<State> StateView::find<State>(const Uuid&) const;
ALFORIS_FINDS(Organisation)
ALFORIS_FINDS(Person)
ALFORIS_FINDS(Link)
ALFORIS_FINDS(Produit)
ALFORIS_FINDS(Mandat)
ALFORIS_FINDS(Interaction)
ALFORIS_FINDS(Task)
ALFORIS_FINDS(Team)
ALFORIS_FINDS(User)
ALFORIS_FINDS(Session)
ALFORIS_FINDS(ApiKey)
ALFORIS_FINDS(Kpi)
ALFORIS_FINDS(SavedView)
ALFORIS_FINDS(Workspace)
ALFORIS_FINDS(AuditBook)
#undef ALFORIS_FINDS

bool StateView::taken(const Uuid& id) const {
  bool found = false;
  boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, AllStates>>([&]<class T>(T) {
    found = found || values_.get(entity_key(EventsOf<typename T::type>::k_kind, id)).has_value();
  });
  return found;
}

std::string StateView::document(EntityKind kind, const Uuid& id, std::int64_t version) const {
  if (auto replaced = values_.get(replaced_key(kind, id, version))) {
    return shown(kind, replaced->substr(replaced->find(' ') + 1));
  }
  return shown(kind, values_.get(entity_key(kind, id)).value_or(std::string()));
}

Uuid StateView::survivor(const Uuid& organisation) const {
  // Whoever is merged goes into a live record, so that there is no way back to where one was.
  Uuid present = organisation;
  for (auto found = find<Organisation>(present); found && found->merged_into; found = find<Organisation>(present)) {
    present = *found->merged_into;
  }
  return present;
}

std::optional<Uuid> StateView::holder(const std::string& unique_key) const {
  const auto id = values_.get(unique_key);
  if (!id) return std::nullopt;
  return id_of(*id);
}

std::vector<Uuid> StateView::holders(const std::string& shared_key, std::size_t most) const {
  std::vector<Uuid> ids;
  values_.scan(shared_key + '/', [&](std::string_view, std::string_view id) {
    if (ids.size() < most) ids.push_back(id_of(id));
    return ids.size() < most;
  });
  return ids;
}

std::optional<Uuid> StateView::data_key(const Uuid& subject) const { return holder(data_key_key(subject)); }

std::vector<Uuid> StateView::due(const std::string& index, const Date& upto, std::size_t most) const {
  std::vector<Uuid> ids;
  const std::string prefix = index + '/';
  const std::string last = upto.text();
  values_.scan(prefix, [&](std::string_view key, std::string_view id) {
    if (key.substr(prefix.size(), last.size()) > last || ids.size() == most) return false;
    ids.push_back(id_of(id));
    return true;
  });
  return ids;
}

std::optional<Viewer> StateView::viewer(const Uuid& user) const {
  if (user == system_actor()) return Viewer{user, Role::admin, std::nullopt};
  const auto found = find<User>(user);
  if (!found || !found->active) return std::nullopt;
  return Viewer{user, found->role, found->team_id};
}

std::optional<Uuid> StateView::team_of(const std::optional<Uuid>& user) const {
  if (!user) return std::nullopt;
  const auto found = find<User>(*user);
  return found ? found->team_id : std::nullopt;
}

void StateView::add_organisation(Whose& whose, const Uuid& organisation) const {
  const auto found = find<Organisation>(organisation);
  if (found) whose.of.push_back({found->owner_id, team_of(found->owner_id), found->created_by});
}

void StateView::add_organisations_of(Whose& whose, const Uuid& person) const {
  for (const Uuid& id : holders(index::links_of_person(person))) {
    if (const auto link = find<Link>(id)) add_organisation(whose, *link->organisation_id);
  }
}

void StateView::add_person(Whose& whose, const Uuid& person) const {
  if (const auto found = find<Person>(person)) whose.person_made_by = found->created_by;
  add_organisations_of(whose, person);
}

std::int64_t fold(Overlay& state, const AnyEvent& event, const EventContext& context) {
  return std::visit([&](const auto& e) { return fold_one(state, e, context); }, event);
}

}  // namespace alforis::commands
