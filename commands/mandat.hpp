#pragma once
// Commands of mandats.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/decision.hpp"
#include "domain/mandat.hpp"

namespace alforis::commands {

struct CreateMandat {
  using Subject = domain::Mandat;
  Uuid id;
  domain::MandatCreated data;
};
struct UpdateMandat {
  using Subject = domain::Mandat;
  Uuid id;
  IfMatch if_match;
  domain::MandatData<Patch> patch;
};
/// propose → signe.
struct SignMandat {
  using Subject = domain::Mandat;
  Uuid id;
  IfMatch if_match;
  std::optional<domain::Date> date_signature;  ///< the mandat's own when empty
};
/// signe → actif.
struct ActivateMandat {
  using Subject = domain::Mandat;
  Uuid id;
  IfMatch if_match;
  std::optional<domain::Date> date_debut;  ///< the mandat's own when empty
};
/// → termine; of one that was only proposed it is an abandon.
struct TerminateMandat {
  using Subject = domain::Mandat;
  Uuid id;
  IfMatch if_match;
  Required<Text<1000>> reason;
  std::optional<domain::Date> date_fin;  ///< today when empty
};
/// The system's: an active mandat whose date_fin is over ends.
struct EndMandat {
  using Subject = domain::Mandat;
  Uuid id;
};
/// The system's: thirty days or less are left of an active mandat; told once for each date_fin.
struct AnnounceMandatExpiry {
  using Subject = domain::Mandat;
  static constexpr std::chrono::days k_ahead{30};
  Uuid id;
};
struct AddProduitToMandat {
  using Subject = domain::Mandat;
  Uuid id;
  IfMatch if_match;
  Uuid produit_id;
  std::optional<domain::Date> date_ajout;  ///< today when empty
  std::optional<domain::Percent> allocation;
};
struct ChangeProduitOfMandat {
  using Subject = domain::Mandat;
  Uuid id;
  IfMatch if_match;
  Uuid produit_id;
  domain::Edit<domain::Percent> allocation;
};
struct RemoveProduitFromMandat {
  using Subject = domain::Mandat;
  Uuid id;
  IfMatch if_match;
  Uuid produit_id;
  std::optional<domain::Date> date_retrait;  ///< today when empty
  std::optional<Text<1000>> reason;
};
/// Not while it runs.
struct DeleteMandat {
  using Subject = domain::Mandat;
  Uuid id;
  IfMatch if_match;
  std::optional<Text<1000>> reason;
};
struct RestoreMandat {
  using Subject = domain::Mandat;
  Uuid id;
  IfMatch if_match;
};

Decided decide(const CreateMandat& command, const DecisionContext& context);
Decided decide(const UpdateMandat& command, const DecisionContext& context);
Decided decide(const SignMandat& command, const DecisionContext& context);
Decided decide(const ActivateMandat& command, const DecisionContext& context);
Decided decide(const TerminateMandat& command, const DecisionContext& context);
Decided decide(const EndMandat& command, const DecisionContext& context);
Decided decide(const AnnounceMandatExpiry& command, const DecisionContext& context);
Decided decide(const AddProduitToMandat& command, const DecisionContext& context);
Decided decide(const ChangeProduitOfMandat& command, const DecisionContext& context);
Decided decide(const RemoveProduitFromMandat& command, const DecisionContext& context);
Decided decide(const DeleteMandat& command, const DecisionContext& context);
Decided decide(const RestoreMandat& command, const DecisionContext& context);

/// How many of the mandats in the way are looked for.
inline constexpr std::size_t k_most_mandats_named = 20;

namespace index {
/// Shared keys: the mandats that run, by whose they are and by what they have.
std::string running_mandats_of(const Uuid& organisation);
std::string running_mandats_of_produit(const Uuid& produit);
/// Dated keys: active mandats by their date_fin, and by the day from which its approach is to be told.
std::string mandat_ends();
std::string mandat_expiries();
}  // namespace index

/// Refuses a deletion because of these mandats, which it names as far as the actor may see them. `what`: "the produit".
Rejection in_running_mandats(std::string_view what, const std::vector<Uuid>& mandats, const DecisionContext& context);

/// All index keys that a mandat has in a state; every one leads to its id.
std::vector<std::string> keys_of(const domain::Mandat& mandat);

}  // namespace alforis::commands
