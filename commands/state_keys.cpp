#include "commands/state_keys.hpp"

#include "domain/values/fold.hpp"
#include "domain/wire/enums.hpp"

namespace alforis::commands {

using namespace domain;

namespace {

/// `prefix` and ids in one allocation.
template <class... Ids>
std::string key_of(std::string_view prefix, const Ids&... ids) {
  std::string key;
  key.reserve(prefix.size() + (id_bytes(ids).size() + ... + 0));
  key += prefix;
  ((key += id_bytes(ids)), ...);
  return key;
}

std::string shared(std::string key, const Uuid& id) {
  key += '/';
  key += id_bytes(id);
  return key;
}

}  // namespace

std::string entity_key(EntityKind kind, const Uuid& id) {
  std::string key = "e/";
  key += enum_text(kind);
  key += '/';
  key += id_bytes(id);
  return key;
}

std::string replaced_key(EntityKind kind, const Uuid& id, std::int64_t version) {
  return std::string(k_replaced_document) + entity_key(kind, id) + '/' + std::to_string(version);
}

std::string replaced_value(Instant replaced_at, std::string_view document) {
  std::string value = std::to_string(replaced_at.micros());
  value += ' ';
  value += document;
  return value;
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

std::vector<std::string> keys_of(const Organisation& organisation) {
  std::vector<std::string> keys;
  if (organisation.deleted()) return keys;  // what is deleted is not in anybody's way
  keys.reserve(4);
  if (organisation.lei) keys.push_back(index::lei(*organisation.lei));
  if (organisation.siret) keys.push_back(index::siret(*organisation.siret));
  if (organisation.regulator_number) {
    keys.push_back(shared(index::regulator(organisation.regulator_number->text()), organisation.id));
  }
  keys.push_back(shared(index::name(organisation.name->text(), organisation.country), organisation.id));
  return keys;
}

std::vector<std::string> keys_of(const Person&) { return {}; }

std::vector<std::string> keys_of(const Link& link) {
  std::vector<std::string> keys;
  if (!link.live) return keys;
  keys.push_back(index::link_pair(*link.person_id, *link.organisation_id));
  if (link.is_primary) keys.push_back(index::primary_link(*link.organisation_id));
  keys.push_back(shared(index::links_of_person(*link.person_id), link.id));
  keys.push_back(shared(index::links_of_organisation(*link.organisation_id), link.id));
  return keys;
}

std::vector<std::string> keys_of(const Team& team) { return {index::team_name(team.name->text())}; }

std::vector<std::string> keys_of(const User& user) {
  std::vector<std::string> keys{index::email(*user.email)};
  if (user.active && user.role == Role::admin) keys.push_back(shared(index::active_admin(), user.id));
  return keys;
}

}  // namespace alforis::commands
