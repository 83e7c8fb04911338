#pragma once
// What can be asked of a list, and the check of a request's parameters against the columns. Pure.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/entity_kind.hpp"
#include "domain/result.hpp"
#include "domain/rights.hpp"
#include "domain/values/instant.hpp"

namespace alforis::projections {

/// How a condition compares.
enum class Op {
  equal_any,  ///< one of the values
  gte,
  lte,
  from,    ///< at or after
  before,  ///< earlier than
  empty,   ///< value `true`: has none; `false`: has one
  all,     ///< a list field holds every value
  text,    ///< `q`: every word occurs somewhere in the searched text
};

/// Values are checked and in their canonical text.
struct Condition {
  std::string field;  ///< a filterable field's own name; `q` for Op::text
  Op op = Op::equal_any;
  std::vector<std::string> values;

  friend bool operator==(const Condition&, const Condition&) = default;
};

struct SortTerm {
  std::string field;
  bool descending = false;

  friend bool operator==(const SortTerm&, const SortTerm&) = default;
};

enum class Count { none, exact, estimate };

inline constexpr std::size_t k_default_limit = 50;
inline constexpr std::size_t k_max_limit = 200;

/// A list call, checked. Lists hold live records, or, when `deleted`, the deleted ones alone (non-managers: those they
/// deleted).
struct ListQuery {
  domain::EntityKind kind = domain::EntityKind::organisation;
  std::vector<Condition> conditions;
  std::vector<SortTerm> sort;  ///< empty: newest first
  std::size_t limit = k_default_limit;
  std::string after;  ///< a Page's `next`, or empty
  domain::Viewer viewer;
  bool deleted = false;
  Count count = Count::none;
  /// The records as they were after the commit at this position, of those that the viewer may see now. Conditions that
  /// look at other records see those as they are.
  std::optional<std::uint64_t> as_of;
};

/// A week as somebody's calendar has it.
struct Week {
  domain::Instant from;    ///< Monday's midnight
  domain::Instant before;  ///< the next one's
  domain::Instant now;
  std::string time_zone;  ///< by which days are told apart
};

/// One text for all queries that have the same answer: same question, same rights.
std::string cache_key(const ListQuery& query);

/// A query string's parameters, percent-decoded, in their order.
using Parameters = std::vector<std::pair<std::string, std::string>>;

/// Reads `sort`, `limit`, `count`, `after`, `deleted`, `q`, `field`, `field.gte`, `field.lte`, `field.from`,
/// `field.before`, `field.empty`, `field.all`. A problem's pointer is the parameter's name. Codes: `unknown_parameter`
/// (names it and the known ones, for a sort field as well), `invalid_value`, `duplicate_parameter`. `after` is taken
/// over as it is: the caller puts the opened cursor in its place.
domain::Result<ListQuery> parse_list_query(domain::EntityKind kind, const Parameters& parameters,
                                           const domain::Viewer& viewer);

/// A field as lists know it, for API documents.
struct ListField {
  std::string name;
  std::string schema;                  ///< JSON Schema of one value
  std::vector<std::string> operators;  ///< "" (equal), gte, lte, from, before, empty, all
  bool sortable = false;
};

/// The filterable and sortable fields of a kind, aliases included.
std::vector<ListField> list_fields(domain::EntityKind kind);

}  // namespace alforis::projections
