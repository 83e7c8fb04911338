#pragma once
// What every entity shares: who it is, when it changed and by whom.

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>

#include "domain/values/instant.hpp"
#include "domain/values/uuid.hpp"

namespace alforis::domain {

/// The circumstances of an event, equal for all events of its commit: which entity, who, when.
struct EventContext {
  Uuid id;       ///< the entity the event belongs to
  Uuid actor;    ///< the user, or a system actor (see k_system_actor)
  Instant time;  ///< of the writer's clock
};

/// Actor of what the system does by itself: first start, policies.
inline constexpr std::string_view k_system_actor = "00000000-0000-7000-8000-000000000001";
/// The same as an id. Nobody else has it.
const Uuid& system_actor();

/// Members that every entity shows. `version` counts the entity's events, from 1.
struct Entity {
  Uuid id;
  Instant created_at;
  Uuid created_by;
  Instant updated_at;
  Uuid updated_by;
  std::int64_t version = 0;
  std::optional<Instant> deleted_at;
  std::optional<Uuid> deleted_by;

  bool deleted() const { return deleted_at.has_value(); }

  friend bool operator==(const Entity&, const Entity&) = default;
};
BOOST_DESCRIBE_STRUCT(Entity, (), (id, created_at, created_by, updated_at, updated_by, version, deleted_at, deleted_by))

/// Stamps of a new entity.
inline void stamp_created(Entity& entity, const EventContext& context) {
  entity.id = context.id;
  entity.created_at = entity.updated_at = context.time;
  entity.created_by = entity.updated_by = context.actor;
  entity.version = 1;
}

/// Stamps of a changed one.
inline void stamp_updated(Entity& entity, const EventContext& context) {
  entity.updated_at = context.time;
  entity.updated_by = context.actor;
  ++entity.version;
}

inline void stamp_deleted(Entity& entity, const EventContext& context) {
  stamp_updated(entity, context);
  entity.deleted_at = context.time;
  entity.deleted_by = context.actor;
}

inline void stamp_restored(Entity& entity, const EventContext& context) {
  stamp_updated(entity, context);
  entity.deleted_at.reset();
  entity.deleted_by.reset();
}

}  // namespace alforis::domain
