#include "imports/cell_values.hpp"

#include <unicode/locid.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <unordered_map>

#include "domain/values/ascii.hpp"
#include "domain/values/fold.hpp"
#include "domain/wire/enums.hpp"

namespace alforis::imports {
namespace {

namespace ascii = domain::ascii;
using domain::CountryCode;
using domain::LanguageCode;

constexpr std::string_view k_no_break_space = "\xC2\xA0";
constexpr std::string_view k_narrow_space = "\xE2\x80\xAF";
constexpr std::string_view k_thin_space = "\xE2\x80\x89";
constexpr std::string_view k_apostrophe = "\xE2\x80\x99";

template <class E>
struct Synonym {
  std::string_view key;  // as fold_header makes it
  E value;
};

template <class E>
std::optional<E> find_word(std::string_view cell, std::span<const Synonym<E>> synonyms) {
  const std::string key = domain::fold_header(cell);
  if (const auto value = domain::enum_from_text<E>(key)) return value;
  for (const auto& synonym : synonyms) {
    if (synonym.key == key) return synonym.value;
  }
  return std::nullopt;
}

using Type = domain::OrganisationType;
constexpr Synonym<Type> k_types[] = {
    {"investor", Type::client},
    {"investisseur", Type::client},
    {"clients", Type::client},
    {"investors", Type::client},
    {"investisseurs", Type::client},
    {"customer", Type::client},
    {"provider", Type::fournisseur},
    {"supplier", Type::fournisseur},
    {"fournisseurs", Type::fournisseur},
    {"assetmanager", Type::fournisseur},
    {"sdg", Type::fournisseur},
    {"societedegestion", Type::fournisseur},
    {"distributor", Type::distributeur},
    {"distributors", Type::distributeur},
    {"distributeurs", Type::distributeur},
    {"issuer", Type::emetteur},
    {"issuers", Type::emetteur},
    {"emetteurs", Type::emetteur},
    {"other", Type::autre},
    {"autres", Type::autre},
};

using Category = domain::OrganisationCategory;
constexpr Synonym<Category> k_categories[] = {
    {"institutionnel", Category::institution},
    {"institutionnels", Category::institution},
    {"institutional", Category::institution},
    {"institutions", Category::institution},
    {"societedegestion", Category::sdg},
    {"assetmanager", Category::sdg},
    {"sgp", Category::sdg},
    {"cgp", Category::cgpi},
    {"cif", Category::cgpi},
    {"wealthadviser", Category::cgpi},
    {"wealthadvisor", Category::cgpi},
    {"startups", Category::startup},
    {"corporate", Category::corporation},
    {"entreprise", Category::corporation},
    {"autre", Category::autres},
    {"other", Category::autres},
};

using Stage = domain::PipelineStage;
constexpr Synonym<Stage> k_stages[] = {
    {"lead", Stage::prospect},
    {"prospects", Stage::prospect},
    {"qualified", Stage::qualification},
    {"qualifie", Stage::qualification},
    {"proposal", Stage::proposition},
    {"negotiation", Stage::negociation},
    {"ennegociation", Stage::negociation},
    {"client", Stage::signe},
    {"signed", Stage::signe},
    {"won", Stage::signe},
    {"gagne", Stage::signe},
    {"lost", Stage::perdu},
    {"inactive", Stage::inactif},
};

constexpr Synonym<bool> k_booleans[] = {
    {"true", true}, {"vrai", true}, {"oui", true},   {"yes", true},    {"o", true},        {"y", true},
    {"1", true},    {"x", true},    {"actif", true}, {"active", true}, {"false", false},   {"faux", false},
    {"non", false}, {"no", false},  {"n", false},    {"0", false},     {"inactif", false}, {"inactive", false},
};

// As fold_name makes them; in a list of words "à venir" and the name Avenir stay apart.
constexpr std::string_view k_says_empty[] = {"n a",
                                             "na",
                                             "nd",
                                             "nc",
                                             "n d",
                                             "n c",
                                             "null",
                                             "none",
                                             "neant",
                                             "vide",
                                             "non disponible",
                                             "sans objet",
                                             "\u2013",
                                             "\u2014",
                                             "\u2026",
                                             "non communique",
                                             "not available",
                                             "not applicable"};
constexpr std::string_view k_says_pending[] = {"a renseigner",
                                               "a completer",
                                               "a definir",
                                               "a confirmer",
                                               "a venir",
                                               "en cours",
                                               "en cours de creation",
                                               "en cours de construction",
                                               "en construction",
                                               "under construction",
                                               "coming soon",
                                               "to be defined",
                                               "tbd",
                                               "to be confirmed",
                                               "tbc",
                                               "inconnu",
                                               "inconnue",
                                               "unknown",
                                               "todo",
                                               "xxx"};

bool has_letter_or_digit(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return ascii::is_letter(c) || ascii::is_digit(c) || !ascii::is_ascii(c); });
}

