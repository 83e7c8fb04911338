#include "projections/search/catalogue.hpp"

#include <boost/describe.hpp>

namespace alforis::projections {

using domain::EntityKind;
using domain::Uuid;
using search::DocumentNumber;

// ---- the catalogue

const Catalogue::Row Catalogue::unknown_{};

void Catalogue::put(DocumentNumber number, const SearchFacts& facts) {
  if (number >= rows_.size()) {
    rows_.resize(number + 1);
    owners_.resize(number + 1);
  }
  Row& row = rows_[number];
  row.id = facts.id;
  row.time_us = facts.time_us;
  row.owner = owners_[number] = facts.owner ? user_number(*facts.owner) : 0;
  row.organisation = facts.organisations.empty() ? 0 : facts.organisations.front() + 1;
  row.person = facts.person ? *facts.person + 1 : 0;
  row.kind = facts.kind;
  row.stage = facts.stage;
  row.known = true;
  row.shown = facts.shown;
  row.active = facts.active;
  row.country = facts.country;
  row.several = facts.organisations.size() > 1;
  if (facts.person) note_followed(*facts.person + 1);
  for (const DocumentNumber organisation : facts.organisations) note_followed(organisation + 1);
  if (row.several) {
    further_[number].assign(facts.organisations.begin() + 1, facts.organisations.end());
  } else {
    further_.erase(number);
  }
}

void Catalogue::note_followed(std::uint32_t one_past) {
  if (followed_.size() < one_past) followed_.resize(one_past);
  followed_[one_past - 1] = true;
}

UserNumber Catalogue::user_number(const Uuid& id) {
  const auto [at, fresh] = user_numbers_.try_emplace(id, static_cast<UserNumber>(users_.size() + 1));
  if (fresh) users_.push_back({id, std::nullopt});
  return at->second;
}

void Catalogue::set_team(const Uuid& user, const std::optional<Uuid>& team) {
  users_[user_number(user) - 1].team = team;
}

UserNumber Catalogue::user(const Uuid& id) const {
  const auto at = user_numbers_.find(id);
  return at == user_numbers_.end() ? 0 : at->second;
}

std::vector<DocumentNumber> Catalogue::followers(DocumentNumber number) const {
  std::vector<DocumentNumber> found;
  if (number >= followed_.size() || !followed_[number]) return found;
  for (DocumentNumber other = 0; other < end(); ++other) {
    const Row& row = rows_[other];
    bool follows = row.organisation == number + 1 || row.person == number + 1;
    if (!follows && row.several) {
      const auto& further = further_.at(other);
      follows = std::find(further.begin(), further.end(), number) != further.end();
    }
    if (follows) found.push_back(other);
  }
  return found;
}

// ---- rights

Sight::Sight(const Catalogue& catalogue, const domain::Viewer& viewer)
    : catalogue_(catalogue),
      all_(viewer.role == domain::Role::admin),
      me_(catalogue.user(viewer.id)),
      ours_(catalogue.users() + 1) {
  if (me_ != 0) ours_[me_] = true;
  if (!viewer.team) return;
  for (UserNumber user = 1; user <= catalogue.users(); ++user) {
    if (catalogue.team(user) == viewer.team) ours_[user] = true;
  }
}

bool Sight::sees_organisation(DocumentNumber number) const {
  const auto& row = catalogue_.row(number);
  return row.known && owned_by_us(row.owner);
}

bool Sight::sees_person(DocumentNumber number) const {
  bool linked = false;
  bool seen = false;
  catalogue_.each_organisation(number, [&](DocumentNumber organisation) {
    linked = true;
    seen = seen || sees_organisation(organisation);
  });
  return seen || !linked;
}

bool Sight::sees(DocumentNumber number) const {
  if (all_) return true;
  const auto& row = catalogue_.row(number);
  switch (row.kind) {
    case EntityKind::organisation:
      return owned_by_us(row.owner);
    case EntityKind::person:
      // Each part of a person's document says what one organisation knows of them.
      return row.organisation == 0 || sees_organisation(row.organisation - 1);
    case EntityKind::mandat:
      return row.organisation != 0 && sees_organisation(row.organisation - 1);
    case EntityKind::interaction:
    case EntityKind::task:
      if (row.organisation != 0) return sees_organisation(row.organisation - 1);
      if (row.person != 0) return sees_person(row.person - 1);
      return owned_by_us(row.owner);
    default:
      return row.kind == EntityKind::produit;
  }
}

UserNumber Sight::owner(DocumentNumber number) const {
  const auto& row = catalogue_.row(number);
  if (row.kind == EntityKind::organisation) return row.owner;
  if (row.kind == EntityKind::person) return row.organisation == 0 ? 0 : catalogue_.owner(row.organisation - 1);
  if (row.organisation == 0 && row.person == 0) return row.owner;
  if (all_ && row.organisation != 0) return catalogue_.owner(row.organisation - 1);
  const DocumentNumber on = row.organisation == 0 ? row.person - 1 : number;
  std::optional<UserNumber> first;
  catalogue_.each_organisation(on, [&](DocumentNumber organisation) {
    if (!first && (all_ || sees_organisation(organisation))) first = catalogue_.owner(organisation);
  });
  return first.value_or(0);
}

// ---- the lens

namespace {

bool is_empty(const SearchFilters& filters) {
  return filters.kinds.empty() && filters.stages.empty() && filters.owners.empty() && filters.teams.empty() &&
         filters.countries.empty() && !filters.from_us && !filters.before_us;
}

template <class T, class U>
bool among(const std::vector<T>& values, const U& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

constexpr std::size_t k_letters = 26;

/// Of two capital letters, as CountryCode has them.
std::size_t country_place(const std::array<char, 2>& country) {
  return static_cast<std::size_t>(country[0] - 'A') * k_letters + static_cast<std::size_t>(country[1] - 'A');
}

constexpr std::int64_t k_day_us = 86'400'000'000;

template <class T>
void most_first(std::vector<std::pair<T, std::uint64_t>>& counts) {
  std::stable_sort(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
}

}  // namespace

SearchLens::SearchLens(const Catalogue& catalogue, const domain::Viewer& viewer, const SearchFilters& filters,
                       const SearchFilters& excluded)
    : catalogue_(catalogue),
      sight_(catalogue, viewer),
      filters_(filters),
      excluded_(excluded),
      filtered_(!is_empty(filters)),
      excluding_(!is_empty(excluded)),
      by_owner_(catalogue.users() + 1),
      by_country_(k_letters * k_letters) {}

bool SearchLens::shows(DocumentNumber number) const {
  if (!catalogue_.row(number).shown || !sight_.sees(number)) return false;
  if (filtered_ && !passes(filters_, number, true)) return false;
  return !excluding_ || !passes(excluded_, number, false);
}

/// Whether the document has one of the values of each part, or of any part where what is empty lets nothing through.
bool SearchLens::passes(const SearchFilters& filters, DocumentNumber number, bool when_empty) const {
  const auto& row = catalogue_.row(number);
  const auto part = [&](bool empty, const auto& has) { return empty ? when_empty : has(); };
  const UserNumber owner = filters.owners.empty() && filters.teams.empty() ? 0 : sight_.owner(number);
  const std::array parts = {
      part(filters.kinds.empty(), [&] { return among(filters.kinds, row.kind); }),
      part(filters.stages.empty(),
           [&] {
             return row.stage != SearchFacts::k_no_stage &&
                    among(filters.stages, static_cast<domain::PipelineStage>(row.stage));
           }),
      part(filters.owners.empty(), [&] { return owner != 0 && among(filters.owners, catalogue_.user_id(owner)); }),
      part(filters.teams.empty(),
           [&] { return owner != 0 && catalogue_.team(owner) && among(filters.teams, *catalogue_.team(owner)); }),
      part(filters.countries.empty(), [&] { return among(filters.countries, row.country); }),
      part(!filters.from_us, [&] { return row.time_us >= *filters.from_us; }),
      part(!filters.before_us, [&] { return row.time_us < *filters.before_us; })};
  return when_empty ? std::all_of(parts.begin(), parts.end(), [](bool passed) { return passed; })
                    : std::any_of(parts.begin(), parts.end(), [](bool passed) { return passed; });
}

/// At most 10: 2 for what is worked with, up to 4 for what is recent (a point for five years, from 2010 on, whatever
/// the day it is asked on), 3 for one's own and 1 for the team's.
float SearchLens::bonus(DocumentNumber number) const {
  constexpr float k_first_day = 14'610;  // 2010-01-01
  constexpr float k_days_of_a_point = 5 * 365.25F;
  const auto& row = catalogue_.row(number);
  const auto day = static_cast<float>(row.time_us / k_day_us);
  float bonus = std::clamp((day - k_first_day) / k_days_of_a_point, 0.0F, 4.0F);
  if (row.active) bonus += 2;
  const UserNumber owner = sight_.owner(number);
  if (sight_.is_mine(owner)) {
    bonus += 3;
  } else if (sight_.is_ours(owner)) {
    bonus += 1;
  }
  return bonus;
}

std::optional<DocumentNumber> SearchLens::whole(DocumentNumber number) const {
  const auto& row = catalogue_.row(number);
  if (row.kind != EntityKind::person) return std::nullopt;
  if (row.person != 0) return row.person - 1;
  return row.several ? std::optional(number) : std::nullopt;
}

void SearchLens::found(DocumentNumber number) {
  const auto& row = catalogue_.row(number);
  ++by_kind_[static_cast<std::size_t>(row.kind)];
  ++by_stage_[row.stage];
  ++by_owner_[sight_.owner(number)];
  if (row.country[0] != 0) ++by_country_[country_place(row.country)];
}

SearchFacets SearchLens::facets() const {
  SearchFacets facets;
  std::map<Uuid, std::uint64_t> teams;
  for (const EntityKind kind : k_searched_kinds) {
    if (const auto count = by_kind_[static_cast<std::size_t>(kind)]) facets.kinds.emplace_back(kind, count);
  }
  for (std::size_t stage = 0; stage < SearchFacts::k_no_stage; ++stage) {
    if (by_stage_[stage] > 0) facets.stages.emplace_back(static_cast<domain::PipelineStage>(stage), by_stage_[stage]);
  }
  for (UserNumber owner = 1; owner < by_owner_.size(); ++owner) {
    if (by_owner_[owner] == 0) continue;
    facets.owners.emplace_back(catalogue_.user_id(owner), by_owner_[owner]);
    if (catalogue_.team(owner)) teams[*catalogue_.team(owner)] += by_owner_[owner];
  }
  facets.teams.assign(teams.begin(), teams.end());
  for (std::size_t place = 0; place < by_country_.size(); ++place) {
    if (by_country_[place] == 0) continue;
    facets.countries.push_back(
        {{static_cast<char>('A' + place / k_letters), static_cast<char>('A' + place % k_letters)}, by_country_[place]});
  }
  most_first(facets.kinds);
  most_first(facets.owners);
  most_first(facets.teams);
  most_first(facets.countries);
  return facets;
}

}  // namespace alforis::projections
