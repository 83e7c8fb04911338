#pragma once
// The facts of all documents, in memory: who may see which, what the filters let through, what facets count. No I/O.

#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "domain/rights.hpp"
#include "projections/search/documents.hpp"
#include "search/match.hpp"

namespace alforis::projections {

/// A user's place in the catalogue, from 1; 0 is nobody.
using UserNumber = std::uint32_t;

class Catalogue {
 public:
  /// One document, 48 bytes.
  struct Row {
    domain::Uuid id;
    std::int64_t time_us = 0;
    UserNumber owner = 0;
    std::uint32_t organisation = 0;  ///< 1 + its number; of several the first
    std::uint32_t person = 0;        ///< 1 + its number; of a part of a person's document, the first part's
    domain::EntityKind kind = domain::EntityKind::organisation;
    std::uint8_t stage = SearchFacts::k_no_stage;
    bool known = false;
    bool shown = false;
    bool active = false;
    bool several = false;  ///< of a person: there are further organisations, each with a part of the person's document
    std::array<char, 2> country{};
  };

  void put(search::DocumentNumber number, const SearchFacts& facts);
  void set_team(const domain::Uuid& user, const std::optional<domain::Uuid>& team);

  /// An unknown one has an unknown row.
  const Row& row(search::DocumentNumber number) const { return number < rows_.size() ? rows_[number] : unknown_; }
  /// Of its row: asked for much more often than the rest, for all that hangs on an organisation.
  UserNumber owner(search::DocumentNumber number) const { return number < owners_.size() ? owners_[number] : 0; }
  search::DocumentNumber end() const { return static_cast<search::DocumentNumber>(rows_.size()); }

  /// The organisations that a document hangs on.
  template <class Visit>
  void each_organisation(search::DocumentNumber number, const Visit& visit) const {
    const Row& of = row(number);
    if (of.organisation != 0) visit(of.organisation - 1);
    if (!of.several) return;
    for (const auto organisation : further_.at(number)) visit(organisation);
  }

  /// Whose documents hang on one: by a walk through all rows, where there are any.
  std::vector<search::DocumentNumber> followers(search::DocumentNumber number) const;

  UserNumber user(const domain::Uuid& id) const;  ///< 0: unknown
  const domain::Uuid& user_id(UserNumber user) const { return users_[user - 1].id; }
  const std::optional<domain::Uuid>& team(UserNumber user) const { return users_[user - 1].team; }
  std::size_t users() const { return users_.size(); }

 private:
  void note_followed(std::uint32_t one_past);
  UserNumber user_number(const domain::Uuid& id);

  struct User {
    domain::Uuid id;
    std::optional<domain::Uuid> team;
  };
  static const Row unknown_;
  std::vector<Row> rows_;
  std::vector<UserNumber> owners_;
  std::unordered_map<search::DocumentNumber, std::vector<search::DocumentNumber>> further_;
  std::vector<bool> followed_;  ///< by number: something hangs on it, or did
  std::vector<User> users_;
  std::unordered_map<domain::Uuid, UserNumber> user_numbers_;
};

/// What one viewer sees, by the rules of domain/rights.hpp.
class Sight {
 public:
  Sight(const Catalogue& catalogue, const domain::Viewer& viewer);

  /// Whether it may be seen, deleted or not.
  bool sees(search::DocumentNumber number) const;
  /// In whose name a document is: of an organisation its owner, of what hangs on organisations the owner of the first
  /// that is seen, else the assignee.
  UserNumber owner(search::DocumentNumber number) const;
  bool is_mine(UserNumber user) const { return user != 0 && user == me_; }
  bool is_ours(UserNumber user) const { return user != 0 && ours_[user]; }

 private:
  bool sees_person(search::DocumentNumber number) const;
  bool sees_organisation(search::DocumentNumber number) const;
  bool owned_by_us(UserNumber owner) const { return owner == 0 || ours_[owner]; }

  const Catalogue& catalogue_;
  bool all_;
  UserNumber me_;
  std::vector<bool> ours_;  ///< by user: the viewer, and who is of the same team
};

/// What is to be found. Of each part any value is enough; an empty part asks for nothing.
struct SearchFilters {
  std::vector<domain::EntityKind> kinds;
  std::vector<domain::PipelineStage> stages;
  std::vector<domain::Uuid> owners;
  std::vector<domain::Uuid> teams;
  std::vector<std::array<char, 2>> countries;
  std::optional<std::int64_t> from_us;    ///< not before
  std::optional<std::int64_t> before_us;  ///< and before
};

/// How many of what is found have which value, most first.
struct SearchFacets {
  std::vector<std::pair<domain::EntityKind, std::uint64_t>> kinds;
  std::vector<std::pair<domain::PipelineStage, std::uint64_t>> stages;
  std::vector<std::pair<domain::Uuid, std::uint64_t>> owners;
  std::vector<std::pair<domain::Uuid, std::uint64_t>> teams;
  std::vector<std::pair<std::array<char, 2>, std::uint64_t>> countries;
};

/// Rights and filters for the matcher; counts facets of what is found. A facet counts what the filters of the others
/// let through, and its own too.
class SearchLens final : public search::Lens {
 public:
  SearchLens(const Catalogue& catalogue, const domain::Viewer& viewer, const SearchFilters& filters,
             const SearchFilters& excluded);

  bool shows(search::DocumentNumber number) const override;
  float bonus(search::DocumentNumber number) const override;
  std::optional<search::DocumentNumber> whole(search::DocumentNumber number) const override;
  void found(search::DocumentNumber number) override;

  SearchFacets facets() const;

 private:
  bool passes(const SearchFilters& filters, search::DocumentNumber number, bool when_empty) const;

  const Catalogue& catalogue_;
  Sight sight_;
  const SearchFilters& filters_;
  const SearchFilters& excluded_;
  bool filtered_;
  bool excluding_;
  std::array<std::uint64_t, 16> by_kind_{};
  std::array<std::uint64_t, 256> by_stage_{};
  std::vector<std::uint64_t> by_owner_;
  std::vector<std::uint64_t> by_country_;  ///< by its two letters
};

}  // namespace alforis::projections
