#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "domain/result.hpp"

namespace alforis::domain {

/// A moment in UTC, in microseconds since 1970-01-01T00:00:00Z without leap seconds, within the years 0000 to 9999 that
/// RFC 3339 can write. A default-constructed one is the epoch.
class Instant {
 public:
  static constexpr std::string_view k_schema_type = "string";
  static constexpr std::string_view k_schema_format = "date-time";
  static constexpr std::string_view k_schema_pattern = "";
  static constexpr std::size_t k_max_length = 0;
  /// Characters of the text form.
  static constexpr std::size_t k_text_length = 27;
  /// 0000-01-01T00:00:00.000000Z
  static constexpr std::int64_t k_min_micros = -62'167'219'200'000'000;
  /// 9999-12-31T23:59:59.999999Z
  static constexpr std::int64_t k_max_micros = 253'402'300'799'999'999;

  constexpr Instant() = default;
  /// Microseconds since the epoch; what lies outside the range becomes its nearest end.
  static constexpr Instant from_micros(std::int64_t micros) {
    return Instant(std::clamp(micros, k_min_micros, k_max_micros));
  }
  static constexpr Instant from_time(std::chrono::sys_time<std::chrono::microseconds> time) {
    return from_micros(time.time_since_epoch().count());
  }

  /// Reads an RFC 3339 date-time with any offset, `T` and `Z` in either case or a blank for the `T`. Fractions finer
  /// than microseconds are cut off. A leap second (23:59:60 UTC) is taken for the second after it, as POSIX does.
  /// Fails with `invalid_instant`.
  static Result<Instant> parse(std::string_view typed);

  /// Always `YYYY-MM-DDTHH:MM:SS.ffffffZ`, so that texts sort as instants do.
  std::string text() const;
  /// The same text without an allocation.
  std::array<char, k_text_length> chars() const;

  constexpr std::int64_t micros() const { return micros_; }
  constexpr std::chrono::sys_time<std::chrono::microseconds> time() const {
    return std::chrono::sys_time<std::chrono::microseconds>(std::chrono::microseconds(micros_));
  }

  /// Held within the range, as by `from_micros`.
  friend constexpr Instant operator+(Instant instant, std::chrono::microseconds span) {
    // Spans beyond the whole range overflow nothing and still end at the right bound.
    constexpr std::int64_t k_range = k_max_micros - k_min_micros;
    return from_micros(instant.micros_ + std::clamp<std::int64_t>(span.count(), -k_range, k_range));
  }
  friend constexpr Instant operator-(Instant instant, std::chrono::microseconds span) {
    constexpr std::int64_t k_range = k_max_micros - k_min_micros;
    return from_micros(instant.micros_ - std::clamp<std::int64_t>(span.count(), -k_range, k_range));
  }
  friend constexpr std::chrono::microseconds operator-(Instant later, Instant earlier) {
    return std::chrono::microseconds(later.micros_ - earlier.micros_);
  }
  friend constexpr auto operator<=>(const Instant&, const Instant&) = default;

 private:
  explicit constexpr Instant(std::int64_t micros) : micros_(micros) {}

  std::int64_t micros_ = 0;
};

}  // namespace alforis::domain
