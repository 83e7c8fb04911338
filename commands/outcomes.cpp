#include "commands/outcomes.hpp"

#include <charconv>
#include <stdexcept>

#include "commands/refusals.hpp"
#include "commands/state_keys.hpp"
#include "domain/wire/enums.hpp"

namespace alforis::commands {

namespace {

constexpr std::string_view k_prefix = "c/";
constexpr std::string_view k_hash_member = R"({"request_hash":")";

[[noreturn]] void damaged() { throw std::runtime_error("an outcome in the state store is damaged"); }

std::int64_t integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) damaged();
  return value;
}

/// The text before the next `separator`, which is skipped too.
std::string_view next(std::string_view& rest, char separator) {
  const auto end = rest.find(separator);
  if (end == std::string_view::npos) damaged();
  const auto word = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return word;
}

}  // namespace

std::string outcome_key(std::string_view command_id) { return std::string(k_prefix) += command_id; }

// Words: time position created version kind id hash
std::string encode_outcome(const StoredOutcome& stored) {
  const Outcome& outcome = stored.outcome;
  std::string text = std::to_string(stored.time_us) + ' ' + std::to_string(outcome.position) + ' ';
  text += outcome.created ? "1 " : "0 ";
  text += std::to_string(outcome.version) + ' ';
  text += domain::enum_text(stored.kind);
  text += ' ' + outcome.id.text() + ' ';
  return text += stored.request_hash;
}

StoredOutcome decode_outcome(std::string_view value) {
  StoredOutcome stored;
  stored.time_us = integer(next(value, ' '));
  stored.outcome.position = static_cast<Position>(integer(next(value, ' ')));
  stored.outcome.created = next(value, ' ') == "1";
  stored.outcome.version = integer(next(value, ' '));
  const auto kind = domain::enum_from_text<domain::EntityKind>(next(value, ' '));
  const auto id = domain::Uuid::parse(next(value, ' '));
  if (!kind || !id) damaged();
  stored.kind = *kind;
  stored.outcome.id = *id;
  stored.request_hash = value;
  return stored;
}

bool expired(std::string_view key, std::string_view value, std::int64_t now_us) {
  const bool expires = key.starts_with(k_prefix) || key.starts_with(k_replaced_document) || key.starts_with(k_refusal);
  if (!expires) return false;
  return expired(integer(next(value, ' ')), now_us);
}

std::string with_request_hash(std::string_view metadata, std::string_view request_hash) {
  if (request_hash.empty()) return std::string(metadata);
  std::string text(k_hash_member);
  text += request_hash;
  text += metadata == "{}" ? R"("})" : R"(",)";
  if (metadata != "{}") text += metadata.substr(1);
  return text;
}

std::string request_hash_of(std::string_view metadata) {
  if (!metadata.starts_with(k_hash_member)) return {};
  metadata.remove_prefix(k_hash_member.size());
  return std::string(metadata.substr(0, metadata.find('"')));
}

}  // namespace alforis::commands
