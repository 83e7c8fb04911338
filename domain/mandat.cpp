#include "domain/mandat.hpp"

#include <algorithm>
#include <utility>

#include "domain/patch.hpp"

namespace alforis::domain {

namespace {

/// `produits`: a mandat's, to change or only to look at.
template <class Produits>
auto* live_stay(Produits& produits, const Uuid& produit) {
  const auto stay = std::find_if(produits.begin(), produits.end(), [&](const MandatProduit& candidate) {
    return candidate.live() && *candidate.produit_id == produit;
  });
  return stay == produits.end() ? nullptr : &*stay;
}

}  // namespace

const MandatProduit* Mandat::live_produit(const Uuid& produit) const { return live_stay(produits, produit); }

void evolve(std::optional<Mandat>& state, MandatCreated event, const EventContext& context) {
  state.emplace();
  static_cast<MandatParty&>(*state) = event;
  static_cast<MandatData<Full>&>(*state) = std::move(event);
  stamp_created(*state, context);
}

void evolve(std::optional<Mandat>& state, const MandatUpdated& event, const EventContext& context) {
  if (!state) return;
  apply<MandatData>(*state, event);
  stamp_updated(*state, context);
}

void evolve(std::optional<Mandat>& state, const MandatSigned& event, const EventContext& context) {
  if (!state) return;
  state->status = MandatStatus::signe;
  state->date_signature = *event.date_signature;
  stamp_updated(*state, context);
}

void evolve(std::optional<Mandat>& state, const MandatActivated& event, const EventContext& context) {
  if (!state) return;
  state->status = MandatStatus::actif;
  state->date_debut = *event.date_debut;
  stamp_updated(*state, context);
}

void evolve(std::optional<Mandat>& state, const MandatTerminated& event, const EventContext& context) {
  if (!state) return;
  state->status = MandatStatus::termine;
  state->end_reason = *event.reason;
  state->date_fin = *event.date_fin;
  for (MandatProduit& stay : state->produits) {
    if (stay.live()) stay.date_retrait = std::max(*event.date_fin, *stay.date_ajout);
  }
  stamp_updated(*state, context);
}

void evolve(std::optional<Mandat>& state, const MandatProduitAdded& event, const EventContext& context) {
  if (!state) return;
  state->produits.push_back({event.produit_id, event.date_ajout, std::nullopt, event.allocation});
  stamp_updated(*state, context);
}

void evolve(std::optional<Mandat>& state, const MandatProduitChanged& event, const EventContext& context) {
  if (!state) return;
  if (MandatProduit* stay = live_stay(state->produits, *event.produit_id)) stay->allocation = event.allocation;
  stamp_updated(*state, context);
}

void evolve(std::optional<Mandat>& state, const MandatProduitRemoved& event, const EventContext& context) {
  if (!state) return;
  if (MandatProduit* stay = live_stay(state->produits, *event.produit_id)) stay->date_retrait = *event.date_retrait;
  stamp_updated(*state, context);
}

void evolve(std::optional<Mandat>& state, const MandatExpiringSoon& event, const EventContext& context) {
  if (!state) return;
  state->expiring_soon_told_for = *event.date_fin;
  stamp_updated(*state, context);
}

void evolve(std::optional<Mandat>& state, const MandatDeleted&, const EventContext& context) {
  if (state) stamp_deleted(*state, context);
}

void evolve(std::optional<Mandat>& state, const MandatRestored&, const EventContext& context) {
  if (state) stamp_restored(*state, context);
}

void evolve(std::optional<Mandat>& state, const MandatMoved& event, const EventContext& context) {
  if (!state) return;
  state->organisation_id = event.organisation_id;
  stamp_updated(*state, context);
}

}  // namespace alforis::domain
