#pragma once

#include <compare>
#include <cstdint>

#include "domain/values/currency_code.hpp"

namespace alforis::domain {

/// An amount of money. Compares field by field: amounts of two currencies are never equal and their order means nothing
/// but a stable sort.
struct Money {
  /// Hundredths of the currency's unit, whatever minor unit ISO 4217 gives it; may be negative.
  std::int64_t amount = 0;
  CurrencyCode currency = CurrencyCode::euro();

  friend constexpr auto operator<=>(const Money&, const Money&) = default;
};

}  // namespace alforis::domain
