#pragma once
// Bodies of mandats.

#include <optional>

#include "api/routes/bodies.hpp"
#include "domain/mandat.hpp"

namespace alforis::api {

struct NewMandat : ProposedId, domain::MandatParty, domain::MandatData<domain::Full> {};
BOOST_DESCRIBE_STRUCT(NewMandat, (ProposedId, domain::MandatParty, domain::MandatData<domain::Full>), ())

struct MandatSigning {
  std::optional<domain::Date> date_signature;
};
BOOST_DESCRIBE_STRUCT(MandatSigning, (), (date_signature))

struct MandatActivation {
  std::optional<domain::Date> date_debut;
};
BOOST_DESCRIBE_STRUCT(MandatActivation, (), (date_debut))

struct MandatTermination {
  domain::Required<domain::Text<1000>> reason;
  std::optional<domain::Date> date_fin;
};
BOOST_DESCRIBE_STRUCT(MandatTermination, (), (reason, date_fin))

struct ProduitJoining {
  domain::Required<domain::Uuid> produit_id;
  std::optional<domain::Date> date_ajout;
  std::optional<domain::Percent> allocation;
};
BOOST_DESCRIBE_STRUCT(ProduitJoining, (), (produit_id, date_ajout, allocation))

struct ProduitShare {
  domain::Edit<domain::Percent> allocation;
};
BOOST_DESCRIBE_STRUCT(ProduitShare, (), (allocation))

struct ProduitLeaving {
  std::optional<domain::Date> date_retrait;
  std::optional<domain::Text<1000>> reason;
};
BOOST_DESCRIBE_STRUCT(ProduitLeaving, (), (date_retrait, reason))

}  // namespace alforis::api
