#pragma once
// The keys of persons, as those see them who seal and open what the Log holds of them.

#include <optional>
#include <stdexcept>
#include <string>

#include "domain/values/uuid.hpp"
#include "privacy/aead.hpp"

namespace alforis::privacy {

/// What one subject's personal data is sealed under. A subject is a person, or a record that names people whom nobody
/// keeps as persons (an interaction's external participants).
struct DataKey {
  domain::Uuid id;
  Secret secret{};
};

/// Nobody can say at the moment what a key is: the vault is away. Try again later.
struct KeysUnavailable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The vault never had this key, or it is wrapped under a master key that is not known here: a wrong vault, or one that
/// was restored from before.
struct KeyMissing : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Thread-safe.
class Keys {
 public:
  virtual ~Keys() = default;

  /// nullopt: it was destroyed, so what is sealed under it is erased. Throws KeysUnavailable, KeyMissing.
  virtual std::optional<Secret> find(const domain::Uuid& key) const = 0;
};

/// Keys for those who seal as well.
class KeySupply : public Keys {
 public:
  /// A key that nothing is sealed under yet, already safe in the vault. Throws KeysUnavailable when none is left and
  /// the vault is away.
  virtual DataKey take() = 0;
};

/// Of who never meets personal data: throws KeyMissing for every key.
const Keys& no_keys();

}  // namespace alforis::privacy
