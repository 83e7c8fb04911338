#include "programs/demo_business.hpp"

#include <span>
#include <string_view>

#include "programs/demo_json.hpp"
#include "programs/demo_names.hpp"
#include "programs/demo_random.hpp"

namespace alforis::programs {

namespace {

constexpr std::size_t k_produits = 60;
constexpr std::size_t k_interactions = 900;
constexpr std::size_t k_tasks = 300;
constexpr std::size_t k_with_kpis = 20;

constexpr std::string_view k_produit_types[] = {"opcvm", "fcp", "sicav", "etf", "fonds_alternatif", "scpi"};
constexpr std::string_view k_interaction_types[] = {"call", "email", "meeting", "visio", "webinaire", "note"};
constexpr std::string_view k_topics[] = {
    "Point trimestriel",          "Présentation de la gamme", "Due diligence",         "Suivi de la performance",
    "Convention de distribution", "Salon Patrimonia",         "Conditions tarifaires", "Rapport ISR"};
struct DemoTask {
  std::string_view title;
  std::string_view category;
};
constexpr DemoTask k_tasks_to_do[] = {{"Relancer après l'envoi du reporting", "relance"},
                                      {"Fixer un rendez-vous", "rdv"},
                                      {"Répondre au questionnaire de due diligence", "due_diligence"},
                                      {"Préparer la présentation du fonds", "pitch"},
                                      {"Envoyer la convention", "email"},
                                      {"Négocier la rétrocession", "negociation"},
                                      {"Mettre à jour le dossier", "admin"}};
constexpr std::string_view k_priorities[] = {"basse", "moyenne", "haute", "critique"};

std::string moment(DemoRandom& random, int year) {
  const std::string hour = std::to_string(random.between(10, 17));
  return make_date(random, year, year) + "T" + hour + (random.chance(50) ? ":00:00Z" : ":30:00Z");
}

void add_produits(DemoFirm& firm, DemoRandom& random, std::uint64_t seed) {
  for (std::size_t i = 0; i < k_produits; ++i) {
    const std::string id = make_id("produit", i, seed);
    const std::string name =
        std::string(random.pick(k_stems)) + " " + std::string(random.pick(k_strategies)) + " " + std::to_string(i + 1);
    Json json;
    json.text("id", id).text("name", name).text("isin", make_isin(random, random.chance(70) ? "FR" : "LU"));
    json.text("type", random.pick(k_produit_types)).text("status", random.chance(80) ? "actif" : "en_attente");
    json.text("currency", random.chance(90) ? "EUR" : "USD");
    firm.produits.push_back({id, json.take()});
  }
}

/// A mandat of the organisation, and how far it has come: a third each is proposed, signed, active.
void add_mandat(DemoFirm& firm, DemoRandom& random, const DemoOrganisation& organisation, std::uint64_t seed) {
  const std::string id = make_id("mandat", firm.mandats.size(), seed);
  const int year = random.between(2021, 2025);
  Json json;
  json.text("id", id).text("organisation_id", organisation.id);
  json.text("date_signature", make_date(random, year, year)).text("date_debut", make_date(random, year + 1, year + 1));
  json.text("date_fin", make_date(random, 2030, 2032)).raw("commission_rate", random.chance(50) ? "0.75" : "1.25");
  firm.mandats.push_back({id, json.take()});
  const std::size_t far = random.below(3);
  if (far == 0) return;
  firm.signings.push_back({id, "{}", "/" + id + "/sign"});
  if (far == 2) firm.activations.push_back({id, "{}", "/" + id + "/activate"});
  for (std::size_t i = 0; i < 3; ++i) {
    Json joining;
    joining.text("produit_id", firm.produits[(random.below(k_produits / 3)) * 3 + i].id);
    joining.text("date_ajout", make_date(random, year + 1, year + 1)).raw("allocation", std::to_string(20 + 10 * i));
    firm.joinings.push_back({id, joining.take(), "/" + id + "/produits"});
  }
}

void add_interaction(DemoFirm& firm, DemoRandom& random, const DemoOrganisation& organisation, std::uint64_t seed) {
  const std::string id = make_id("interaction", firm.interactions.size(), seed);
  Json json;
  json.text("id", id).text("type", random.pick(k_interaction_types)).text("title", random.pick(k_topics));
  json.text("organisation_id", organisation.id).text("occurred_at", moment(random, random.between(2024, 2025)));
  if (random.chance(70)) json.raw("duration_minutes", std::to_string(random.between(1, 12) * 10));
  if (organisation.owner) json.text("assignee_id", *organisation.owner);
  if (random.chance(15)) json.text("next_action_at", moment(random, 2026));
  firm.interactions.push_back({id, json.take()});
}

void add_task(DemoFirm& firm, DemoRandom& random, const DemoOrganisation& organisation, std::uint64_t seed) {
  const std::string id = make_id("task", firm.tasks.size(), seed);
  const DemoTask& task = random.pick(k_tasks_to_do);
  Json json;
  json.text("id", id).text("title", task.title).text("category", task.category);
  json.text("priority", random.pick(k_priorities)).text("due_at", moment(random, 2026));
  json.text("organisation_id", organisation.id);
  if (organisation.owner) json.text("assignee_id", *organisation.owner);
  firm.tasks.push_back({id, json.take()});
  if (random.chance(35)) firm.completions.push_back({id, "{}", "/" + id + "/complete"});
}

/// Figures of two months that somebody entered by hand.
void add_kpis(DemoFirm& firm, DemoRandom& random, const DemoOrganisation& organisation, std::uint64_t seed) {
  for (const auto* month : {"11", "12"}) {
    const std::string id = make_id("kpi", firm.kpis.size(), seed);
    Json json;
    json.text("id", id).text("organisation_id", organisation.id).raw("year", "2025").raw("month", month);
    json.raw("rdv", std::to_string(random.below(6))).raw("pitchs", std::to_string(random.below(3)));
    json.euros("revenue", random.between(5, 200) * 1000);
    firm.kpis.push_back({id, json.take()});
  }
}

struct DemoView {
  std::string_view name;
  std::string_view resource;
  std::string_view query;
};
constexpr DemoView k_views[] = {
    {"En négociation", "organisation", "stage=negociation&sort=-potential_amount"},
    {"Mandats à signer", "mandat", "status=propose"},
    {"Tâches critiques", "task", "status=todo,doing&priority=critique&sort=due_at"},
    {"Fonds en attente", "produit", "status=en_attente&sort=name"},
};

void add_views(DemoFirm& firm, std::uint64_t seed) {
  for (const DemoView& view : k_views) {
    const std::string id = make_id("view", firm.views.size(), seed);
    Json json;
    json.text("id", id).text("name", view.name).text("resource", view.resource).text("query", view.query);
    json.text("shared", "firm");
    firm.views.push_back({id, json.take()});
  }
}

}  // namespace

void add_business(DemoFirm& firm, const std::vector<DemoOrganisation>& organisations, std::uint64_t seed) {
  DemoRandom random(seed ^ 0x616666616972ULL);
  add_produits(firm, random, seed);
  for (const DemoOrganisation& organisation : organisations) {
    if (organisation.fournisseur) add_mandat(firm, random, organisation, seed);
  }
  for (std::size_t i = 0; i < k_interactions; ++i) add_interaction(firm, random, random.pick(organisations), seed);
  for (std::size_t i = 0; i < k_tasks; ++i) add_task(firm, random, random.pick(organisations), seed);
  for (std::size_t i = 0; i < k_with_kpis; ++i) add_kpis(firm, random, organisations[i], seed);
  add_views(firm, seed);
}

}  // namespace alforis::programs
