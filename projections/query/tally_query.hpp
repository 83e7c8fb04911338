#pragma once
// Questions to the tallies: what a viewer may see of them, summed. Pure.

#include <optional>
#include <string>
#include <vector>

#include "domain/rights.hpp"
#include "domain/values/date.hpp"
#include "projections/query/list_sql.hpp"
#include "projections/query/tallies.hpp"

namespace alforis::projections {

/// Which figures; what is not named does not narrow. Figures of organisations that the viewer may not see are never in.
struct TallyQuery {
  domain::Viewer viewer;
  std::vector<Measure> measures;
  std::optional<domain::Date> from;    ///< first day of a month or week
  std::optional<domain::Date> before;  ///< the day after the last
  std::optional<domain::Uuid> owner;   ///< whose the organisations are
  std::optional<domain::Uuid> team;    ///< whose team's they are
  std::optional<domain::Uuid> user;    ///< whose work it was
  std::optional<domain::Uuid> worked;  ///< whose team's work it was
  /// Of this one organisation: counted from its rows. The caller has seen to it that the viewer may see it.
  std::optional<domain::Uuid> organisation;
};

/// A sum.
struct TallyRow {
  Measure measure = Measure::pipeline;
  domain::Date period;  ///< its first day; of measures without one 1970-01-01
  int bucket = 0;
  int value = 0;
  std::string currency;  ///< empty: none
  std::int64_t n = 0;
  std::int64_t amount = 0;    ///< cents
  std::int64_t weighted = 0;  ///< cents
};

/// Columns: those of a TallyRow, in the order of its members and of their values.
Statement tally_statement(const std::string& schema, const TallyQuery& query);

}  // namespace alforis::projections
