#include "domain/produit.hpp"
#include "domain/revert.hpp"
#include "domain/wire/codec.hpp"

ALFORIS_WIRE(alforis::domain::ProduitCreated)
ALFORIS_WIRE(alforis::domain::ProduitUpdated)
ALFORIS_WIRE(alforis::domain::ProduitDeleted)
ALFORIS_WIRE(alforis::domain::ProduitRestored)
ALFORIS_WIRE(alforis::domain::Produit)
ALFORIS_WIRE(alforis::domain::ProduitData<alforis::domain::Patch>)
ALFORIS_WIRE(alforis::domain::ProduitData<alforis::domain::Full>)
ALFORIS_WIRE(alforis::domain::Reverted<alforis::domain::Produit>)
