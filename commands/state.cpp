#include "commands/state.hpp"

#include <algorithm>

#include "domain/values/fold.hpp"
#include "domain/wire/enums.hpp"
#include "domain/wire/json.hpp"

namespace alforis::commands {

using namespace domain;

namespace {

std::string entity_key(EntityKind kind, const Uuid& id) {
  std::string key = "e/";
  key += enum_text(kind);
  key += '/';
  key += id.text();
  return key;
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

std::vector<std::string> all_keys(const Keys& keys, const std::string& id) {
  std::vector<std::string> all = keys.unique;
  for (const std::string& shared : keys.shared) all.push_back(shared + '/' + id);
  return all;
}

template <class State>
void move_keys(Overlay& state, const std::optional<State>& before, const State& after) {
  const std::string id = after.id.text();
  const auto now = all_keys(keys_of(after), id);
  if (before) {
    for (const std::string& key : all_keys(keys_of(*before), id)) {
      if (std::find(now.begin(), now.end(), key) != now.end()) continue;
      // A primary key may have passed on to another link in the same commit: only the holder gives it up.
      if (const auto holder = state.get(key); holder == id) state.erase(key);
    }
  }
  for (const std::string& key : now) state.put(key, id);
}

template <class State>
std::optional<State> load(const KeyValues& values, const Uuid& id) {
  const auto text = values.get(entity_key(EventsOf<State>::k_kind, id));
  if (!text) return std::nullopt;
  auto state = wire::from_json<State>(*text, wire::UnknownMembers::ignore);
  return std::move(state).value();
}

}  // namespace

namespace index {
std::string lei(const Lei& lei) { return "u/lei/" + std::string(lei.text()); }
std::string siret(const Siret& siret) { return "u/siret/" + siret.text(); }
std::string regulator(std::string_view number) { return "i/regulator/" + fold_header(number); }
std::string name(std::string_view name, const std::optional<CountryCode>& country) {
  return "i/name/" + fold_name(name) + '|' + (country ? std::string(country->text()) : std::string());
}
std::string link_pair(const Uuid& person, const Uuid& organisation) {
  return "u/pair/" + person.text() + '/' + organisation.text();
}
std::string primary_link(const Uuid& organisation) { return "u/primary/" + organisation.text(); }
std::string links_of_person(const Uuid& person) { return "i/person_links/" + person.text(); }
std::string links_of_organisation(const Uuid& organisation) { return "i/organisation_links/" + organisation.text(); }
std::string email(const Email& email) { return "u/email/" + std::string(email.text()); }
std::string team_name(std::string_view name) { return "u/team/" + fold_name(name); }
std::string active_admin() { return "i/admin"; }
}  // namespace index

template <class State>
std::optional<State> StateView::find(const Uuid& id) const {
  return load<State>(values_, id);
}
template std::optional<Organisation> StateView::find(const Uuid&) const;
template std::optional<Person> StateView::find(const Uuid&) const;
template std::optional<Link> StateView::find(const Uuid&) const;
template std::optional<Team> StateView::find(const Uuid&) const;
template std::optional<User> StateView::find(const Uuid&) const;

std::optional<Uuid> StateView::holder(const std::string& unique_key) const {
  const auto id = values_.get(unique_key);
  if (!id) return std::nullopt;
  return Uuid::parse(*id).value();
}

std::vector<Uuid> StateView::holders(const std::string& shared_key, std::size_t most) const {
  std::vector<Uuid> ids;
  values_.scan(shared_key + '/', [&](std::string_view, std::string_view id) {
    if (ids.size() < most) ids.push_back(Uuid::parse(id).value());
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

void fold(Overlay& state, const AnyEvent& event, const EventContext& context) {
  std::visit(
      [&](const auto& e) {
        using State = StateOf<std::remove_cvref_t<decltype(e)>>;
        const auto before = load<State>(state, context.id);
        auto after = before;
        evolve(after, e, context);
        if (!after) return;
        state.put(entity_key(EventsOf<State>::k_kind, context.id), wire::to_json(*after));
        move_keys(state, before, *after);
      },
      event);
}

}  // namespace alforis::commands
