#pragma once
// What is to be done, by when: overdue, today, this week, later. By the asker's own clock.

#include <string>
#include <vector>

#include "api/routes/common.hpp"

namespace alforis::api {

/// A kind of record that is to be done by some time.
struct AgendaOf {
  domain::EntityKind kind = domain::EntityKind::task;
  std::string_view collection;  ///< path, such as `/api/v1/tasks`
  std::string_view tag;
  std::string_view summary;
  Schema answer;                             ///< made by agenda_schema()
  std::string_view field;                    ///< by when
  projections::Parameters open;              ///< filters that hold unless the asker says something else of the field
  std::string_view whose;                    ///< the filter that is `me` where nothing is said
  std::vector<std::string_view> says_whose;  ///< the filters that say it
};

/// `GET collection/agenda`, with the filters of the list.
Route agenda_row(Services& services, AgendaOf what);

/// JSON Schema of an agenda. `record`: the name of the records' schema in the OpenAPI document.
std::string agenda_schema(std::string_view record);

/// `GET /api/v1/teams/{id}/week`: what its members have to do, day by day.
Route team_week_row(Services& services);

}  // namespace alforis::api
