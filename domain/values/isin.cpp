#include "domain/values/isin.hpp"

#include <algorithm>

#include "domain/values/ascii.hpp"
#include "domain/values/text.hpp"

namespace alforis::domain {
namespace {

// ISO 6166 annex: letters become 10 … 35, written out as two digits, and Luhn's rule runs over all digits from the
// right, the check digit included.
bool has_right_check_digit(const std::array<char, 12>& chars) {
  int sum = 0;
  bool doubled = false;
  const auto add = [&](int digit) {
    const int weighted = doubled ? 2 * digit : digit;
    sum += weighted / 10 + weighted % 10;
    doubled = !doubled;
  };
  for (auto c = chars.rbegin(); c != chars.rend(); ++c) {
    const int value = ascii::is_digit(*c) ? *c - '0' : *c - 'A' + 10;
    add(value % 10);
    if (value >= 10) add(value / 10);
  }
  return sum % 10 == 0;
}

bool has_right_shape(const std::array<char, 12>& chars) {
  const auto is_either = [](char c) { return ascii::is_upper(c) || ascii::is_digit(c); };
  return ascii::is_upper(chars[0]) && ascii::is_upper(chars[1]) &&
         std::all_of(chars.begin() + 2, chars.end() - 1, is_either) && ascii::is_digit(chars.back());
}

}  // namespace

Result<Isin> Isin::parse(std::string_view typed) {
  typed = trimmed(typed);
  if (typed.empty()) return problem("empty", "an ISIN is missing");
  std::array<char, 12> chars{};
  if (typed.size() != chars.size()) return problem("invalid_length", "an ISIN has 12 characters, such as FR0000131104");
  std::transform(typed.begin(), typed.end(), chars.begin(), ascii::to_upper);
  if (!has_right_shape(chars)) {
    return problem("invalid_characters", "an ISIN is two letters, nine letters or digits, and a digit");
  }
  if (!has_right_check_digit(chars)) {
    return problem("invalid_check_digit", "the last digit of the ISIN does not fit the others (ISO 6166)");
  }
  return Isin(chars);
}

}  // namespace alforis::domain
