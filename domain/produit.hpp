#pragma once
// Produit: a fund that is sold, known by its ISIN.

#include <boost/describe.hpp>
#include <optional>

#include "domain/entity.hpp"
#include "domain/values/currency_code.hpp"
#include "domain/values/isin.hpp"
#include "domain/values/text.hpp"
#include "domain/wire/fields.hpp"

namespace alforis::domain {

BOOST_DEFINE_ENUM_CLASS(ProduitType, opcvm, fcp, sicav, etf, fonds_alternatif, scpi, autre)
BOOST_DEFINE_ENUM_CLASS(ProduitStatus, en_attente, actif, inactif)

template <class Shape>
struct ProduitData {
  ALFORIS_FIELD_KINDS

  Req<Line<255>> name;
  Opt<Isin> isin;  ///< unique among produits
  Req<ProduitType> type;
  Def<ProduitStatus> status = Shape::initial(ProduitStatus::en_attente);
  Opt<CurrencyCode> currency;
  Opt<Text<10000>> notes;

  friend bool operator==(const ProduitData&, const ProduitData&) = default;

  BOOST_DESCRIBE_CLASS(ProduitData, (), (name, isin, type, status, currency, notes), (), ())
};

// ---- events

struct ProduitCreated : ProduitData<Full> {
  static constexpr std::string_view k_type = "produit.created.v1";
};
BOOST_DESCRIBE_STRUCT(ProduitCreated, (ProduitData<Full>), ())

struct ProduitUpdated : ProduitData<Patch> {
  static constexpr std::string_view k_type = "produit.updated.v1";
};
BOOST_DESCRIBE_STRUCT(ProduitUpdated, (ProduitData<Patch>), ())

struct ProduitDeleted {
  static constexpr std::string_view k_type = "produit.deleted.v1";
  std::optional<Text<1000>> reason;
};
BOOST_DESCRIBE_STRUCT(ProduitDeleted, (), (reason))

struct ProduitRestored {
  static constexpr std::string_view k_type = "produit.restored.v1";
};
BOOST_DESCRIBE_STRUCT(ProduitRestored, (), ())

// ---- state

struct Produit : Entity, ProduitData<Full> {
  static constexpr std::string_view k_entity = "produit";

  friend bool operator==(const Produit&, const Produit&) = default;
};
BOOST_DESCRIBE_STRUCT(Produit, (Entity, ProduitData<Full>), ())

void evolve(std::optional<Produit>& state, ProduitCreated event, const EventContext& context);
void evolve(std::optional<Produit>& state, const ProduitUpdated& event, const EventContext& context);
void evolve(std::optional<Produit>& state, const ProduitDeleted& event, const EventContext& context);
void evolve(std::optional<Produit>& state, const ProduitRestored& event, const EventContext& context);

}  // namespace alforis::domain
