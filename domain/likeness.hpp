#pragma once
// Whether two records may be the same organisation: by what, how surely, and what speaks against it.

#include <string>
#include <string_view>
#include <vector>

#include "domain/organisation.hpp"

namespace alforis::domain {

/// Texts that records of one organisation are likely to share, such as `site:belle-rive.fr`; two records without a
/// common one are not compared. From LEI, SIRET, SIREN, regulator number, the web site's host, and the folded name
/// without its legal form. Hosts of mail providers and social networks say nothing and are left out.
std::vector<std::string> identities(const OrganisationData<Full>& organisation);

/// Something that two records have in common, or that differs although one organisation has one only.
struct Sign {
  std::string_view code;  ///< `same_site`, `different_lei`, …
  std::string value;      ///< what they share; of a difference: empty

  friend bool operator==(const Sign&, const Sign&) = default;
};

/// How alike two records are.
struct Likeness {
  int score = 0;  ///< percent
  std::vector<Sign> signs;
  std::vector<Sign> against;
};

/// Signs are taken as independent: each leaves a share of the doubt, and each thing that speaks against it takes the
/// larger part of what was found.
Likeness likeness(const OrganisationData<Full>& one, const OrganisationData<Full>& other);

}  // namespace alforis::domain
