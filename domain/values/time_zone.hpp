#pragma once

#include <string_view>

namespace alforis::domain {

/// Whether the time zone database (IANA, as ICU has it) knows a zone by exactly this name, such as Europe/Paris. Names
/// that it has replaced by others still count.
bool is_time_zone(std::string_view name);

}  // namespace alforis::domain
