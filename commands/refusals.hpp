#pragma once
// Answers to commands that wrote nothing, and warnings of those that did, kept beside the state so that a retry under
// the same idempotency key gets them again. The Log knows nothing of them: a writer on another machine, or one whose
// store was lost, decides anew.

#include <string>
#include <string_view>

#include "commands/writer.hpp"
#include "domain/entity_kind.hpp"

namespace alforis::commands {

/// A Rejection, or an Outcome that changed nothing or had warnings.
struct StoredRefusal {
  std::int64_t time_us = 0;
  std::string request_hash;
  domain::EntityKind kind = domain::EntityKind::organisation;  ///< of the outcome's subject
  CommandResult result;
};

/// Keys of refusals begin with it; their values with the time in microseconds and a blank.
inline constexpr std::string_view k_refusal = "r/";

std::string refusal_key(std::string_view command_id);

std::string encode_refusal(const StoredRefusal& stored);
/// Throws std::runtime_error for what encode_refusal did not make.
StoredRefusal decode_refusal(std::string_view value);

}  // namespace alforis::commands
