#include "domain/values/date.hpp"

#include <array>

#include "domain/values/decimal.hpp"

namespace alforis::domain {
namespace {

Problems invalid_date(std::string_view reason) {
  return problem("invalid_date", std::string(reason) + "; expected YYYY-MM-DD, such as 2024-05-17");
}

}  // namespace

Result<Date> Date::parse(std::string_view typed) {
  if (typed.size() != 10 || typed[4] != '-' || typed[7] != '-') {
    return invalid_date("the text has not the form of a date");
  }
  const int year = read_decimal<4>(typed.data());
  const int month = read_decimal<2>(typed.data() + 5);
  const int day = read_decimal<2>(typed.data() + 8);
  if (year < 0 || month < 0 || day < 0) return invalid_date("the date has characters that are no digits");
  return from_ymd(std::chrono::year(year) / month / day);
}

Result<Date> Date::from_ymd(std::chrono::year_month_day day) {
  if (!day.ok()) return invalid_date("the calendar has no such day");
  const int year = static_cast<int>(day.year());
  if (year < k_first_year || year > k_last_year) return invalid_date("the year is not from 1900 to 2200");
  return Date(day);
}

std::string Date::text() const {
  std::array<char, 10> chars;
  write_decimal<4>(chars.data(), static_cast<unsigned>(static_cast<int>(day_.year())));
  chars[4] = chars[7] = '-';
  write_decimal<2>(chars.data() + 5, static_cast<unsigned>(day_.month()));
  write_decimal<2>(chars.data() + 8, static_cast<unsigned>(day_.day()));
  return {chars.data(), chars.size()};
}

}  // namespace alforis::domain
