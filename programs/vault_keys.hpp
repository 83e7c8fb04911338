#pragma once
// The keys of persons as programs open them: the vault in PostgreSQL and the master key file.

#include <cstddef>
#include <functional>
#include <string>

#include "privacy/key_ring.hpp"
#include "programs/settings.hpp"
#include "projections/vault/postgres_vault.hpp"

namespace alforis::programs {

class VaultKeys {
 public:
  /// `ahead`: keys to be made for new persons; 0: for who only reads. Throws std::runtime_error when the master key
  /// file is none.
  VaultKeys(const StoreSettings& settings, std::size_t ahead, std::function<void(const std::string&)> say = {});

  privacy::KeyRing& ring() { return ring_; }
  projections::PostgresVault& vault() { return vault_; }

 private:
  projections::PostgresVault vault_;
  privacy::KeyRing ring_;
};

}  // namespace alforis::programs
