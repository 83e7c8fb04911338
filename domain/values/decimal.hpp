#pragma once
// Decimal numbers of a fixed width, as dates and times are made of.

#include "domain/values/ascii.hpp"

namespace alforis::domain {

/// The number that `Digits` decimal digits at `from` make, or -1 when one of the characters is no digit.
template <int Digits>
constexpr int read_decimal(const char* from) {
  int value = 0;
  for (int i = 0; i < Digits; ++i) {
    if (!ascii::is_digit(from[i])) return -1;
    value = value * 10 + (from[i] - '0');
  }
  return value;
}

/// Writes the last `Digits` decimal digits of `value`, with leading zeros, at `to`.
template <int Digits>
constexpr void write_decimal(char* to, unsigned value) {
  for (int i = Digits - 1; i >= 0; --i) {
    to[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

}  // namespace alforis::domain
