#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "domain/result.hpp"

namespace alforis::domain {

/// A country by ISO 3166-1 alpha-2, upper-case, from the closed list of the officially assigned codes.
class CountryCode {
 public:
  static constexpr std::string_view k_schema_type = "string";
  static constexpr std::string_view k_schema_format = "";
  static constexpr std::string_view k_schema_pattern = "^[A-Z]{2}$";
  static constexpr std::size_t k_max_length = 0;

  /// Reads a code in either case, blanks around it dropped. Fails with `empty` or `unknown_country`.
  static Result<CountryCode> parse(std::string_view typed);
  /// France, where most of our organisations are.
  static constexpr CountryCode france() { return CountryCode({'F', 'R'}); }
  /// Every code, sorted.
  static std::span<const std::string_view> all();

  std::string text() const { return std::string(view()); }
  std::string_view view() const { return {code_.data(), code_.size()}; }

  friend constexpr auto operator<=>(const CountryCode&, const CountryCode&) = default;

 private:
  explicit constexpr CountryCode(std::array<char, 2> code) : code_(code) {}

  std::array<char, 2> code_;
};

}  // namespace alforis::domain
