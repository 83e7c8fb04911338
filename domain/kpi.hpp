#pragma once
// KPI: what people say themselves about one organisation's month. Where a figure is given, it stands instead of the one
// that is counted.

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>

#include "domain/entity.hpp"
#include "domain/values/money.hpp"
#include "domain/values/percent.hpp"
#include "domain/values/text.hpp"
#include "domain/wire/fields.hpp"

namespace alforis::domain {

/// Whose figures these are, and of when; the organisation changes only when organisations are merged, the month never.
struct KpiMonth {
  static constexpr std::int64_t k_first_year = 2020;
  static constexpr std::int64_t k_last_year = 2100;

  Required<Uuid> organisation_id;
  Required<std::int64_t> year;   ///< 2020 to 2100
  Required<std::int64_t> month;  ///< 1 to 12

  friend bool operator==(const KpiMonth&, const KpiMonth&) = default;
};
BOOST_DESCRIBE_STRUCT(KpiMonth, (), (organisation_id, year, month))

template <class Shape>
struct KpiData {
  ALFORIS_FIELD_KINDS
  /// Of each count.
  static constexpr std::int64_t k_most = 1'000'000;

  Opt<std::int64_t> rdv;  ///< this and the other counts: 0 to k_most
  Opt<std::int64_t> pitchs;
  Opt<std::int64_t> due_diligences;
  Opt<std::int64_t> closings;
  Opt<Money> revenue;
  Opt<Percent> commission_rate;
  Opt<Text<10000>> notes;

  friend bool operator==(const KpiData&, const KpiData&) = default;

  BOOST_DESCRIBE_CLASS(KpiData, (), (rdv, pitchs, due_diligences, closings, revenue, commission_rate, notes), (), ())
};

// ---- events

struct KpiCreated : KpiMonth, KpiData<Full> {
  static constexpr std::string_view k_type = "kpi.created.v1";
};
BOOST_DESCRIBE_STRUCT(KpiCreated, (KpiMonth, KpiData<Full>), ())

struct KpiUpdated : KpiData<Patch> {
  static constexpr std::string_view k_type = "kpi.updated.v1";
};
BOOST_DESCRIBE_STRUCT(KpiUpdated, (KpiData<Patch>), ())

/// The organisation became part of another one.
struct KpiMoved {
  static constexpr std::string_view k_type = "kpi.moved.v1";
  Required<Uuid> organisation_id;  ///< the one that stays
};
BOOST_DESCRIBE_STRUCT(KpiMoved, (), (organisation_id))

struct KpiDeleted {
  static constexpr std::string_view k_type = "kpi.deleted.v1";
  std::optional<Text<1000>> reason;
};
BOOST_DESCRIBE_STRUCT(KpiDeleted, (), (reason))

struct KpiRestored {
  static constexpr std::string_view k_type = "kpi.restored.v1";
};
BOOST_DESCRIBE_STRUCT(KpiRestored, (), ())

// ---- state

struct Kpi : Entity, KpiMonth, KpiData<Full> {
  static constexpr std::string_view k_entity = "kpi";

  friend bool operator==(const Kpi&, const Kpi&) = default;
};
BOOST_DESCRIBE_STRUCT(Kpi, (Entity, KpiMonth, KpiData<Full>), ())

void evolve(std::optional<Kpi>& state, KpiCreated event, const EventContext& context);
void evolve(std::optional<Kpi>& state, const KpiUpdated& event, const EventContext& context);
void evolve(std::optional<Kpi>& state, const KpiMoved& event, const EventContext& context);
void evolve(std::optional<Kpi>& state, const KpiDeleted& event, const EventContext& context);
void evolve(std::optional<Kpi>& state, const KpiRestored& event, const EventContext& context);

}  // namespace alforis::domain
