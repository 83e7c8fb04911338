#pragma once
// What people type into cells, read as values of the domain: French and English words, French decimals, dates of both
// countries. Each function gives nothing when it does not understand; the caller knows the cell and says so.

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "domain/organisation.hpp"

namespace alforis::imports {

/// The unit of amounts that do not state one: euros, thousands, millions, thousand millions (milliards) of euros.
BOOST_DEFINE_ENUM_CLASS(AmountUnit, eur, keur, meur, mdeur)

/// What kind of nothing a cell says.
enum class Placeholder {
  none,     ///< it is a value
  empty,    ///< says that there is no value: `N/A`, `-`, `néant`
  pending,  ///< somebody meant to fill it in: `A renseigner`, `Under%20construction`
};

/// Recognises placeholders in any case, accents and percent-encoding apart.
Placeholder placeholder(std::string_view cell);

/// The text with `%20` and the like decoded; as it is when that would not give UTF-8.
std::string percent_decoded(std::string_view text);

/// `true`, `oui`, `1`, `actif`, … in either language.
std::optional<bool> read_boolean(std::string_view cell);

/// ISO 8601 (a time behind it is dropped) or day/month/year with `/`, `-` or `.`; years have four digits.
std::optional<domain::Date> read_date(std::string_view cell);

/// A type, category or stage by its wire text or one of its synonyms.
std::optional<domain::OrganisationType> read_type(std::string_view cell);
std::optional<domain::OrganisationCategory> read_category(std::string_view cell);
std::optional<domain::PipelineStage> read_stage(std::string_view cell);

/// An alpha-2 or alpha-3 code of ISO 3166-1, or the country's name in French or English.
std::optional<domain::CountryCode> read_country(std::string_view cell);

/// A code of ISO 639-1, a locale such as `fr-FR`, or the language's name in French or English.
std::optional<domain::LanguageCode> read_language(std::string_view cell);

/// A percentage, with or without its sign, the decimals after a comma or a point.
std::optional<domain::Percent> read_percent(std::string_view cell);

/// What came of reading an amount of euros.
struct ReadAmount {
  std::optional<domain::Money> money;  ///< nothing when the cell is no amount, is negative, or too large
  bool unit_missing = false;           ///< a number, but neither the cell nor the caller says of what
};

/// Reads `41.5 Md€`, `1 234,56`, `12.500.000 €`, `3,2 millions d'euros` exactly, by decimal arithmetic. The unit in the
/// cell counts more than `unit`. Spaces and apostrophes group digits; of two kinds of separator the last one is the
/// decimal one; one that stands more than once groups thousands; one that stands once is decimal. An amount that is no
/// whole number of cents is not understood: `1,234` euros may be a thousand.
ReadAmount read_amount(std::string_view cell, std::optional<AmountUnit> unit);

}  // namespace alforis::imports
