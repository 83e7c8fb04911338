#pragma once
// Person: somebody we talk to. Every field is personal data (domain: all of a person's fields).

#include <boost/describe.hpp>
#include <optional>
#include <vector>

#include "domain/entity.hpp"
#include "domain/values/country_code.hpp"
#include "domain/values/date.hpp"
#include "domain/values/email.hpp"
#include "domain/values/language_code.hpp"
#include "domain/values/phone.hpp"
#include "domain/values/text.hpp"
#include "domain/values/url.hpp"
#include "domain/wire/fields.hpp"
#include "domain/wire/personal.hpp"

namespace alforis::domain {

BOOST_DEFINE_ENUM_CLASS(ConsentState, none, given, refused)

/// At least one of first_name and last_name is there: the decider sees to it, one reader of one field cannot.
template <class Shape>
struct PersonData {
  ALFORIS_FIELD_KINDS
  static constexpr PersonalFields k_personal = PersonalFields::all();

  Opt<Line<100>> first_name;
  Opt<Line<100>> last_name;
  Opt<Email> personal_email;
  Opt<Phone> personal_phone;
  Opt<Phone> mobile;
  Opt<Line<200>> job_title;
  Opt<CountryCode> country;
  Opt<LanguageCode> language;
  Opt<LongUrl> linkedin_url;
  Opt<Text<10000>> notes;
  Def<bool> active = Shape::initial(true);
  Def<ConsentState> consent = Shape::initial(ConsentState::none);
  Opt<Date> consent_date;
  Opt<Line<255>> consent_source;
  Def<bool> unsubscribed = Shape::initial(false);

  friend bool operator==(const PersonData&, const PersonData&) = default;

  BOOST_DESCRIBE_CLASS(PersonData, (),
                       (first_name, last_name, personal_email, personal_phone, mobile, job_title, country, language,
                        linkedin_url, notes, active, consent, consent_date, consent_source, unsubscribed),
                       (), ())
};

// ---- events
// ----------------------------------------------------------------------------------------------------------

struct PersonCreated : PersonData<Full> {
  static constexpr std::string_view k_type = "person.created.v1";
};
BOOST_DESCRIBE_STRUCT(PersonCreated, (PersonData<Full>), ())

struct PersonUpdated : PersonData<Patch> {
  static constexpr std::string_view k_type = "person.updated.v1";
};
BOOST_DESCRIBE_STRUCT(PersonUpdated, (PersonData<Patch>), ())

struct PersonDeleted {
  static constexpr std::string_view k_type = "person.deleted.v1";
  std::optional<Text<1000>> reason;
};
BOOST_DESCRIBE_STRUCT(PersonDeleted, (), (reason))

struct PersonRestored {
  static constexpr std::string_view k_type = "person.restored.v1";
};
BOOST_DESCRIBE_STRUCT(PersonRestored, (), ())

/// Everything personal is gone for good; the record stays, so that what hangs on it and every count stay true.
struct PersonErased {
  static constexpr std::string_view k_type = "person.erased.v1";
  std::optional<Text<1000>> reason;  ///< says nothing of the person
  std::vector<Uuid> keys;            ///< to be destroyed: all that the Log holds of the person is sealed under them
};
BOOST_DESCRIBE_STRUCT(PersonErased, (), (reason, keys))

// ---- state
// -----------------------------------------------------------------------------------------------------------

struct Person : Entity, PersonData<Full> {
  static constexpr std::string_view k_entity = "person";
  std::optional<Instant> erased_at;

  friend bool operator==(const Person&, const Person&) = default;
};
BOOST_DESCRIBE_STRUCT(Person, (Entity, PersonData<Full>), (erased_at))

void evolve(std::optional<Person>& state, PersonCreated event, const EventContext& context);
void evolve(std::optional<Person>& state, const PersonUpdated& event, const EventContext& context);
void evolve(std::optional<Person>& state, const PersonDeleted& event, const EventContext& context);
void evolve(std::optional<Person>& state, const PersonRestored& event, const EventContext& context);
void evolve(std::optional<Person>& state, const PersonErased& event, const EventContext& context);

}  // namespace alforis::domain