int hex_digit(char c) {
  if (ascii::is_digit(c)) return c - '0';
  const char lower = ascii::to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string to_utf8(const icu::UnicodeString& text) {
  std::string utf8;
  text.toUTF8String(utf8);
  return utf8;
}

// Names and three-letter codes of every country, folded, in both languages.
std::unordered_map<std::string, CountryCode> country_names() {
  std::unordered_map<std::string, CountryCode> names;
  for (const std::string_view code : CountryCode::all()) {
    const CountryCode country = *CountryCode::parse(code);
    const icu::Locale place("", std::string(code).c_str());
    icu::UnicodeString name;
    names.emplace(domain::fold_header(to_utf8(place.getDisplayCountry(icu::Locale::getFrench(), name))), country);
    names.emplace(domain::fold_header(to_utf8(place.getDisplayCountry(icu::Locale::getEnglish(), name))), country);
    names.emplace(domain::fold_header(place.getISO3Country()), country);
  }
  constexpr std::array<std::array<std::string_view, 2>, 9> k_more = {{{"uk", "GB"},
                                                                      {"grandebretagne", "GB"},
                                                                      {"greatbritain", "GB"},
                                                                      {"angleterre", "GB"},
                                                                      {"england", "GB"},
                                                                      {"unitedstatesofamerica", "US"},
                                                                      {"etatsunisdamerique", "US"},
                                                                      {"deutschland", "DE"},
                                                                      {"hollande", "NL"}}};
  for (const auto& [name, code] : k_more) names.emplace(name, *CountryCode::parse(code));
  return names;
}

std::unordered_map<std::string, LanguageCode> language_names() {
  std::unordered_map<std::string, LanguageCode> names;
  for (const std::string_view code : LanguageCode::all()) {
    const LanguageCode language = *LanguageCode::parse(code);
    const icu::Locale locale(std::string(code).c_str());
    icu::UnicodeString name;
    names.emplace(domain::fold_header(to_utf8(locale.getDisplayLanguage(icu::Locale::getFrench(), name))), language);
    names.emplace(domain::fold_header(to_utf8(locale.getDisplayLanguage(icu::Locale::getEnglish(), name))), language);
  }
  return names;
}

std::optional<int> read_digits(std::string_view text, std::size_t least, std::size_t most) {
  if (text.size() < least || text.size() > most || !ascii::all_digits(text)) return std::nullopt;
  int number = 0;
  for (const char c : text) number = number * 10 + (c - '0');
  return number;
}

std::optional<domain::Date> make_date(std::optional<int> year, std::optional<int> month, std::optional<int> day) {
  if (!year || !month || !day) return std::nullopt;
  const auto date = domain::Date::from_ymd(
      std::chrono::year_month_day(std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                  std::chrono::day(static_cast<unsigned>(*day))));
  if (!date) return std::nullopt;
  return *date;
}

// ---- numbers
// ---------------------------------------------------------------------------------------------------------

// Digits with the place of the point: `digits` × 10^-`decimals`.
struct Decimal {
  std::string digits;
  std::size_t decimals = 0;
};

std::string without(std::string_view text, std::string_view part) {
  std::string result(text);
  for (std::size_t at = result.find(part); at != std::string::npos; at = result.find(part, at)) {
    result.erase(at, part.size());
  }
  return result;
}

std::string without_grouping_blanks(std::string_view text) {
  std::string result(text);
  for (const std::string_view blank : {k_no_break_space, k_narrow_space, k_thin_space, k_apostrophe}) {
    result = without(result, blank);
  }
  std::erase(result, ' ');
  std::erase(result, '\'');
  return result;
}

// Groups of thousands have three digits, except the first.
bool well_grouped(std::string_view number, char separator) {
  for (std::size_t at = number.find(separator); at != std::string_view::npos; at = number.find(separator, at + 1)) {
    const std::size_t next = std::min(number.find_first_of(",.", at + 1), number.size());
    if (at == 0 || next - at != 4) return false;
  }
  return true;
}

std::optional<Decimal> read_decimal_number(std::string number) {
  const auto commas = std::count(number.begin(), number.end(), ',');
  const auto points = std::count(number.begin(), number.end(), '.');
  char grouping = '\0';
  if (commas > 0 && points > 0) {
    grouping = number.rfind(',') > number.rfind('.') ? '.' : ',';
  } else if (commas > 1 || points > 1) {
    grouping = commas > 1 ? ',' : '.';
  }
  if (grouping != '\0') {
    if (!well_grouped(number, grouping)) return std::nullopt;
    std::erase(number, grouping);
  }
  Decimal decimal;
  const std::size_t point = number.find_first_of(",.");
  if (point != std::string::npos) {
    decimal.decimals = number.size() - point - 1;
    number.erase(point, 1);
    if (decimal.decimals == 0 || point == 0) return std::nullopt;
  }
  if (!ascii::all_digits(number)) return std::nullopt;
  decimal.digits = std::move(number);
  return decimal;
}

// The number times 10^`power`, when that is a whole number that fits.
std::optional<std::int64_t> scaled(const Decimal& decimal, std::size_t power) {
  std::string digits = decimal.digits;
  std::size_t decimals = decimal.decimals;
  while (decimals > power) {
    if (digits.empty() || digits.back() != '0') return std::nullopt;
    digits.pop_back();
    --decimals;
  }
  digits.append(power - decimals, '0');
  std::int64_t value = 0;
  for (const char c : digits) {
    if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, c - '0', &value))
      return std::nullopt;
  }
  return value;
}

