#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "domain/result.hpp"

namespace alforis::domain {

/// A language by ISO 639-1, lower-case, from the closed list.
class LanguageCode {
 public:
  static constexpr std::string_view k_schema_type = "string";
  static constexpr std::string_view k_schema_format = "";
  static constexpr std::string_view k_schema_pattern = "^[a-z]{2}$";
  static constexpr std::size_t k_max_length = 0;

  /// Reads a code in either case, blanks around it dropped. Fails with `empty` or `unknown_language`.
  static Result<LanguageCode> parse(std::string_view typed);
  /// The language of those who do not say.
  static constexpr LanguageCode french() { return LanguageCode({'f', 'r'}); }
  /// Every code, sorted.
  static std::span<const std::string_view> all();

  std::string text() const { return std::string(view()); }
  std::string_view view() const { return {code_.data(), code_.size()}; }

  friend constexpr auto operator<=>(const LanguageCode&, const LanguageCode&) = default;

 private:
  explicit constexpr LanguageCode(std::array<char, 2> code) : code_(code) {}

  std::array<char, 2> code_;
};

}  // namespace alforis::domain
