#pragma once
// What is found of an entity: its texts, field by field, and the few facts that lists and rights need. Pure.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/events.hpp"
#include "search/index.hpp"
#include "search/match.hpp"

namespace alforis::projections {

/// The fields of documents. Their numbers are kept in the index: a new one comes last, and a change is a new layout.
enum class SearchField : std::uint8_t {
  name,
  title,
  lei,
  siren,
  siret,
  regulator_number,
  isin,
  number,
  email,
  phone,
  city,
  country,
  job_title,
  tags,
  organisation,  ///< names of the organisations behind it
  person,        ///< the name of whom it is about
  produit,       ///< names of the produits in it
  participants,  ///< names of others who took part
  website,
  address,
  notes,
  body,
};
inline constexpr std::size_t k_search_fields = 22;

/// `name`, `title` and so on.
std::string_view search_field_name(SearchField field);

/// How much a word in each field says.
search::FieldWeights search_field_weights();

/// The kinds that are found.
inline constexpr std::array k_searched_kinds = {domain::EntityKind::organisation, domain::EntityKind::person,
                                                domain::EntityKind::produit,      domain::EntityKind::mandat,
                                                domain::EntityKind::interaction,  domain::EntityKind::task};
bool is_searched(domain::EntityKind kind);

/// What lists, facets and rights need of a document, kept in memory for all of them.
struct SearchFacts {
  domain::Uuid id;
  domain::EntityKind kind = domain::EntityKind::organisation;
  bool shown =
      false;  ///< false: deleted, erased or never seen, and not found; what hangs on it may still ask whose it is
  bool active = true;                                 ///< it is still worked with
  std::uint8_t stage = k_no_stage;                    ///< of an organisation (PipelineStage)
  std::array<char, 2> country{};                      ///< zeros: none
  std::optional<domain::Uuid> owner;                  ///< of an organisation; of a task or an interaction its assignee
  std::vector<search::DocumentNumber> organisations;  ///< that it hangs on: one, but for people, who may have several
  std::optional<search::DocumentNumber> person;       ///< that it is about
  std::int64_t time_us = 0;                           ///< when it took place, is due or was changed

  static constexpr std::uint8_t k_no_stage = 0xff;
  friend bool operator==(const SearchFacts&, const SearchFacts&) = default;
};

/// How facts are kept, and read again. nullopt: damaged.
std::string encode_facts(const SearchFacts& facts);
std::optional<SearchFacts> decode_facts(std::string_view bytes);

/// What a document says of others, by the names they have now.
struct Surroundings {
  std::vector<std::string> organisations;
  std::vector<std::string> produits;
  std::optional<std::string> person;
  std::vector<domain::Link> links;  ///< of a person, the live ones
};

/// The texts of an entity; none of one that is deleted or erased.
std::vector<search::Field> search_fields(const domain::Organisation& organisation);
std::vector<search::Field> search_fields(const domain::Person& person, const Surroundings& around);
std::vector<search::Field> search_fields(const domain::Produit& produit);
std::vector<search::Field> search_fields(const domain::Mandat& mandat, const Surroundings& around);
std::vector<search::Field> search_fields(const domain::Interaction& interaction, const Surroundings& around);
std::vector<search::Field> search_fields(const domain::Task& task, const Surroundings& around);

/// By what others name them. Empty when nobody may: deleted, erased.
std::string name_of(const domain::Organisation& organisation);
std::string name_of(const domain::Person& person);
std::string name_of(const domain::Produit& produit);

}  // namespace alforis::projections
