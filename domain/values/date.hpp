#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <string>
#include <string_view>

#include "domain/result.hpp"

namespace alforis::domain {

/// A day of the Gregorian calendar, without a time zone, from 1900-01-01 to 2200-12-31.
class Date {
 public:
  static constexpr std::string_view k_schema_type = "string";
  static constexpr std::string_view k_schema_format = "date";
  static constexpr std::string_view k_schema_pattern = "";
  static constexpr std::size_t k_max_length = 0;
  static constexpr int k_first_year = 1900;
  static constexpr int k_last_year = 2200;

  /// Reads `YYYY-MM-DD` (RFC 3339 full-date) and nothing else. Fails with `invalid_date`.
  static Result<Date> parse(std::string_view typed);
  /// Fails with `invalid_date` when the day does not exist or lies outside the range.
  static Result<Date> from_ymd(std::chrono::year_month_day day);

  std::string text() const;
  constexpr std::chrono::year_month_day ymd() const { return day_; }
  /// For arithmetic: the count of days since 1970-01-01.
  constexpr std::chrono::sys_days days() const { return day_; }

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the generated 0 for a pointer
  friend constexpr auto operator<=>(const Date&, const Date&) = default;

 private:
  explicit constexpr Date(std::chrono::year_month_day day) : day_(day) {}

  std::chrono::year_month_day day_;
};

}  // namespace alforis::domain
