#include "projections/search/compose.hpp"

#include <algorithm>

#include "domain/kinds.hpp"

namespace alforis::projections {

using domain::EntityKind;
using domain::Uuid;
using search::DocumentNumber;

namespace {

template <class State>
SearchFacts facts_of(const State& state) {
  SearchFacts facts;
  facts.id = state.id;
  facts.kind = domain::EventsOf<State>::k_kind;
  facts.shown = !state.deleted();
  facts.time_us = state.updated_at.micros();
  return facts;
}

std::array<char, 2> country_of(const std::optional<domain::CountryCode>& country) {
  if (!country) return {};
  return {country->view()[0], country->view()[1]};
}

/// A document that is being put together.
struct Draft {
  SearchFacts facts;
  Surroundings around;

  void add_organisation(const std::optional<Uuid>& id, Neighbours& neighbours) {
    if (!id) return;
    const DocumentNumber own = neighbours.number(EntityKind::organisation, *id);
    if (std::find(facts.organisations.begin(), facts.organisations.end(), own) != facts.organisations.end()) return;
    facts.organisations.push_back(own);
    if (std::string name = neighbours.organisation_name(*id); !name.empty()) {
      around.organisations.push_back(std::move(name));
    }
  }

  /// After the organisation. Who sees the document without seeing the person must not be told who that is.
  void add_person(const std::optional<Uuid>& id, Neighbours& neighbours) {
    if (!id) return;
    facts.person = neighbours.number(EntityKind::person, *id);
    Neighbours::Person person = neighbours.person(*id);
    if (person.name.empty()) return;
    const bool seen_with = facts.organisations.empty() || person.organisations.empty() ||
                           std::any_of(person.organisations.begin(), person.organisations.end(), [&](const Uuid& one) {
                             return neighbours.number(EntityKind::organisation, one) == facts.organisations[0];
                           });
    if (seen_with) around.person = std::move(person.name);
  }
};

/// What an organisation says of a person (its own name, their post there) only who sees it may find: each further one
/// has a document of its own, a part of the person's.
void compose_part(const domain::Person& person, Draft draft, const domain::Link& link, DocumentNumber whole,
                  Neighbours& around, const Emit& emit) {
  draft.add_organisation(*link.organisation_id, around);
  draft.around.links.push_back(link);
  draft.facts.person = whole;
  emit(around.number(EntityKind::link, link.id), draft.facts, search_fields(person, draft.around));
}

template <class State>
void compose_about(const State& state, Draft draft, Neighbours& around, const Emit& emit) {
  draft.facts.owner = state.assignee_id;
  draft.add_organisation(state.organisation_id, around);
  draft.add_person(state.person_id, around);
  emit(around.number(draft.facts.kind, state.id), draft.facts, search_fields(state, draft.around));
}

}  // namespace

void compose(const domain::Organisation& organisation, Neighbours& around, const Emit& emit) {
  SearchFacts facts = facts_of(organisation);
  facts.active = organisation.active && organisation.pipeline_stage != domain::PipelineStage::inactif;
  facts.stage = static_cast<std::uint8_t>(organisation.pipeline_stage);
  facts.country = country_of(organisation.country);
  facts.owner = organisation.owner_id;
  emit(around.number(facts.kind, facts.id), facts, search_fields(organisation));
}

void compose(const domain::Person& person, Neighbours& around, const Emit& emit) {
  Draft draft{facts_of(person), {}};
  draft.facts.shown = draft.facts.shown && !person.erased_at;
  draft.facts.active = person.active;
  draft.facts.country = country_of(person.country);
  const DocumentNumber own = around.number(EntityKind::person, person.id);
  const std::vector<domain::Link> links = around.live_links(person.id);
  for (std::size_t i = 1; i < links.size(); ++i) compose_part(person, draft, links[i], own, around, emit);
  if (!links.empty()) {
    draft.add_organisation(*links[0].organisation_id, around);
    draft.around.links.push_back(links[0]);
  }
  for (std::size_t i = 1; i < links.size(); ++i) {
    draft.facts.organisations.push_back(around.number(EntityKind::organisation, *links[i].organisation_id));
  }
  emit(own, draft.facts, search_fields(person, draft.around));
}

void compose(const domain::Produit& produit, Neighbours& around, const Emit& emit) {
  SearchFacts facts = facts_of(produit);
  facts.active = produit.status != domain::ProduitStatus::inactif;
  emit(around.number(facts.kind, facts.id), facts, search_fields(produit));
}

void compose(const domain::Mandat& mandat, Neighbours& around, const Emit& emit) {
  Draft draft{facts_of(mandat), {}};
  draft.facts.active = mandat.running();
  draft.add_organisation(*mandat.organisation_id, around);
  for (const domain::MandatProduit& stay : mandat.produits) {
    if (!stay.live()) continue;
    if (std::string name = around.produit_name(*stay.produit_id); !name.empty()) {
      draft.around.produits.push_back(std::move(name));
    }
  }
  emit(around.number(draft.facts.kind, mandat.id), draft.facts, search_fields(mandat, draft.around));
}

void compose(const domain::Interaction& interaction, Neighbours& around, const Emit& emit) {
  Draft draft{facts_of(interaction), {}};
  draft.facts.time_us = interaction.occurred_at.value_or(interaction.created_at).micros();
  compose_about(interaction, std::move(draft), around, emit);
}

void compose(const domain::Task& task, Neighbours& around, const Emit& emit) {
  Draft draft{facts_of(task), {}};
  draft.facts.active = task.status == domain::TaskStatus::todo || task.status == domain::TaskStatus::doing;
  draft.facts.time_us = task.due_at.value_or(task.created_at).micros();
  compose_about(task, std::move(draft), around, emit);
}

}  // namespace alforis::projections
