#pragma once
// Commands of interactions.

#include <optional>
#include <string>
#include <vector>

#include "commands/decision.hpp"
#include "domain/interaction.hpp"

namespace alforis::commands {

struct CreateInteraction {
  using Subject = domain::Interaction;
  Uuid id;
  domain::InteractionData<Full> data;
};
struct UpdateInteraction {
  using Subject = domain::Interaction;
  Uuid id;
  IfMatch if_match;
  domain::InteractionData<Patch> patch;
};
/// Done, and out of the inbox.
struct CompleteInteraction {
  using Subject = domain::Interaction;
  Uuid id;
  IfMatch if_match;
};
struct RescheduleInteraction {
  using Subject = domain::Interaction;
  Uuid id;
  IfMatch if_match;
  domain::Instant next_action_at;
  std::optional<Text<1000>> reason;
};
struct DeleteInteraction {
  using Subject = domain::Interaction;
  Uuid id;
  IfMatch if_match;
  std::optional<Text<1000>> reason;
};
struct RestoreInteraction {
  using Subject = domain::Interaction;
  Uuid id;
  IfMatch if_match;
};

/// Forgets who took part and is no person of ours: those of these names, or all; from the history too.
struct EraseParticipants {
  using Subject = domain::Interaction;
  Uuid id;
  IfMatch if_match;
  std::vector<domain::Line<200>> names;  ///< none: all
  std::optional<Text<1000>> reason;
};

Decided decide(const CreateInteraction& command, const DecisionContext& context);
Decided decide(const UpdateInteraction& command, const DecisionContext& context);
Decided decide(const CompleteInteraction& command, const DecisionContext& context);
Decided decide(const RescheduleInteraction& command, const DecisionContext& context);
Decided decide(const DeleteInteraction& command, const DecisionContext& context);
Decided decide(const RestoreInteraction& command, const DecisionContext& context);
Decided decide(const EraseParticipants& command, const DecisionContext& context);

/// The event of a new interaction, checked and with its defaults; problems name members below `at`, such as
/// `/interaction`.
boost::system::result<domain::InteractionCreated, Rejection> new_interaction(domain::InteractionData<Full> data,
                                                                             std::string_view at,
                                                                             const DecisionContext& context);

/// All index keys that an interaction has in a state; every one leads to its id.
std::vector<std::string> keys_of(const domain::Interaction& interaction);

}  // namespace alforis::commands
