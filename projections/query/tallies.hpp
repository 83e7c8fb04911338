#pragma once
// Tallies: what dashboards and KPIs show, counted while rows change. A tally is a row of one list: which table it
// counts, which of its rows, and by what. From that list come the triggers that keep the table `tallies` up in the
// transaction of every batch, the statements that fill it after a bulk load, and the counts of one organisation.

#include <boost/describe.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace alforis::projections {

/// What is counted; stored by place.
BOOST_DEFINE_ENUM_CLASS(Measure, pipeline, aum, mandats, activity, rdv, pitchs, due_diligences, closings, entered,
                        stage_days)

/// Who owns what nobody owns: the shared organisations'. Also the user of what is credited to nobody.
inline constexpr std::string_view k_nobody = "00000000-0000-0000-0000-000000000000";

/// The bucket of organisations without a category.
inline constexpr int k_no_category = 99;

/// The columns that tell one tally row from another, the first being the measure.
inline constexpr std::string_view k_tally_keys = "measure, period, owner_id, user_id, bucket, value, currency";

/// DDL of the table.
std::string tallies_table_sql(const std::string& schema);

/// Fill the empty table from whole tables, one statement a measure, in any order and on any connections.
std::vector<std::string> tally_fill_statements(const std::string& schema);

/// Makes the triggers that keep a filled table up; from then on every statement leaves it as a new filling would.
std::string tally_triggers_sql(const std::string& schema);

/// A query of the rows that one measure counts, each with its keys, `organisation_id`, and `n`, `amount`, `weighted`.
std::string counted_rows_sql(const std::string& schema, Measure measure);

}  // namespace alforis::projections