// Places between the unit and the cent.
std::size_t cents_power(AmountUnit unit) {
  switch (unit) {
    case AmountUnit::eur:
      return 2;
    case AmountUnit::keur:
      return 5;
    case AmountUnit::meur:
      return 8;
    case AmountUnit::mdeur:
      return 11;
  }
  return 2;
}

struct UnitWord {
  std::string_view text;
  AmountUnit unit;
};

// What may stand behind an amount, lower-case and without blanks.
constexpr UnitWord k_units[] = {
    {"€", AmountUnit::eur},          {"eur", AmountUnit::eur},         {"euro", AmountUnit::eur},
    {"euros", AmountUnit::eur},      {"k€", AmountUnit::keur},         {"keur", AmountUnit::keur},
    {"milliers", AmountUnit::keur},  {"m€", AmountUnit::meur},         {"meur", AmountUnit::meur},
    {"mio€", AmountUnit::meur},      {"mn€", AmountUnit::meur},        {"million", AmountUnit::meur},
    {"millions", AmountUnit::meur},  {"md€", AmountUnit::mdeur},       {"mds€", AmountUnit::mdeur},
    {"mdeur", AmountUnit::mdeur},    {"mdseur", AmountUnit::mdeur},    {"mrd€", AmountUnit::mdeur},
    {"milliard", AmountUnit::mdeur}, {"milliards", AmountUnit::mdeur}, {"bn€", AmountUnit::mdeur},
    {"bneur", AmountUnit::mdeur},    {"billion", AmountUnit::mdeur},   {"billions", AmountUnit::mdeur},
};

std::optional<AmountUnit> find_unit(std::string word) {
  for (const std::string_view tail : {"deuros", "d'euros", "euros", "eur", "€"}) {
    // "3 millions d'euros" and "3 millions €": the word in front says how many.
    if (word.size() > tail.size() + 4 && word.ends_with(tail)) word.resize(word.size() - tail.size());
  }
  for (const auto& unit : k_units) {
    if (unit.text == word) return unit.unit;
  }
  return std::nullopt;
}

}  // namespace

