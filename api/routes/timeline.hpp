#pragma once
// What happened around a record, in one list.

#include "api/route.hpp"
#include "api/services.hpp"

namespace alforis::api {

/// `GET collection/{id}/timeline` of organisations or people.
Route timeline_row(Services& services, domain::EntityKind around, std::string_view collection, std::string_view tag);

}  // namespace alforis::api
