#include "domain/values/currency_code.hpp"

#include <algorithm>
#include <array>

#include "domain/values/ascii.hpp"
#include "domain/values/closed_list.hpp"
#include "domain/values/text.hpp"

namespace alforis::domain {
namespace {

// The codes of ISO 4217 list one, but XTS (tests) and XXX (no currency), which are no money. A code that ISO withdraws
// stays here: the Log remembers it.
// clang-format off
constexpr auto k_codes = std::to_array<std::string_view>({
"AED", "AFN", "ALL", "AMD", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BGN", "BHD", "BIF", "BMD",
"BND", "BOB", "BOV", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHE", "CHF", "CHW", "CLF", "CLP",
"CNY", "COP", "COU", "CRC", "CUP", "CVE", "CZK", "DJF", "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD",
"FKP", "GBP", "GEL", "GHS", "GIP", "GMD", "GNF", "GTQ", "GYD", "HKD", "HNL", "HTG", "HUF", "IDR", "ILS", "INR",
"IQD", "IRR", "ISK", "JMD", "JOD", "JPY", "KES", "KGS", "KHR", "KMF", "KPW", "KRW", "KWD", "KYD", "KZT", "LAK",
"LBP", "LKR", "LRD", "LSL", "LYD", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR", "MWK",
"MXN", "MXV", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "OMR", "PAB", "PEN", "PGK", "PHP", "PKR",
"PLN", "PYG", "QAR", "RON", "RSD", "RUB", "RWF", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE", "SOS",
"SRD", "SSP", "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TND", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH",
"UGX", "USD", "USN", "UYI", "UYU", "UYW", "UZS", "VED", "VES", "VND", "VUV", "WST", "XAD", "XAF", "XAG", "XAU",
"XBA", "XBB", "XBC", "XBD", "XCD", "XCG", "XDR", "XOF", "XPD", "XPF", "XPT", "XSU", "XUA", "YER", "ZAR", "ZMW",
"ZWG"
});
// clang-format on
static_assert(std::is_sorted(k_codes.begin(), k_codes.end()));

}  // namespace

Result<CurrencyCode> CurrencyCode::parse(std::string_view typed) {
  typed = trimmed(typed);
  if (typed.empty()) return problem("empty", "a currency code is missing");
  const auto code = find_code<3>(k_codes, typed, ascii::to_upper);
  if (!code)
    return problem("unknown_currency", "no currency has this code; expected three letters of ISO 4217, such as EUR");
  return CurrencyCode(*code);
}

std::span<const std::string_view> CurrencyCode::all() { return k_codes; }

}  // namespace alforis::domain
