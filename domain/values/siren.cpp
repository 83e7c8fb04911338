#include "domain/values/siren.hpp"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>

#include "domain/values/ascii.hpp"
#include "domain/values/text.hpp"

namespace alforis::domain {
namespace {

constexpr std::string_view k_la_poste = "356000000";
constexpr std::string_view k_la_poste_head_office = "35600000000048";

// Luhn's rule (ISO/IEC 7812-1 annex B): every second digit from the right doubled, the sum of all digits ends in 0.
bool is_luhn(std::string_view digits) {
  int sum = 0;
  bool doubled = false;
  for (auto c = digits.rbegin(); c != digits.rend(); ++c) {
    const int weighted = (*c - '0') * (doubled ? 2 : 1);
    sum += weighted / 10 + weighted % 10;
    doubled = !doubled;
  }
  return sum % 10 == 0;
}

bool has_right_check(std::string_view siret) {
  if (!siret.starts_with(k_la_poste) || siret == k_la_poste_head_office) return is_luhn(siret);
  int sum = 0;
  for (const char c : siret) sum += c - '0';
  return sum % 5 == 0;
}

// The digits without what people put between them.
Result<std::string> bare_digits(std::string_view typed) {
  std::string digits;
  const auto size = static_cast<std::int64_t>(typed.size());
  for (std::int64_t at = 0; at < size;) {
    UChar32 c = 0;
    U8_NEXT(typed.data(), at, size, c);
    if (c >= '0' && c <= '9') {
      digits += static_cast<char>(c);
    } else if (c != '.' && (c < 0 || u_isUWhiteSpace(c) == 0)) {
      return problem("invalid_characters", "only digits are expected, with spaces or dots between them");
    }
  }
  return digits;
}

template <std::size_t N>
Result<std::array<char, N>> exact_digits(std::string_view typed) {
  typed = trimmed(typed);
  if (typed.empty()) return problem("empty", "the number is missing");
  const auto digits = bare_digits(typed);
  if (!digits) return digits.error();
  if (digits->size() != N) {
    return problem("invalid_length", std::to_string(digits->size()) + " digits were given; expected " +
                                         (N == 9 ? "the 9 of a SIREN" : "the 14 of a SIRET"));
  }
  std::array<char, N> result{};
  std::copy(digits->begin(), digits->end(), result.begin());
  return result;
}

}  // namespace

Result<Siren> Siren::parse(std::string_view typed) {
  const auto digits = exact_digits<9>(typed);
  if (!digits) return digits.error();
  const std::string_view text(digits->data(), digits->size());
  if (text == "000000000") return problem("invalid_number", "nobody has the SIREN 000000000");
  if (!is_luhn(text)) return problem("invalid_luhn", "the last digit of the SIREN does not fit the others (Luhn)");
  return Siren(*digits);
}

Result<Siret> Siret::parse(std::string_view typed) {
  const auto digits = exact_digits<14>(typed);
  if (!digits) return digits.error();
  const std::string_view text(digits->data(), digits->size());
  if (const auto siren = Siren::parse(text.substr(0, 9)); !siren) {
    const Problem why = siren.error().front();
    return problem(why.code, "the first nine digits of the SIRET are no SIREN: " + why.detail);
  }
  if (!has_right_check(text)) return problem("invalid_luhn", "the digits of the SIRET do not fit together (Luhn)");
  return Siret(*digits);
}

Siren Siret::siren() const {
  std::array<char, 9> digits{};
  std::copy_n(digits_.begin(), digits.size(), digits.begin());
  return Siren(digits);
}

}  // namespace alforis::domain
