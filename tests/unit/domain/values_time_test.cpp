// Dates, instants and percentages.
#include <gtest/gtest.h>

#include <cmath>
#include <initializer_list>
#include <limits>
#include <string>

#include "domain/values/date.hpp"
#include "domain/values/instant.hpp"
#include "domain/values/percent.hpp"
#include "domain/values/time_zone.hpp"
#include "domain/values/value.hpp"

namespace alforis::domain {
namespace {

static_assert(!std::is_default_constructible_v<Date> && !std::is_default_constructible_v<Percent>);
static_assert(std::is_trivially_copyable_v<Date> && std::is_trivially_copyable_v<Instant>);

// The canonical text, or "!" and the code of the one problem. Holds every value to what all of them promise.
template <Value T>
std::string outcome(std::string_view typed) {
  const Result<T> parsed = T::parse(typed);
  if (!parsed) {
    EXPECT_EQ(parsed.error().size(), 1U);
    EXPECT_EQ(parsed.error().front().pointer, "");
    EXPECT_NE(parsed.error().front().detail, "");
    return "!" + parsed.error().front().code;
  }
  const Result<T> again = T::parse(parsed->text());
  EXPECT_TRUE(again && *again == *parsed) << "the canonical text does not read back";
  return parsed->text();
}

struct Case {
  std::string_view typed;
  std::string_view expected;
};

template <Value T>
void expect_outcomes(std::initializer_list<Case> cases) {
  for (const Case& c : cases) EXPECT_EQ(outcome<T>(c.typed), c.expected) << "typed: " << c.typed;
}

TEST(Date, reads_the_days_of_the_calendar) {
  expect_outcomes<Date>({
      {"2024-05-17", "2024-05-17"},
      {"2024-02-29", "2024-02-29"},
      {"2000-02-29", "2000-02-29"},
      {"1900-01-01", "1900-01-01"},
      {"2200-12-31", "2200-12-31"},
  });
}

TEST(Date, refuses_other_days_and_other_forms) {
  for (const std::string_view typed :
       {"",           "2023-02-29",          "1900-02-29", "2024-02-30",  "2024-04-31",  "2024-13-01",
        "2024-00-10", "2024-01-00",          "1899-12-31", "2201-01-01",  "0000-01-01",  "2024-5-17",
        "24-05-17",   "17/05/2024",          "2024/05/17", "2024-05-17Z", " 2024-05-17", "2024-05-1a",
        "+024-05-17", "2024-05-17T00:00:00Z"}) {
    EXPECT_EQ(outcome<Date>(typed), "!invalid_date") << typed;
  }
}

TEST(Date, counts_days_and_sorts) {
  using std::chrono::days;
  const Date leap_day = Date::parse("2024-02-29").value();
  EXPECT_EQ(Date::from_ymd(leap_day.days() + days(1)).value().text(), "2024-03-01");
  EXPECT_LT(leap_day, Date::parse("2024-03-01").value());
  EXPECT_FALSE(Date::from_ymd(Date::parse("2200-12-31").value().days() + days(1)));
}

TEST(Instant, reads_the_examples_of_rfc_3339) {
  expect_outcomes<Instant>({
      {"1985-04-12T23:20:50.52Z", "1985-04-12T23:20:50.520000Z"},
      {"1996-12-19T16:39:57-08:00", "1996-12-20T00:39:57.000000Z"},
      {"1990-12-31T23:59:60Z", "1991-01-01T00:00:00.000000Z"},
      {"1990-12-31T15:59:60-08:00", "1991-01-01T00:00:00.000000Z"},
      {"1937-01-01T12:00:27.87+00:20", "1937-01-01T11:40:27.870000Z"},
  });
}

TEST(Instant, reads_every_offset_fraction_and_spelling) {
  expect_outcomes<Instant>({
      {"2024-05-17T09:30:00Z", "2024-05-17T09:30:00.000000Z"},
      {"2024-05-17t09:30:00z", "2024-05-17T09:30:00.000000Z"},
      {"2024-05-17 09:30:00Z", "2024-05-17T09:30:00.000000Z"},
      {"2024-05-17T09:30:00+02:00", "2024-05-17T07:30:00.000000Z"},
      {"2024-01-01T00:30:00+05:45", "2023-12-31T18:45:00.000000Z"},
      {"2024-05-17T09:30:00-00:00", "2024-05-17T09:30:00.000000Z"},
      {"2024-05-17T09:30:00-23:59", "2024-05-18T09:29:00.000000Z"},
      {"2024-05-17T09:30:00.1Z", "2024-05-17T09:30:00.100000Z"},
      {"2024-05-17T09:30:00.000001Z", "2024-05-17T09:30:00.000001Z"},
      {"2024-05-17T09:30:00.1234567899999999Z", "2024-05-17T09:30:00.123456Z"},
      {"1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"},
      {"0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000000Z"},
      {"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"},
      {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000000Z"},
  });
}

TEST(Instant, refuses_what_is_no_date_time) {
  for (const std::string_view typed : {"",
                                       "2024-05-17",
                                       "2024-05-17T09:30Z",
                                       "2024-05-17T09:30:00",
                                       "2024-05-17T09:30:00.Z",
                                       "2024-05-17T09:30:00,5Z",
                                       "2024-05-17T24:00:00Z",
                                       "2024-05-17T09:60:00Z",
                                       "2024-05-17T09:30:60Z",
                                       "2024-05-17T23:59:61Z",
                                       "2023-02-29T00:00:00Z",
                                       "2024-13-01T00:00:00Z",
                                       "2024-05-17T09:30:00+24:00",
                                       "2024-05-17T09:30:00+02:60",
                                       "2024-05-17T09:30:00+0200",
                                       "2024-05-17T09:30:00+02",
                                       "2024-05-17T09:30:00Z ",
                                       " 2024-05-17T09:30:00Z",
                                       "2024-05-17X09:30:00Z",
                                       "2024-05-17T09-30-00Z",
                                       "20240517T093000.00000Z",
                                       "2024-05-17T0a:30:00Z",
                                       "2024-05-17T09:30:00ZZ",
                                       "-024-05-17T09:30:00Z",
                                       "0000-01-01T00:00:00+00:01",
                                       "9999-12-31T23:59:59-00:01",
                                       "9999-12-31T23:59:60Z"}) {
    EXPECT_EQ(outcome<Instant>(typed), "!invalid_instant") << typed;
  }
}

TEST(Instant, text_and_microseconds_agree) {
  EXPECT_EQ(Instant().text(), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(Instant::from_micros(1'715'938'200'250'000).text(), "2024-05-17T09:30:00.250000Z");
  EXPECT_EQ(Instant::from_micros(-1).text(), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(Instant::from_micros(Instant::k_min_micros).text(), "0000-01-01T00:00:00.000000Z");
  EXPECT_EQ(Instant::from_micros(Instant::k_max_micros).text(), "9999-12-31T23:59:59.999999Z");
  for (std::int64_t micros = Instant::k_min_micros; micros < Instant::k_max_micros - 9'876'543'210'987'654;
       micros += 9'876'543'210'987'654) {
    EXPECT_EQ(Instant::parse(Instant::from_micros(micros).text()).value().micros(), micros);
  }
}

TEST(Instant, stays_within_its_range) {
  constexpr std::int64_t k_most = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t k_least = std::numeric_limits<std::int64_t>::min();
  const Instant first = Instant::from_micros(k_least);
  const Instant last = Instant::from_micros(k_most);
  EXPECT_EQ(first.micros(), Instant::k_min_micros);
  EXPECT_EQ(last.micros(), Instant::k_max_micros);
  EXPECT_EQ(last + std::chrono::microseconds(k_most), last);
  EXPECT_EQ(last - std::chrono::microseconds(k_least), last);
  EXPECT_EQ(first + std::chrono::microseconds(k_most), last);
  EXPECT_EQ(first - std::chrono::microseconds(k_most), first);
  EXPECT_EQ((last - first).count(), Instant::k_max_micros - Instant::k_min_micros);
}

TEST(Instant, adds_days_and_sorts) {
  const Instant start = Instant::parse("2024-02-28T12:00:00Z").value();
  EXPECT_EQ((start + std::chrono::days(2)).text(), "2024-03-01T12:00:00.000000Z");
  EXPECT_EQ((start - std::chrono::hours(13)).text(), "2024-02-27T23:00:00.000000Z");
  EXPECT_LT(start, start + std::chrono::microseconds(1));
  EXPECT_EQ(Instant::from_time(start.time()), start);
}

TEST(Percent, reads_at_most_two_decimals) {
  expect_outcomes<Percent>({
      {"0", "0"},
      {"-0", "0"},
      {"100", "100"},
      {"100.00", "100"},
      {"12.5", "12.5"},
      {"12.50", "12.5"},
      {"0.07", "0.07"},
      {"99.99", "99.99"},
      {" 3.14 ", "3.14"},
      {"1e1", "10"},
      {"", "!empty"},
      {"abc", "!invalid_number"},
      {"12,5", "!invalid_number"},
      {"12 %", "!invalid_number"},
      {"+5", "!invalid_number"},
      {"nan", "!out_of_range"},
      {"-0.01", "!out_of_range"},
      {"100.01", "!out_of_range"},
      {"1e999", "!out_of_range"},
      {"12.345", "!too_many_decimals"},
      {"0.001", "!too_many_decimals"},
      {"99.999", "!too_many_decimals"},
  });
}

TEST(Percent, every_hundredth_survives_the_way_through_a_double_and_a_text) {
  for (int hundredths = 0; hundredths <= 10'000; ++hundredths) {
    const Percent percent = Percent::from_hundredths(hundredths).value();
    ASSERT_EQ(Percent::from_double(percent.value()).value(), percent);
    ASSERT_EQ(Percent::parse(percent.text()).value(), percent);
  }
}

TEST(Percent, refuses_doubles_that_are_no_percentage) {
  for (const double value : {-0.01, 100.01, std::nan(""), HUGE_VAL, -HUGE_VAL, 12.345, 1e-9}) {
    EXPECT_FALSE(Percent::from_double(value)) << value;
  }
  EXPECT_FALSE(Percent::from_hundredths(-1));
  EXPECT_FALSE(Percent::from_hundredths(10'001));
}

// ---- time zones

std::string shown(const LocalTime& local) {
  const std::int64_t seconds = local.micros_of_day / 1'000'000;
  return local.date.text() + ' ' + std::to_string(seconds / 3600) + ':' + std::to_string(seconds / 60 % 60);
}

TEST(LocalTime, IsWhatCalendarAndClockShow) {
  const struct {
    std::string_view instant, zone, local;
  } rows[] = {
      {"2026-01-15T08:00:00Z", "Europe/Paris", "2026-01-15 9:0"},
      {"2026-07-15T08:00:00Z", "Europe/Paris", "2026-07-15 10:0"},
      {"2026-12-31T23:30:00Z", "Europe/Paris", "2027-01-01 0:30"},
      {"2026-01-01T02:00:00Z", "America/New_York", "2025-12-31 21:0"},
      {"2026-01-01T18:45:00Z", "Asia/Kathmandu", "2026-01-02 0:30"},
      {"1969-12-31T22:59:00Z", "Europe/Paris", "1969-12-31 23:59"},
      {"2026-01-15T08:00:00Z", "Nowhere/None", "2026-01-15 8:0"},
  };
  for (const auto& [instant, zone, local] : rows) {
    const Instant when = Instant::parse(instant).value();
    EXPECT_EQ(shown(local_time(when, zone)), local);
    EXPECT_EQ(instant_of(local_time(when, zone), zone), when) << local;
  }
}

TEST(LocalTime, HasGapsAndDoublesWhereTheClockIsPut) {
  const auto at = [](std::string_view day, int hour, int minute) {
    const LocalTime local{Date::parse(day).value(), (hour * 60 + minute) * std::int64_t{60'000'000}};
    return instant_of(local, "Europe/Paris").text().substr(0, 16);
  };
  EXPECT_EQ(at("2026-03-29", 1, 59), "2026-03-29T00:59");
  EXPECT_EQ(at("2026-03-29", 2, 30), "2026-03-29T01:30") << "left out: 03:30 on the new clock";
  EXPECT_EQ(at("2026-03-29", 3, 0), "2026-03-29T01:00");
  EXPECT_EQ(at("2026-10-25", 2, 30), "2026-10-25T00:30") << "shown twice: the first";
  EXPECT_EQ(at("2026-10-25", 3, 0), "2026-10-25T02:00");
}

TEST(LocalTime, StaysWithinTheDatesThereAre) {
  EXPECT_EQ(local_time(Instant::from_micros(Instant::k_max_micros), "Europe/Paris").date.text(), "2200-12-31");
  EXPECT_EQ(local_time(Instant::from_micros(Instant::k_min_micros), "Europe/Paris").date.text(), "1900-01-01");
}

}  // namespace
}  // namespace alforis::domain
