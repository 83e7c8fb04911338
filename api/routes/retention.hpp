#pragma once

#include "api/route.hpp"
#include "api/services.hpp"

namespace alforis::api {

/// `GET /api/v1/people/retention`: whom nothing speaks for keeping.
Route retention_row(Services& services);

}  // namespace alforis::api
