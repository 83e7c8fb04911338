#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "domain/result.hpp"
#include "domain/values/country_code.hpp"
#include "domain/values/stored.hpp"

namespace alforis::domain {

/// A telephone number: E.164 (`+33185001122`) when it could be understood, else as it was typed, in one printable line.
/// The plus sign in front tells which: what normalise() gives begins with one only when it is E.164.
class Phone {
 public:
  static constexpr std::string_view k_schema_type = "string";
  static constexpr std::string_view k_schema_format = "";
  static constexpr std::string_view k_schema_pattern = "";
  static constexpr std::size_t k_max_length = 50;
  static constexpr std::string_view k_schema_description =
      "E.164, such as +33185001122; one that does not begin with + could not be understood and is as it was typed";

  /// Keeps what was typed. Fails as `checked_text` does for one line of at most 50 code points.
  static Result<Phone> parse(std::string_view typed);

  /// Reads what was typed as a number dialled in `country` (France when there is none) and gives its E.164 form when
  /// libphonenumber finds the number valid there; else keeps what was typed, as it does for a number with an extension,
  /// which E.164 cannot hold. Understands the usual dirt: `+033 1…`, `+33 (0) 1…`, `0033…`, `(33) 1…`, dots, slashes.
  /// Fails where `parse` does, and with `invalid_phone` for what begins with a plus sign and cannot be understood: it
  /// would pass for E.164. Costs microseconds, not nanoseconds.
  static Result<Phone> normalise(std::string_view typed, std::optional<CountryCode> country);

  Phone(Stored, std::string_view text) : text_(text) {}

  const std::string& text() const { return text_; }
  /// Whether the number could be understood and is E.164. Only true to its word of what normalise() gave.
  bool understood() const { return text_.starts_with('+'); }

  friend auto operator<=>(const Phone&, const Phone&) = default;

 private:
  explicit Phone(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

}  // namespace alforis::domain
