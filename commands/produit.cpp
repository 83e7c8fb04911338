#include "commands/produit.hpp"

#include "commands/mandat.hpp"

namespace alforis::commands {

using namespace domain;

namespace {

constexpr std::string_view k_managers_only = "only managers keep the produits";

std::string isin_key(const Isin& isin) { return "u/isin/" + isin.text(); }

Refusal check_isin(const std::optional<Isin>& isin, const Uuid& self, const DecisionContext& context) {
  return isin ? check_taken<Produit>(isin_key(*isin), "/isin", self, context) : std::nullopt;
}

}  // namespace

std::vector<std::string> keys_of(const Produit& produit) {
  if (produit.deleted() || !produit.isin) return {};
  return {isin_key(*produit.isin)};
}

Decided decide(const CreateProduit& command, const DecisionContext& context) {
  if (context.actor.role < Role::manager) return forbidden(k_managers_only);
  if (auto refusal = check_new_id<Produit>(command.id, context)) return *refusal;
  if (auto refusal = check_isin(command.data.isin, command.id, context)) return *refusal;
  ProduitCreated event;
  static_cast<ProduitData<Full>&>(event) = command.data;
  return happened(command.id, std::move(event));
}

Decided decide(const UpdateProduit& command, const DecisionContext& context) {
  const auto present = changeable<Produit>(command.id, command.if_match, k_managers_only, context);
  if (!present) return present.error();
  ProduitUpdated event;
  static_cast<ProduitData<Patch>&>(event) = command.patch;
  if (event.isin.touched()) {
    if (auto refusal = check_isin(event.isin.value(), command.id, context)) return *refusal;
  }
  if (!reduce<ProduitData>(event, *present)) return Decision{command.id, {}};
  return happened(command.id, std::move(event));
}

Decided decide(const DeleteProduit& command, const DecisionContext& context) {
  auto decided = delete_record<ProduitDeleted>(command, k_managers_only, context);
  if (!decided) return decided;
  const auto mandats = context.state.holders(index::running_mandats_of_produit(command.id), k_most_mandats_named);
  if (!mandats.empty()) return in_running_mandats("the produit", mandats, context);
  return decided;
}

Decided decide(const RestoreProduit& command, const DecisionContext& context) {
  const auto present = restorable(command, k_managers_only, context);
  if (!present) return present.error();
  if (!present->deleted()) return Decision{command.id, {}};
  if (auto refusal = check_isin(present->isin, command.id, context)) return *refusal;
  return happened(command.id, ProduitRestored{});
}

}  // namespace alforis::commands
