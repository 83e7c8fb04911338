#pragma once
// The key vault in PostgreSQL: the schema `<workspace>_vault`, outside every version of the query tables. Primary data:
// who loses it has erased everybody.

#include <memory>
#include <mutex>
#include <string>

#include "privacy/vault.hpp"

namespace alforis::projections {

/// Where the vault of a workspace is.
struct VaultOptions {
  std::string dsn;        ///< libpq connection string or URI
  std::string workspace;  ///< [a-z][a-z0-9_]{0,39}
};

class PostgresVault final : public privacy::Vault {
 public:
  /// Connects at the first call. Throws std::invalid_argument for a workspace that cannot name a schema.
  explicit PostgresVault(VaultOptions options);
  ~PostgresVault() override;

  void add(std::span<const privacy::WrappedKey> keys) override;
  std::optional<privacy::WrappedKey> find(const domain::Uuid& id) override;
  void for_each(const std::function<void(const privacy::WrappedKey&)>& visit) override;
  void replace(std::span<const privacy::WrappedKey> keys) override;
  std::vector<domain::Uuid> destroyed() override;
  void remove_unused(std::span<const domain::Uuid> ids) override;

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace alforis::projections
