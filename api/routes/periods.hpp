#pragma once
// What the routes of figures ask alike: whose, and from when to when.

#include <optional>
#include <string_view>

#include "api/problem.hpp"
#include "api/route.hpp"
#include "api/services.hpp"
#include "domain/values/date.hpp"

namespace alforis::api {

/// Days from the first to the last, both in.
struct DayRange {
  domain::Date from;
  domain::Date to;
};

/// The day that calendars of the firm show now.
domain::Date firm_today(const Services& services);

/// The first of the month that lies so many months after (before) the day's.
domain::Date first_of_month(const domain::Date& day, int months = 0);
/// The Monday of the day's week (ISO 8601), or of one so many weeks later.
domain::Date monday_of_week(const domain::Date& day, int weeks = 0);
domain::Date next_day(const domain::Date& day);

/// An id, or `me`; nullopt when the parameter is not there.
Expected<std::optional<domain::Uuid>> asked_id(const RequestContext& context, std::string_view parameter);

/// `from` and `to`, or what is given instead. 400 when one is no day, they are the wrong way round, or more than ten
/// years apart.
Expected<DayRange> asked_range(const RequestContext& context, const DayRange& otherwise);

/// The query parameters that asked_range() reads.
std::vector<QueryParameter> range_parameters(std::string_view otherwise);

}  // namespace alforis::api
