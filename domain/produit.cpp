#include "domain/produit.hpp"

#include <utility>

#include "domain/patch.hpp"

namespace alforis::domain {

void evolve(std::optional<Produit>& state, ProduitCreated event, const EventContext& context) {
  state.emplace();
  static_cast<ProduitData<Full>&>(*state) = std::move(event);
  stamp_created(*state, context);
}

void evolve(std::optional<Produit>& state, const ProduitUpdated& event, const EventContext& context) {
  if (!state) return;
  apply<ProduitData>(*state, event);
  stamp_updated(*state, context);
}

void evolve(std::optional<Produit>& state, const ProduitDeleted&, const EventContext& context) {
  if (state) stamp_deleted(*state, context);
}

void evolve(std::optional<Produit>& state, const ProduitRestored&, const EventContext& context) {
  if (state) stamp_restored(*state, context);
}

}  // namespace alforis::domain
