#pragma once
// The rows of every resource.

#include <vector>

#include "api/route.hpp"
#include "api/services.hpp"

namespace alforis::api {

std::vector<Route> organisation_routes(Services& services);
std::vector<Route> person_routes(Services& services);
std::vector<Route> link_routes(Services& services);
std::vector<Route> produit_routes(Services& services);
std::vector<Route> mandat_routes(Services& services);
std::vector<Route> interaction_routes(Services& services);
std::vector<Route> task_routes(Services& services);
std::vector<Route> team_routes(Services& services);
std::vector<Route> user_routes(Services& services);  ///< with /me
std::vector<Route> auth_routes(Services& services);
std::vector<Route> workspace_routes(Services& services);
std::vector<Route> reassign_routes(Services& services);
std::vector<Route> undo_routes(Services& services);
std::vector<Route> invitation_routes(Services& services);
std::vector<Route> totp_routes(Services& services);
std::vector<Route> api_key_routes(Services& services);
std::vector<Route> dashboard_routes(Services& services);  ///< with /kpis
std::vector<Route> manual_kpi_routes(Services& services);
std::vector<Route> view_routes(Services& services);
std::vector<Route> audit_routes(Services& services);
std::vector<Route> import_routes(Services& services);
std::vector<Route> search_routes(Services& services);

}  // namespace alforis::api
