#include "domain/values/phone.hpp"

#include <phonenumbers/phonenumberutil.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>

#include "domain/values/ascii.hpp"
#include "domain/values/text.hpp"

namespace alforis::domain {
namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

/// How sure one must be of a number: that it is in a range that is assigned, or that it has the right length.
using Certainty = bool (PhoneNumberUtil::*)(const PhoneNumber&) const;
constexpr Certainty k_valid = &PhoneNumberUtil::IsValidNumber;
constexpr Certainty k_possible = &PhoneNumberUtil::IsPossibleNumber;

std::optional<std::string> as_e164(const std::string& text, const std::string& region, Certainty certainty) {
  const PhoneNumberUtil& util = *PhoneNumberUtil::GetInstance();
  PhoneNumber number;
  if (util.Parse(text, region, &number) != PhoneNumberUtil::NO_PARSING_ERROR) return std::nullopt;
  if (number.has_extension() || !(util.*certainty)(number)) return std::nullopt;
  std::string e164;
  util.Format(number, PhoneNumberUtil::E164, &e164);
  return e164;
}

// Words beside the digits mean something ("standard", "poste 12", a name) that E.164 would lose.
bool has_words(std::string_view text) {
  const auto size = static_cast<std::int64_t>(text.size());
  for (std::int64_t at = 0; at < size;) {
    UChar32 c = 0;
    U8_NEXT(text.data(), at, size, c);
    if (u_isalpha(c) != 0) return true;
  }
  return false;
}

// Without the scheme of RFC 3966, and with every kind of blank a plain one: libphonenumber knows only some of them.
std::string plain(std::string_view text) {
  if (ascii::lower(text.substr(0, 4)) == "tel:") text.remove_prefix(4);
  std::string result;
  const auto size = static_cast<std::int64_t>(text.size());
  for (std::int64_t at = 0; at < size;) {
    const std::int64_t start = at;
    UChar32 c = 0;
    U8_NEXT(text.data(), at, size, c);
    if (u_isUWhiteSpace(c) != 0) {
      result += ' ';
    } else {
      result.append(text.substr(static_cast<std::size_t>(start), static_cast<std::size_t>(at - start)));
    }
  }
  return result;
}

// "(33) 1…" and "(+33) 1…" with the country's code out of its brackets: "+33 1…".
void open_brackets(std::string& text) {
  const std::size_t close = text.find(')');
  if (!text.starts_with('(') || close == std::string::npos) return;
  std::string_view inside = std::string_view(text).substr(1, close - 1);
  if (inside.starts_with('+')) inside.remove_prefix(1);
  const bool is_country = ascii::all_digits(inside) && (inside.front() != '0' || inside.starts_with("00"));
  if (is_country) text = '+' + std::string(inside) + text.substr(close + 1);
}

// The number as somebody meant it who wrote the international form by hand: "+033", "0033", "+33 (0)1".
std::string mended(std::string text) {
  open_brackets(text);
  const bool is_international = text.starts_with('+') || text.starts_with("00");
  if (!is_international) return text;
  const std::size_t first = text.find_first_not_of("+0 ");
  text = first == std::string::npos ? "" : '+' + text.substr(first);
  if (const std::size_t trunk = text.find("(0)"); trunk != std::string::npos) text.erase(trunk, 3);
  return text;
}

std::optional<std::string> understood_as(std::string_view typed, const std::string& region) {
  const std::string number = plain(typed);
  if (has_words(number)) return std::nullopt;
  // As it stands first: "(212) 555 0123" is New York to an American, and Italy keeps the zero of "+39 (0)2".
  if (auto e164 = as_e164(number, region, k_valid)) return e164;
  const std::string international = mended(number);
  if (auto e164 = as_e164(international, region, k_valid)) return e164;
  // Ranges are assigned faster than the library learns of them: who writes the country's code is believed.
  if (!typed.starts_with('+')) return std::nullopt;
  return as_e164(international, region, k_possible);
}

}  // namespace

Result<Phone> Phone::parse(std::string_view typed) {
  auto line = checked_text(typed, k_max_length, Lines::one);
  if (!line) return std::move(line).error();
  return Phone(std::move(*line));
}

Result<Phone> Phone::normalise(std::string_view typed, std::optional<CountryCode> country) {
  auto as_typed = parse(typed);
  if (!as_typed) return as_typed;
  if (auto e164 = understood_as(as_typed->text_, country.value_or(CountryCode::france()).text())) {
    return Phone(std::move(*e164));
  }
  if (!as_typed->understood()) return as_typed;
  return problem("invalid_phone",
                 "a number that begins with + has to have the length of one, without extension or words; "
                 "what begins otherwise is kept as typed");
}

}  // namespace alforis::domain
