#pragma once
// What commands did, kept in the state so that a retry gets the first outcome back. Derived from commits: replay makes
// them again.

#include <optional>
#include <string>
#include <string_view>

#include "commands/key_values.hpp"
#include "commands/writer.hpp"

namespace alforis::commands {

/// An outcome with what recognises its request.
struct StoredOutcome {
  std::int64_t time_us = 0;
  std::string request_hash;
  Outcome outcome;
};

std::string outcome_key(std::string_view command_id);
bool is_outcome_key(std::string_view key);

std::string encode_outcome(const StoredOutcome& stored);
StoredOutcome decode_outcome(std::string_view value);
/// Only the time of an encoded outcome.
std::int64_t outcome_time_us(std::string_view value);

/// Metadata of a commit: the caller's object with the request's hash in front.
std::string with_request_hash(std::string_view metadata, std::string_view request_hash);
std::string request_hash_of(std::string_view metadata);

}  // namespace alforis::commands
