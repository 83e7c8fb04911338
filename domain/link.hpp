#pragma once
// Link: a person works at, or for, an organisation. One live link per pair; at most one primary link per organisation.

#include <boost/describe.hpp>
#include <optional>

#include "domain/entity.hpp"
#include "domain/values/date.hpp"
#include "domain/values/email.hpp"
#include "domain/values/phone.hpp"
#include "domain/values/text.hpp"
#include "domain/wire/fields.hpp"
#include "domain/wire/personal.hpp"

namespace alforis::domain {

BOOST_DEFINE_ENUM_CLASS(LinkRole, contact_principal, contact_secondaire, decideur, technique, administratif, autre)

template <class Shape>
struct LinkData {
  ALFORIS_FIELD_KINDS
  static constexpr PersonalFields k_personal = PersonalFields::of("job_title", "work_email", "work_phone", "notes");

  Def<LinkRole> role = Shape::initial(LinkRole::contact_secondaire);
  Opt<Line<200>> job_title;
  Opt<Email> work_email;
  Opt<Phone> work_phone;
  Def<bool> is_primary = Shape::initial(false);
  Opt<Date> since;
  Opt<Date> until;
  Opt<Text<10000>> notes;

  friend bool operator==(const LinkData&, const LinkData&) = default;

  BOOST_DESCRIBE_CLASS(LinkData, (), (role, job_title, work_email, work_phone, is_primary, since, until, notes), (), ())
};

/// Whom a link ties together; the organisation changes only when it is merged into another.
struct LinkEnds {
  Required<Uuid> person_id;
  Required<Uuid> organisation_id;

  friend bool operator==(const LinkEnds&, const LinkEnds&) = default;
};
BOOST_DESCRIBE_STRUCT(LinkEnds, (), (person_id, organisation_id))

// ---- events
// ----------------------------------------------------------------------------------------------------------

struct LinkCreated : LinkEnds, LinkData<Full> {
  static constexpr std::string_view k_type = "link.created.v1";
};
BOOST_DESCRIBE_STRUCT(LinkCreated, (LinkEnds, LinkData<Full>), ())

struct LinkUpdated : LinkData<Patch> {
  static constexpr std::string_view k_type = "link.updated.v1";
};
BOOST_DESCRIBE_STRUCT(LinkUpdated, (LinkData<Patch>), ())

/// The person left: the link stays as work history and is no longer primary.
struct LinkEnded {
  static constexpr std::string_view k_type = "link.ended.v1";
  std::optional<Date> until;
  std::optional<Text<1000>> reason;
};
BOOST_DESCRIBE_STRUCT(LinkEnded, (), (until, reason))

/// Its organisation was merged into another.
struct LinkMoved {
  static constexpr std::string_view k_type = "link.moved.v1";
  Required<Uuid> organisation_id;
};
BOOST_DESCRIBE_STRUCT(LinkMoved, (), (organisation_id))

/// Its person was erased: who works where stays true, but nothing is said of the person any more.
struct LinkErased {
  static constexpr std::string_view k_type = "link.erased.v1";
};
BOOST_DESCRIBE_STRUCT(LinkErased, (), ())

// ---- state
// -----------------------------------------------------------------------------------------------------------

struct Link : Entity, LinkEnds, LinkData<Full> {
  static constexpr std::string_view k_entity = "link";
  bool live = true;

  friend bool operator==(const Link&, const Link&) = default;
};
BOOST_DESCRIBE_STRUCT(Link, (Entity, LinkEnds, LinkData<Full>), (live))

void evolve(std::optional<Link>& state, LinkCreated event, const EventContext& context);
void evolve(std::optional<Link>& state, const LinkUpdated& event, const EventContext& context);
void evolve(std::optional<Link>& state, const LinkEnded& event, const EventContext& context);
void evolve(std::optional<Link>& state, const LinkMoved& event, const EventContext& context);
void evolve(std::optional<Link>& state, const LinkErased& event, const EventContext& context);

}  // namespace alforis::domain
