#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <string>
#include <string_view>

#include "domain/result.hpp"

namespace alforis::domain {

/// The number of a security by ISO 6166: two letters, nine letters or digits, one check digit; upper-case.
class Isin {
 public:
  static constexpr std::string_view k_schema_type = "string";
  static constexpr std::string_view k_schema_format = "";
  static constexpr std::string_view k_schema_pattern = "^[A-Z]{2}[A-Z0-9]{9}[0-9]$";
  static constexpr std::size_t k_max_length = 0;

  /// Reads either case, blanks around it dropped. Fails with `empty`, `invalid_length`, `invalid_characters` or
  /// `invalid_check_digit`.
  static Result<Isin> parse(std::string_view typed);

  std::string text() const { return std::string(view()); }
  std::string_view view() const { return {chars_.data(), chars_.size()}; }

  friend constexpr auto operator<=>(const Isin&, const Isin&) = default;

 private:
  explicit constexpr Isin(const std::array<char, 12>& chars) : chars_(chars) {}

  std::array<char, 12> chars_;
};

}  // namespace alforis::domain
