// Deciders of people.

#include "commands/decide.hpp"
#include "commands/phones.hpp"
#include "domain/patch.hpp"

namespace alforis::commands {

using namespace domain;

namespace {

boost::system::result<Person, Rejection> visible(const Uuid& id, const DecisionContext& context) {
  auto found = context.state.find<Person>(id);
  if (!found || !can_see_person(context.actor, context.state.ownerships(*found))) return not_found("person");
  return std::move(*found);
}

boost::system::result<Person, Rejection> live(const Uuid& id, const DecisionContext& context) {
  auto found = visible(id, context);
  if (!found || !found->deleted()) return found;
  if (context.actor.role < Role::manager && found->deleted_by != context.actor.id) return not_found("person");
  Rejection gone = conflict("deleted", "the person is deleted");
  gone.moves = {"restore"};
  return gone;
}

std::optional<Rejection> check_name(const PersonData<Full>& data) {
  if (data.first_name || data.last_name) return std::nullopt;
  return invalid({{"required", "/first_name", "a person needs a first name or a last name"},
                  {"required", "/last_name", "a person needs a first name or a last name"}});
}

std::optional<Rejection> read_phones(PersonData<Full>& data) {
  PhoneReader reader(data.country);
  reader.read(data.personal_phone, "/personal_phone");
  reader.read(data.mobile, "/mobile");
  return reader.refusal();
}

std::optional<Rejection> read_phones(PersonData<Patch>& patch, const Person& present) {
  const auto country = patch.country.touched() ? patch.country.value() : present.country;
  PhoneReader reader(country);
  reader.read(patch.personal_phone, "/personal_phone");
  reader.read(patch.mobile, "/mobile");
  if (country != present.country) {
    reader.read_again(patch.personal_phone, present.personal_phone);
    reader.read_again(patch.mobile, present.mobile);
  }
  return reader.refusal();
}

/// Managers delete and restore what they may change.
bool may_delete(const Person& person, const DecisionContext& context) {
  return context.actor.role >= Role::manager &&
         can_update_person(context.actor, context.state.ownerships(person), person.created_by);
}

}  // namespace

Decided decide(const CreatePerson& command, const DecisionContext& context) {
  if (context.actor.role == Role::viewer) return forbidden("viewers change nothing");
  if (const auto other = context.state.find<Person>(command.id)) {
    Rejection exists = conflict("already_exists", "a person with this id exists already");
    if (can_see_person(context.actor, context.state.ownerships(*other))) exists.conflict = command.id;
    return exists;
  }
  PersonCreated event;
  static_cast<PersonData<Full>&>(event) = command.data;
  if (auto refusal = check_name(event)) return *refusal;
  if (auto refusal = read_phones(event)) return *refusal;
  return happened(command.id, std::move(event));
}

Decided decide(const UpdatePerson& command, const DecisionContext& context) {
  const auto present = live(command.id, context);
  if (!present) return present.error();
  if (!can_update_person(context.actor, context.state.ownerships(*present), present->created_by)) {
    return forbidden("the person belongs to an organisation of somebody else");
  }
  if (auto refusal = stale(command.if_match, *present)) return *refusal;
  PersonUpdated event;
  static_cast<PersonData<Patch>&>(event) = command.patch;
  if (auto refusal = read_phones(event, *present)) return *refusal;
  PersonData<Full> changed = *present;
  apply<PersonData>(changed, event);
  if (auto refusal = check_name(changed)) return *refusal;
  if (!reduce<PersonData>(event, *present)) return Decision{command.id, {}};
  return happened(command.id, std::move(event));
}

Decided decide(const DeletePerson& command, const DecisionContext& context) {
  const auto present = live(command.id, context);
  if (!present) return present.error();
  if (!may_delete(*present, context)) return forbidden("only managers delete people");
  if (auto refusal = stale(command.if_match, *present)) return *refusal;
  return happened(command.id, PersonDeleted{command.reason});
}

Decided decide(const RestorePerson& command, const DecisionContext& context) {
  const auto present = visible(command.id, context);
  if (!present) return present.error();
  const bool own = context.actor.role == Role::sales && present->deleted_by == context.actor.id;
  if (!may_delete(*present, context) && !own) {
    return present->deleted() ? not_found("person") : forbidden("only managers restore people");
  }
  if (auto refusal = stale(command.if_match, *present)) return *refusal;
  if (!present->deleted()) return Decision{command.id, {}};
  return happened(command.id, PersonRestored{});
}

}  // namespace alforis::commands
