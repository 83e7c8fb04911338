#pragma once
// Passwords: Argon2id (RFC 9106), stored as PHC strings that carry their own parameters.

#include <string>
#include <string_view>

namespace alforis::api {

/// Makes the PHC string of a password under a fresh random salt, by the second recommended option of RFC 9106 §4 scaled
/// to a server that logs people in (19 MiB, 2 passes, 1 lane). Takes tens of milliseconds: not on a connection's
/// thread.
std::string hash_password(std::string_view password);

/// Whether the password belongs to the PHC string. An empty string belongs to no password but takes as long, so that
/// the time of an answer does not tell which accounts exist.
bool verify_password(std::string_view password, const std::string& phc);

/// Fewest and most characters of a new password (NIST SP 800-63B §5.1.1.2: at least 8; the upper bound keeps hashing
/// bounded).
inline constexpr std::size_t k_min_password = 8;
inline constexpr std::size_t k_max_password = 256;

}  // namespace alforis::api
