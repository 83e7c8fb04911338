#pragma once
// The names of machines and mail domains, as e-mail addresses and URLs contain them.

#include <optional>
#include <string>
#include <string_view>

namespace alforis::domain {

/// The canonical form of a host name: lower-case ASCII labels of letters, digits and hyphens (RFC 1123 §2.1), each of
/// at most 63 characters that neither begins nor ends with a hyphen, 253 in all; internationalised labels are mapped by
/// UTS #46. Nothing when it is no such name. A name of one label and a dotted number pass; ask below.
std::optional<std::string> canonical_host(std::string_view typed);

/// True for a canonical host of two labels or more whose last one is no number: what a public name looks like.
bool is_public_name(std::string_view canonical);

/// True for an IPv4 address in four decimal numbers.
bool is_ipv4(std::string_view text);

}  // namespace alforis::domain
