#pragma once

#include <vector>

#include "api/route.hpp"
#include "api/services.hpp"

namespace alforis::api {

/// `GET /api/v1/people/{id}/dossier` and `…/dossier/text`: all that is held of a person.
std::vector<Route> dossier_rows(Services& services);

}  // namespace alforis::api
