#include "commands/link.hpp"

#include <algorithm>

#include "commands/phones.hpp"
#include "commands/references.hpp"

namespace alforis::commands {

using namespace domain;

namespace index {
std::string link_pair(const Uuid& person, const Uuid& organisation) { return key_of("u/pair/", person, organisation); }
std::string primary_link(const Uuid& organisation) { return key_of("u/primary/", organisation); }
}  // namespace index

std::vector<std::string> keys_of(const Link& link) {
  std::vector<std::string> keys = {shared_key(index::of_organisation(Link::k_entity, *link.organisation_id), link.id),
                                   shared_key(index::all_links_of_person(*link.person_id), link.id)};
  if (!link.live) return keys;
  keys.push_back(index::link_pair(*link.person_id, *link.organisation_id));
  if (link.is_primary) keys.push_back(index::primary_link(*link.organisation_id));
  keys.push_back(shared_key(index::links_of_person(*link.person_id), link.id));
  keys.push_back(shared_key(index::links_of_organisation(*link.organisation_id), link.id));
  return keys;
}

namespace {

struct LinkAndOrganisation {
  Link link;
  Organisation organisation;
};

/// Links follow their organisation: who sees it sees them, who may change it may change them.
Found<LinkAndOrganisation> changeable(const Uuid& id, const DecisionContext& context) {
  auto link = visible<Link>(id, context);
  if (!link) return link.error();
  if (!can_update(context.actor, context.state.whose(*link)))
    return forbidden("the organisation belongs to somebody else");
  if (!link->live) return conflict("ended", "the link has ended; ended links are history and do not change");
  auto organisation = context.state.find<Organisation>(*link->organisation_id).value();
  return LinkAndOrganisation{std::move(*link), std::move(organisation)};
}

Refusal check_not_erased(const Person& person) {
  if (!person.erased_at) return std::nullopt;
  return conflict("erased", "the link's person was erased");
}

/// What is in the trash does not change until it is taken out again. People leave all the same: a link may end.
Refusal check_live(const LinkAndOrganisation& present, const DecisionContext& context) {
  const auto person = context.state.find<Person>(*present.link.person_id);
  if (present.organisation.deleted()) return conflict("deleted", "the link's organisation is deleted");
  if (person && person->deleted()) return conflict("deleted", "the link's person is deleted");
  return person ? check_not_erased(*person) : std::nullopt;
}

Refusal check_ends(const LinkEnds& ends, const DecisionContext& context) {
  Problems problems;
  const auto person = context.state.find<Person>(*ends.person_id);
  if (!person || person->deleted() || !may_see(*person, context)) {
    problems.push_back({"unknown_reference", "/person_id", "there is no such person"});
  }
  const auto organisation = context.state.find<Organisation>(*ends.organisation_id);
  if (!organisation || organisation->deleted() || !may_see(*organisation, context)) {
    problems.push_back({"unknown_reference", "/organisation_id", "there is no such organisation"});
  }
  if (!problems.empty()) return invalid(std::move(problems));
  if (!can_update(context.actor, context.state.whose(*organisation))) {
    return forbidden("the organisation belongs to somebody else");
  }
  return check_not_erased(*person);
}

Refusal check_dates(const std::optional<Date>& since, const std::optional<Date>& until) {
  if (!since || !until || *since <= *until) return std::nullopt;
  return invalid(problem("dates_reversed", "until is before since", "/until"));
}

/// At most one primary link per organisation: a new one demotes the old one in the same commit.
void demote_present_primary(Decision& decision, const Uuid& organisation, const Uuid& successor,
                            const DecisionContext& context) {
  const auto primary = context.state.holder(index::primary_link(organisation));
  if (!primary || *primary == successor) return;
  LinkUpdated demoted;
  demoted.is_primary = false;
  decision.events.push_back({*primary, std::move(demoted)});
}

/// `phone`: a link's, or the change of one.
template <class PhoneField>
Refusal read_phone(PhoneField& phone, const std::optional<CountryCode>& country) {
  PhoneReader reader(country);
  reader.read(phone, "/work_phone");
  return reader.refusal();
}

}  // namespace

Decided decide(const CreateLink& command, const DecisionContext& context) {
  if (context.actor.role == Role::viewer) return forbidden("viewers change nothing");
  if (auto refusal = check_new_id<Link>(command.id, context)) return *refusal;
  LinkCreated event = command.data;
  follow_merges(event.organisation_id, context);
  if (auto refusal = check_ends(event, context)) return *refusal;
  if (auto refusal = check_dates(event.since, event.until)) return *refusal;
  const auto pair = context.state.holder(index::link_pair(*event.person_id, *event.organisation_id));
  if (pair) {
    Rejection linked = conflict("already_linked", "this person has a live link to this organisation");
    linked.conflict = *pair;
    return linked;
  }
  const auto country = context.state.find<Organisation>(*event.organisation_id)->country;
  if (auto refusal = read_phone(event.work_phone, country)) return *refusal;
  const Uuid organisation = *event.organisation_id;
  const bool primary = event.is_primary;
  Decision decision = happened(command.id, std::move(event));
  if (primary) demote_present_primary(decision, organisation, command.id, context);
  return decision;
}

Decided decide(const UpdateLink& command, const DecisionContext& context) {
  const auto present = changeable(command.id, context);
  if (!present) return present.error();
  if (auto refusal = check_live(*present, context)) return *refusal;
  if (auto refusal = stale(command.if_match, present->link)) return *refusal;
  LinkUpdated event;
  static_cast<LinkData<Patch>&>(event) = command.patch;
  if (auto refusal = read_phone(event.work_phone, present->organisation.country)) return *refusal;
  LinkData<Full> changed = present->link;
  apply<LinkData>(changed, event);
  if (auto refusal = check_dates(changed.since, changed.until)) return *refusal;
  if (!reduce<LinkData>(event, present->link)) return Decision{command.id, {}};
  const bool promoted = event.is_primary.value_or(false);
  Decision decision = happened(command.id, std::move(event));
  if (promoted) demote_present_primary(decision, present->organisation.id, command.id, context);
  return decision;
}

Decided decide(const EndLink& command, const DecisionContext& context) {
  const auto present = changeable(command.id, context);
  if (!present) return present.error();
  if (auto refusal = stale(command.if_match, present->link)) return *refusal;
  const Date until = command.until.value_or(std::max(context.today, present->link.since.value_or(context.today)));
  if (auto refusal = check_dates(present->link.since, until)) return *refusal;
  return happened(command.id, LinkEnded{until, command.reason});
}

}  // namespace alforis::commands
