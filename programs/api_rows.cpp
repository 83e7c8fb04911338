#include "programs/api_rows.hpp"

#include "api/routes/resources.hpp"

namespace alforis::programs {

void add_api_rows(api::Router& router, api::Services& services, api::Health& health, api::Metrics& metrics) {
  for (auto make : {api::organisation_routes, api::person_routes,      api::link_routes,       api::produit_routes,
                    api::mandat_routes,       api::interaction_routes, api::task_routes,       api::team_routes,
                    api::user_routes,         api::auth_routes,        api::invitation_routes, api::totp_routes,
                    api::api_key_routes,      api::workspace_routes,   api::reassign_routes,   api::undo_routes,
                    api::dashboard_routes,    api::manual_kpi_routes,  api::view_routes,       api::import_routes,
                    api::audit_routes,        api::search_routes}) {
    router.add(make(services));
  }
  router.add(api::health_routes(health));
  router.add(api::metrics_route(metrics));
}

api::OpenApiInfo openapi_info() {
  api::OpenApiInfo info;
  info.description =
      "CRM of a fund distributor: organisations, people and their links, produits and mandats, interactions and tasks, "
      "users and teams, and what the firm chose for all.";
  return info;
}

}  // namespace alforis::programs
