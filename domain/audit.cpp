#include "domain/audit.hpp"

namespace alforis::domain {

namespace {

void note(std::optional<AuditBook>& state, const EventContext& context) {
  if (state) return stamp_updated(*state, context);
  state.emplace();
  stamp_created(*state, context);
}

}  // namespace

Uuid audit_book_of(const Uuid& subject) {
  static const Uuid books = Uuid::parse("b5d0a6de-2f6a-4f0c-8f7b-63f1f0f0c1a7").value();
  return Uuid::v5(books, subject.text());
}

void evolve(std::optional<AuditBook>& state, const AuditLoginRefused&, const EventContext& context) {
  note(state, context);
}
void evolve(std::optional<AuditBook>& state, const AuditRequestRefused&, const EventContext& context) {
  note(state, context);
}
void evolve(std::optional<AuditBook>& state, const AuditPersonRead&, const EventContext& context) {
  note(state, context);
}
void evolve(std::optional<AuditBook>& state, const AuditExported&, const EventContext& context) {
  note(state, context);
}

}  // namespace alforis::domain
