#pragma once
// The rows that the server answers and the document about them: one list for `serve` and `openapi`.

#include "api/health.hpp"
#include "api/metrics.hpp"
#include "api/openapi.hpp"
#include "api/router.hpp"
#include "api/services.hpp"

namespace alforis::programs {

/// Every row but those of the documentation, in the order of the document. All of the rest outlives the router.
void add_api_rows(api::Router& router, api::Services& services, api::Health& health, api::Metrics& metrics);

/// What the document says of itself.
api::OpenApiInfo openapi_info();

}  // namespace alforis::programs
