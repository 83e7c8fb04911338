#pragma once
// Notes for the audit log: given by the program itself, about what its users do.

#include <string>
#include <variant>
#include <vector>

#include "commands/decision.hpp"
#include "domain/audit.hpp"

namespace alforis::commands {

/// The actor is who did it; the system for somebody unknown.
struct NoteAudit {
  using Subject = domain::AuditBook;
  Uuid subject;  ///< the user or person whom it is about; nil: nobody known
  std::variant<domain::AuditLoginRefused, domain::AuditRequestRefused, domain::AuditPersonRead, domain::AuditExported>
      note;
};

/// Never refused.
Decided decide(const NoteAudit& command, const DecisionContext& context);

/// All index keys of a book: none.
std::vector<std::string> keys_of(const domain::AuditBook& book);

}  // namespace alforis::commands
