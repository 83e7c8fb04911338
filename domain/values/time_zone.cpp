#include "domain/values/time_zone.hpp"

#include <unicode/timezone.h>
#include <unicode/unistr.h>

namespace alforis::domain {

bool is_time_zone(std::string_view name) {
  const auto id = icu::UnicodeString::fromUTF8({name.data(), static_cast<std::int32_t>(name.size())});
  icu::UnicodeString canonical;
  UBool known = 0;
  UErrorCode status = U_ZERO_ERROR;
  icu::TimeZone::getCanonicalID(id, canonical, known, status);  // "known" is false of what is made up, as GMT+3:15
  return U_SUCCESS(status) && known != 0;
}

}  // namespace alforis::domain
