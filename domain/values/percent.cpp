#include "domain/values/percent.hpp"

#include <charconv>
#include <cmath>

#include "domain/values/text.hpp"

namespace alforis::domain {
namespace {

constexpr std::int64_t k_hundredths_max = 10'000;

Problems out_of_range() { return problem("out_of_range", "a percentage from 0 to 100 is expected"); }

}  // namespace

Result<Percent> Percent::parse(std::string_view typed) {
  typed = trimmed(typed);
  if (typed.empty()) return problem("empty", "a percentage is missing");
  double value = 0;
  const auto [end, error] = std::from_chars(typed.data(), typed.data() + typed.size(), value);
  if (error == std::errc::result_out_of_range) return out_of_range();
  if (error != std::errc{} || end != typed.data() + typed.size()) {
    return problem("invalid_number", "the text is no decimal number, such as 12.5");
  }
  return from_double(value);
}

Result<Percent> Percent::from_double(double value) {
  // Written so that NaN fails too.
  if (!(value >= k_minimum && value <= k_maximum)) return out_of_range();
  const std::int64_t hundredths = std::llround(value * 100);
  // A decimal literal and the quotient are both rounded to the nearest double, so equal numbers are equal doubles.
  if (static_cast<double>(hundredths) / 100.0 != value) {
    return problem("too_many_decimals", "a percentage has at most two decimals");
  }
  return from_hundredths(hundredths);
}

Result<Percent> Percent::from_hundredths(std::int64_t hundredths) {
  if (hundredths < 0 || hundredths > k_hundredths_max) return out_of_range();
  return Percent(static_cast<std::int16_t>(hundredths));
}

std::string Percent::text() const {
  std::string text = std::to_string(hundredths_ / 100);
  const int decimals = hundredths_ % 100;
  if (decimals == 0) return text;
  text += '.';
  text += static_cast<char>('0' + decimals / 10);
  if (decimals % 10 != 0) text += static_cast<char>('0' + decimals % 10);
  return text;
}

}  // namespace alforis::domain
