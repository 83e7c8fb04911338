#include "programs/demo_data.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <span>
#include <string_view>

#include "domain/values/fold.hpp"
#include "programs/demo_business.hpp"
#include "programs/demo_json.hpp"
#include "programs/demo_names.hpp"
#include "programs/demo_random.hpp"

namespace alforis::programs {
namespace {

constexpr std::size_t k_organisations = 300;
constexpr std::size_t k_people = 900;
constexpr std::string_view k_firm_domain = "ventoux-distribution.example";

// `Éole & Associés` as a host or the local part of an address: eole-et-associes.
std::string slug(std::string_view name, char glue) {
  std::string key = domain::fold_name(name);
  std::replace(key.begin(), key.end(), ' ', glue);
  return key;
}

// ---- teams and users
// -------------------------------------------------------------------------------------------------

struct DemoUser {
  std::string_view first;
  std::string_view last;
  std::string_view role;
  std::size_t team;
};

constexpr std::array<std::array<std::string_view, 2>, 4> k_teams = {{
    {"Institutionnels", "Assureurs, mutuelles, caisses de retraite, fondations"},
    {"Wholesale", "Banques privées, plateformes, multigérants"},
    {"CGPI", "Conseillers en gestion de patrimoine indépendants"},
    {"Partenaires", "Sociétés de gestion dont nous distribuons les fonds"},
}};

constexpr DemoUser k_users[] = {
    {"Claire", "Montagne", "manager", 0},  {"Rachid", "Belkacem", "sales", 0},  {"Solène", "Le Goff", "sales", 0},
    {"Étienne", "Vidal", "manager", 1},    {"Mathilde", "Roche", "sales", 1},   {"Paul", "Andrieu", "sales", 1},
    {"Sandrine", "Colin", "manager", 2},   {"Thomas", "Perrot", "sales", 2},    {"Lina", "Haddad", "sales", 2},
    {"Benoît", "Chevalier", "manager", 3}, {"Agathe", "Fournier", "viewer", 3}, {"Louis", "Garnier", "viewer", 0},
};

void add_teams_and_users(DemoFirm& firm) {
  for (std::size_t i = 0; i < k_teams.size(); ++i) {
    const std::string id = make_id("team", i);
    firm.teams.push_back(
        {id, Json().text("id", id).text("name", k_teams[i][0]).text("description", k_teams[i][1]).take()});
  }
  for (const DemoUser& user : k_users) {
    const std::string id = make_id("user", firm.users.size());
    const std::string name = std::string(user.first) + " " + std::string(user.last);
    const std::string email = slug(name, '.') + "@" + std::string(k_firm_domain);
    Json json;
    json.text("id", id).text("email", email).text("full_name", name).text("role", user.role);
    json.text("team_id", firm.teams[user.team].id);
    firm.users.push_back({id, json.take()});
    firm.emails.push_back(email);
  }
}

// ---- organisations
// ---------------------------------------------------------------------------------------------------

// What an organisation is decides how it is called, who follows it and how large it is.
struct Kind {
  std::string_view type;
  std::string_view category;
  std::span<const std::string_view> ends;
  std::size_t team;
  unsigned weight;   // out of 100
  int millions;      // of potential, at most
  int aum_millions;  // at most; 0: not known
};

constexpr Kind k_kinds[] = {
    {"fournisseur", "sdg", k_manager_ends, 3, 18, 40, 25'000},
    {"client", "institution", k_institution_ends, 0, 24, 80, 12'000},
    {"client", "cgpi", k_adviser_ends, 2, 28, 8, 400},
    {"client", "wholesale", k_bank_ends, 1, 12, 50, 8'000},
    {"distributeur", "wholesale", k_bank_ends, 1, 8, 30, 3'000},
    {"client", "corporation", k_company_ends, 0, 6, 15, 0},
    {"emetteur", "startup", k_company_ends, 3, 2, 3, 0},
    {"autre", "autres", k_company_ends, 2, 2, 1, 0},
};

struct Stage {
  std::string_view name;
  unsigned weight;  // out of 100
  int probability;  // percent
};

constexpr Stage k_stages[] = {{"prospect", 34, 10},    {"qualification", 20, 25}, {"proposition", 14, 45},
                              {"negociation", 10, 70}, {"signe", 14, 100},        {"perdu", 4, 0},
                              {"inactif", 4, 0}};

template <class List>
const auto& pick_weighted(DemoRandom& random, const List& list) {
  std::size_t rest = random.below(100);
  for (const auto& entry : list) {
    if (rest < entry.weight) return entry;
    rest -= entry.weight;
  }
  return list[0];
}

class OrganisationMaker {
 public:
  OrganisationMaker(const DemoFirm& firm, std::uint64_t seed) : firm_(firm), seed_(seed), random_(seed) {}

  std::pair<DemoRecord, DemoOrganisation> make(std::size_t number) {
    const Kind& kind = pick_weighted(random_, k_kinds);
    const std::string id = make_id("organisation", number, seed_);
    const std::string name = make_name(kind);
    const std::string host = slug(name, '-') + ".example";
    Json json;
    json.text("id", id).text("name", name).text("type", kind.type).text("category", kind.category);
    json.text("email", "contact@" + host).text("website", "https://www." + host);
    add_place(json);
    add_pipeline(json, kind);
    add_lists(json, kind);
    const auto owner = pick_owner(kind.team);
    if (owner) json.text("owner_id", *owner);
    return {{id, json.take()}, {id, host, kind.type == "fournisseur", owner}};
  }

 private:
  std::string make_name(const Kind& kind) {
    for (;;) {
      std::string name = std::string(random_.pick(k_stems)) + " " + std::string(random_.pick(kind.ends));
      // There are more organisations than pairs of a rare kind: then it takes a second stem.
      if (names_.contains(name)) name = std::string(random_.pick(k_stems)) + " " + name;
      if (names_.insert(name).second) return name;
    }
  }

  void add_place(Json& json) {
    const bool french = random_.chance(82);
    const DemoCity& city = french ? random_.pick(k_french_cities) : random_.pick(k_european_cities);
    json.text("address", std::to_string(random_.between(1, 140)) + " " + std::string(random_.pick(k_streets)));
    json.text("postal_code", city.postal_code).text("city", city.name).text("country", city.country);
    json.text("language", french || random_.chance(40) ? "fr" : "en");
    if (!city.phone.empty()) json.text("phone", std::string(city.phone) + random_.text(4, "0123456789"));
    if (french) {
      const std::string siren = make_siren(random_);
      json.text("siren", siren).text("siret", make_siret(siren));
      json.text("legal_form", random_.chance(70) ? "Société par actions simplifiée" : "Société anonyme");
    }
    if (random_.chance(75)) json.text("lei", make_lei(random_, french ? "9695" : "2221"));
  }

  void add_pipeline(Json& json, const Kind& kind) {
    const Stage& stage = pick_weighted(random_, k_stages);
    json.text("pipeline_stage", stage.name);
    if (stage.name != "prospect") {
      json.euros("potential_amount", std::int64_t{random_.between(1, kind.millions * 4)} * 250'000);
      json.raw("signature_probability", std::to_string(stage.probability));
    }
    if (stage.name == "signe") json.text("signature_date", make_date(random_, 2021, 2025));
    if (kind.aum_millions > 0 && random_.chance(70)) {
      json.euros("aum", std::int64_t{random_.between(kind.aum_millions / 100, kind.aum_millions)} * 1'000'000);
      json.text("aum_date", "2025-12-31");
    }
  }

  void add_lists(Json& json, const Kind& kind) {
    std::set<std::string_view> strategies;
    std::set<std::string_view> tags;
    for (int i = random_.between(0, 3); i > 0 && kind.aum_millions > 0; --i)
      strategies.insert(random_.pick(k_strategies));
    for (int i = random_.between(0, 2); i > 0; --i) tags.insert(random_.pick(k_tags));
    json.list("strategies", strategies).list("tags", tags);
  }

  // One in seven is nobody's yet; the others belong to a manager or salesperson of the kind's team.
  std::optional<std::string> pick_owner(std::size_t team) {
    if (random_.chance(15)) return std::nullopt;
    std::vector<std::size_t> candidates;
    for (std::size_t i = 0; i < std::size(k_users); ++i) {
      if (k_users[i].team == team && k_users[i].role != "viewer") candidates.push_back(i);
    }
    return firm_.users[random_.pick(candidates)].id;
  }

  const DemoFirm& firm_;
  std::uint64_t seed_;
  DemoRandom random_;
  std::set<std::string> names_;
};

// ---- people
// ----------------------------------------------------------------------------------------------------------

struct DemoPerson {
  std::string id;
  std::string address;  // before the @
  std::string_view job;
};

std::pair<DemoRecord, DemoPerson> make_person(DemoRandom& random, std::size_t number, std::uint64_t seed) {
  const std::string_view first = random.pick(k_first_names);
  const std::string_view last = random.pick(k_last_names);
  DemoPerson person{make_id("person", number, seed), slug(std::string(first) + " " + std::string(last), '.'),
                    random.pick(k_job_titles)};
  Json json;
  json.text("id", person.id).text("first_name", first).text("last_name", last).text("job_title", person.job);
  json.text("country", random.chance(85) ? "FR" : "LU").text("language", random.chance(85) ? "fr" : "en");
  if (random.chance(35)) {
    json.text("personal_email", person.address + std::to_string(random.between(1, 99)) + "@courrier.example");
  }
  if (random.chance(60)) json.text("mobile", "+3363998" + random.text(4, "0123456789"));
  if (random.chance(30)) json.text("linkedin_url", "https://www.linkedin.example/in/" + person.address);
  if (random.chance(25)) {
    json.text("consent", "given").text("consent_date", make_date(random, 2022, 2025)).text("consent_source", "salon");
  }
  return {{person.id, json.take()}, person};
}

DemoRecord make_link(DemoRandom& random, std::string id, const DemoPerson& person, const DemoOrganisation& organisation,
                     bool primary) {
  constexpr std::string_view k_roles[] = {"contact_secondaire", "decideur", "technique", "administratif"};
  Json json;
  json.text("id", id).text("person_id", person.id).text("organisation_id", organisation.id);
  json.text("role", primary ? "contact_principal" : random.pick(k_roles)).raw("is_primary", primary ? "true" : "false");
  json.text("job_title", person.job).text("work_email", person.address + "@" + organisation.domain);
  json.text("since", make_date(random, 2015, 2025));
  return {std::move(id), json.take()};
}

void add_people_and_links(DemoFirm& firm, const std::vector<DemoOrganisation>& organisations, std::uint64_t seed) {
  DemoRandom random(seed ^ 0x70656F706C65ULL);
  for (std::size_t i = 0; i < k_people; ++i) {
    auto [record, person] = make_person(random, i, seed);
    firm.people.push_back(std::move(record));
    // The first round of people gives every organisation its primary contact.
    const std::size_t home = i % k_organisations;
    firm.links.push_back(
        make_link(random, make_id("link", firm.links.size(), seed), person, organisations[home], i < k_organisations));
    if (!random.chance(35)) continue;
    const std::size_t other = (home + 1 + random.below(k_organisations - 1)) % k_organisations;
    firm.links.push_back(
        make_link(random, make_id("link", firm.links.size(), seed), person, organisations[other], false));
  }
}

}  // namespace

DemoFirm make_demo_firm(std::uint64_t seed) {
  DemoFirm firm;
  add_teams_and_users(firm);
  OrganisationMaker maker(firm, seed);
  std::vector<DemoOrganisation> organisations;
  for (std::size_t i = 0; i < k_organisations; ++i) {
    auto [record, organisation] = maker.make(i);
    firm.organisations.push_back(std::move(record));
    organisations.push_back(std::move(organisation));
  }
  add_people_and_links(firm, organisations, seed);
  add_business(firm, organisations, seed);
  return firm;
}

}  // namespace alforis::programs
