#pragma once
// Interaction: a call, a meeting, an e-mail, a note … with an organisation, a person, or both.

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <vector>

#include "domain/entity.hpp"
#include "domain/values/email.hpp"
#include "domain/values/text.hpp"
#include "domain/values/url.hpp"
#include "domain/wire/fields.hpp"
#include "domain/wire/personal.hpp"

namespace alforis::domain {

BOOST_DEFINE_ENUM_CLASS(InteractionType, call, email, meeting, visio, webinaire, note, other)
BOOST_DEFINE_ENUM_CLASS(InteractionStatus, todo, in_progress, done)
BOOST_DEFINE_ENUM_CLASS(Direction, in, out, internal)
BOOST_DEFINE_ENUM_CLASS(Presence, invited, present, absent)

/// A person we know who takes part.
struct Participant {
  static constexpr std::size_t k_max_in_list = 200;

  Required<Uuid> person_id;
  std::optional<Line<100>> role;
  std::optional<Presence> presence;

  friend bool operator==(const Participant&, const Participant&) = default;
};
BOOST_DESCRIBE_STRUCT(Participant, (), (person_id, role, presence))

/// Somebody who takes part and is no person of ours.
struct ExternalParticipant {
  static constexpr std::size_t k_max_in_list = 200;

  Required<Line<200>> name;
  std::optional<Email> email;
  std::optional<Line<200>> company;

  friend bool operator==(const ExternalParticipant&, const ExternalParticipant&) = default;
};
BOOST_DESCRIBE_STRUCT(ExternalParticipant, (), (name, email, company))

/// A document that lies elsewhere.
struct Attachment {
  Required<Line<255>> name;
  Required<LongUrl> url;

  friend bool operator==(const Attachment&, const Attachment&) = default;
};
BOOST_DESCRIBE_STRUCT(Attachment, (), (name, url))

template <class Shape>
struct InteractionData {
  ALFORIS_FIELD_KINDS
  static constexpr PersonalFields k_personal = PersonalFields::of("external_participants");

  Def<InteractionType> type = Shape::initial(InteractionType::note);
  Req<Line<200>> title;
  Opt<Text<10000>> body;
  Opt<Instant> occurred_at;            ///< of a new one without: now, so no interaction is without
  Opt<std::int64_t> duration_minutes;  ///< 0 to 10 080, a week
  Opt<Direction> direction;
  Opt<Uuid> organisation_id;  ///< at least one of organisation and person is there
  Opt<Uuid> person_id;
  List<Participant> participants;
  List<ExternalParticipant> external_participants;
  Opt<Uuid> produit_id;  ///< one that a running mandat of the organisation has
  Def<InteractionStatus> status = Shape::initial(InteractionStatus::done);
  Opt<Uuid> assignee_id;
  Opt<Instant> next_action_at;  ///< when to follow up: what is in the inbox has one
  List<Attachment> attachments;

  friend bool operator==(const InteractionData&, const InteractionData&) = default;

  BOOST_DESCRIBE_CLASS(InteractionData, (),
                       (type, title, body, occurred_at, duration_minutes, direction, organisation_id, person_id,
                        participants, external_participants, produit_id, status, assignee_id, next_action_at,
                        attachments),
                       (), ())
};

// ---- events

struct InteractionCreated : InteractionData<Full> {
  static constexpr std::string_view k_type = "interaction.created.v1";
};
BOOST_DESCRIBE_STRUCT(InteractionCreated, (InteractionData<Full>), ())

struct InteractionUpdated : InteractionData<Patch> {
  static constexpr std::string_view k_type = "interaction.updated.v1";
};
BOOST_DESCRIBE_STRUCT(InteractionUpdated, (InteractionData<Patch>), ())

/// Done, and nothing left to follow up.
struct InteractionCompleted {
  static constexpr std::string_view k_type = "interaction.completed.v1";
};
BOOST_DESCRIBE_STRUCT(InteractionCompleted, (), ())

/// To be followed up at another time.
struct InteractionRescheduled {
  static constexpr std::string_view k_type = "interaction.rescheduled.v1";
  Required<Instant> next_action_at;
  std::optional<Text<1000>> reason;
};
BOOST_DESCRIBE_STRUCT(InteractionRescheduled, (), (next_action_at, reason))

struct InteractionDeleted {
  static constexpr std::string_view k_type = "interaction.deleted.v1";
  std::optional<Text<1000>> reason;
};
BOOST_DESCRIBE_STRUCT(InteractionDeleted, (), (reason))

struct InteractionRestored {
  static constexpr std::string_view k_type = "interaction.restored.v1";
};
BOOST_DESCRIBE_STRUCT(InteractionRestored, (), ())

/// Some or all who took part and are no persons of ours are gone for good, from here and from its history.
struct InteractionParticipantsErased {
  static constexpr std::string_view k_type = "interaction.participants_erased.v1";
  static constexpr PersonalFields k_personal = PersonalFields::of("external_participants");
  std::optional<Text<1000>> reason;                        ///< says nothing of them
  std::vector<Uuid> keys;                                  ///< to be destroyed
  std::vector<ExternalParticipant> external_participants;  ///< who stays, sealed under a new key
};
BOOST_DESCRIBE_STRUCT(InteractionParticipantsErased, (), (reason, keys, external_participants))

// ---- state

struct Interaction : Entity, InteractionData<Full> {
  static constexpr std::string_view k_entity = "interaction";

  friend bool operator==(const Interaction&, const Interaction&) = default;
};
BOOST_DESCRIBE_STRUCT(Interaction, (Entity, InteractionData<Full>), ())

void evolve(std::optional<Interaction>& state, InteractionCreated event, const EventContext& context);
void evolve(std::optional<Interaction>& state, const InteractionUpdated& event, const EventContext& context);
void evolve(std::optional<Interaction>& state, const InteractionCompleted& event, const EventContext& context);
void evolve(std::optional<Interaction>& state, const InteractionRescheduled& event, const EventContext& context);
void evolve(std::optional<Interaction>& state, const InteractionDeleted& event, const EventContext& context);
void evolve(std::optional<Interaction>& state, const InteractionRestored& event, const EventContext& context);
void evolve(std::optional<Interaction>& state, InteractionParticipantsErased event, const EventContext& context);

}  // namespace alforis::domain
