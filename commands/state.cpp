#include "commands/state.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "domain/values/fold.hpp"
#include "domain/wire/enums.hpp"
#include "domain/wire/json.hpp"

namespace alforis::commands {

using namespace domain;

namespace {

std::string_view bytes(const Uuid& id) { return {reinterpret_cast<const char*>(id.bytes().data()), id.bytes().size()}; }

Uuid id_of(std::string_view bytes) {
  std::array<std::uint8_t, 16> id{};
  if (bytes.size() != id.size()) throw std::runtime_error("an id in the state store is damaged");
  std::memcpy(id.data(), bytes.data(), id.size());
  return Uuid(id);
}

/// `prefix` and ids in one allocation.
template <class... Ids>
std::string key_of(std::string_view prefix, const Ids&... ids) {
  std::string key;
  key.reserve(prefix.size() + (bytes(ids).size() + ... + 0));
  key += prefix;
  ((key += bytes(ids)), ...);
  return key;
}

std::string replaced_key(EntityKind kind, const Uuid& id, std::int64_t version) {
  return std::string(k_replaced_document) + entity_key(kind, id) + '/' + std::to_string(version);
}

/// The keys one state of an entity has.
struct Keys {
  std::vector<std::string> unique;
  std::vector<std::string> shared;
};

Keys keys_of(const Organisation& organisation) {
  Keys keys;
  if (organisation.deleted()) return keys;  // what is deleted is not in anybody's way
  if (organisation.lei) keys.unique.push_back(index::lei(*organisation.lei));
  if (organisation.siret) keys.unique.push_back(index::siret(*organisation.siret));
  if (organisation.regulator_number) keys.shared.push_back(index::regulator(organisation.regulator_number->text()));
  keys.shared.push_back(index::name(organisation.name->text(), organisation.country));
  return keys;
}

Keys keys_of(const Person&) { return {}; }

Keys keys_of(const Link& link) {
  Keys keys;
  if (!link.live) return keys;
  keys.unique.push_back(index::link_pair(*link.person_id, *link.organisation_id));
  if (link.is_primary) keys.unique.push_back(index::primary_link(*link.organisation_id));
  keys.shared.push_back(index::links_of_person(*link.person_id));
  keys.shared.push_back(index::links_of_organisation(*link.organisation_id));
  return keys;
}

Keys keys_of(const Team& team) { return {{index::team_name(team.name->text())}, {}}; }

Keys keys_of(const User& user) {
  Keys keys{{index::email(*user.email)}, {}};
  if (user.active && user.role == Role::admin) keys.shared.push_back(index::active_admin());
  return keys;
}

std::vector<std::string> all_keys(Keys keys, const Uuid& id) {
  std::vector<std::string> all = std::move(keys.unique);
  for (std::string& shared : keys.shared) {
    shared += '/';
    shared += bytes(id);
    all.push_back(std::move(shared));
  }
  return all;
}

void move_keys(Overlay& state, const std::vector<std::string>& before, std::vector<std::string> now, const Uuid& id) {
  for (const std::string& key : before) {
    if (std::find(now.begin(), now.end(), key) != now.end()) continue;
    // A primary key may have passed on to another link in the same commit: only the holder gives it up.
    if (state.get(key) == bytes(id)) state.erase(key);
  }
  for (std::string& key : now) {
    if (std::find(before.begin(), before.end(), key) == before.end()) state.put(std::move(key), std::string(bytes(id)));
  }
}

template <class State>
State read(std::string_view document) {
  return wire::from_json<State>(document, wire::UnknownMembers::ignore).value();
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
  found.state = read<State>(*document);
  found.document = std::move(*document);
  found.keys = all_keys(keys_of(*found.state), id);
  return found;
}

template <class Event>
std::int64_t fold_one(Overlay& overlay, const Event& event, const EventContext& context) {
  using State = StateOf<Event>;
  constexpr EntityKind k_kind = EventsOf<State>::k_kind;
  // Deciders see to it that a new entity's id is nobody's: there is nothing to look up.
  constexpr bool k_creates = Event::k_type.find(".created.") != std::string_view::npos;
  auto [state, document, keys] = k_creates ? Before<State>{} : before<State>(overlay, context.id);
  if (state) {
    const std::string time = std::to_string(context.time.micros());
    overlay.put(replaced_key(k_kind, context.id, state->version), time + ' ' + document);
  }
  evolve(state, event, context);
  if (!state) return 0;
  overlay.put(entity_key(k_kind, context.id), wire::to_json(*state));
  move_keys(overlay, keys, all_keys(keys_of(*state), context.id), context.id);
  return state->version;
}

}  // namespace

std::string entity_key(EntityKind kind, const Uuid& id) {
  std::string key = "e/";
  key += enum_text(kind);
  key += '/';
  key += bytes(id);
  return key;
}

namespace index {
std::string lei(const Lei& lei) { return "u/lei/" + std::string(lei.text()); }
std::string siret(const Siret& siret) { return "u/siret/" + siret.text(); }
std::string regulator(std::string_view number) { return "i/regulator/" + fold_header(number); }
std::string name(std::string_view name, const std::optional<CountryCode>& country) {
  return "i/name/" + fold_name(name) + '|' + (country ? std::string(country->text()) : std::string());
}
std::string link_pair(const Uuid& person, const Uuid& organisation) { return key_of("u/pair/", person, organisation); }
std::string primary_link(const Uuid& organisation) { return key_of("u/primary/", organisation); }
std::string links_of_person(const Uuid& person) { return key_of("i/person_links/", person); }
std::string links_of_organisation(const Uuid& organisation) { return key_of("i/organisation_links/", organisation); }
std::string email(const Email& email) { return "u/email/" + std::string(email.text()); }
std::string team_name(std::string_view name) { return "u/team/" + fold_name(name); }
std::string active_admin() { return "i/admin"; }
}  // namespace index

template <class State>
std::optional<State> StateView::find(const Uuid& id) const {
  const auto document = values_.get(entity_key(EventsOf<State>::k_kind, id));
  return document ? std::optional<State>(read<State>(*document)) : std::nullopt;
}
template std::optional<Organisation> StateView::find(const Uuid&) const;
template std::optional<Person> StateView::find(const Uuid&) const;
template std::optional<Link> StateView::find(const Uuid&) const;
template std::optional<Team> StateView::find(const Uuid&) const;
template std::optional<User> StateView::find(const Uuid&) const;

std::string StateView::document(EntityKind kind, const Uuid& id, std::int64_t version) const {
  if (auto replaced = values_.get(replaced_key(kind, id, version))) return replaced->substr(replaced->find(' ') + 1);
  return values_.get(entity_key(kind, id)).value_or(std::string());
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

std::optional<Viewer> StateView::viewer(const Uuid& user) const {
  static const Uuid system = Uuid::parse(k_system_actor).value();
  if (user == system) return Viewer{system, Role::admin, std::nullopt};
  const auto found = find<User>(user);
  if (!found || !found->active) return std::nullopt;
  return Viewer{user, found->role, found->team_id};
}

Ownership StateView::ownership(const Organisation& organisation) const {
  Ownership ownership{organisation.owner_id, std::nullopt, organisation.created_by};
  if (organisation.owner_id) {
    if (const auto owner = find<User>(*organisation.owner_id)) ownership.team = owner->team_id;
  }
  return ownership;
}

std::vector<Ownership> StateView::ownerships(const Person& person) const {
  std::vector<Ownership> all;
  for (const Uuid& id : holders(index::links_of_person(person.id))) {
    const auto link = find<Link>(id);
    if (!link) continue;
    if (const auto organisation = find<Organisation>(*link->organisation_id)) all.push_back(ownership(*organisation));
  }
  return all;
}

std::int64_t fold(Overlay& state, const AnyEvent& event, const EventContext& context) {
  return std::visit([&](const auto& e) { return fold_one(state, e, context); }, event);
}

}  // namespace alforis::commands
