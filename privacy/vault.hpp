#pragma once
// The key vault: primary data, outside every rebuild, backed up apart from the Log. What it loses is erased.

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domain/values/uuid.hpp"
#include "privacy/keys.hpp"

namespace alforis::privacy {

/// A key as the vault holds it.
struct WrappedKey {
  domain::Uuid id;
  std::string master;   ///< name of the master key it is wrapped under
  std::string wrapped;  ///< see aead.hpp, bound to the id; empty: destroyed
};

/// Where wrapped keys are kept. Thread-safe. Every call throws KeysUnavailable when the store can't be reached.
class Vault {
 public:
  virtual ~Vault() = default;

  /// Keeps new keys; they are durable when it returns.
  virtual void add(std::span<const WrappedKey> keys) = 0;
  /// nullopt: there never was such a key.
  virtual std::optional<WrappedKey> find(const domain::Uuid& id) = 0;
  virtual void for_each(const std::function<void(const WrappedKey&)>& visit) = 0;
  /// Puts the same keys wrapped otherwise in their places. Those that were destroyed meanwhile stay destroyed.
  virtual void replace(std::span<const WrappedKey> keys) = 0;
  /// Those that were destroyed.
  virtual std::vector<domain::Uuid> destroyed() = 0;
  /// Removes keys under which nothing was ever sealed.
  virtual void remove_unused(std::span<const domain::Uuid> ids) = 0;
};

}  // namespace alforis::privacy
