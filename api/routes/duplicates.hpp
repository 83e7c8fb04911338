#pragma once
// Records that may be the same organisation.

#include "api/route.hpp"
#include "api/services.hpp"

namespace alforis::api {

/// `GET /api/v1/organisations/duplicates`.
Route duplicates_row(Services& services);

}  // namespace alforis::api
