#pragma once
// What became of a person's erasure.

#include "api/route.hpp"
#include "api/services.hpp"

namespace alforis::api {

/// `GET /api/v1/people/{id}/erasure`: the certificate.
Route erasure_row(Services& services);

}  // namespace alforis::api
