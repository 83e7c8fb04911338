#pragma once

#include <string_view>

#include "domain/values/date.hpp"
#include "domain/values/instant.hpp"

namespace alforis::domain {

/// Where the firm is: the zone of whoever names none.
inline constexpr std::string_view k_default_time_zone = "Europe/Paris";

/// Whether the time zone database (IANA, as ICU has it) knows a zone by exactly this name, such as Europe/Paris. Names
/// that it has replaced by others still count.
bool is_time_zone(std::string_view name);

/// What calendar and clock show somewhere.
struct LocalTime {
  Date date;
  std::int64_t micros_of_day = 0;  ///< 0 to 86 400 000 000, without the last

  friend bool operator==(const LocalTime&, const LocalTime&) = default;
};

/// What they show in the zone at the instant, which is held within the years that Date knows. An unknown zone is UTC.
LocalTime local_time(Instant instant, std::string_view zone);

/// When they show it. Of a time that a clock put back shows twice it is the first; a time that a clock put forward
/// leaves out is as long after the gap's beginning as it is after it on paper (02:30 becomes 03:30).
Instant instant_of(const LocalTime& local, std::string_view zone);

}  // namespace alforis::domain
