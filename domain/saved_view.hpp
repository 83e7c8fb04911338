#pragma once
// Saved view: the question to a list that somebody asks again and again, under a name. It is its maker's (created_by),
// who may let the team or the whole firm use it.

#include <boost/describe.hpp>
#include <optional>

#include "domain/entity.hpp"
#include "domain/values/json_object.hpp"
#include "domain/values/text.hpp"
#include "domain/wire/fields.hpp"

namespace alforis::domain {

/// Whose list it is a view of; names of EntityKind.
BOOST_DEFINE_ENUM_CLASS(ViewedResource, organisation, person, produit, mandat, interaction, task)

/// Who reads it besides its maker.
BOOST_DEFINE_ENUM_CLASS(ViewSharing, me, team, firm)

/// What is seen; never changes, because the query is one of that list.
struct ViewTarget {
  Required<ViewedResource> resource;

  friend bool operator==(const ViewTarget&, const ViewTarget&) = default;
};
BOOST_DESCRIBE_STRUCT(ViewTarget, (), (resource))

template <class Shape>
struct SavedViewData {
  ALFORIS_FIELD_KINDS
  /// Bytes of a layout.
  static constexpr std::size_t k_largest_layout = 16'384;

  Req<Line<100>> name;
  Opt<Text<2000>> query;   ///< the list's query string, such as `stage=signe&sort=-updated_at`; without: the whole list
  Opt<JsonObject> layout;  ///< columns and whatever else a client shows it by; changed as a whole
  Def<ViewSharing> shared = Shape::initial(ViewSharing::me);

  friend bool operator==(const SavedViewData&, const SavedViewData&) = default;

  BOOST_DESCRIBE_CLASS(SavedViewData, (), (name, query, layout, shared), (), ())
};

// ---- events

struct SavedViewCreated : ViewTarget, SavedViewData<Full> {
  static constexpr std::string_view k_type = "saved_view.created.v1";
};
BOOST_DESCRIBE_STRUCT(SavedViewCreated, (ViewTarget, SavedViewData<Full>), ())

struct SavedViewUpdated : SavedViewData<Patch> {
  static constexpr std::string_view k_type = "saved_view.updated.v1";
};
BOOST_DESCRIBE_STRUCT(SavedViewUpdated, (SavedViewData<Patch>), ())

struct SavedViewDeleted {
  static constexpr std::string_view k_type = "saved_view.deleted.v1";
  std::optional<Text<1000>> reason;
};
BOOST_DESCRIBE_STRUCT(SavedViewDeleted, (), (reason))

struct SavedViewRestored {
  static constexpr std::string_view k_type = "saved_view.restored.v1";
};
BOOST_DESCRIBE_STRUCT(SavedViewRestored, (), ())

// ---- state

struct SavedView : Entity, ViewTarget, SavedViewData<Full> {
  static constexpr std::string_view k_entity = "saved_view";

  friend bool operator==(const SavedView&, const SavedView&) = default;
};
BOOST_DESCRIBE_STRUCT(SavedView, (Entity, ViewTarget, SavedViewData<Full>), ())

void evolve(std::optional<SavedView>& state, SavedViewCreated event, const EventContext& context);
void evolve(std::optional<SavedView>& state, const SavedViewUpdated& event, const EventContext& context);
void evolve(std::optional<SavedView>& state, const SavedViewDeleted& event, const EventContext& context);
void evolve(std::optional<SavedView>& state, const SavedViewRestored& event, const EventContext& context);

}  // namespace alforis::domain
