#pragma once
// Passwords: Argon2id (RFC 9106), stored as PHC strings that carry their own parameters.

#include <cstdint>
#include <string>
#include <string_view>

namespace alforis::api {

/// What a hash costs whoever makes it. By default the second recommended option of RFC 9106 §4, scaled to a server that
/// logs people in.
struct PasswordCost {
  std::uint32_t memory_kib = 19 * 1024;
  std::uint32_t passes = 2;
};

/// Makes the PHC string of a password, brought to NFC, under a fresh random salt. Takes tens of milliseconds: not on a
/// connection's thread.
std::string hash_password(std::string_view password, PasswordCost cost = {});

/// Whether the hash was made another way than hash_password() would make it now.
bool needs_rehash(std::string_view phc, PasswordCost cost);

/// Whether the password belongs to the PHC string. An empty string belongs to no password but takes as long, so that
/// the time of an answer does not tell which accounts exist.
bool verify_password(std::string_view password, const std::string& phc, PasswordCost cost = {});

}  // namespace alforis::api
