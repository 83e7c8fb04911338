#pragma once
// Encryption of secrets that the server has to read again (AES-256-GCM, NIST SP 800-38D).

#include <optional>
#include <string>
#include <string_view>

namespace alforis::api {

/// Thread-safe.
class SecretBox {
 public:
  /// `key`: 32 bytes. Throws std::invalid_argument for any other length.
  explicit SecretBox(std::string key);

  /// base64url of a random nonce, what it says, and its tag. `bound_to`: whose secret it is; for anybody else it does
  /// not open.
  std::string seal(std::string_view secret, std::string_view bound_to) const;
  /// nullopt when it was sealed under another key or for another, or was changed.
  std::optional<std::string> open(std::string_view sealed, std::string_view bound_to) const;

 private:
  std::string key_;
};

}  // namespace alforis::api
