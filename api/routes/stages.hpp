#pragma once

#include "api/route.hpp"
#include "api/services.hpp"

namespace alforis::api {

/// `GET /api/v1/organisations/{id}/stages`: how long an organisation was in which stage.
Route stages_row(Services& services);

}  // namespace alforis::api
