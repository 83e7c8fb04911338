#pragma once

#include <string>
#include <string_view>

namespace alforis::api {

/// How much of an address counts, in bits.
struct NetworkSize {
  unsigned v4;
  unsigned v6;
};

/// What one subscriber has: an IPv4 address, and of IPv6 a whole /64 (RFC 6177).
inline constexpr NetworkSize k_subscriber{32, 64};
/// Enough to see where attempts come from, and nobody's own.
inline constexpr NetworkSize k_anonymous{24, 48};

/// The network that an address is in: `203.0.113.0/24`. IPv4 in IPv6 is IPv4. Empty for what is no address.
std::string network_of(std::string_view address, NetworkSize size);

}  // namespace alforis::api
