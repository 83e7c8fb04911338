#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "domain/result.hpp"

namespace alforis::domain {

/// A percentage from 0 to 100 with at most two decimals; a JSON number. Exact: kept in hundredths of a percent.
class Percent {
 public:
  static constexpr std::string_view k_schema_type = "number";
  static constexpr std::string_view k_schema_format = "";
  static constexpr std::string_view k_schema_pattern = "";
  static constexpr std::size_t k_max_length = 0;
  static constexpr double k_minimum = 0;
  static constexpr double k_maximum = 100;

  /// Reads a decimal number such as `12`, `12.5` or `12.50`, blanks around it dropped. Fails with `empty`,
  /// `invalid_number`, `out_of_range` or `too_many_decimals`.
  static Result<Percent> parse(std::string_view typed);
  /// Fails with `out_of_range` (also for NaN and the infinities) or `too_many_decimals`.
  static Result<Percent> from_double(double value);
  /// From hundredths of a percent, 0 … 10 000. Fails with `out_of_range`.
  static Result<Percent> from_hundredths(std::int64_t hundredths);

  /// The shortest decimal number, as JSON writes it: `12.5`, `100`.
  std::string text() const;
  constexpr double value() const { return hundredths_ / 100.0; }
  /// 0 … 10 000.
  constexpr int hundredths() const { return hundredths_; }

  friend constexpr auto operator<=>(const Percent&, const Percent&) = default;

 private:
  explicit constexpr Percent(std::int16_t hundredths) : hundredths_(hundredths) {}

  std::int16_t hundredths_;
};

}  // namespace alforis::domain
