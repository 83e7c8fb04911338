#pragma once
// Who may see and do what (docs/RIGHTS.md). Pure: the writer asks before it decides, the reader before it answers.

#include <optional>
#include <span>
#include <vector>

#include "domain/entity_kind.hpp"
#include "domain/saved_view.hpp"
#include "domain/user.hpp"
#include "domain/values/uuid.hpp"

namespace alforis::domain {

/// The asker, as far as rights go.
struct Viewer {
  Uuid id;
  Role role = Role::viewer;
  std::optional<Uuid> team;
};

/// Whose a record is. Its team is its owner's team; without an owner it is shared.
struct Ownership {
  std::optional<Uuid> owner;
  std::optional<Uuid> team;
  Uuid created_by;

  bool shared() const { return !owner.has_value(); }
};

/// Reads: administrators everything, others their own, their team's and the shared ones.
inline bool can_see(const Viewer& viewer, const Ownership& record) {
  if (viewer.role == Role::admin || record.shared()) return true;
  return record.owner == viewer.id || (record.team && record.team == viewer.team);
}

/// Changes. A manager's are the team's and the shared ones; sales people change what they own, and what they created
/// while nobody owns it. Everything that can be changed can be seen.
inline bool can_update(const Viewer& viewer, const Ownership& record) {
  switch (viewer.role) {
    case Role::admin:
      return true;
    case Role::manager:
      return can_see(viewer, record);
    case Role::sales:
      return record.owner == viewer.id || (record.shared() && record.created_by == viewer.id);
    case Role::viewer:
      return false;
  }
  return false;
}

/// Whose a record is, through what it follows: for a person one ownership for each linked organisation, otherwise one.
/// Of a saved view it says who reads it: see read_by().
struct Whose {
  Follows follows = Follows::owner;
  std::vector<Ownership> of;
  Uuid created_by;
  std::optional<Uuid> assignee = {};
  std::optional<Uuid> person_made_by = {};  ///< of what is about a person and no organisation
};

/// A person is visible when any of the linked organisations is, or when there is none.
inline bool can_see_any(const Viewer& viewer, std::span<const Ownership> linked) {
  if (linked.empty() || viewer.role == Role::admin) return true;
  for (const Ownership& organisation : linked) {
    if (can_see(viewer, organisation)) return true;
  }
  return false;
}

/// People of the firm: administrators see all of them, everybody themselves, managers and sales people their team.
inline bool can_see_user(const Viewer& viewer, const Uuid& user, const std::optional<Uuid>& team) {
  if (viewer.role == Role::admin || user == viewer.id) return true;
  return viewer.role != Role::viewer && team && team == viewer.team;
}

/// Administrators see all teams, others their own.
inline bool can_see_team(const Viewer& viewer, const Uuid& team) {
  return viewer.role == Role::admin || viewer.team == team;
}

/// Who reads what its maker shares that way, as an ownership: their own, their team's, or, without an owner, all.
inline Ownership read_by(ViewSharing sharing, const Uuid& maker, const std::optional<Uuid>& team) {
  if (sharing == ViewSharing::firm) return {std::nullopt, std::nullopt, maker};
  return {maker, sharing == ViewSharing::team ? team : std::nullopt, maker};
}

inline bool can_see(const Viewer& viewer, const Whose& record) {
  if (viewer.role == Role::admin) return true;
  switch (record.follows) {
    case Follows::owner:
    case Follows::organisation:
    case Follows::sharing:
      return !record.of.empty() && can_see(viewer, record.of.front());
    case Follows::everybody:
    case Follows::firm:
      return true;
    case Follows::people:
    case Follows::subject:
      return can_see_any(viewer, record.of);
    case Follows::user:
      return !record.of.empty() && can_see_user(viewer, *record.of.front().owner, record.of.front().team);
    case Follows::team:
      return !record.of.empty() && can_see_team(viewer, *record.of.front().team);
    case Follows::account:
      return !record.of.empty() && record.of.front().owner == viewer.id;
    case Follows::nobody:
      return false;
  }
  return false;
}

/// A person is changed by who may change a linked organisation, by who created them and still sees them, and, while
/// nobody's, by managers.
inline bool can_update_any(const Viewer& viewer, std::span<const Ownership> linked, const Uuid& created_by) {
  if (viewer.role == Role::viewer) return false;
  if (linked.empty()) return viewer.role >= Role::manager || created_by == viewer.id;
  for (const Ownership& organisation : linked) {
    if (can_update(viewer, organisation)) return true;
  }
  return viewer.role == Role::sales && created_by == viewer.id && can_see_any(viewer, linked);
}

/// Interactions and tasks are changed by who may change the organisation or person that they are about, and by sales
/// people who made them or are to do them, as long as they see them.
inline bool can_update_subject(const Viewer& viewer, const Whose& record) {
  if (viewer.role == Role::sales && (record.created_by == viewer.id || record.assignee == viewer.id)) {
    return can_see_any(viewer, record.of);
  }
  return can_update_any(viewer, record.of, record.person_made_by.value_or(record.created_by));
}

/// Everything that can be changed can be seen.
inline bool can_update(const Viewer& viewer, const Whose& record) {
  switch (record.follows) {
    case Follows::owner:
    case Follows::organisation:
      return !record.of.empty() && can_update(viewer, record.of.front());
    case Follows::people:
      return can_update_any(viewer, record.of, record.created_by);
    case Follows::subject:
      return can_update_subject(viewer, record);
    case Follows::everybody:
      return viewer.role >= Role::manager;
    case Follows::user:
    case Follows::team:
    case Follows::firm:
    case Follows::nobody:
      return viewer.role == Role::admin;
    case Follows::account:
      return can_see(viewer, record);
    case Follows::sharing:
      return viewer.role == Role::admin || viewer.id == record.created_by;
  }
  return false;
}

/// Deletes, merges, bulk changes. Saved views are no business records: who may change one may delete it.
inline bool can_delete(const Viewer& viewer, const Whose& record) {
  if (record.follows == Follows::sharing) return can_update(viewer, record);
  return viewer.role >= Role::manager && can_update(viewer, record);
}

/// Restores: who may delete, and sales people what they deleted themselves.
inline bool can_restore(const Viewer& viewer, const Whose& record, const std::optional<Uuid>& deleted_by) {
  return can_delete(viewer, record) || (viewer.role == Role::sales && deleted_by == viewer.id);
}

}  // namespace alforis::domain
