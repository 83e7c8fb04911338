#pragma once
// Authenticated encryption: AES-256-GCM (NIST SP 800-38D) with a random nonce of 96 bits, which is safe for 2^32
// messages under one key (§8.3).

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace alforis::privacy {

/// 256 random bits.
using Secret = std::array<std::uint8_t, 32>;

/// From the system's generator. Throws std::runtime_error when it has none.
std::string random_bytes(std::size_t count);
Secret random_secret();

/// Nonce, what it says, and its tag: 28 bytes more than `plain`. It opens only with the same `bound_to`, which says
/// what it belongs to.
std::string encrypt(const Secret& key, std::string_view plain, std::string_view bound_to);

/// nullopt when it was made under another key, belongs to something else, or was changed.
std::optional<std::string> decrypt(const Secret& key, std::string_view bytes, std::string_view bound_to);

}  // namespace alforis::privacy
