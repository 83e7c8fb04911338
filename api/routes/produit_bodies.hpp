#pragma once
// Bodies of produits.

#include "api/routes/bodies.hpp"
#include "domain/produit.hpp"

namespace alforis::api {

struct NewProduit : ProposedId, domain::ProduitData<domain::Full> {};
BOOST_DESCRIBE_STRUCT(NewProduit, (ProposedId, domain::ProduitData<domain::Full>), ())

}  // namespace alforis::api
