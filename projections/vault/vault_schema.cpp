#include "projections/vault/vault_schema.hpp"

#include "projections/query/schema.hpp"

namespace alforis::projections {

std::string vault_schema(const std::string& workspace) { return QuerySchemas(workspace).stable() + "_vault"; }

void ensure_vault(postgres::Connection& connection, const std::string& schema) {
  const auto there = connection.run("SELECT to_regclass($1) IS NOT NULL", {schema + ".keys"});
  if (there.boolean(0, 0)) return;
  postgres::Transaction transaction(connection);
  // CREATE … IF NOT EXISTS is not safe against itself.
  connection.run("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", {"alforis " + schema});
  connection.script("CREATE SCHEMA IF NOT EXISTS " + schema + ";CREATE TABLE IF NOT EXISTS " + schema +
                    ".keys (id uuid PRIMARY KEY, master text NOT NULL, wrapped bytea, made_at timestamptz NOT NULL "
                    "DEFAULT now(), destroyed_at timestamptz, CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL)))");
  transaction.commit();
}

void destroy_keys(postgres::Connection& connection, const std::string& schema, std::span<const domain::Uuid> ids) {
  if (ids.empty()) return;
  std::vector<std::string> texts;
  for (const domain::Uuid& id : ids) texts.push_back(id.text());
  connection.run("UPDATE " + schema +
                     ".keys SET wrapped = NULL, destroyed_at = now() WHERE id = ANY ($1::uuid[]) AND destroyed_at IS "
                     "NULL",
                 {postgres::array_literal(texts)});
}

}  // namespace alforis::projections
