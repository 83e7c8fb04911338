#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <string>
#include <string_view>

#include "domain/result.hpp"

namespace alforis::domain {

/// A Legal Entity Identifier by ISO 17442: eighteen letters or digits and two check digits (ISO/IEC 7064 MOD 97-10);
/// upper-case.
class Lei {
 public:
  static constexpr std::string_view k_schema_type = "string";
  static constexpr std::string_view k_schema_format = "";
  static constexpr std::string_view k_schema_pattern = "^[A-Z0-9]{18}[0-9]{2}$";
  static constexpr std::size_t k_max_length = 0;

  /// Reads either case, blanks around it dropped. Fails with `empty`, `invalid_length`, `invalid_characters` or
  /// `invalid_check_digit`.
  static Result<Lei> parse(std::string_view typed);

  std::string text() const { return std::string(view()); }
  std::string_view view() const { return {chars_.data(), chars_.size()}; }

  friend constexpr auto operator<=>(const Lei&, const Lei&) = default;

 private:
  explicit constexpr Lei(const std::array<char, 20>& chars) : chars_(chars) {}

  std::array<char, 20> chars_;
};

}  // namespace alforis::domain
