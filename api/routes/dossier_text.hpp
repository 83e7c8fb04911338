#pragma once

#include <string>
#include <vector>

#include "domain/user.hpp"
#include "projections/query/dossier.hpp"

namespace alforis::api {

/// From whom, and from which file, something of the person was first known.
struct Source {
  domain::Instant first;
  std::string by;    ///< the user's name; empty: the system
  std::string file;  ///< of an import; empty: none
};

/// Each once, in the order of time.
std::vector<Source> sources_of(const projections::Dossier& dossier);

/// The dossier as pages to read. Names of fields in the language; what users wrote as they wrote it. Times are UTC.
std::string dossier_text(const projections::Dossier& dossier, const domain::Instant& now, domain::Locale locale);

}  // namespace alforis::api
