#pragma once
// Commands of links between people and organisations.

#include <optional>
#include <string>
#include <vector>

#include "commands/decision.hpp"
#include "domain/link.hpp"

namespace alforis::commands {

struct CreateLink {
  using Subject = domain::Link;
  Uuid id;
  domain::LinkCreated data;
};
struct UpdateLink {
  using Subject = domain::Link;
  Uuid id;
  IfMatch if_match;
  domain::LinkData<Patch> patch;
};
struct EndLink {
  using Subject = domain::Link;
  Uuid id;
  IfMatch if_match;
  std::optional<domain::Date> until;  ///< today when empty
  std::optional<Text<1000>> reason;
};

Decided decide(const CreateLink& command, const DecisionContext& context);
Decided decide(const UpdateLink& command, const DecisionContext& context);
Decided decide(const EndLink& command, const DecisionContext& context);

namespace index {
std::string link_pair(const domain::Uuid& person, const domain::Uuid& organisation);
std::string primary_link(const domain::Uuid& organisation);
}  // namespace index

/// All index keys that a link has in a state; every one leads to its id.
std::vector<std::string> keys_of(const domain::Link& link);

}  // namespace alforis::commands
