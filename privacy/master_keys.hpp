#pragma once
// Master keys wrap the keys of persons. They come from a file or the environment, never from the vault.

#include <string>
#include <string_view>
#include <vector>

#include "privacy/keys.hpp"
#include "privacy/vault.hpp"

namespace alforis::privacy {

struct MasterKey {
  std::string name;
  Secret secret{};
};

/// The first one wraps; the others only unwrap what was wrapped before a rotation.
class MasterKeys {
 public:
  /// Lines `name:key`, the key as base64url of 32 bytes; empty lines and those that begin with # are passed over.
  /// Throws std::runtime_error naming the line when one is anything else, a name stands twice, or there is none.
  static MasterKeys parse(std::string_view text);
  /// Reads such a file. Throws std::runtime_error naming it.
  static MasterKeys read(const std::string& file);
  /// A line of a new random key.
  static std::string new_line(std::string_view name);

  const std::string& current() const { return keys_.front().name; }
  bool knows(std::string_view name) const;

  WrappedKey wrap(const DataKey& key) const;
  /// Throws KeyMissing when its master key is not among these, or it was changed.
  DataKey unwrap(const WrappedKey& key) const;

 private:
  std::vector<MasterKey> keys_;
};

}  // namespace alforis::privacy
