#include "commands/organisation.hpp"

#include "commands/mandat.hpp"
#include "commands/phones.hpp"
#include "domain/values/fold.hpp"
#include "domain/wire/enums.hpp"

namespace alforis::commands {

using namespace domain;

namespace index {
std::string lei(const Lei& lei) { return "u/lei/" + std::string(lei.text()); }
std::string siret(const Siret& siret) { return "u/siret/" + siret.text(); }
std::string regulator(std::string_view number) { return "i/regulator/" + fold_header(number); }
std::string name(std::string_view name, const std::optional<CountryCode>& country) {
  return "i/name/" + fold_name(name) + '|' + (country ? std::string(country->text()) : std::string());
}
}  // namespace index

std::vector<std::string> keys_of(const Organisation& organisation) {
  std::vector<std::string> keys;
  if (organisation.deleted()) return keys;  // what is deleted is not in anybody's way
  keys.reserve(4);
  if (organisation.lei) keys.push_back(index::lei(*organisation.lei));
  if (organisation.siret) keys.push_back(index::siret(*organisation.siret));
  if (organisation.regulator_number) {
    keys.push_back(shared_key(index::regulator(organisation.regulator_number->text()), organisation.id));
  }
  keys.push_back(shared_key(index::name(organisation.name->text(), organisation.country), organisation.id));
  return keys;
}

namespace {

Refusal check_unique(const std::optional<Lei>& lei, const std::optional<Siret>& siret, const Uuid& self,
                     const DecisionContext& context) {
  if (lei) {
    if (auto refusal = check_taken<Organisation>(index::lei(*lei), "/lei", self, context)) return refusal;
  }
  if (siret) {
    if (auto refusal = check_taken<Organisation>(index::siret(*siret), "/siret", self, context)) return refusal;
  }
  return std::nullopt;
}

/// Whether the actor may make `owner` (nullopt: nobody) the owner of a record.
Refusal check_owner(const std::optional<Uuid>& owner, const DecisionContext& context) {
  if (!owner) return std::nullopt;
  const Viewer& actor = context.actor;
  const auto user = context.state.find<User>(*owner);
  if (!user || !user->active || !can_see_user(actor, *owner, user->team_id)) {
    return invalid(problem("unknown_reference", "there is no active user with this id", "/owner_id"));
  }
  // Whom managers see is of their team.
  if (actor.role >= Role::manager || *owner == actor.id) return std::nullopt;
  return forbidden("sales people take records for themselves; managers and administrators give them to others");
}

/// SIRET and SIREN speak of the same company.
Refusal check_siren(const std::optional<Siren>& siren, const std::optional<Siret>& siret) {
  if (!siren || !siret || siret->siren() == *siren) return std::nullopt;
  return invalid(problem("siren_mismatch", "the SIRET does not begin with the SIREN", "/siret"));
}

Refusal read_phone(OrganisationData<Full>& data) {
  PhoneReader reader(data.country);
  reader.read(data.phone, "/phone");
  return reader.refusal();
}

const std::optional<CountryCode>& country_after(const OrganisationData<Patch>& patch, const Organisation& present) {
  return patch.country.touched() ? patch.country.value() : present.country;
}

void read_phone_again(OrganisationData<Patch>& patch, const Organisation& present) {
  const auto& country = country_after(patch, present);
  if (country != present.country) PhoneReader(country).read_again(patch.phone, present.phone);
}

Refusal read_phone(OrganisationData<Patch>& patch, const Organisation& present) {
  PhoneReader reader(country_after(patch, present));
  reader.read(patch.phone, "/phone");
  read_phone_again(patch, present);
  return reader.refusal();
}

Refusal check_update_right(const UpdateOrganisation& command, const Organisation& present,
                           const DecisionContext& context) {
  if (can_update(context.actor, context.state.whose(present))) return std::nullopt;
  // Sales people may take a shared record, with that change alone or with others in the same breath.
  const auto& owner = command.patch.owner_id;
  const bool takes =
      context.actor.role == Role::sales && !present.owner_id && owner.touched() && owner.value() == context.actor.id;
  if (takes) return std::nullopt;
  return forbidden("the record belongs to somebody else; a shared one can be taken by setting owner_id to yourself");
}

OrganisationStageChanged stage_change(const Organisation& present, PipelineStage to, std::optional<Text<1000>> reason,
                                      const DecisionContext& context) {
  OrganisationStageChanged event;
  event.from = present.pipeline_stage;
  event.to = to;
  event.reason = std::move(reason);
  if (to == PipelineStage::signe && !present.signature_date) event.signature_date = context.today;
  return event;
}

Rejection reason_required() { return invalid(problem("required", "a move to perdu needs a reason", "/reason")); }

/// Events of a checked patch: changed fields, then the stage's move.
Decided changes(const Organisation& present, OrganisationData<Patch> patch, std::optional<Text<1000>> reason,
                const DecisionContext& context) {
  const auto stage = patch.pipeline_stage;
  patch.pipeline_stage = {};
  Decision decision{present.id, {}};
  if (reduce<OrganisationData>(patch, present)) {
    OrganisationUpdated updated;
    static_cast<OrganisationData<Patch>&>(updated) = patch;
    decision.events.push_back({present.id, std::move(updated)});
  }
  if (stage && *stage != present.pipeline_stage) {
    if (*stage == PipelineStage::perdu && !reason) return reason_required();
    Organisation changed = present;
    apply<OrganisationData>(changed, patch);
    decision.events.push_back({present.id, stage_change(changed, *stage, std::move(reason), context)});
  }
  return decision;
}

using Match = Found<std::optional<Organisation>>;

/// The holder of a number that only one organisation has. What the actor may not see is said to exist, no more.
Match find_by_number(const std::optional<Uuid>& holder, std::string_view pointer, const DecisionContext& context) {
  if (!holder) return std::nullopt;
  auto found = context.state.find<Organisation>(*holder);
  if (found && !may_see(*found, context)) return not_unique(pointer, *holder, false);
  return found;
}

/// Whether they are two companies: both have a number, and the one was not found by the other's.
bool other_company(const OrganisationData<Full>& data, const Organisation& candidate, bool by_register) {
  const auto both = [](const auto& ours, const auto& theirs) { return ours && theirs; };
  return both(data.lei, candidate.lei) || both(data.siret, candidate.siret) ||
         (!by_register && both(data.regulator_number, candidate.regulator_number));
}

/// Organisations under a shared key that may be the same company.
struct Candidates {
  std::vector<Organisation> visible;
  std::optional<Uuid> hidden;  ///< one that the actor may not see
};

Candidates candidates(const OrganisationData<Full>& data, const std::string& key, bool by_register,
                      const DecisionContext& context) {
  constexpr std::size_t k_most_looked_at = 200;
  Candidates same;
  for (const Uuid& id : context.state.holders(key, k_most_looked_at)) {
    auto candidate = context.state.find<Organisation>(id);
    if (!candidate || other_company(data, *candidate, by_register)) continue;
    if (may_see(*candidate, context)) {
      same.visible.push_back(std::move(*candidate));
    } else {
      same.hidden = id;
    }
  }
  return same;
}

/// The only one there is; several decide nothing.
Match only_one(std::vector<Organisation> same) {
  if (same.empty()) return std::nullopt;
  if (same.size() == 1) return std::optional(std::move(same.front()));
  return conflict(
      "ambiguous_match",
      std::to_string(same.size()) + " organisations have this name and country: give a LEI, SIRET or regulator number");
}

/// The live organisation that is the same company, by the first identity that decides. Numbers are one company's, so
/// one that the actor may not see is in the way; names are not, and what the actor may not see does not count.
Match find_same(const OrganisationData<Full>& data, const DecisionContext& context) {
  if (data.lei) {
    auto found = find_by_number(context.state.holder(index::lei(*data.lei)), "/lei", context);
    if (!found || *found) return found;
  }
  if (data.siret) {
    auto found = find_by_number(context.state.holder(index::siret(*data.siret)), "/siret", context);
    if (!found || *found) return found;
  }
  if (data.regulator_number) {
    Candidates same = candidates(data, index::regulator(data.regulator_number->text()), true, context);
    if (!same.visible.empty()) return only_one(std::move(same.visible));
    if (same.hidden) return not_unique("/regulator_number", *same.hidden, false);
  }
  return only_one(candidates(data, index::name(data.name->text(), data.country), false, context).visible);
}

/// The phone has been read.
Decided create(const Uuid& id, OrganisationData<Full> data, const DecisionContext& context) {
  if (auto refusal = check_new_id<Organisation>(id, context)) return *refusal;
  if (auto refusal = check_unique(data.lei, data.siret, id, context)) return *refusal;
  if (auto refusal = check_siren(data.siren, data.siret)) return *refusal;
  if (auto refusal = check_owner(data.owner_id, context)) return *refusal;
  if (context.actor.role == Role::sales && !data.owner_id) data.owner_id = context.actor.id;
  if (data.pipeline_stage == PipelineStage::signe && !data.signature_date) data.signature_date = context.today;
  OrganisationCreated event;
  static_cast<OrganisationData<Full>&>(event) = std::move(data);
  return happened(id, std::move(event));
}

Decided import_new(const ImportOrganisation& command, const DecisionContext& context) {
  OrganisationData<Full> data = command.data;
  if (context.actor.role == Role::manager && !data.owner_id) data.owner_id = context.actor.id;  // into the own team
  Problems warnings = read_imported_phone(data, data.country);
  Decided decided = create(command.id, std::move(data), context);
  if (decided) decided->warnings = std::move(warnings);
  return decided;
}

/// Whoever imports may change what they see (rights.hpp), and nothing else is found.
Decided import_into(const Organisation& present, const ImportOrganisation& command, const DecisionContext& context) {
  if (command.on_existing == ImportPolicy::skip) return Decision{present.id, {}};
  OrganisationData<Full> incoming = command.data;
  Problems warnings = read_imported_phone(incoming, incoming.country ? incoming.country : present.country);
  auto [patch, left_out] = merge_import(present, incoming, command.on_existing);
  if (patch.owner_id.touched()) {
    if (auto refusal = check_owner(patch.owner_id.value(), context)) return *refusal;
  }
  read_phone_again(patch, present);
  Organisation changed = present;
  apply<OrganisationData>(changed, patch);
  if (auto refusal = check_unique(changed.lei, changed.siret, changed.id, context)) return *refusal;
  if (auto refusal = check_siren(changed.siren, changed.siret)) return *refusal;
  Decided decided = changes(present, std::move(patch), Text<1000>::parse("import").value(), context);
  if (decided) {
    warnings.insert(warnings.end(), left_out.begin(), left_out.end());
    decided->warnings = std::move(warnings);
  }
  return decided;
}

}  // namespace

Decided decide(const CreateOrganisation& command, const DecisionContext& context) {
  if (context.actor.role == Role::viewer) return forbidden("viewers change nothing");
  OrganisationData<Full> data = command.data;
  if (auto refusal = read_phone(data)) return *refusal;
  return create(command.id, std::move(data), context);
}

Decided decide(const UpdateOrganisation& command, const DecisionContext& context) {
  const auto present = live<Organisation>(command.id, context);
  if (!present) return present.error();
  if (auto refusal = check_update_right(command, *present, context)) return *refusal;
  if (auto refusal = stale(command.if_match, *present)) return *refusal;
  OrganisationData<Patch> patch = command.patch;
  if (patch.owner_id.touched() && patch.owner_id.value() != present->owner_id) {
    if (auto refusal = check_owner(patch.owner_id.value(), context)) return *refusal;
  }
  if (auto refusal = read_phone(patch, *present)) return *refusal;
  Organisation changed = *present;
  apply<OrganisationData>(changed, patch);
  if (auto refusal = check_unique(changed.lei, changed.siret, changed.id, context)) return *refusal;
  if (auto refusal = check_siren(changed.siren, changed.siret)) return *refusal;
  return changes(*present, std::move(patch), std::nullopt, context);
}

Decided decide(const ChangeStage& command, const DecisionContext& context) {
  const auto present =
      changeable<Organisation>(command.id, command.if_match, "the record belongs to somebody else", context);
  if (!present) return present.error();
  OrganisationData<Patch> patch;
  patch.pipeline_stage = command.stage;
  return changes(*present, std::move(patch), command.reason, context);
}

Decided decide(const DeleteOrganisation& command, const DecisionContext& context) {
  // Nobody who wanted to delete the one means the other.
  if (auto merged = merged_away(command.id, context)) {
    merged->kind = RejectionKind::conflict;
    merged->code = "already_merged";
    return *merged;
  }
  auto decided = delete_record<OrganisationDeleted>(command, "only managers delete organisations", context);
  if (!decided) return decided;
  const auto mandats = context.state.holders(index::running_mandats_of(command.id), k_most_mandats_named);
  if (!mandats.empty()) return in_running_mandats("the organisation", mandats, context);
  return decided;
}

Decided decide(const RestoreOrganisation& command, const DecisionContext& context) {
  const auto present = restorable(command, "only managers restore organisations", context);
  if (!present) return present.error();
  if (!present->deleted()) return Decision{command.id, {}};
  if (present->merged_into) {
    Rejection merged = conflict("already_merged", "the organisation was merged into another: undo the merge");
    merged.moves = {"undo"};
    return merged;
  }
  if (auto refusal = check_unique(present->lei, present->siret, present->id, context)) return *refusal;
  return happened(command.id, OrganisationRestored{});
}

Decided decide(const ImportOrganisation& command, const DecisionContext& context) {
  if (context.actor.role < Role::manager) return forbidden("only administrators and managers import");
  const auto same = find_same(command.data, context);
  if (!same) return same.error();
  Decided decided = *same ? import_into(**same, command, context) : import_new(command, context);
  if (decided) decided->makes_tasks = false;  // what a file tells happened some time ago
  return decided;
}

}  // namespace alforis::commands
