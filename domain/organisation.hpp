#pragma once
// Organisation: an investor, an asset manager, a distributor … followed through the pipeline. Fields, events, state,
// evolve.

#include <boost/describe.hpp>
#include <optional>

#include "domain/entity.hpp"
#include "domain/values/country_code.hpp"
#include "domain/values/date.hpp"
#include "domain/values/email.hpp"
#include "domain/values/language_code.hpp"
#include "domain/values/lei.hpp"
#include "domain/values/money.hpp"
#include "domain/values/percent.hpp"
#include "domain/values/phone.hpp"
#include "domain/values/siren.hpp"
#include "domain/values/text.hpp"
#include "domain/values/url.hpp"
#include "domain/wire/fields.hpp"

namespace alforis::domain {

BOOST_DEFINE_ENUM_CLASS(OrganisationType, client, fournisseur, distributeur, emetteur, autre)
BOOST_DEFINE_ENUM_CLASS(OrganisationCategory, institution, wholesale, sdg, cgpi, startup, corporation, autres)
BOOST_DEFINE_ENUM_CLASS(PipelineStage, prospect, qualification, proposition, negociation, signe, perdu, inactif)

template <class Shape>
struct OrganisationData {
  ALFORIS_FIELD_KINDS

  Req<Line<255>> name;
  Def<OrganisationType> type = Shape::initial(OrganisationType::autre);
  Opt<OrganisationCategory> category;
  Opt<Email> email;
  Opt<Phone> phone;
  Opt<Url> website;
  Opt<Text<500>> address;
  Opt<Line<20>> postal_code;
  Opt<Line<100>> city;
  Opt<CountryCode> country;
  Opt<Line<255>> domicile;  ///< legal seat
  Opt<LanguageCode> language;
  Opt<Lei> lei;  ///< unique among organisations
  Opt<Siren> siren;
  Opt<Siret> siret;                ///< unique among organisations
  Opt<Line<50>> regulator_number;  ///< e.g. the AMF's GP-…
  Opt<Line<100>> legal_form;
  Def<PipelineStage> pipeline_stage = Shape::initial(PipelineStage::prospect);
  Opt<Money> potential_amount;
  Opt<Percent> signature_probability;
  Opt<Date> signature_date;
  Opt<Money> aum;  ///< assets under management, in cents like all money
  Opt<Date> aum_date;
  List<Line<50>> strategies;
  List<Line<50>> tags;
  Opt<Text<10000>> description;
  Opt<Text<10000>> notes;
  Opt<Uuid> owner_id;  ///< user; the record's team is its owner's team
  Def<bool> active = Shape::initial(true);

  friend bool operator==(const OrganisationData&, const OrganisationData&) = default;

  BOOST_DESCRIBE_CLASS(OrganisationData, (),
                       (name, type, category, email, phone, website, address, postal_code, city, country, domicile,
                        language, lei, siren, siret, regulator_number, legal_form, pipeline_stage, potential_amount,
                        signature_probability, signature_date, aum, aum_date, strategies, tags, description, notes,
                        owner_id, active),
                       (), ())
};

// ---- events
// ----------------------------------------------------------------------------------------------------------

struct OrganisationCreated : OrganisationData<Full> {
  static constexpr std::string_view k_type = "organisation.created.v1";
};
BOOST_DESCRIBE_STRUCT(OrganisationCreated, (OrganisationData<Full>), ())

/// Fields changed; never the stage, whose moves are events of their own.
struct OrganisationUpdated : OrganisationData<Patch> {
  static constexpr std::string_view k_type = "organisation.updated.v1";
};
BOOST_DESCRIBE_STRUCT(OrganisationUpdated, (OrganisationData<Patch>), ())

struct OrganisationStageChanged {
  static constexpr std::string_view k_type = "organisation.stage_changed.v1";
  PipelineStage from = PipelineStage::prospect;
  PipelineStage to = PipelineStage::prospect;
  std::optional<Text<1000>> reason;
  std::optional<Date> signature_date;  ///< set when entering `signe` filled it
};
BOOST_DESCRIBE_STRUCT(OrganisationStageChanged, (), (from, to, reason, signature_date))

struct OrganisationDeleted {
  static constexpr std::string_view k_type = "organisation.deleted.v1";
  std::optional<Text<1000>> reason;
};
BOOST_DESCRIBE_STRUCT(OrganisationDeleted, (), (reason))

struct OrganisationRestored {
  static constexpr std::string_view k_type = "organisation.restored.v1";
};
BOOST_DESCRIBE_STRUCT(OrganisationRestored, (), ())

/// It was the same organisation as another record: it goes into the trash, and its id is that one's alias from now on.
struct OrganisationMerged {
  static constexpr std::string_view k_type = "organisation.merged.v1";
  Required<Uuid> into;
  std::optional<Text<1000>> reason;
};
BOOST_DESCRIBE_STRUCT(OrganisationMerged, (), (into, reason))

/// Which record was merged into this one.
struct Absorption {
  Required<Uuid> absorbed_id;
};
BOOST_DESCRIBE_STRUCT(Absorption, (), (absorbed_id))

/// The other side of a merge: the fields that this record had not, and the absorbed one had. Never the stage.
struct OrganisationAbsorbed : Absorption, OrganisationData<Patch> {
  static constexpr std::string_view k_type = "organisation.absorbed.v1";
};
BOOST_DESCRIBE_STRUCT(OrganisationAbsorbed, (Absorption, OrganisationData<Patch>), ())

// ---- state
// -----------------------------------------------------------------------------------------------------------

struct Organisation : Entity, OrganisationData<Full> {
  static constexpr std::string_view k_entity = "organisation";
  Instant stage_since;              ///< when the present stage was entered
  std::optional<Uuid> merged_into;  ///< the record that took this one's place; then this one is deleted

  friend bool operator==(const Organisation&, const Organisation&) = default;
};
BOOST_DESCRIBE_STRUCT(Organisation, (Entity, OrganisationData<Full>), (stage_since, merged_into))

void evolve(std::optional<Organisation>& state, OrganisationCreated event, const EventContext& context);
void evolve(std::optional<Organisation>& state, const OrganisationUpdated& event, const EventContext& context);
void evolve(std::optional<Organisation>& state, const OrganisationStageChanged& event, const EventContext& context);
void evolve(std::optional<Organisation>& state, const OrganisationDeleted& event, const EventContext& context);
void evolve(std::optional<Organisation>& state, const OrganisationRestored& event, const EventContext& context);
void evolve(std::optional<Organisation>& state, const OrganisationMerged& event, const EventContext& context);
void evolve(std::optional<Organisation>& state, const OrganisationAbsorbed& event, const EventContext& context);

}  // namespace alforis::domain
