#pragma once
// Two records of one organisation become one.

#include <optional>

#include "commands/decision.hpp"
#include "domain/organisation.hpp"

namespace alforis::commands {

/// Merges the organisation `id` into `into`, all in one commit.
///
/// The survivor keeps what it has and gets what it has not, by the rules of an import that fills (import_merge.hpp);
/// numbers of the merged record that are others go to the notes, with warnings. Links, mandats, interactions, tasks and
/// KPIs go over, ended and deleted ones as well; of two KPIs of one month the merged record's goes into the trash and
/// fills the survivor's. Of two live links of one person the merged record's ends, and fills the
/// survivor's; the survivor's primary link stays the primary one. The merged record goes into the trash, and its id
/// leads to the survivor from then on.
///
/// Refuses: who may not delete both (403); a survivor that is not there (422 `unknown_reference`), or that is the same
/// record, were it by an earlier merge (422 `same_record`); what is larger than one commit (422 `too_large`): merge the
/// smaller record into the larger one.
struct MergeOrganisation {
  using Subject = domain::Organisation;
  Uuid id;  ///< the record that goes
  IfMatch if_match;
  Uuid into;
  std::optional<Text<1000>> reason;
};

/// The decision's subject is the survivor.
Decided decide(const MergeOrganisation& command, const DecisionContext& context);

}  // namespace alforis::commands
