#include "domain/values/instant.hpp"

#include "domain/values/decimal.hpp"

namespace alforis::domain {
namespace {

constexpr std::int64_t k_micros_per_second = 1'000'000;
constexpr std::int64_t k_seconds_per_day = 86'400;
// YYYY-MM-DDTHH:MM:SS and at least a Z.
constexpr std::size_t k_shortest = 20;

Problems invalid_instant(std::string_view reason) {
  return problem("invalid_instant",
                 std::string(reason) + "; expected an RFC 3339 date-time such as 2024-05-17T09:30:00.25+02:00");
}

// The fraction at the front of `rest` in microseconds, taken off it; -1 when a point stands there without digits.
int take_fraction(std::string_view& rest) {
  if (!rest.starts_with('.')) return 0;
  rest.remove_prefix(1);
  int micros = 0;
  std::size_t digits = 0;
  for (; digits < rest.size() && ascii::is_digit(rest[digits]); ++digits) {
    if (digits < 6) micros = micros * 10 + (rest[digits] - '0');
  }
  if (digits == 0) return -1;
  for (std::size_t i = digits; i < 6; ++i) micros *= 10;
  rest.remove_prefix(digits);
  return micros;
}

constexpr int k_no_offset = 1 << 20;

// Minutes that the offset lies ahead of UTC.
int read_offset(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return k_no_offset;
  const int hours = read_decimal<2>(text.data() + 1);
  const int minutes = read_decimal<2>(text.data() + 4);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return k_no_offset;
  return text[0] == '+' ? hours * 60 + minutes : -(hours * 60 + minutes);
}

}  // namespace

Result<Instant> Instant::parse(std::string_view typed) {
  if (typed.size() < k_shortest) return invalid_instant("the text is too short");
  const char* const at = typed.data();
  const bool is_parted = at[4] == '-' && at[7] == '-' && (at[10] == 'T' || at[10] == 't' || at[10] == ' ') &&
                         at[13] == ':' && at[16] == ':';
  if (!is_parted) return invalid_instant("the text has not the form of a date and a time");
  const int year = read_decimal<4>(at);
  const int month = read_decimal<2>(at + 5);
  const int day = read_decimal<2>(at + 8);
  const auto date = std::chrono::year(year) / month / day;
  if (year < 0 || month < 0 || day < 0 || !date.ok()) return invalid_instant("the calendar has no such day");
  const int hour = read_decimal<2>(at + 11);
  const int minute = read_decimal<2>(at + 14);
  const int second = read_decimal<2>(at + 17);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) {
    return invalid_instant("the clock has no such time");
  }
  std::string_view rest = typed.substr(19);
  const int fraction = take_fraction(rest);
  if (fraction < 0) return invalid_instant("no digits follow the point");
  const int offset = read_offset(rest);
  if (offset == k_no_offset) return invalid_instant("the offset from UTC is missing or wrong");
  const std::int64_t minutes = std::chrono::sys_days(date).time_since_epoch().count() * std::int64_t{1440} +
                               std::int64_t{hour} * 60 + minute - offset;
  // The last minute of a day in UTC alone can have a leap second; 1440 is added because % keeps the sign.
  if (second == 60 && (minutes % 1440 + 1440) % 1440 != 1439) return invalid_instant("the clock has no such time");
  const std::int64_t micros = (minutes * 60 + second) * k_micros_per_second + fraction;
  if (micros < k_min_micros || micros > k_max_micros) return invalid_instant("the year in UTC is not 0000 to 9999");
  return Instant(micros);
}

std::array<char, Instant::k_text_length> Instant::chars() const {
  const auto days = std::chrono::floor<std::chrono::days>(time());
  const std::chrono::year_month_day date(days);
  const auto micros = static_cast<std::uint64_t>((time() - days).count());
  const auto seconds = static_cast<unsigned>(micros / k_micros_per_second);
  static_assert(k_seconds_per_day < 1'000'000, "the seconds of a day fit an unsigned");
  std::array<char, k_text_length> chars;
  char* const to = chars.data();
  write_decimal<4>(to, static_cast<unsigned>(static_cast<int>(date.year())));
  write_decimal<2>(to + 5, static_cast<unsigned>(date.month()));
  write_decimal<2>(to + 8, static_cast<unsigned>(date.day()));
  write_decimal<2>(to + 11, seconds / 3600);
  write_decimal<2>(to + 14, seconds / 60 % 60);
  write_decimal<2>(to + 17, seconds % 60);
  write_decimal<6>(to + 20, static_cast<unsigned>(micros % k_micros_per_second));
  to[4] = to[7] = '-';
  to[10] = 'T';
  to[13] = to[16] = ':';
  to[19] = '.';
  to[26] = 'Z';
  return chars;
}

std::string Instant::text() const {
  const auto all = chars();
  return {all.data(), all.size()};
}

}  // namespace alforis::domain
