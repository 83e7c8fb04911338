#include "api/routes/command_routes.hpp"
#include "api/routes/kpi_bodies.hpp"
#include "api/routes/resources.hpp"
#include "commands/kpi.hpp"
#include "domain/wire/codec.hpp"

namespace alforis::api {

using namespace domain;

namespace {

constexpr std::string_view k_path = "/api/v1/manual-kpis";
constexpr std::string_view k_tag = "kpis";
const Schema k_kpi{"Kpi", &wire::json_schema<Kpi>};

KpiCreated created(NewKpi&& body) {
  KpiCreated event;
  static_cast<KpiMonth&>(event) = body;
  static_cast<KpiData<Full>&>(event) = std::move(body);
  return event;
}

}  // namespace

std::vector<Route> manual_kpi_routes(Services& services) {
  ResourceRows rows(services, EntityKind::kpi, k_path, k_kpi, k_tag, "organisation's month, entered by hand");
  Route& create = rows.create<NewKpi>(Access::sales, "Enter an organisation's month; one record each",
                                      input<NewKpi>("NewKpi"), [](Uuid id, NewKpi body) {
                                        return commands::CreateKpi{id, created(std::move(body))};
                                      });
  create.description =
      "Each figure that is given stands in GET /api/v1/kpis instead of the one that is counted. A second record of the "
      "month is 409 `already_exists`, with the first as `conflict`.";
  create.examples = {{"",
                      R"({"organisation_id":"0195c2a0-0000-7000-8000-000000000001","year":2026,"month":3,"rdv":4,)"
                      R"("revenue":{"amount":1250000,"currency":"EUR"},"commission_rate":1.25})",
                      ""}};
  Route& patch =
      rows.patch<commands::UpdateKpi, KpiData<Patch>>("Change figures; null: what is counted again", "KpiPatch");
  may_answer(patch, {"deleted"});
  patch.examples = {{"As counted", R"({"rdv":null})", ""}};
  may_answer(rows.remove<commands::DeleteKpi>("Delete: the month is what is counted again"), {"deleted"});
  may_answer(rows.restore<commands::RestoreKpi>(), {"already_exists"});
  rows.bulk(EntityKind::kpi);
  return std::move(rows).done();
}

}  // namespace alforis::api

ALFORIS_WIRE(alforis::api::NewKpi)
