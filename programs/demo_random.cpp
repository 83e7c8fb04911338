#include "programs/demo_random.hpp"

namespace alforis::programs {
namespace {

// The digit that makes `digits` and itself right.
char luhn_digit(std::string_view digits) {
  int sum = 0;
  bool doubled = true;
  for (std::size_t i = digits.size(); i > 0; --i, doubled = !doubled) {
    const int digit = digits[i - 1] - '0';
    sum += doubled ? digit * 2 % 10 + digit * 2 / 10 : digit;
  }
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

// Letters count as two digits, A is 10.
int remainder_97(std::string_view text) {
  int rest = 0;
  for (const char c : text) {
    rest = c >= 'A' ? (rest * 100 + (c - 'A' + 10)) % 97 : (rest * 10 + (c - '0')) % 97;
  }
  return rest;
}

}  // namespace

std::string make_siren(DemoRandom& random) {
  std::string digits = random.text(1, "3456789") + random.text(7, "0123456789");
  return digits + luhn_digit(digits);
}

std::string make_siret(const std::string& siren) {
  const std::string digits = siren + "0001";
  return digits + luhn_digit(digits);
}

std::string make_lei(DemoRandom& random, std::string_view prefix) {
  const std::string body = std::string(prefix) + "00" + random.text(12, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  const int check = 98 - remainder_97(body + "00");
  return body + (check < 10 ? "0" : "") + std::to_string(check);
}

std::string make_isin(DemoRandom& random, std::string_view country) {
  const std::string body = std::string(country) + "00" + random.text(7, "0123456789");
  std::string digits;
  for (const char c : body) digits += c >= 'A' ? std::to_string(c - 'A' + 10) : std::string(1, c);
  return body + luhn_digit(digits);
}

}  // namespace alforis::programs
