#pragma once
// Workspace: the firm itself, and what it chose for everybody. There is one, and it need not have been made: until
// somebody changes it, it is as its fields begin.

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>

#include "domain/entity.hpp"
#include "domain/values/text.hpp"
#include "domain/wire/fields.hpp"

namespace alforis::domain {

template <class Shape>
struct WorkspaceData {
  ALFORIS_FIELD_KINDS

  Opt<Line<200>> name;  ///< of the firm
  // Which tasks are made by themselves (AutoTaskRule).
  Def<bool> auto_task_proposition = Shape::initial(true);
  Def<bool> auto_task_negociation = Shape::initial(true);
  Def<bool> auto_task_signature = Shape::initial(true);
  Def<bool> auto_task_after_meeting = Shape::initial(true);
  Def<bool> auto_task_after_call = Shape::initial(true);
  Def<bool> auto_task_after_email = Shape::initial(true);
  /// Whoever opens the file of a person is noted in the audit log, and gets it only then.
  Def<bool> audit_reads_of_people = Shape::initial(false);
  /// People without contact for so long are proposed for erasure: 1 to 30; the CNIL's three years for prospects.
  Def<std::int64_t> retention_years = Shape::initial(std::int64_t{3});

  friend bool operator==(const WorkspaceData&, const WorkspaceData&) = default;

  BOOST_DESCRIBE_CLASS(WorkspaceData, (),
                       (name, auto_task_proposition, auto_task_negociation, auto_task_signature,
                        auto_task_after_meeting, auto_task_after_call, auto_task_after_email, audit_reads_of_people,
                        retention_years),
                       (), ())
};

/// The first change: how it is from then on.
struct WorkspaceCreated : WorkspaceData<Full> {
  static constexpr std::string_view k_type = "workspace.created.v1";
};
BOOST_DESCRIBE_STRUCT(WorkspaceCreated, (WorkspaceData<Full>), ())

struct WorkspaceUpdated : WorkspaceData<Patch> {
  static constexpr std::string_view k_type = "workspace.updated.v1";
};
BOOST_DESCRIBE_STRUCT(WorkspaceUpdated, (WorkspaceData<Patch>), ())

struct Workspace : Entity, WorkspaceData<Full> {
  static constexpr std::string_view k_entity = "workspace";

  friend bool operator==(const Workspace&, const Workspace&) = default;
};
BOOST_DESCRIBE_STRUCT(Workspace, (Entity, WorkspaceData<Full>), ())

/// The id of the one there is.
const Uuid& workspace_id();
/// How it is until somebody changes it: of version 0.
Workspace untouched_workspace();

void evolve(std::optional<Workspace>& state, WorkspaceCreated event, const EventContext& context);
void evolve(std::optional<Workspace>& state, const WorkspaceUpdated& event, const EventContext& context);

}  // namespace alforis::domain
