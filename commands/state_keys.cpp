#include "commands/state_keys.hpp"

#include "domain/wire/enums.hpp"

namespace alforis::commands {

using namespace domain;

std::string entity_key(EntityKind kind, const Uuid& id) {
  std::string key = "e/";
  key += enum_text(kind);
  key += '/';
  key += id_bytes(id);
  return key;
}

std::string replaced_prefix(EntityKind kind, const Uuid& id) {
  return std::string(k_replaced_document) + entity_key(kind, id) + '/';
}

std::string replaced_key(EntityKind kind, const Uuid& id, std::int64_t version) {
  return replaced_prefix(kind, id) + std::to_string(version);
}

std::string replaced_value(Instant replaced_at, std::string_view document) {
  std::string value = std::to_string(replaced_at.micros());
  value += ' ';
  value += document;
  return value;
}

}  // namespace alforis::commands
