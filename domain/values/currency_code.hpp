#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "domain/result.hpp"

namespace alforis::domain {

/// A currency by ISO 4217, three upper-case letters from the closed list of active codes.
class CurrencyCode {
 public:
  static constexpr std::string_view k_schema_type = "string";
  static constexpr std::string_view k_schema_format = "";
  static constexpr std::string_view k_schema_pattern = "^[A-Z]{3}$";
  static constexpr std::size_t k_max_length = 0;

  /// Reads a code in either case, blanks around it dropped. Fails with `empty` or `unknown_currency`.
  static Result<CurrencyCode> parse(std::string_view typed);
  static constexpr CurrencyCode euro() { return CurrencyCode({'E', 'U', 'R'}); }
  /// Every code, sorted.
  static std::span<const std::string_view> all();

  std::string text() const { return std::string(view()); }
  std::string_view view() const { return {code_.data(), code_.size()}; }

  friend constexpr auto operator<=>(const CurrencyCode&, const CurrencyCode&) = default;

 private:
  explicit constexpr CurrencyCode(std::array<char, 3> code) : code_(code) {}

  std::array<char, 3> code_;
};

}  // namespace alforis::domain
