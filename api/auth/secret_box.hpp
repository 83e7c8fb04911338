#pragma once
// Encryption of secrets that the server has to read again.

#include <optional>
#include <string>
#include <string_view>

#include "privacy/aead.hpp"

namespace alforis::api {

/// Thread-safe.
class SecretBox {
 public:
  /// `key`: 32 bytes. Throws std::invalid_argument for any other length.
  explicit SecretBox(std::string_view key);

  /// base64url of a random nonce, what it says, and its tag. `bound_to`: whose secret it is; for anybody else it does
  /// not open.
  std::string seal(std::string_view secret, std::string_view bound_to) const;
  /// nullopt when it was sealed under another key or for another, or was changed.
  std::optional<std::string> open(std::string_view sealed, std::string_view bound_to) const;

 private:
  privacy::Secret key_{};
};

}  // namespace alforis::api
