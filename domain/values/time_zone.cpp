#include "domain/values/time_zone.hpp"

#include <unicode/basictz.h>
#include <unicode/timezone.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <memory>

namespace alforis::domain {

namespace {

constexpr std::int64_t k_micros_per_milli = 1000;
constexpr std::int64_t k_millis_per_day = 86'400'000;

icu::UnicodeString unicode(std::string_view name) {
  return icu::UnicodeString::fromUTF8({name.data(), static_cast<std::int32_t>(name.size())});
}

std::unique_ptr<icu::BasicTimeZone> open_zone(std::string_view name) {
  // Every zone that createTimeZone makes is a BasicTimeZone; an unknown name makes one without any offset.
  return std::unique_ptr<icu::BasicTimeZone>(
      static_cast<icu::BasicTimeZone*>(icu::TimeZone::createTimeZone(unicode(name))));
}

std::int64_t floor_divide(std::int64_t value, std::int64_t by) { return value / by - (value % by < 0 ? 1 : 0); }

}  // namespace

bool is_time_zone(std::string_view name) {
  icu::UnicodeString canonical;
  UBool known = 0;
  UErrorCode status = U_ZERO_ERROR;
  icu::TimeZone::getCanonicalID(unicode(name), canonical, known,
                                status);  // "known" is false of what is made up, as GMT+3:15
  return U_SUCCESS(status) && known != 0;
}

LocalTime local_time(Instant instant, std::string_view zone) {
  const std::int64_t millis = floor_divide(instant.micros(), k_micros_per_milli);
  std::int32_t standard = 0;
  std::int32_t summer = 0;
  UErrorCode status = U_ZERO_ERROR;
  open_zone(zone)->getOffset(static_cast<UDate>(millis), 0, standard, summer, status);
  const std::int64_t offset = U_SUCCESS(status) ? standard + summer : 0;
  const std::int64_t day = floor_divide(millis + offset, k_millis_per_day);
  const Date first = Date::parse("1900-01-01").value();
  const Date last = Date::parse("2200-12-31").value();
  const auto date = Date::from_ymd(std::chrono::sys_days(std::chrono::days(day)));
  const std::int64_t of_day =
      instant.micros() + offset * k_micros_per_milli - day * k_millis_per_day * k_micros_per_milli;
  return {date ? *date : day < 0 ? first : last, of_day};
}

Instant instant_of(const LocalTime& local, std::string_view zone) {
  const std::int64_t paper =
      local.date.days().time_since_epoch().count() * k_millis_per_day + local.micros_of_day / k_micros_per_milli;
  std::int32_t standard = 0;
  std::int32_t summer = 0;
  UErrorCode status = U_ZERO_ERROR;
  // "Former": the offset before the change, in a gap as in what is shown twice.
  open_zone(zone)->getOffsetFromLocal(static_cast<UDate>(paper), UCAL_TZ_LOCAL_FORMER, UCAL_TZ_LOCAL_FORMER, standard,
                                      summer, status);
  const std::int64_t offset = U_SUCCESS(status) ? standard + summer : 0;
  return Instant::from_micros((paper - offset) * k_micros_per_milli + local.micros_of_day % k_micros_per_milli);
}

}  // namespace alforis::domain
