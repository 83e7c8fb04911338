#pragma once
// One-time codes by time (TOTP, RFC 6238) over HMAC-SHA-1 (HOTP, RFC 4226), as every authenticator app makes them: 6
// digits, 30 seconds.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace alforis::api {

/// Bytes of a new secret (RFC 4226 §4: 160 bits recommended).
inline constexpr std::size_t k_totp_secret_bytes = 20;
inline constexpr unsigned k_totp_digits = 6;
inline constexpr std::int64_t k_totp_period = 30;  ///< seconds of a time step
inline constexpr std::size_t k_recovery_codes = 10;

/// The time step of a moment.
std::int64_t totp_step(std::int64_t unix_seconds);
/// The code of a time step, with leading zeros. `digits`: 1 to 9.
std::string totp_code(std::string_view secret, std::int64_t step, unsigned digits = k_totp_digits);
/// The time step of the code, when it is the present one or a neighbour of it (clocks differ); blanks in it do not
/// count. Takes as long for wrong codes.
std::optional<std::int64_t> verify_totp(std::string_view secret, std::string_view code, std::int64_t unix_seconds);

/// Upper-case base32 without padding (RFC 4648 §6).
std::string base32(std::string_view bytes);
/// `otpauth://totp/Alforis:account?…` for authenticator apps, to be shown as a QR code.
std::string totp_uri(std::string_view secret, std::string_view account);

/// Random bytes of a recovery code: too many to guess, even past a fast hash.
inline constexpr std::size_t k_recovery_code_bytes = 10;
/// A recovery code of so many random bytes: `xxxx-xxxx-xxxx-xxxx`.
std::string recovery_code(std::string_view random);
/// SHA-256 of a recovery code, however it was typed: small or large, with or without strokes and blanks.
std::string recovery_code_hash(std::string_view typed);

}  // namespace alforis::api
