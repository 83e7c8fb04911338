#include "commands/kpi.hpp"

#include "commands/references.hpp"

namespace alforis::commands {

using namespace domain;

namespace index {
std::string kpi_month(const KpiMonth& month) {
  return key_of("u/kpi/", *month.organisation_id) + '/' + std::to_string(*month.year) + '/' +
         std::to_string(*month.month);
}
}  // namespace index

std::vector<std::string> keys_of(const Kpi& kpi) {
  std::vector<std::string> keys = {shared_key(index::of_organisation(Kpi::k_entity, *kpi.organisation_id), kpi.id)};
  if (!kpi.deleted()) keys.push_back(index::kpi_month(kpi));
  return keys;
}

namespace {

constexpr std::string_view k_somebody_elses = "the organisation belongs to somebody else";

void check_month(Problems& problems, const KpiMonth& month) {
  if (*month.year < KpiMonth::k_first_year || *month.year > KpiMonth::k_last_year) {
    problems.push_back({"out_of_range", "/year", "2020 to 2100"});
  }
  if (*month.month < 1 || *month.month > 12) problems.push_back({"out_of_range", "/month", "1 to 12"});
}

void check_counts(Problems& problems, const KpiData<Full>& data) {
  const auto check = [&](const std::optional<std::int64_t>& count, std::string_view pointer) {
    if (!count || (*count >= 0 && *count <= KpiData<Full>::k_most)) return;
    problems.push_back({"out_of_range", std::string(pointer), "0 to " + std::to_string(KpiData<Full>::k_most)});
  };
  check(data.rdv, "/rdv");
  check(data.pitchs, "/pitchs");
  check(data.due_diligences, "/due_diligences");
  check(data.closings, "/closings");
}

Refusal check_month_is_free(const KpiMonth& month, const Uuid& self, const DecisionContext& context) {
  const auto holder = context.state.holder(index::kpi_month(month));
  if (!holder || *holder == self) return std::nullopt;
  Rejection taken = conflict("already_exists", "the organisation has figures of this month already");
  const auto other = context.state.find<Kpi>(*holder);
  if (other && may_see(*other, context)) taken.conflict = *holder;
  return taken;
}

}  // namespace

Decided decide(const CreateKpi& command, const DecisionContext& context) {
  if (context.actor.role == Role::viewer) return forbidden("viewers change nothing");
  if (auto refusal = check_new_id<Kpi>(command.id, context)) return *refusal;
  KpiCreated event = command.data;
  follow_merges(event.organisation_id, context);
  Problems problems;
  check_month(problems, event);
  check_counts(problems, event);
  check_reference<Organisation>(problems, *event.organisation_id, "/organisation_id", context);
  if (!problems.empty()) return invalid(std::move(problems));
  if (auto refusal = check_party(*event.organisation_id, context)) return *refusal;
  if (auto refusal = check_month_is_free(event, command.id, context)) return *refusal;
  return happened(command.id, std::move(event));
}

Decided decide(const UpdateKpi& command, const DecisionContext& context) {
  const auto present = changeable<Kpi>(command.id, command.if_match, k_somebody_elses, context);
  if (!present) return present.error();
  if (auto refusal = check_not_in_trash(*present, context)) return *refusal;
  KpiUpdated event;
  static_cast<KpiData<Patch>&>(event) = command.patch;
  if (!reduce<KpiData>(event, *present)) return Decision{command.id, {}};
  KpiData<Full> changed = *present;
  apply<KpiData>(changed, event);
  Problems problems;
  check_counts(problems, changed);
  if (!problems.empty()) return invalid(std::move(problems));
  return happened(command.id, std::move(event));
}

Decided decide(const DeleteKpi& command, const DecisionContext& context) {
  return delete_record<KpiDeleted>(command, "only managers delete figures", context);
}

Decided decide(const RestoreKpi& command, const DecisionContext& context) {
  const auto present = restorable(command, "only managers restore figures", context);
  if (!present) return present.error();
  if (!present->deleted()) return Decision{command.id, {}};
  if (auto refusal = check_month_is_free(*present, command.id, context)) return *refusal;
  return happened(command.id, KpiRestored{});
}

}  // namespace alforis::commands
