#pragma once

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "domain/result.hpp"
#include "domain/values/stored.hpp"

namespace alforis::domain {

/// How a URL was typed: complete, or perhaps without its scheme, as people write web sites in spreadsheets.
enum class UrlInput { absolute, loose };

/// The canonical text of a web address, or what is wrong with it; `BasicUrl` stands on it. See there.
Result<std::string> checked_url(std::string_view typed, std::size_t max, UrlInput input);

/// The host of a canonical URL.
std::string_view url_host(std::string_view url);

/// An absolute http or https URL (RFC 3986) with a plausible host: a name of letters, digits, hyphens and dots
/// (RFC 1123), or an IPv4 address. No user name or password in it. As typed, but for the scheme and host in lower case,
/// an internationalised host in the spelling of the DNS (UTS #46) and other non-ASCII characters percent-encoded
/// (RFC 3987 §3.1). At most `Max` characters in that form.
template <std::size_t Max>
class BasicUrl {
 public:
  static constexpr std::string_view k_schema_type = "string";
  static constexpr std::string_view k_schema_format = "uri";
  static constexpr std::string_view k_schema_pattern = "^https?://";
  static constexpr std::size_t k_max_length = Max;

  /// Fails with `empty`, `too_long`, `invalid_utf8`, `control_character` or `invalid_url`.
  static Result<BasicUrl> parse(std::string_view typed) { return from(typed, UrlInput::absolute); }

  /// Also takes `www.example.com` and `example.com/path`, by putting https:// in front; the host must then have a dot
  /// and end in letters, so that "n/a" is no web site. Fails as `parse` does.
  static Result<BasicUrl> from_loose(std::string_view typed) { return from(typed, UrlInput::loose); }

  BasicUrl(Stored, std::string_view text) : text_(text) {}

  const std::string& text() const { return text_; }
  /// Lower-case, ASCII, without the port.
  std::string_view host() const { return url_host(text_); }

  friend auto operator<=>(const BasicUrl&, const BasicUrl&) = default;

 private:
  explicit BasicUrl(std::string text) : text_(std::move(text)) {}

  static Result<BasicUrl> from(std::string_view typed, UrlInput input) {
    auto checked = checked_url(typed, Max, input);
    if (!checked) return std::move(checked).error();
    return BasicUrl(std::move(*checked));
  }

  std::string text_;
};

/// The usual web address.
using Url = BasicUrl<255>;

/// For profile pages and attachments, whose addresses are long.
using LongUrl = BasicUrl<500>;

}  // namespace alforis::domain
