#include "domain/values/lei.hpp"

#include <algorithm>

#include "domain/values/ascii.hpp"
#include "domain/values/text.hpp"

namespace alforis::domain {
namespace {

// ISO/IEC 7064 MOD 97-10: with letters as 10 … 35 the whole number leaves 1. The check digits it makes are 02 … 98; 00,
// 01 and 99 would leave the same rest as 97, 98 and 02, and are nobody's.
bool has_right_check_digits(const std::array<char, 20>& chars) {
  unsigned rest = 0;
  for (const char c : chars) {
    rest = ascii::is_digit(c) ? (rest * 10 + static_cast<unsigned>(c - '0')) % 97
                              : (rest * 100 + static_cast<unsigned>(c - 'A') + 10) % 97;
  }
  const int check = (chars[18] - '0') * 10 + (chars[19] - '0');
  return rest == 1 && check >= 2 && check <= 98;
}

bool has_right_shape(const std::array<char, 20>& chars) {
  return std::all_of(chars.begin(), chars.end(), [](char c) { return ascii::is_upper(c) || ascii::is_digit(c); }) &&
         ascii::is_digit(chars[18]) && ascii::is_digit(chars[19]);
}

}  // namespace

Result<Lei> Lei::parse(std::string_view typed) {
  typed = trimmed(typed);
  if (typed.empty()) return problem("empty", "a LEI is missing");
  std::array<char, 20> chars{};
  if (typed.size() != chars.size()) {
    return problem("invalid_length", "a LEI has 20 characters, such as 969500IISULSKD55KQ70");
  }
  std::transform(typed.begin(), typed.end(), chars.begin(), ascii::to_upper);
  if (!has_right_shape(chars)) return problem("invalid_characters", "a LEI is 18 letters or digits and two digits");
  if (!has_right_check_digits(chars)) {
    return problem("invalid_check_digit", "the last two digits of the LEI do not fit the others (ISO 17442)");
  }
  return Lei(chars);
}

}  // namespace alforis::domain
