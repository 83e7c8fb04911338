#pragma once
// Commands of the KPIs that are entered by hand: kept by whoever may change the organisation.

#include <optional>
#include <string>
#include <vector>

#include "commands/decision.hpp"
#include "domain/kpi.hpp"

namespace alforis::commands {

/// One live record per organisation and month: a second is a conflict `already_exists`.
struct CreateKpi {
  using Subject = domain::Kpi;
  Uuid id;
  domain::KpiCreated data;
};
struct UpdateKpi {
  using Subject = domain::Kpi;
  Uuid id;
  IfMatch if_match;
  domain::KpiData<Patch> patch;
};
struct DeleteKpi {
  using Subject = domain::Kpi;
  Uuid id;
  IfMatch if_match;
  std::optional<Text<1000>> reason;
};
/// Not while the month has another live record.
struct RestoreKpi {
  using Subject = domain::Kpi;
  Uuid id;
  IfMatch if_match;
};

Decided decide(const CreateKpi& command, const DecisionContext& context);
Decided decide(const UpdateKpi& command, const DecisionContext& context);
Decided decide(const DeleteKpi& command, const DecisionContext& context);
Decided decide(const RestoreKpi& command, const DecisionContext& context);

namespace index {
/// Unique key of an organisation's month.
std::string kpi_month(const domain::KpiMonth& month);
}  // namespace index

/// All index keys that a KPI has in a state; every one leads to its id.
std::vector<std::string> keys_of(const domain::Kpi& kpi);

}  // namespace alforis::commands
