#pragma once
// Commands of produits.

#include <optional>
#include <string>
#include <vector>

#include "commands/decision.hpp"
#include "domain/produit.hpp"

namespace alforis::commands {

struct CreateProduit {
  using Subject = domain::Produit;
  Uuid id;
  domain::ProduitData<Full> data;
};
struct UpdateProduit {
  using Subject = domain::Produit;
  Uuid id;
  IfMatch if_match;
  domain::ProduitData<Patch> patch;
};
/// Not while a mandat has it.
struct DeleteProduit {
  using Subject = domain::Produit;
  Uuid id;
  IfMatch if_match;
  std::optional<Text<1000>> reason;
};
struct RestoreProduit {
  using Subject = domain::Produit;
  Uuid id;
  IfMatch if_match;
};

Decided decide(const CreateProduit& command, const DecisionContext& context);
Decided decide(const UpdateProduit& command, const DecisionContext& context);
Decided decide(const DeleteProduit& command, const DecisionContext& context);
Decided decide(const RestoreProduit& command, const DecisionContext& context);

/// All index keys that a produit has in a state; every one leads to its id.
std::vector<std::string> keys_of(const domain::Produit& produit);

}  // namespace alforis::commands
