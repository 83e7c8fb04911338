#pragma once
// Deciders: pure functions from the present state and a command to the events it causes, or why not. No clock, no dice,
// no I/O: what they need comes with the command and the context.

#include <boost/system/result.hpp>
#include <vector>

#include "commands/commands.hpp"
#include "commands/rejection.hpp"
#include "commands/state.hpp"
#include "domain/events.hpp"

namespace alforis::commands {

[[noreturn]] inline void throw_exception_from_error(const Rejection& rejection, const boost::source_location&) {
  throw domain::UncheckedResult("unchecked rejection: " + rejection.code);
}

/// An event and the entity it belongs to.
struct NewEvent {
  domain::Uuid id;
  domain::AnyEvent event;
};

/// What a command causes: nothing when the state is as wanted already. The first event is the subject's.
struct Decision {
  domain::Uuid subject;
  std::vector<NewEvent> events;
  domain::Problems warnings = {};  ///< what was left out although the command was done
};

using Decided = boost::system::result<Decision, Rejection>;

/// Circumstances of a decision.
struct DecisionContext {
  const StateView& state;
  domain::Viewer actor;
  domain::Instant now;
  domain::Date today;  ///< in the firm's time zone
};

Decided decide(const CreateOrganisation& command, const DecisionContext& context);
Decided decide(const UpdateOrganisation& command, const DecisionContext& context);
Decided decide(const ChangeStage& command, const DecisionContext& context);
Decided decide(const DeleteOrganisation& command, const DecisionContext& context);
Decided decide(const RestoreOrganisation& command, const DecisionContext& context);
Decided decide(const ImportOrganisation& command, const DecisionContext& context);
Decided decide(const CreatePerson& command, const DecisionContext& context);
Decided decide(const UpdatePerson& command, const DecisionContext& context);
Decided decide(const DeletePerson& command, const DecisionContext& context);
Decided decide(const RestorePerson& command, const DecisionContext& context);
Decided decide(const CreateLink& command, const DecisionContext& context);
Decided decide(const UpdateLink& command, const DecisionContext& context);
Decided decide(const EndLink& command, const DecisionContext& context);
Decided decide(const CreateTeam& command, const DecisionContext& context);
Decided decide(const UpdateTeam& command, const DecisionContext& context);
Decided decide(const CreateUser& command, const DecisionContext& context);
Decided decide(const UpdateUser& command, const DecisionContext& context);
Decided decide(const SetPassword& command, const DecisionContext& context);

// ---- shared by the deciders
// ------------------------------------------------------------------------------------------

/// A decision of events that all belong to one entity.
template <class... Events>
Decision happened(const domain::Uuid& id, Events&&... events) {
  Decision decision{id, {}};
  (decision.events.push_back({id, domain::AnyEvent(std::forward<Events>(events))}), ...);
  return decision;
}

Rejection not_found(std::string_view what);
Rejection forbidden(std::string_view detail);
Rejection invalid(domain::Problems problems);
Rejection conflict(std::string_view code, std::string_view detail);
/// A second record would have what must be unique. Names the other one only to who may see it.
Rejection not_unique(std::string_view pointer, const domain::Uuid& other, bool other_visible);

/// nullopt when the client's version is the present one, or it named none.
std::optional<Rejection> stale(const IfMatch& if_match, const domain::Entity& entity);

}  // namespace alforis::commands
