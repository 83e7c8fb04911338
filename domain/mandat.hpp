#pragma once
// Mandat de distribution: an asset manager charges us with selling its produits. Moves propose → signe → actif →
// termine; produits join and leave it meanwhile.

#include <boost/describe.hpp>
#include <optional>
#include <vector>

#include "domain/entity.hpp"
#include "domain/values/date.hpp"
#include "domain/values/percent.hpp"
#include "domain/values/text.hpp"
#include "domain/wire/fields.hpp"

namespace alforis::domain {

BOOST_DEFINE_ENUM_CLASS(MandatStatus, propose, signe, actif, termine)

/// Whose mandat it is; changes only when organisations are merged.
struct MandatParty {
  Required<Uuid> organisation_id;

  friend bool operator==(const MandatParty&, const MandatParty&) = default;
};
BOOST_DESCRIBE_STRUCT(MandatParty, (), (organisation_id))

template <class Shape>
struct MandatData {
  ALFORIS_FIELD_KINDS

  Opt<Line<100>> number;  ///< unique; made as M-YYYY-NNNN when a new mandat has none, so no mandat is without
  Opt<Date> date_signature;
  Opt<Date> date_debut;
  Opt<Date> date_fin;
  Opt<Percent> commission_rate;
  Opt<Text<10000>> notes;

  friend bool operator==(const MandatData&, const MandatData&) = default;

  BOOST_DESCRIBE_CLASS(MandatData, (), (number, date_signature, date_debut, date_fin, commission_rate, notes), (), ())
};

/// A produit's stay in a mandat. It may stay again after it has left.
struct MandatProduit {
  /// Most stays in one mandat.
  static constexpr std::size_t k_max_in_list = 1000;

  Required<Uuid> produit_id;
  Required<Date> date_ajout;
  std::optional<Date> date_retrait;  ///< empty while it is in
  std::optional<Percent> allocation;

  bool live() const { return !date_retrait; }

  friend bool operator==(const MandatProduit&, const MandatProduit&) = default;
};
BOOST_DESCRIBE_STRUCT(MandatProduit, (), (produit_id, date_ajout, date_retrait, allocation))

// ---- events

struct MandatCreated : MandatParty, MandatData<Full> {
  static constexpr std::string_view k_type = "mandat.created.v1";
};
BOOST_DESCRIBE_STRUCT(MandatCreated, (MandatParty, MandatData<Full>), ())

struct MandatUpdated : MandatData<Patch> {
  static constexpr std::string_view k_type = "mandat.updated.v1";
};
BOOST_DESCRIBE_STRUCT(MandatUpdated, (MandatData<Patch>), ())

struct MandatSigned {
  static constexpr std::string_view k_type = "mandat.signed.v1";
  Required<Date> date_signature;
};
BOOST_DESCRIBE_STRUCT(MandatSigned, (), (date_signature))

struct MandatActivated {
  static constexpr std::string_view k_type = "mandat.activated.v1";
  Required<Date> date_debut;
};
BOOST_DESCRIBE_STRUCT(MandatActivated, (), (date_debut))

/// Ended, or, while it was only proposed, abandoned. Produits that are in leave on that day, and none
/// before it came.
struct MandatTerminated {
  static constexpr std::string_view k_type = "mandat.terminated.v1";
  MandatStatus from = MandatStatus::actif;
  Required<Text<1000>> reason;
  Required<Date> date_fin;
};
BOOST_DESCRIBE_STRUCT(MandatTerminated, (), (from, reason, date_fin))

struct MandatProduitAdded {
  static constexpr std::string_view k_type = "mandat.produit_added.v1";
  Required<Uuid> produit_id;
  Required<Date> date_ajout;
  std::optional<Percent> allocation;
};
BOOST_DESCRIBE_STRUCT(MandatProduitAdded, (), (produit_id, date_ajout, allocation))

struct MandatProduitChanged {
  static constexpr std::string_view k_type = "mandat.produit_changed.v1";
  Required<Uuid> produit_id;
  std::optional<Percent> allocation;  ///< empty: none any more
};
BOOST_DESCRIBE_STRUCT(MandatProduitChanged, (), (produit_id, allocation))

struct MandatProduitRemoved {
  static constexpr std::string_view k_type = "mandat.produit_removed.v1";
  Required<Uuid> produit_id;
  Required<Date> date_retrait;
  std::optional<Text<1000>> reason;
};
BOOST_DESCRIBE_STRUCT(MandatProduitRemoved, (), (produit_id, date_retrait, reason))

/// Thirty days or less are left.
struct MandatExpiringSoon {
  static constexpr std::string_view k_type = "mandat.expiring_soon.v1";
  Required<Date> date_fin;
};
BOOST_DESCRIBE_STRUCT(MandatExpiringSoon, (), (date_fin))

struct MandatDeleted {
  static constexpr std::string_view k_type = "mandat.deleted.v1";
  std::optional<Text<1000>> reason;
};
BOOST_DESCRIBE_STRUCT(MandatDeleted, (), (reason))

struct MandatRestored {
  static constexpr std::string_view k_type = "mandat.restored.v1";
};
BOOST_DESCRIBE_STRUCT(MandatRestored, (), ())

/// Its organisation was merged into another.
struct MandatMoved {
  static constexpr std::string_view k_type = "mandat.moved.v1";
  Required<Uuid> organisation_id;
};
BOOST_DESCRIBE_STRUCT(MandatMoved, (), (organisation_id))

// ---- state

struct Mandat : Entity, MandatParty, MandatData<Full> {
  static constexpr std::string_view k_entity = "mandat";

  MandatStatus status = MandatStatus::propose;
  std::optional<Text<1000>> end_reason;
  std::vector<MandatProduit> produits;         ///< in the order they joined, those that left included
  std::optional<Date> expiring_soon_told_for;  ///< the date_fin whose approach was told last

  /// Signed or active: produits join, the organisation cannot be deleted.
  bool running() const { return status == MandatStatus::signe || status == MandatStatus::actif; }
  /// The produit's present stay; nullptr when it is not in.
  const MandatProduit* live_produit(const Uuid& produit) const;

  friend bool operator==(const Mandat&, const Mandat&) = default;
};
BOOST_DESCRIBE_STRUCT(Mandat, (Entity, MandatParty, MandatData<Full>),
                      (status, end_reason, produits, expiring_soon_told_for))

void evolve(std::optional<Mandat>& state, MandatCreated event, const EventContext& context);
void evolve(std::optional<Mandat>& state, const MandatUpdated& event, const EventContext& context);
void evolve(std::optional<Mandat>& state, const MandatSigned& event, const EventContext& context);
void evolve(std::optional<Mandat>& state, const MandatActivated& event, const EventContext& context);
void evolve(std::optional<Mandat>& state, const MandatTerminated& event, const EventContext& context);
void evolve(std::optional<Mandat>& state, const MandatProduitAdded& event, const EventContext& context);
void evolve(std::optional<Mandat>& state, const MandatProduitChanged& event, const EventContext& context);
void evolve(std::optional<Mandat>& state, const MandatProduitRemoved& event, const EventContext& context);
void evolve(std::optional<Mandat>& state, const MandatExpiringSoon& event, const EventContext& context);
void evolve(std::optional<Mandat>& state, const MandatDeleted& event, const EventContext& context);
void evolve(std::optional<Mandat>& state, const MandatRestored& event, const EventContext& context);
void evolve(std::optional<Mandat>& state, const MandatMoved& event, const EventContext& context);

}  // namespace alforis::domain
