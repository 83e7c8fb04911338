#pragma once
// Why a command was not done: a value that carries everything the answer to the client needs.

#include <optional>
#include <string>
#include <vector>

#include "domain/result.hpp"
#include "domain/values/uuid.hpp"

namespace alforis::commands {

enum class RejectionKind {
  invalid,              ///< well-formed but wrong (HTTP 422); `problems` name the fields
  forbidden,            ///< may see but not do (403)
  not_found,            ///< there is none, or the actor may not see it (404): both look alike
  conflict,             ///< with the present state (409)
  precondition_failed,  ///< If-Match names another version (412)
  key_reused,           ///< the idempotency key belongs to another request (422)
  unavailable,          ///< queue full, or the log can't be written at the moment (503): retry with the same key
  moved,                ///< the record has another id by now, `conflict` (301)
};

struct Rejection {
  RejectionKind kind = RejectionKind::invalid;
  std::string code;    ///< stable, snake_case
  std::string detail;  ///< English; clients get the code's sentence in their language
  domain::Problems problems;
  std::vector<std::string> moves;        ///< conflict: what is allowed instead
  std::optional<domain::Uuid> conflict;  ///< conflict, moved: the other record, only when the actor may see it

  friend bool operator==(const Rejection&, const Rejection&) = default;
};

}  // namespace alforis::commands
