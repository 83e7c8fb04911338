#include "commands/audit.hpp"

namespace alforis::commands {

std::vector<std::string> keys_of(const domain::AuditBook&) { return {}; }

Decided decide(const NoteAudit& command, const DecisionContext&) {
  const Uuid book = domain::audit_book_of(command.subject);
  return std::visit([&](const auto& note) -> Decided { return happened(book, note); }, command.note);
}

}  // namespace alforis::commands
