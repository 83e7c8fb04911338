#include "commands/command.hpp"

#include "commands/decision.hpp"

namespace alforis::commands {

Decided Command::decide(const DecisionContext& context) const {
  PendingDecision pending;
  held_->decide_to(pending, context);
  return std::move(*pending.decided);
}

}  // namespace alforis::commands
