#pragma once
// The kinds of entity, apart from what they are made of.

#include <boost/describe.hpp>
#include <cstdint>

namespace alforis::domain {

/// Their names are the first part of every event's type.
BOOST_DEFINE_ENUM_CLASS(EntityKind, organisation, person, link, produit, mandat, interaction, task, team, user,
                        workspace, session, api_key, kpi, saved_view, audit)

/// What decides who may see and change a record of a kind.
enum class Follows : std::uint8_t {
  owner,         ///< its own owner_id
  organisation,  ///< the organisation it belongs to
  people,        ///< the organisations its person has live links to
  subject,       ///< its organisation, else its person's organisations, else its assignee
  everybody,     ///< seen by all, changed by managers
  firm,          ///< seen by all, changed by administrators
  user,          ///< it is one of the firm's people
  team,          ///< it is a team
  account,       ///< the user it lets in: theirs, and the administrators'
  nobody,        ///< no user: seen and changed by administrators
  sharing,       ///< who made it: theirs to change, seen by those it is shared with
};

/// What the rights of a kind follow.
Follows follows(EntityKind kind);

/// Whether there is an event that deletes, or revokes, its records.
bool can_be_deleted(EntityKind kind);

}  // namespace alforis::domain
