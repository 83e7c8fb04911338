#include "commands/mandat.hpp"

#include "commands/references.hpp"
#include "domain/organisation.hpp"
#include "domain/produit.hpp"
#include "domain/values/ascii.hpp"

namespace alforis::commands {

using namespace domain;

namespace {

/// Also of deleted mandats, which keep their numbers. Compared without case, nothing else: 12.5 is not 125.
std::string number_key(std::string_view number) { return "u/mandat/" + ascii::lower(number); }

std::string numbered(int year, std::uint64_t number) {
  std::string digits = std::to_string(number);
  if (digits.size() < 4) digits.insert(0, 4 - digits.size(), '0');
  return "M-" + std::to_string(year) + '-' + digits;
}

/// The next number of the year: one that is free while the one before it is taken, found by doubling steps and then
/// halving them. Without a counter to keep, and without gaps, whatever numbers were given by hand.
std::string next_number(const DecisionContext& context) {
  const int year = static_cast<int>(context.today.ymd().year());
  const auto taken = [&](std::uint64_t number) {
    return number == 0 || context.state.holder(number_key(numbered(year, number))).has_value();
  };
  std::uint64_t used = 0;
  std::uint64_t free = 1;
  while (taken(free)) {
    used = free;
    free *= 2;
  }
  while (free - used > 1) {
    const std::uint64_t middle = used + (free - used) / 2;
    (taken(middle) ? used : free) = middle;
  }
  return numbered(year, free);
}

Refusal check_number(const Line<100>& number, const Uuid& self, const DecisionContext& context) {
  return check_taken<Mandat>(number_key(number.text()), "/number", self, context);
}

/// signature ≤ debut ≤ fin, as far as they are there.
Refusal check_dates(const MandatData<Full>& data) {
  const auto reversed = [](const std::optional<Date>& first, const std::optional<Date>& then) {
    return first && then && *then < *first;
  };
  Problems problems;
  if (reversed(data.date_signature, data.date_debut)) {
    problems.push_back({"dates_reversed", "/date_debut", "date_debut is before date_signature"});
  }
  if (reversed(data.date_debut, data.date_fin) || reversed(data.date_signature, data.date_fin)) {
    problems.push_back({"dates_reversed", "/date_fin", "date_fin is before date_debut or date_signature"});
  }
  if (problems.empty()) return std::nullopt;
  return invalid(std::move(problems));
}

/// The dates that a status rests on stay, and an end that has come does not move. What is not touched is not looked at:
/// a mandat that was called off before it began has its dates the wrong way round for good.
Refusal check_changed_dates(const Mandat& present, const MandatUpdated& event) {
  if (!event.date_signature.touched() && !event.date_debut.touched() && !event.date_fin.touched()) return std::nullopt;
  if (present.status == MandatStatus::termine && event.date_fin.touched()) {
    return conflict("ended", "the mandat has ended, and its end does not move");
  }
  MandatData<Full> changed = present;
  apply<MandatData>(changed, event);
  Problems problems;
  if (present.status != MandatStatus::propose && present.date_signature && !changed.date_signature) {
    problems.push_back({"not_nullable", "/date_signature", "the mandat is signed"});
  }
  if (present.status == MandatStatus::actif && !changed.date_debut) {
    problems.push_back({"not_nullable", "/date_debut", "the mandat is active"});
  }
  if (!problems.empty()) return invalid(std::move(problems));
  return check_dates(changed);
}

Rejection date_required(std::string_view pointer) {
  return invalid(problem("required", "this move needs the date", pointer));
}

std::vector<std::string> moves_from(MandatStatus status) {
  switch (status) {
    case MandatStatus::propose:
      return {"sign", "terminate"};
    case MandatStatus::signe:
      return {"activate", "terminate"};
    case MandatStatus::actif:
      return {"terminate"};
    case MandatStatus::termine:
      return {};
  }
  return {};
}

Rejection no_such_move(const Mandat& mandat) {
  return commands::no_such_move(Mandat::k_entity, mandat.status, moves_from(mandat.status));
}

/// A mandat that the actor may change. Mandats follow their organisation; while that is in the trash they wait.
Found<Mandat> changeable(const Uuid& id, const IfMatch& if_match, const DecisionContext& context) {
  auto present =
      commands::changeable<Mandat>(id, if_match, "the mandat's organisation belongs to somebody else", context);
  if (!present) return present;
  if (auto refusal = check_not_in_trash(*present, context)) return *refusal;
  return present;
}

Refusal check_produit(const Mandat& mandat, const Uuid& produit, const DecisionContext& context) {
  const auto found = context.state.find<Produit>(produit);
  if (!found || found->deleted()) {
    return invalid(problem("unknown_reference", "there is no such produit", "/produit_id"));
  }
  if (mandat.live_produit(produit) != nullptr) return conflict("already_in_mandat", "the mandat has this produit");
  return std::nullopt;
}

Rejection not_in_mandat() { return not_found("produit in this mandat"); }

/// The first day on which the end is told to be near.
Date told_from(const Date& end) {
  const auto day = Date::from_ymd(end.days() - AnnounceMandatExpiry::k_ahead);
  return day ? *day : end;
}

}  // namespace

namespace index {
std::string running_mandats_of(const Uuid& organisation) { return key_of("i/mandats/", organisation); }
std::string running_mandats_of_produit(const Uuid& produit) { return key_of("i/produit_mandats/", produit); }
std::string mandat_ends() { return "t/mandat_end"; }
std::string mandat_expiries() { return "t/mandat_expiry"; }
}  // namespace index

std::vector<std::string> keys_of(const Mandat& mandat) {
  std::vector<std::string> keys;
  keys.push_back(shared_key(index::of_organisation(Mandat::k_entity, *mandat.organisation_id), mandat.id));
  if (mandat.number) keys.push_back(number_key(mandat.number->text()));
  if (mandat.deleted() || !mandat.running()) return keys;
  keys.push_back(shared_key(index::running_mandats_of(*mandat.organisation_id), mandat.id));
  for (const MandatProduit& stay : mandat.produits) {
    if (stay.live()) keys.push_back(shared_key(index::running_mandats_of_produit(*stay.produit_id), mandat.id));
  }
  if (mandat.status != MandatStatus::actif || !mandat.date_fin) return keys;
  keys.push_back(dated_key(index::mandat_ends(), *mandat.date_fin, mandat.id));
  if (mandat.expiring_soon_told_for != mandat.date_fin) {
    keys.push_back(dated_key(index::mandat_expiries(), told_from(*mandat.date_fin), mandat.id));
  }
  return keys;
}

Rejection in_running_mandats(std::string_view what, const std::vector<Uuid>& mandats, const DecisionContext& context) {
  std::string numbers;
  std::optional<Uuid> first;
  for (const Uuid& id : mandats) {
    const auto mandat = context.state.find<Mandat>(id);
    if (!mandat || !mandat->number || !may_see(*mandat, context)) continue;
    numbers += (numbers.empty() ? ": " : ", ") + mandat->number->text();
    if (!first) first = id;
  }
  Rejection refused = conflict("in_running_mandats", std::string(what) + " is part of running mandats" + numbers);
  refused.conflict = first;
  return refused;
}

Decided decide(const CreateMandat& command, const DecisionContext& context) {
  if (context.actor.role == Role::viewer) return forbidden("viewers change nothing");
  if (auto refusal = check_new_id<Mandat>(command.id, context)) return *refusal;
  MandatCreated event = command.data;
  follow_merges(event.organisation_id, context);
  if (auto refusal = check_party(*event.organisation_id, context)) return *refusal;
  if (!event.number) event.number = Line<100>::parse(next_number(context)).value();
  if (auto refusal = check_number(*event.number, command.id, context)) return *refusal;
  if (auto refusal = check_dates(event)) return *refusal;
  return happened(command.id, std::move(event));
}

Decided decide(const UpdateMandat& command, const DecisionContext& context) {
  const auto present = changeable(command.id, command.if_match, context);
  if (!present) return present.error();
  MandatUpdated event;
  static_cast<MandatData<Patch>&>(event) = command.patch;
  if (event.number.touched()) {
    if (!event.number.value()) return invalid(problem("not_nullable", "every mandat has a number", "/number"));
    if (auto refusal = check_number(*event.number.value(), command.id, context)) return *refusal;
  }
  if (!reduce<MandatData>(event, *present)) return Decision{command.id, {}};
  if (auto refusal = check_changed_dates(*present, event)) return *refusal;
  return happened(command.id, std::move(event));
}

Decided decide(const SignMandat& command, const DecisionContext& context) {
  const auto present = changeable(command.id, command.if_match, context);
  if (!present) return present.error();
  if (present->status != MandatStatus::propose) return no_such_move(*present);
  MandatData<Full> changed = *present;
  if (command.date_signature) changed.date_signature = command.date_signature;
  if (!changed.date_signature) return date_required("/date_signature");
  if (auto refusal = check_dates(changed)) return *refusal;
  return happened(command.id, MandatSigned{*changed.date_signature});
}

Decided decide(const ActivateMandat& command, const DecisionContext& context) {
  const auto present = changeable(command.id, command.if_match, context);
  if (!present) return present.error();
  if (present->status != MandatStatus::signe) return no_such_move(*present);
  MandatData<Full> changed = *present;
  if (command.date_debut) changed.date_debut = command.date_debut;
  if (!changed.date_debut) return date_required("/date_debut");
  if (auto refusal = check_dates(changed)) return *refusal;
  return happened(command.id, MandatActivated{*changed.date_debut});
}

Decided decide(const TerminateMandat& command, const DecisionContext& context) {
  const auto present = changeable(command.id, command.if_match, context);
  if (!present) return present.error();
  if (present->status == MandatStatus::termine) return no_such_move(*present);
  const Date end = command.date_fin.value_or(context.today);
  MandatData<Full> changed = *present;
  changed.date_fin = end;
  // What ends today although it was to begin later, or to be signed, is called off.
  if (end != context.today) {
    if (auto refusal = check_dates(changed)) return *refusal;
  }
  return happened(command.id, MandatTerminated{present->status, command.reason, end});
}

Decided decide(const EndMandat& command, const DecisionContext& context) {
  const auto present = live<Mandat>(command.id, context);
  if (!present) return present.error();
  const bool over = present->status == MandatStatus::actif && present->date_fin && *present->date_fin < context.today;
  if (!over) return Decision{command.id, {}};
  return happened(command.id,
                  MandatTerminated{MandatStatus::actif, Text<1000>::parse("Échéance").value(), *present->date_fin});
}

Decided decide(const AnnounceMandatExpiry& command, const DecisionContext& context) {
  const auto present = live<Mandat>(command.id, context);
  if (!present) return present.error();
  const bool near = present->status == MandatStatus::actif && present->date_fin &&
                    present->expiring_soon_told_for != present->date_fin &&
                    told_from(*present->date_fin) <= context.today;
  if (!near) return Decision{command.id, {}};
  return happened(command.id, MandatExpiringSoon{*present->date_fin});
}

Decided decide(const AddProduitToMandat& command, const DecisionContext& context) {
  const auto present = changeable(command.id, command.if_match, context);
  if (!present) return present.error();
  if (!present->running()) {
    return invalid(problem("mandat_not_running", "produits join a mandat that is signed or active", "/produit_id"));
  }
  if (auto refusal = check_produit(*present, command.produit_id, context)) return *refusal;
  if (present->produits.size() >= MandatProduit::k_max_in_list) {
    return invalid(problem("too_many", "a mandat has at most 1000 stays of produits", "/produit_id"));
  }
  const Date joins = command.date_ajout.value_or(context.today);
  for (const MandatProduit& stay : present->produits) {
    if (*stay.produit_id == command.produit_id && joins < *stay.date_retrait) {
      return invalid(problem("dates_reversed", "the produit left the mandat later than that", "/date_ajout"));
    }
  }
  return happened(command.id, MandatProduitAdded{command.produit_id, joins, command.allocation});
}

Decided decide(const ChangeProduitOfMandat& command, const DecisionContext& context) {
  const auto present = changeable(command.id, command.if_match, context);
  if (!present) return present.error();
  const MandatProduit* const stay = present->live_produit(command.produit_id);
  if (stay == nullptr) return not_in_mandat();
  const auto& change = command.allocation;
  if (!change.touched() || change.value() == stay->allocation) return Decision{command.id, {}};
  return happened(command.id, MandatProduitChanged{command.produit_id, change.value()});
}

Decided decide(const RemoveProduitFromMandat& command, const DecisionContext& context) {
  const auto present = changeable(command.id, command.if_match, context);
  if (!present) return present.error();
  const MandatProduit* const stay = present->live_produit(command.produit_id);
  if (stay == nullptr) return not_in_mandat();
  const Date leaves = command.date_retrait.value_or(std::max(context.today, *stay->date_ajout));
  if (leaves < *stay->date_ajout) {
    return invalid(problem("dates_reversed", "date_retrait is before date_ajout", "/date_retrait"));
  }
  return happened(command.id, MandatProduitRemoved{command.produit_id, leaves, command.reason});
}

Decided decide(const DeleteMandat& command, const DecisionContext& context) {
  auto decided = delete_record<MandatDeleted>(command, "only managers delete mandats", context);
  if (!decided) return decided;
  const auto present = context.state.find<Mandat>(command.id);
  if (present->running()) {
    Rejection refused = conflict("mandat_running", "a mandat that runs cannot be deleted: terminate it first");
    refused.moves = moves_from(present->status);
    return refused;
  }
  return decided;
}

Decided decide(const RestoreMandat& command, const DecisionContext& context) {
  return restore_record<MandatRestored>(command, "only managers restore mandats", context);
}

}  // namespace alforis::commands
