#include "commands/merge.hpp"

#include <algorithm>

#include "commands/kpi.hpp"
#include "commands/link.hpp"
#include "domain/import_merge.hpp"
#include "domain/interaction.hpp"
#include "domain/kpi.hpp"
#include "domain/mandat.hpp"
#include "domain/task.hpp"

namespace alforis::commands {

using namespace domain;

namespace {

/// The record that stays.
Found<Organisation> survivor_of(const MergeOrganisation& command, const DecisionContext& context) {
  const Uuid id = context.state.survivor(command.into);
  auto found = context.state.find<Organisation>(id);
  if (!found || found->deleted() || !may_see(*found, context)) {
    return invalid(problem("unknown_reference", "there is no such organisation", "/into"));
  }
  if (id == command.id) return invalid(problem("same_record", "an organisation is not merged into itself", "/into"));
  if (!can_delete(context.actor, context.state.whose(*found)))
    return forbidden("the surviving organisation is another team's");
  return std::move(*found);
}

/// Carries what hangs on the merged record over to the survivor.
class Carrying {
 public:
  Carrying(const Uuid& from, const Uuid& to, const DecisionContext& context, Decision& decision)
      : from_(from), to_(to), context_(context), decision_(decision) {}

  void carry() {
    survivor_has_primary_ = context_.state.holder(index::primary_link(to_)).has_value();
    for (const Uuid& id : ids(Link::k_entity)) carry_link(context_.state.find<Link>(id).value());
    for (const Uuid& id : ids(Kpi::k_entity)) carry_kpi(context_.state.find<Kpi>(id).value());
    for (const Uuid& id : ids(Mandat::k_entity)) push(id, MandatMoved{to_});
    for (const Uuid& id : ids(Interaction::k_entity)) {
      InteractionUpdated moved;
      moved.organisation_id = to_;
      push(id, std::move(moved));
    }
    for (const Uuid& id : ids(Task::k_entity)) {
      TaskUpdated moved;
      moved.organisation_id = to_;
      push(id, std::move(moved));
    }
  }

 private:
  std::vector<Uuid> ids(std::string_view kind) const {
    return context_.state.holders(index::of_organisation(kind, from_));
  }

  template <class Event>
  void push(const Uuid& id, Event event) {
    decision_.events.emplace_back(id, std::move(event));
  }

  /// What ends or is no longer primary is so before it moves: keys that only one link may have are never two's.
  void carry_link(const Link& link) {
    const auto twin = link.live ? context_.state.holder(index::link_pair(*link.person_id, to_)) : std::nullopt;
    if (twin) {
      push(link.id, LinkEnded{std::max(context_.today, link.since.value_or(context_.today)), why()});
      fill_twin(context_.state.find<Link>(*twin).value(), link);
    } else if (link.is_primary && survivor_has_primary_) {
      LinkUpdated demoted;
      demoted.is_primary = false;
      push(link.id, std::move(demoted));
    }
    push(link.id, LinkMoved{to_});
  }

  void carry_kpi(const Kpi& kpi) {
    KpiMonth month = kpi;
    month.organisation_id = to_;
    const auto twin = kpi.deleted() ? std::nullopt : context_.state.holder(index::kpi_month(month));
    if (twin) {
      push(kpi.id, KpiDeleted{why()});
      fill_twin(context_.state.find<Kpi>(*twin).value(), kpi);
    }
    push(kpi.id, KpiMoved{to_});
  }

  template <class Edited, class Value>
  static void fill(Edited& patch, const Value& present, const Value& incoming) {
    if (!present && incoming) patch = *incoming;
  }

  void fill_twin(const Kpi& twin, const Kpi& kpi) {
    KpiUpdated filled;
    using Figures = domain::detail::PublicMembers<KpiData<Full>>;
    using Changes = domain::detail::PublicMembers<KpiData<Patch>>;
    boost::mp11::mp_for_each<boost::mp11::mp_iota<boost::mp11::mp_size<Figures>>>([&](auto index) {
      constexpr auto k_figure = boost::mp11::mp_at<Figures, decltype(index)>::pointer;
      fill(filled.*boost::mp11::mp_at<Changes, decltype(index)>::pointer, twin.*k_figure, kpi.*k_figure);
    });
    if (reduce<KpiData>(filled, twin)) push(twin.id, std::move(filled));
  }

  void fill_twin(const Link& twin, const Link& link) {
    LinkUpdated filled;
    fill(filled.job_title, twin.job_title, link.job_title);
    fill(filled.work_email, twin.work_email, link.work_email);
    fill(filled.work_phone, twin.work_phone, link.work_phone);
    fill(filled.notes, twin.notes, link.notes);
    if (link.since && !(twin.since <= link.since && twin.since)) filled.since = *link.since;
    if (link.is_primary && !survivor_has_primary_) filled.is_primary = true;
    if (reduce<LinkData>(filled, twin)) push(twin.id, std::move(filled));
  }

  static std::optional<Text<1000>> why() { return Text<1000>::parse("fusion").value(); }

  const Uuid from_;
  const Uuid to_;
  const DecisionContext& context_;
  Decision& decision_;
  bool survivor_has_primary_ = false;
};

}  // namespace

Decided decide(const MergeOrganisation& command, const DecisionContext& context) {
  const auto merged = live<Organisation>(command.id, context);
  if (!merged) return merged.error();
  if (!can_delete(context.actor, context.state.whose(*merged))) return forbidden("only managers merge organisations");
  if (auto refusal = stale(command.if_match, *merged)) return *refusal;
  const auto survivor = survivor_of(command, context);
  if (!survivor) return survivor.error();
  auto [patch, warnings] = merge_import(*survivor, *merged, ImportPolicy::fill);
  OrganisationAbsorbed absorbed;
  absorbed.absorbed_id = command.id;
  reduce<OrganisationData>(patch, *survivor);
  static_cast<OrganisationData<Patch>&>(absorbed) = std::move(patch);
  Decision decision = happened(survivor->id, std::move(absorbed));
  decision.warnings = std::move(warnings);
  decision.makes_tasks = false;
  decision.events.emplace_back(command.id, OrganisationMerged{survivor->id, command.reason});
  Carrying(command.id, survivor->id, context, decision).carry();
  return decision;
}

}  // namespace alforis::commands
