#pragma once
// The two numbers of the French register of companies (INSEE, Code de commerce R123-220 and following).

#include <array>
#include <compare>
#include <cstddef>
#include <string>
#include <string_view>

#include "domain/result.hpp"

namespace alforis::domain {

/// The number of a legal unit: nine digits, the last of which is Luhn's check digit (ISO/IEC 7812-1).
class Siren {
 public:
  static constexpr std::string_view k_schema_type = "string";
  static constexpr std::string_view k_schema_format = "";
  static constexpr std::string_view k_schema_pattern = "^[0-9]{9}$";
  static constexpr std::size_t k_max_length = 0;

  /// Spaces (of any width) and dots between the digits are dropped. Fails with `empty`, `invalid_characters`,
  /// `invalid_length` or `invalid_luhn`; nine zeros, which nobody has, are `invalid_number`.
  static Result<Siren> parse(std::string_view typed);

  std::string text() const { return std::string(view()); }
  std::string_view view() const { return {digits_.data(), digits_.size()}; }

  friend constexpr auto operator<=>(const Siren&, const Siren&) = default;

 private:
  friend class Siret;
  explicit constexpr Siren(const std::array<char, 9>& digits) : digits_(digits) {}

  std::array<char, 9> digits_;
};

/// The number of an establishment: the SIREN of its legal unit and five digits more, Luhn over all fourteen. The
/// establishments of La Poste (SIREN 356000000), too many for Luhn, have a sum of digits that is a multiple of five;
/// only its head office follows Luhn.
class Siret {
 public:
  static constexpr std::string_view k_schema_type = "string";
  static constexpr std::string_view k_schema_format = "";
  static constexpr std::string_view k_schema_pattern = "^[0-9]{14}$";
  static constexpr std::size_t k_max_length = 0;

  /// Reads and fails as Siren::parse does; its first nine digits must be a SIREN.
  static Result<Siret> parse(std::string_view typed);

  /// The legal unit that the establishment belongs to.
  Siren siren() const;

  std::string text() const { return std::string(view()); }
  std::string_view view() const { return {digits_.data(), digits_.size()}; }

  friend constexpr auto operator<=>(const Siret&, const Siret&) = default;

 private:
  explicit constexpr Siret(const std::array<char, 14>& digits) : digits_(digits) {}

  std::array<char, 14> digits_;
};

}  // namespace alforis::domain
