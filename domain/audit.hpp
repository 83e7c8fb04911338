#pragma once
// The audit log, as far as no other event tells it: logins and requests that were refused, reads of personal files,
// exports. What was changed is in the log anyway, and stands beside these in GET /audit.

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>

#include "domain/entity.hpp"
#include "domain/values/text.hpp"
#include "domain/wire/fields.hpp"

namespace alforis::domain {

/// A wrong password or second factor, or a login that is switched off. The event's actor is the account's user, or the
/// system where there is no such account.
struct AuditLoginRefused {
  static constexpr std::string_view k_type = "audit.login_refused.v1";
  Required<Line<64>> code;          ///< of the problem that was answered
  std::optional<Line<64>> network;  ///< the caller's address without its last part (docs/RIGHTS.md): names nobody
};
BOOST_DESCRIBE_STRUCT(AuditLoginRefused, (), (code, network))

/// Somebody who is logged in asked for what their role or their rights do not allow.
struct AuditRequestRefused {
  static constexpr std::string_view k_type = "audit.request_refused.v1";
  Required<Line<10>> method;
  Required<Line<200>> route;   ///< its pattern
  std::optional<Uuid> record;  ///< the id in its path
  Required<Line<64>> code;     ///< of the problem that was answered
  std::optional<Line<64>> network;
};
BOOST_DESCRIBE_STRUCT(AuditRequestRefused, (), (method, route, record, code, network))

/// A personal file was opened: noted while the firm wants it (Workspace::audit_reads_of_people).
struct AuditPersonRead {
  static constexpr std::string_view k_type = "audit.person_read.v1";
  std::optional<Uuid> person_id;  ///< nullopt: a list of people
  Required<Line<200>> route;      ///< its pattern
};
BOOST_DESCRIBE_STRUCT(AuditPersonRead, (), (person_id, route))

/// Many records, or all that is held of a person, left in one piece.
struct AuditExported {
  static constexpr std::string_view k_type = "audit.exported.v1";
  Required<Line<64>> what;        ///< `audit`, `dossier`
  std::optional<Uuid> person_id;  ///< whose dossier
  Required<Line<20>> format;      ///< `json`, `text`, `csv`
  std::int64_t rows = 0;
};
BOOST_DESCRIBE_STRUCT(AuditExported, (), (what, person_id, format, rows))

/// The entity that such events belong to: one for each user or person whom they are about.
struct AuditBook : Entity {
  static constexpr std::string_view k_entity = "audit";

  friend bool operator==(const AuditBook&, const AuditBook&) = default;
};
BOOST_DESCRIBE_STRUCT(AuditBook, (Entity), ())

/// The book of a user or a person; of the nil id: of logins to accounts that do not exist.
Uuid audit_book_of(const Uuid& subject);

void evolve(std::optional<AuditBook>& state, const AuditLoginRefused& event, const EventContext& context);
void evolve(std::optional<AuditBook>& state, const AuditRequestRefused& event, const EventContext& context);
void evolve(std::optional<AuditBook>& state, const AuditPersonRead& event, const EventContext& context);
void evolve(std::optional<AuditBook>& state, const AuditExported& event, const EventContext& context);

}  // namespace alforis::domain
