#include "projections/query/tally_query.hpp"

#include <algorithm>

namespace alforis::projections {

namespace {

class TallyBuilder {
 public:
  TallyBuilder(const std::string& schema, const TallyQuery& query) : schema_(schema), query_(query) {}

  Statement build() {
    const std::string rows = query_.organisation ? rows_of_organisation() : schema_ + ".tallies";
    std::string where = "true";
    if (query_.organisation) {
      where = "t.organisation_id = " + bind(query_.organisation->text(), "uuid");
    } else {
      where = "t.measure = ANY (" + bind(measures(), "smallint[]") + ")" + narrowed();
    }
    if (query_.from) where += " AND t.period >= " + bind(query_.from->text(), "date");
    if (query_.before) where += " AND t.period < " + bind(query_.before->text(), "date");
    // Sums of numerics and texts to group by cost most of all, so they are left out where there is no money.
    const bool money = of_money();
    const std::string keys = "t.measure, t.period, t.bucket, t.value";
    const std::string by = keys + (money ? ", t.currency" : "");
    statement_.sql =
        "SELECT " + keys +
        (money ? ", t.currency, sum(t.n)::bigint, sum(t.amount)::bigint, round(sum(t.weighted) / 10000)::bigint"
               : ", '', sum(t.n)::bigint, 0, 0") +
        " FROM " + rows + " t WHERE " + where + " GROUP BY " + by + " ORDER BY " + by;
    return std::move(statement_);
  }

 private:
  std::string bind(std::string value, std::string_view type) { return statement_.bind(std::move(value), type); }

  bool of_money() const {
    return std::any_of(query_.measures.begin(), query_.measures.end(),
                       [](Measure measure) { return measure == Measure::pipeline || measure == Measure::aum; });
  }

  std::string measures() const {
    std::string list = "{";
    for (const Measure measure : query_.measures) {
      list += (list.size() > 1 ? "," : "") + std::to_string(static_cast<int>(measure));
    }
    return list + '}';
  }

  /// The condition on the organisation goes down into each part, to the index on its rows.
  std::string rows_of_organisation() const {
    std::string rows;
    for (const Measure measure : query_.measures) {
      rows += (rows.empty() ? "(" : " UNION ALL ") + counted_rows_sql(schema_, measure);
    }
    return rows + ')';
  }

  std::string members(const domain::Uuid& team) {
    return "ARRAY(SELECT u.id FROM " + schema_ + ".users u WHERE u.team_id = " + bind(team.text(), "uuid") + ')';
  }

  /// The same rule as may_see_organisation() of lists, by the owner.
  std::string narrowed() {
    std::string where;
    if (query_.viewer.role != domain::Role::admin) {
      std::string owners =
          "ARRAY[" + bind(query_.viewer.id.text(), "uuid") + ", '" + std::string(k_nobody) + "'::uuid]";
      if (query_.viewer.team) owners += " || " + members(*query_.viewer.team);
      where += " AND t.owner_id = ANY (" + owners + ')';
    }
    if (query_.owner) where += " AND t.owner_id = " + bind(query_.owner->text(), "uuid");
    if (query_.team) where += " AND t.owner_id = ANY (" + members(*query_.team) + ')';
    if (query_.user) where += " AND t.user_id = " + bind(query_.user->text(), "uuid");
    if (query_.worked) where += " AND t.user_id = ANY (" + members(*query_.worked) + ')';
    return where;
  }

  const std::string& schema_;
  const TallyQuery& query_;
  Statement statement_;
};

}  // namespace

Statement tally_statement(const std::string& schema, const TallyQuery& query) {
  return TallyBuilder(schema, query).build();
}

}  // namespace alforis::projections