Placeholder placeholder(std::string_view cell) {
  if (!has_letter_or_digit(cell)) return Placeholder::empty;
  const std::string key = domain::fold_name(percent_decoded(cell));
  const auto says = [&key](const auto& words) {
    return std::find(std::begin(words), std::end(words), key) != std::end(words);
  };
  if (says(k_says_empty)) return Placeholder::empty;
  return says(k_says_pending) ? Placeholder::pending : Placeholder::none;
}

std::string percent_decoded(std::string_view text) {
  if (text.find('%') == std::string_view::npos) return std::string(text);
  std::string decoded;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const int high = text[at] == '%' && at + 2 < text.size() ? hex_digit(text[at + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[at + 2]) : -1;
    if (low < 0) {
      decoded.push_back(text[at]);
      continue;
    }
    decoded.push_back(static_cast<char>(high * 16 + low));
    at += 2;
  }
  const auto checked = domain::checked_text(decoded, decoded.size() + 1, domain::Lines::many);
  return checked ? decoded : std::string(text);
}

std::optional<bool> read_boolean(std::string_view cell) {
  const std::string key = domain::fold_header(cell);
  for (const auto& synonym : k_booleans) {
    if (synonym.key == key) return synonym.value;
  }
  return std::nullopt;
}

std::optional<domain::Date> read_date(std::string_view cell) {
  cell = domain::trimmed(cell);
  if (const std::size_t time = cell.find_first_of("T "); time != std::string_view::npos) cell = cell.substr(0, time);
  const std::size_t first = cell.find_first_of("-/.");
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = cell.find(cell[first], first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto part = [&](std::size_t from, std::size_t to, std::size_t least, std::size_t most) {
    return read_digits(cell.substr(from, to - from), least, most);
  };
  const auto middle = part(first + 1, second, 1, 2);
  if (first == 4) return make_date(part(0, first, 4, 4), middle, part(second + 1, cell.size(), 1, 2));
  return make_date(part(second + 1, cell.size(), 4, 4), middle, part(0, first, 1, 2));
}

std::optional<Type> read_type(std::string_view cell) { return find_word<Type>(cell, k_types); }
std::optional<Category> read_category(std::string_view cell) { return find_word<Category>(cell, k_categories); }
std::optional<Stage> read_stage(std::string_view cell) { return find_word<Stage>(cell, k_stages); }

std::optional<CountryCode> read_country(std::string_view cell) {
  static const auto k_names = country_names();
  // Namibia's code is what people type for "not available": whoever means Namibia has its name.
  if (cell == "NA" || cell == "na") return std::nullopt;
  if (auto code = CountryCode::parse(cell)) return *code;
  const auto found = k_names.find(domain::fold_header(cell));
  if (found == k_names.end()) return std::nullopt;
  return found->second;
}

std::optional<LanguageCode> read_language(std::string_view cell) {
  static const auto k_names = language_names();
  cell = domain::trimmed(cell);
  if (cell.size() > 2 && (cell[2] == '-' || cell[2] == '_')) cell = cell.substr(0, 2);
  if (auto code = LanguageCode::parse(cell)) return *code;
  const auto found = k_names.find(domain::fold_header(cell));
  if (found == k_names.end()) return std::nullopt;
  return found->second;
}

std::optional<domain::Percent> read_percent(std::string_view cell) {
  std::string number = without_grouping_blanks(cell);
  if (number.ends_with('%')) number.pop_back();
  std::replace(number.begin(), number.end(), ',', '.');
  const auto percent = domain::Percent::parse(number);
  if (!percent) return std::nullopt;
  return *percent;
}

ReadAmount read_amount(std::string_view cell, std::optional<AmountUnit> unit) {
  const std::string text = ascii::lower(without_grouping_blanks(domain::trimmed(cell)));
  const std::size_t end = std::min(text.find_first_not_of("0123456789.,"), text.size());
  const auto decimal = read_decimal_number(text.substr(0, end));
  if (!decimal) return {};
  if (end != text.size()) {
    unit = find_unit(text.substr(end));
    if (!unit) return {};
  } else if (!unit) {
    return {.money = std::nullopt, .unit_missing = true};
  }
  const auto cents = scaled(*decimal, cents_power(*unit));
  if (!cents) return {};
  return {.money = domain::Money{*cents, domain::CurrencyCode::euro()}, .unit_missing = false};
}

}  // namespace alforis::imports
