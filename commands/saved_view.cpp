#include "commands/saved_view.hpp"

namespace alforis::commands {

using namespace domain;

namespace {

constexpr std::string_view k_makers_only = "a view is its maker's: save one of your own";

std::string views_of(const Uuid& user) { return key_of("i/user_views/", user); }

/// Every problem at `/query`, its parameter named in words.
void check_query(Problems& problems, ViewedResource resource, std::string_view query, CheckListQuery check,
                 const DecisionContext& context) {
  for (const Problem& found : check(resource, query, context.actor)) {
    problems.push_back({found.code, "/query", found.pointer + (found.pointer.empty() ? "" : ": ") + found.detail});
  }
}

void check_layout(Problems& problems, const JsonObject& layout) {
  if (layout.text().size() <= SavedViewData<Full>::k_largest_layout) return;
  problems.push_back(
      {"too_large", "/layout", "at most " + std::to_string(SavedViewData<Full>::k_largest_layout) + " bytes of JSON"});
}

}  // namespace

Refusal check_room_for_view(const Uuid& maker, const DecisionContext& context) {
  if (context.state.holders(views_of(maker), k_most_views).size() < k_most_views) return std::nullopt;
  return conflict("too_many_views",
                  "a user has at most " + std::to_string(k_most_views) + " saved views: delete one first");
}

std::vector<std::string> keys_of(const SavedView& view) {
  if (view.deleted()) return {};
  return {shared_key(views_of(view.created_by), view.id)};
}

Decided decide(const CreateSavedView& command, const DecisionContext& context) {
  if (auto refusal = check_new_id<SavedView>(command.id, context)) return *refusal;
  const SavedViewCreated& data = command.data;
  Problems problems;
  if (data.query) check_query(problems, *data.resource, data.query->text(), command.check, context);
  if (data.layout) check_layout(problems, *data.layout);
  if (!problems.empty()) return invalid(std::move(problems));
  if (auto refusal = check_room_for_view(context.actor.id, context)) return *refusal;
  return happened(command.id, data);
}

Decided decide(const UpdateSavedView& command, const DecisionContext& context) {
  const auto present = changeable<SavedView>(command.id, command.if_match, k_makers_only, context);
  if (!present) return present.error();
  SavedViewUpdated event;
  static_cast<SavedViewData<Patch>&>(event) = command.patch;
  if (!reduce<SavedViewData>(event, *present)) return Decision{command.id, {}};
  Problems problems;
  if (event.query.touched() && event.query.value()) {
    check_query(problems, *present->resource, event.query.value()->text(), command.check, context);
  }
  if (event.layout.touched() && event.layout.value()) check_layout(problems, *event.layout.value());
  if (!problems.empty()) return invalid(std::move(problems));
  return happened(command.id, std::move(event));
}

Decided decide(const DeleteSavedView& command, const DecisionContext& context) {
  return delete_record<SavedViewDeleted>(command, k_makers_only, context);
}

Decided decide(const RestoreSavedView& command, const DecisionContext& context) {
  const auto present = restorable(command, k_makers_only, context);
  if (!present) return present.error();
  if (!present->deleted()) return Decision{command.id, {}};
  if (auto refusal = check_room_for_view(present->created_by, context)) return *refusal;
  return happened(command.id, SavedViewRestored{});
}

}  // namespace alforis::commands
