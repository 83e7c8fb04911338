#pragma once
// What commands did, kept in the state so that a retry gets the first outcome back. Derived from commits: replay makes
// them again.

#include <optional>
#include <string>
#include <string_view>

#include "commands/key_values.hpp"
#include "commands/writer.hpp"
#include "domain/entity_kind.hpp"

namespace alforis::commands {

/// An outcome with what recognises its request. The document is not kept with it: the state has it under kind, id and
/// version for as long as outcomes live.
struct StoredOutcome {
  std::int64_t time_us = 0;
  std::string request_hash;
  domain::EntityKind kind = domain::EntityKind::organisation;
  Outcome outcome;
};

std::string outcome_key(std::string_view command_id);

std::string encode_outcome(const StoredOutcome& stored);
StoredOutcome decode_outcome(std::string_view value);

/// How long outcomes, and the documents that they speak of, are kept for retries.
inline constexpr std::int64_t k_outcome_lifetime_us = 30LL * 24 * 3600 * 1'000'000;
inline bool expired(std::int64_t time_us, std::int64_t now_us) { return time_us + k_outcome_lifetime_us < now_us; }
/// Whether a key and its value have outlived it at `now_us`. Never true of what does not expire.
bool expired(std::string_view key, std::string_view value, std::int64_t now_us);

/// Metadata of a commit: the caller's object with the request's hash in front.
std::string with_request_hash(std::string_view metadata, std::string_view request_hash);
std::string request_hash_of(std::string_view metadata);

}  // namespace alforis::commands
