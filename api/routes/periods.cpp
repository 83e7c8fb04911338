#include "api/routes/periods.hpp"

#include "domain/values/time_zone.hpp"

namespace alforis::api {

using domain::Date;

namespace {

constexpr std::chrono::days k_longest_range{3660};
/// Periods are walked until one begins after the range: behind the very last day none would.
constexpr std::chrono::sys_days k_last_end = std::chrono::year{Date::k_last_year} / 12 / 30;

/// The nearest day that there is.
Date clamped(std::chrono::sys_days day) {
  const std::chrono::sys_days first = std::chrono::year{Date::k_first_year} / 1 / 1;
  const std::chrono::sys_days last = std::chrono::year{Date::k_last_year} / 12 / 31;
  return Date::from_ymd(std::clamp(day, first, last)).value();
}

Expected<std::optional<Date>> asked_day(const RequestContext& context, std::string_view name) {
  const auto text = context.request.parameter(name);
  if (!text) return std::optional<Date>();
  const auto day = Date::parse(*text);
  if (!day) return Problem::parameter(std::string(name), "invalid_value", "a day: YYYY-MM-DD");
  return std::optional<Date>(*day);
}

}  // namespace

Date firm_today(const Services& services) {
  return domain::local_time(domain::Instant::from_micros(services.now_us()), domain::k_default_time_zone).date;
}

Date first_of_month(const Date& day, int months) {
  const auto month = std::chrono::year_month(day.ymd().year(), day.ymd().month()) + std::chrono::months(months);
  return clamped(month / 1);
}

Date monday_of_week(const Date& day, int weeks) {
  const std::chrono::weekday weekday(day.days());
  return clamped(day.days() - std::chrono::days(weekday.iso_encoding() - 1) + std::chrono::weeks(weeks));
}

Date next_day(const Date& day) { return clamped(day.days() + std::chrono::days(1)); }

Expected<std::optional<domain::Uuid>> asked_id(const RequestContext& context, std::string_view parameter) {
  const auto text = context.request.parameter(parameter);
  if (!text) return std::optional<domain::Uuid>();
  if (*text == "me") return std::optional<domain::Uuid>(context.viewer().id);
  const auto id = domain::Uuid::parse(*text);
  if (!id) return Problem::parameter(std::string(parameter), "invalid_value", "an id, or `me`");
  return std::optional<domain::Uuid>(*id);
}

Expected<DayRange> asked_range(const RequestContext& context, const DayRange& otherwise) {
  const auto from = asked_day(context, "from");
  if (!from) return from.error();
  const auto to = asked_day(context, "to");
  if (!to) return to.error();
  const DayRange range{from->value_or(otherwise.from), to->value_or(otherwise.to)};
  if (range.to < range.from) return Problem::parameter("to", "invalid_value", "`to` is not before `from`");
  if (range.to.days() - range.from.days() > k_longest_range) {
    return Problem::parameter("to", "invalid_value", "at most ten years at once");
  }
  if (range.to.days() > k_last_end) return Problem::parameter("to", "invalid_value", "2200-12-30 is the last");
  return range;
}

std::vector<QueryParameter> range_parameters(std::string_view otherwise) {
  const std::string day = R"({"type":"string","format":"date"})";
  return {{"from", "a day of the first period; without: " + std::string(otherwise), day, false, "2026-01-01"},
          {"to", "a day of the last period, which may be under way", day, false, "2026-06-30"}};
}

}  // namespace alforis::api
