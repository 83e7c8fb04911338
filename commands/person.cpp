#include "commands/person.hpp"

#include "commands/link.hpp"
#include "commands/phones.hpp"

namespace alforis::commands {

using namespace domain;

std::vector<std::string> keys_of(const Person&) { return {}; }

namespace {

Refusal check_name(const PersonData<Full>& data) {
  if (data.first_name || data.last_name) return std::nullopt;
  return invalid({{"required", "/first_name", "a person needs a first name or a last name"},
                  {"required", "/last_name", "a person needs a first name or a last name"}});
}

Refusal read_phones(PersonData<Full>& data) {
  PhoneReader reader(data.country);
  reader.read(data.personal_phone, "/personal_phone");
  reader.read(data.mobile, "/mobile");
  return reader.refusal();
}

Refusal read_phones(PersonData<Patch>& patch, const Person& present) {
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

/// Who asks must be told when and from where a consent, or its refusal, came (GDPR, article 7): each new one brings its
/// source; its day is today unless another is named.
Problems settle_consent(ConsentState consent, std::optional<Date>& date, const std::optional<Line<255>>& source,
                        const DecisionContext& context) {
  Problems problems;
  if (consent == ConsentState::none) return problems;
  if (!date) date = context.today;
  if (*date > context.today) problems.push_back({"out_of_range", "/consent_date", "this day is still to come"});
  if (!source) problems.push_back({"required", "/consent_source", "from where the consent, or its refusal, is known"});
  return problems;
}

/// Of a change: the day and the source before belong to the consent before.
Problems settle_consent(PersonData<Patch>& patch, const Person& present, const DecisionContext& context) {
  const bool another = patch.consent && *patch.consent != present.consent;
  const bool touched = another || patch.consent_date.touched() || patch.consent_source.touched();
  if (!touched) return {};
  const auto kept = [another](const auto& edit, const auto& before) {
    return edit.touched() ? edit.value() : another ? std::nullopt : before;
  };
  auto date = kept(patch.consent_date, present.consent_date);
  const auto source = kept(patch.consent_source, present.consent_source);
  const auto consent = patch.consent.value_or(present.consent);
  Problems problems;
  if (consent != ConsentState::none && patch.consent_date.touched() && !date) {
    problems.push_back({"required", "/consent_date", "on which day it was given or refused"});
  }
  const Problems others = settle_consent(consent, date, source, context);
  problems.insert(problems.end(), others.begin(), others.end());
  patch.consent_date = date ? Edit<Date>(*date) : Edit<Date>::clear();
  patch.consent_source = source ? Edit<Line<255>>(*source) : Edit<Line<255>>::clear();
  return problems;
}

/// Nobody comes back: what was erased takes nothing new.
Refusal check_not_erased(const Person& person) {
  if (!person.erased_at) return std::nullopt;
  return conflict("erased", "the person was erased; nothing is kept of them any more");
}

bool says_something(const Link& link) { return link.job_title || link.work_email || link.work_phone || link.notes; }

}  // namespace

Decided decide(const CreatePerson& command, const DecisionContext& context) {
  if (context.actor.role == Role::viewer) return forbidden("viewers change nothing");
  if (auto refusal = check_new_id<Person>(command.id, context)) return *refusal;
  PersonCreated event;
  static_cast<PersonData<Full>&>(event) = command.data;
  if (auto refusal = check_name(event)) return *refusal;
  if (auto refusal = read_phones(event)) return *refusal;
  if (auto problems = settle_consent(event.consent, event.consent_date, event.consent_source, context);
      !problems.empty()) {
    return invalid(std::move(problems));
  }
  return happened(command.id, std::move(event));
}

Decided decide(const UpdatePerson& command, const DecisionContext& context) {
  const auto present = changeable<Person>(command.id, command.if_match,
                                          "the person belongs to an organisation of somebody else", context);
  if (!present) return present.error();
  if (auto refusal = check_not_erased(*present)) return *refusal;
  PersonUpdated event;
  static_cast<PersonData<Patch>&>(event) = command.patch;
  if (auto refusal = read_phones(event, *present)) return *refusal;
  if (auto problems = settle_consent(event, *present, context); !problems.empty()) return invalid(std::move(problems));
  PersonData<Full> changed = *present;
  apply<PersonData>(changed, event);
  if (auto refusal = check_name(changed)) return *refusal;
  if (!reduce<PersonData>(event, *present)) return Decision{command.id, {}};
  return happened(command.id, std::move(event));
}

Decided decide(const DeletePerson& command, const DecisionContext& context) {
  return delete_record<PersonDeleted>(command, "only managers delete people", context);
}

Decided decide(const RestorePerson& command, const DecisionContext& context) {
  return restore_record<PersonRestored>(command, "only managers restore people", context);
}

Decided decide(const ErasePerson& command, const DecisionContext& context) {
  if (auto refusal = admin_only(context)) return *refusal;
  const auto present = visible<Person>(command.id, context);
  if (!present) return present.error();
  if (auto refusal = check_not_erased(*present)) return *refusal;
  if (auto refusal = stale(command.if_match, *present)) return *refusal;
  PersonErased event{command.reason, {}};
  if (const auto key = context.state.data_key(command.id)) event.keys.push_back(*key);
  Decision decision = happened(command.id, std::move(event));
  for (const Uuid& id : context.state.holders(index::all_links_of_person(command.id))) {
    if (says_something(*context.state.find<Link>(id))) decision.events.emplace_back(id, LinkErased{});
  }
  return decision;
}

}  // namespace alforis::commands
