#pragma once
// Everything that can happen, closed: a new event is added here once and the compiler finds every place that must know
// it.

#include <boost/mp11.hpp>
#include <string>
#include <string_view>
#include <variant>

#include "domain/api_key.hpp"
#include "domain/audit.hpp"
#include "domain/entity_kind.hpp"
#include "domain/interaction.hpp"
#include "domain/kpi.hpp"
#include "domain/link.hpp"
#include "domain/mandat.hpp"
#include "domain/organisation.hpp"
#include "domain/person.hpp"
#include "domain/produit.hpp"
#include "domain/revert.hpp"
#include "domain/saved_view.hpp"
#include "domain/session.hpp"
#include "domain/task.hpp"
#include "domain/team.hpp"
#include "domain/user.hpp"
#include "domain/workspace.hpp"

namespace alforis::domain {

/// Which events make up which state, and what its rights follow.
template <class State>
struct EventsOf;
template <>
struct EventsOf<Organisation> {
  static constexpr EntityKind k_kind = EntityKind::organisation;
  static constexpr Follows k_follows = Follows::owner;
  using type = std::variant<OrganisationCreated, OrganisationUpdated, OrganisationStageChanged, OrganisationDeleted,
                            OrganisationRestored, OrganisationMerged, OrganisationAbsorbed, Reverted<Organisation>>;
};
template <>
struct EventsOf<Person> {
  static constexpr EntityKind k_kind = EntityKind::person;
  static constexpr Follows k_follows = Follows::people;
  using type =
      std::variant<PersonCreated, PersonUpdated, PersonDeleted, PersonRestored, PersonErased, Reverted<Person>>;
};
template <>
struct EventsOf<Link> {
  static constexpr EntityKind k_kind = EntityKind::link;
  static constexpr Follows k_follows = Follows::organisation;
  using type = std::variant<LinkCreated, LinkUpdated, LinkEnded, LinkMoved, LinkErased, Reverted<Link>>;
};
template <>
struct EventsOf<Produit> {
  static constexpr EntityKind k_kind = EntityKind::produit;
  static constexpr Follows k_follows = Follows::everybody;
  using type = std::variant<ProduitCreated, ProduitUpdated, ProduitDeleted, ProduitRestored, Reverted<Produit>>;
};
template <>
struct EventsOf<Mandat> {
  static constexpr EntityKind k_kind = EntityKind::mandat;
  static constexpr Follows k_follows = Follows::organisation;
  using type = std::variant<MandatCreated, MandatUpdated, MandatSigned, MandatActivated, MandatTerminated,
                            MandatProduitAdded, MandatProduitChanged, MandatProduitRemoved, MandatExpiringSoon,
                            MandatDeleted, MandatRestored, MandatMoved, Reverted<Mandat>>;
};
template <>
struct EventsOf<Interaction> {
  static constexpr EntityKind k_kind = EntityKind::interaction;
  static constexpr Follows k_follows = Follows::subject;
  using type =
      std::variant<InteractionCreated, InteractionUpdated, InteractionCompleted, InteractionRescheduled,
                   InteractionDeleted, InteractionRestored, InteractionParticipantsErased, Reverted<Interaction>>;
};
template <>
struct EventsOf<Task> {
  static constexpr EntityKind k_kind = EntityKind::task;
  static constexpr Follows k_follows = Follows::subject;
  using type = std::variant<TaskCreated, TaskUpdated, TaskAssigned, TaskStarted, TaskCompleted, TaskCancelled,
                            TaskReopened, TaskSnoozed, TaskDeleted, TaskRestored, Reverted<Task>>;
};
template <>
struct EventsOf<Team> {
  static constexpr EntityKind k_kind = EntityKind::team;
  static constexpr Follows k_follows = Follows::team;
  using type = std::variant<TeamCreated, TeamUpdated, Reverted<Team>>;
};
template <>
struct EventsOf<User> {
  static constexpr EntityKind k_kind = EntityKind::user;
  static constexpr Follows k_follows = Follows::user;
  using type = std::variant<UserCreated, UserUpdated, UserPasswordSet, UserPasswordRehashed, UserInvited,
                            UserPasswordResetRequested, UserTotpEnrolled, UserTotpConfirmed, UserTotpUsed,
                            UserRecoveryCodeUsed, UserTotpDisabled, Reverted<User>>;
};
template <>
struct EventsOf<Session> {
  static constexpr EntityKind k_kind = EntityKind::session;
  static constexpr Follows k_follows = Follows::account;
  using type = std::variant<SessionCreated, SessionRefreshed, SessionRevoked>;
};
template <>
struct EventsOf<ApiKey> {
  static constexpr EntityKind k_kind = EntityKind::api_key;
  static constexpr Follows k_follows = Follows::account;
  using type = std::variant<ApiKeyCreated, ApiKeyUsed, ApiKeyRevoked>;
};

template <>
struct EventsOf<Workspace> {
  static constexpr EntityKind k_kind = EntityKind::workspace;
  static constexpr Follows k_follows = Follows::firm;
  using type = std::variant<WorkspaceCreated, WorkspaceUpdated, Reverted<Workspace>>;
};
template <>
struct EventsOf<Kpi> {
  static constexpr EntityKind k_kind = EntityKind::kpi;
  static constexpr Follows k_follows = Follows::organisation;
  using type = std::variant<KpiCreated, KpiUpdated, KpiMoved, KpiDeleted, KpiRestored, Reverted<Kpi>>;
};
template <>
struct EventsOf<SavedView> {
  static constexpr EntityKind k_kind = EntityKind::saved_view;
  static constexpr Follows k_follows = Follows::sharing;
  using type =
      std::variant<SavedViewCreated, SavedViewUpdated, SavedViewDeleted, SavedViewRestored, Reverted<SavedView>>;
};

template <>
struct EventsOf<AuditBook> {
  static constexpr EntityKind k_kind = EntityKind::audit;
  static constexpr Follows k_follows = Follows::nobody;
  using type = std::variant<AuditLoginRefused, AuditRequestRefused, AuditPersonRead, AuditExported>;
};

/// Every state there is.
using AllStates = boost::mp11::mp_list<Organisation, Person, Link, Produit, Mandat, Interaction, Task, Team, User,
                                       Workspace, Session, ApiKey, Kpi, SavedView, AuditBook>;

/// Any event of any entity.
template <class State>
using EventsOfState = typename EventsOf<State>::type;
using AnyEvent =
    boost::mp11::mp_flatten<boost::mp11::mp_transform<EventsOfState, boost::mp11::mp_rename<AllStates, std::variant>>>;

/// The state type an event belongs to.
template <class Event>
struct StateOfEvent {
  template <class State>
  using Owns = boost::mp11::mp_contains<typename EventsOf<State>::type, Event>;
  using type = boost::mp11::mp_at<AllStates, boost::mp11::mp_find_if<AllStates, Owns>>;
};
template <class Event>
using StateOf = typename StateOfEvent<Event>::type;

/// The wire name, such as `organisation.created.v1`.
std::string_view event_type(const AnyEvent& event);

EntityKind entity_kind(const AnyEvent& event);

/// The kind a wire name speaks of, also when the event itself is unknown to this program; nullopt when even that is.
std::optional<EntityKind> entity_kind_of_type(std::string_view type);

/// Whether events of the type make their entity forget for good what was said of a person.
constexpr bool erases(std::string_view type) { return type.ends_with("erased.v1"); }

/// JSON of the event's fields. Personal members (is_personal) are sealed before it goes into the Log, and opened before
/// decode_event reads it (privacy/sealing.hpp).
std::string encode_event(const AnyEvent& event);

/// An event's data as histories may show it: secrets left out. `room` holds the text when it is another one.
std::string_view shown_event(std::string_view type, std::string_view data, std::string& room);

/// Fails with `unknown_event_type`, or with what the reader found. Members unknown to this program are ignored.
Result<AnyEvent> decode_event(std::string_view type, std::string_view data);

}  // namespace alforis::domain
