#pragma once

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "domain/result.hpp"
#include "domain/values/stored.hpp"

namespace alforis::domain {

/// An e-mail address (RFC 5321 §4.1.2 without quoted local parts and address literals), trimmed and lower-cased.
/// The local part is a dot-atom of at most 64 octets; the domain has at least two labels. An internationalised domain
/// is accepted in either spelling and kept in the one of the DNS (`xn--…`, UTS #46), so that equal domains compare
/// equal.
class Email {
 public:
  static constexpr std::string_view k_schema_type = "string";
  static constexpr std::string_view k_schema_format = "email";
  static constexpr std::string_view k_schema_pattern = "";
  static constexpr std::size_t k_max_length = 255;

  /// Fails with `empty`, `too_long`, `invalid_utf8`, `control_character` or `invalid_email`.
  static Result<Email> parse(std::string_view typed);

  Email(Stored, std::string_view text) : text_(text) {}

  const std::string& text() const { return text_; }
  /// What stands before the @.
  std::string_view local_part() const { return std::string_view(text_).substr(0, text_.find('@')); }
  /// What stands after the @, in ASCII and lower case.
  std::string_view domain() const { return std::string_view(text_).substr(text_.find('@') + 1); }

  friend auto operator<=>(const Email&, const Email&) = default;

 private:
  explicit Email(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

}  // namespace alforis::domain
