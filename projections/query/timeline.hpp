#pragma once
// Timelines: what happened around an organisation or a person, from several tables in one list. Pure.

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "domain/entity_kind.hpp"
#include "domain/result.hpp"
#include "domain/rights.hpp"
#include "domain/values/instant.hpp"
#include "domain/values/uuid.hpp"
#include "projections/query/rights_sql.hpp"

namespace alforis::projections {

/// Where an item comes from. Of items of one moment those of a later kind stand first.
BOOST_DEFINE_ENUM_CLASS(TimelineKind, interaction, task, stage, mandat, link)

/// The kinds that there are around a record: all around an organisation, around a person no stage and no mandat.
std::vector<TimelineKind> timeline_kinds(domain::EntityKind around);

/// One page of a timeline.
struct TimelineQuery {
  domain::Viewer viewer;
  domain::EntityKind around = domain::EntityKind::organisation;  ///< or person
  domain::Uuid id;
  std::string name;                 ///< of the organisation, as JSON: the title of its stage moves
  std::vector<TimelineKind> kinds;  ///< of timeline_kinds(), each once
  std::size_t limit = 50;           ///< from 1
  std::string after;                ///< a TimelinePage's `next`, or empty
};

/// What the statement finds. Its place in the list is at, kind and tie, the greatest first.
struct TimelineRow {
  domain::Instant at;
  TimelineKind kind = TimelineKind::interaction;
  std::string tie;       ///< unique among the rows of a kind; compared byte by byte
  domain::Uuid id;       ///< of the record
  std::string document;  ///< the record's; of a stage move `{"from":…,"to":…}`, by the stages' places
  std::string type;      ///< of the event, where the item is one
  std::string data;      ///< its JSON
  std::string other;     ///< document of a link's other end; empty when the viewer may not see it
};

struct TimelinePage {
  std::vector<std::string> items;   ///< JSON objects
  std::optional<std::string> next;  ///< cursor payload of the next page; to be sealed before it goes out
};

/// One statement for the page: of each kind its newest by an index, merged. Columns: those of a TimelineRow, `at` in
/// microseconds, the kind by its place; one row more than the limit when there is a next page. Fails with
/// `invalid_value` at `after`.
domain::Result<Statement> timeline_statement(const std::string& schema, const TimelineQuery& query);

/// The page that the rows make.
TimelinePage tell_timeline(const TimelineQuery& query, const std::vector<TimelineRow>& rows);

/// JSON Schema of an item.
std::string timeline_item_schema();

}  // namespace alforis::projections
