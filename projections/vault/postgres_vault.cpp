#include "projections/vault/postgres_vault.hpp"

#include "projections/postgres/connection.hpp"
#include "projections/postgres/copy_buffer.hpp"
#include "projections/vault/vault_schema.hpp"

namespace alforis::projections {

using domain::Uuid;
using postgres::Connection;
using postgres::Rows;
using privacy::WrappedKey;

namespace {

constexpr std::chrono::milliseconds k_statement_timeout{10'000};
constexpr std::size_t k_page = 10'000;

/// `\x…`, as bytea is written and read.
std::string hex_of(std::string_view bytes) {
  constexpr std::string_view k_digits = "0123456789abcdef";
  std::string text = "\\x";
  for (const char c : bytes) {
    text.push_back(k_digits[static_cast<unsigned char>(c) >> 4U]);
    text.push_back(k_digits[static_cast<unsigned char>(c) & 15U]);
  }
  return text;
}

unsigned digit(char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); }

std::string bytes_of(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 2; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(digit(hex[i]) << 4U | digit(hex[i + 1])));
  }
  return bytes;
}

WrappedKey key_in(const Rows& rows, std::size_t row) {
  return {Uuid::parse(rows.text(row, 0)).value(), std::string(rows.text(row, 1)), bytes_of(rows.text(row, 2))};
}

std::vector<std::string> texts_of(std::span<const Uuid> ids) {
  std::vector<std::string> texts;
  for (const Uuid& id : ids) texts.push_back(id.text());
  return texts;
}

/// Keys as three arrays.
struct KeyArrays {
  explicit KeyArrays(std::span<const WrappedKey> keys) {
    for (const WrappedKey& key : keys) {
      ids.push_back(key.id.text());
      masters.push_back(key.master);
      wrapped.push_back(hex_of(key.wrapped));
    }
  }
  std::vector<postgres::Param> params() const {
    return {postgres::array_literal(ids), postgres::array_literal(masters), postgres::array_literal(wrapped)};
  }

  std::vector<std::string> ids;
  std::vector<std::string> masters;
  std::vector<std::string> wrapped;
};

constexpr std::string_view k_arrays = "unnest($1::uuid[], $2::text[], $3::bytea[]) AS n (id, master, wrapped)";

}  // namespace

class PostgresVault::Core {
 public:
  explicit Core(VaultOptions options) : dsn_(std::move(options.dsn)), schema_(vault_schema(options.workspace)) {}

  std::string keys() const { return schema_ + ".keys"; }

  /// Calls `work` with a connection, once more with a new one when the old one was lost meanwhile.
  template <class Work>
  auto with_connection(const Work& work) {
    const std::lock_guard lock(mutex_);
    for (bool again = connection_ != nullptr;; again = false) {
      try {
        if (!connection_) connect();
        return work(*connection_);
      } catch (const postgres::Unavailable& away) {
        connection_.reset();
        if (!again) throw privacy::KeysUnavailable(away.what());
      } catch (const postgres::StatementFailed& failed) {
        connection_.reset();
        if (!again) throw privacy::KeysUnavailable(failed.what());
      }
    }
  }

 private:
  void connect() {
    postgres::ConnectionOptions options;
    options.application = "alforis vault";
    options.statement_timeout = k_statement_timeout;
    auto connection = std::make_unique<Connection>(dsn_, options);
    // Other than tables, keys can't be made again, and the log may hold what they open a moment later: the database may
    // be set to answer before its disk has them.
    connection->script("SET synchronous_commit TO on");
    ensure_vault(*connection, schema_);
    connection_ = std::move(connection);
  }

  std::string dsn_;
  std::string schema_;
  std::mutex mutex_;
  std::unique_ptr<Connection> connection_;
};

PostgresVault::PostgresVault(VaultOptions options) : core_(std::make_unique<Core>(std::move(options))) {}
PostgresVault::~PostgresVault() = default;

void PostgresVault::add(std::span<const WrappedKey> keys) {
  postgres::CopyBuffer rows;
  for (const WrappedKey& key : keys) {
    rows.begin_row(3);
    rows.uuid(key.id);
    rows.text(key.master);
    rows.text(key.wrapped);
  }
  const std::string_view copy = rows.finish();
  core_->with_connection([&](Connection& connection) {
    try {
      connection.copy_in("COPY " + core_->keys() + " (id, master, wrapped) FROM STDIN (FORMAT binary)", copy);
      return;
    } catch (const postgres::StatementFailed& failed) {
      if (!failed.data_fault()) throw;
    }
    // Some of them are there: their first attempt was done, and only its answer was lost.
    const KeyArrays arrays(keys);
    connection.run("INSERT INTO " + core_->keys() + " (id, master, wrapped) SELECT * FROM " + std::string(k_arrays) +
                       " ON CONFLICT (id) DO NOTHING",
                   arrays.params());
  });
}

std::optional<WrappedKey> PostgresVault::find(const Uuid& id) {
  return core_->with_connection([&](Connection& connection) {
    const Rows rows =
        connection.prepared("SELECT id, master, wrapped FROM " + core_->keys() + " WHERE id = $1", {id.text()});
    return rows.empty() ? std::nullopt : std::optional(key_in(rows, 0));
  });
}

void PostgresVault::for_each(const std::function<void(const WrappedKey&)>& visit) {
  std::string last = "00000000-0000-0000-0000-000000000000";
  for (std::size_t found = k_page; found == k_page;) {
    const Rows rows = core_->with_connection([&](Connection& connection) {
      return connection.prepared("SELECT id, master, wrapped FROM " + core_->keys() +
                                     " WHERE id > $1 ORDER BY id LIMIT " + std::to_string(k_page),
                                 {last});
    });
    for (std::size_t row = 0; row < rows.size(); ++row) visit(key_in(rows, row));
    found = rows.size();
    if (found != 0) last = rows.text(found - 1, 0);
  }
}

void PostgresVault::replace(std::span<const WrappedKey> keys) {
  const KeyArrays arrays(keys);
  core_->with_connection([&](Connection& connection) {
    connection.run("UPDATE " + core_->keys() + " k SET master = n.master, wrapped = n.wrapped FROM " +
                       std::string(k_arrays) + " WHERE k.id = n.id AND k.destroyed_at IS NULL",
                   arrays.params());
  });
}

std::vector<Uuid> PostgresVault::destroyed() {
  return core_->with_connection([&](Connection& connection) {
    const Rows rows = connection.run("SELECT id FROM " + core_->keys() + " WHERE destroyed_at IS NOT NULL");
    std::vector<Uuid> ids;
    for (std::size_t row = 0; row < rows.size(); ++row) ids.push_back(Uuid::parse(rows.text(row, 0)).value());
    return ids;
  });
}

void PostgresVault::remove_unused(std::span<const Uuid> ids) {
  const auto texts = texts_of(ids);
  core_->with_connection([&](Connection& connection) {
    connection.run("DELETE FROM " + core_->keys() + " WHERE id = ANY ($1::uuid[])", {postgres::array_literal(texts)});
  });
}

}  // namespace alforis::projections
