#pragma once

#include <boost/describe.hpp>
#include <compare>
#include <cstdint>
#include <string_view>

#include "domain/values/currency_code.hpp"

namespace alforis::domain {

/// An amount of money. Compares field by field: amounts of two currencies are never equal and their order means nothing
/// but a stable sort.
struct Money {
  static constexpr std::string_view k_required_member = "amount";

  /// Hundredths of the currency's unit, whatever minor unit ISO 4217 gives it; may be negative.
  std::int64_t amount = 0;
  CurrencyCode currency = CurrencyCode::euro();

  friend constexpr auto operator<=>(const Money&, const Money&) = default;
};
BOOST_DESCRIBE_STRUCT(Money, (), (amount, currency))

}  // namespace alforis::domain
