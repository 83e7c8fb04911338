#pragma once
// What the demo firm does with its organisations: produits, mandats, interactions, tasks.

#include <optional>
#include <string>
#include <vector>

#include "programs/demo_data.hpp"

namespace alforis::programs {

/// What of an organisation the rest of the demo needs.
struct DemoOrganisation {
  std::string id;
  std::string domain;
  bool fournisseur = false;
  std::optional<std::string> owner;
};

/// Adds produits, mandats of the fournisseurs with their moves, interactions and tasks around all organisations, KPIs
/// of some of them, and saved views.
void add_business(DemoFirm& firm, const std::vector<DemoOrganisation>& organisations, std::uint64_t seed);

}  // namespace alforis::programs
