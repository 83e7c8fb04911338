#pragma once
// Commands of saved views: everybody keeps their own, viewers too; administrators may change all.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/decision.hpp"
#include "domain/saved_view.hpp"

namespace alforis::commands {

/// Most live views of one user.
inline constexpr std::size_t k_most_views = 200;

/// What a list has against a query string. Lists are not known here: whoever gives the command brings their parser.
/// Pointers: the parameters' names.
using CheckListQuery = domain::Problems (*)(domain::ViewedResource resource, std::string_view query,
                                            const domain::Viewer& asker);

struct CreateSavedView {
  using Subject = domain::SavedView;
  Uuid id;
  domain::SavedViewCreated data;
  CheckListQuery check;
};
struct UpdateSavedView {
  using Subject = domain::SavedView;
  Uuid id;
  IfMatch if_match;
  domain::SavedViewData<Patch> patch;
  CheckListQuery check;
};
struct DeleteSavedView {
  using Subject = domain::SavedView;
  Uuid id;
  IfMatch if_match;
  std::optional<Text<1000>> reason;
};
struct RestoreSavedView {
  using Subject = domain::SavedView;
  Uuid id;
  IfMatch if_match;
};

Decided decide(const CreateSavedView& command, const DecisionContext& context);
Decided decide(const UpdateSavedView& command, const DecisionContext& context);
Decided decide(const DeleteSavedView& command, const DecisionContext& context);
Decided decide(const RestoreSavedView& command, const DecisionContext& context);

/// Refuses one more live view of the user when they have as many as they may.
Refusal check_room_for_view(const Uuid& maker, const DecisionContext& context);

/// All index keys that a saved view has in a state; every one leads to its id.
std::vector<std::string> keys_of(const domain::SavedView& view);

}  // namespace alforis::commands
