#include "domain/values/email.hpp"

#include <algorithm>

#include "domain/values/ascii.hpp"
#include "domain/values/host_name.hpp"
#include "domain/values/text.hpp"

namespace alforis::domain {
namespace {

constexpr std::size_t k_max_local_part = 64;

// RFC 5322 §3.2.3 atext.
bool is_atom_character(char c) {
  constexpr std::string_view k_marks = "!#$%&'*+-/=?^_`{|}~";
  return ascii::is_letter(c) || ascii::is_digit(c) || k_marks.find(c) != std::string_view::npos;
}

bool is_dot_atom(std::string_view text) {
  if (text.empty() || text.front() == '.' || text.back() == '.' || text.find("..") != std::string_view::npos) {
    return false;
  }
  return std::all_of(text.begin(), text.end(), [](char c) { return c == '.' || is_atom_character(c); });
}

Problems invalid_email(std::string_view reason) {
  return problem("invalid_email", std::string(reason) + "; expected an address such as jeanne.martin@example.com");
}

}  // namespace

Result<Email> Email::parse(std::string_view typed) {
  const auto line = checked_text(typed, k_max_length, Lines::one);
  if (!line) return line.error();
  const std::string_view address = *line;
  const std::size_t at = address.rfind('@');
  if (at == std::string_view::npos) return invalid_email("the address has no @");
  const std::string_view local = address.substr(0, at);
  if (local.size() > k_max_local_part) return invalid_email("more than 64 characters stand before the @");
  if (!is_dot_atom(local)) return invalid_email("what stands before the @ is no local part without quotes");
  const auto host = canonical_host(address.substr(at + 1));
  if (!host || !is_public_name(*host)) return invalid_email("what stands after the @ is no domain name");
  std::string text = ascii::lower(local) + '@' + *host;
  if (text.size() > k_max_length) {
    return problem("too_long", "the address has more than 255 characters in the spelling of the DNS");
  }
  return Email(std::move(text));
}

}  // namespace alforis::domain
