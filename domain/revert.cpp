#include "domain/revert.hpp"

namespace alforis::domain {

namespace {

/// Members that are never set back: who the entity is, how often it changed, and what goes with a secret.
bool stays(std::string_view member) {
  static constexpr std::string_view k_stay[] = {"id",         "created_at", "created_by", "updated_at",
                                                "updated_by", "version",    "two_factor"};
  return std::find(std::begin(k_stay), std::end(k_stay), member) != std::end(k_stay);
}

std::optional<std::string> value_in(const std::vector<wire::Member>& members, std::string_view name) {
  const std::string* value = wire::value_of(members, name);
  return value == nullptr ? std::nullopt : std::optional(*value);
}

}  // namespace

std::string with_members(std::string_view document, std::string_view changes) {
  std::vector<wire::Member> members = wire::members_of(document);
  for (wire::Member& change : wire::members_of(changes)) {
    const auto there = std::find_if(members.begin(), members.end(),
                                    [&](const wire::Member& member) { return member.name == change.name; });
    if (change.value == "null") change.value.reset();
    if (there == members.end()) {
      members.push_back(std::move(change));
    } else {
      there->value = std::move(change.value);
    }
  }
  return wire::object_of(members);
}

std::vector<MemberChange> member_changes(std::string_view before, std::string_view after) {
  const auto old_members = wire::members_of(before);
  const auto new_members = wire::members_of(after);
  std::vector<MemberChange> changes;
  for (const auto& [name, value] : new_members) {
    auto from = value_in(old_members, name);
    if (!stays(name) && from != value) changes.push_back({name, std::move(from), value});
  }
  for (const auto& [name, value] : old_members) {
    if (!stays(name) && !value_in(new_members, name)) changes.push_back({name, value, std::nullopt});
  }
  return changes;
}

}  // namespace alforis::domain
