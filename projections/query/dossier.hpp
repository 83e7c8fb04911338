#pragma once
// All that is held of a person, for that person (GDPR, articles 15 and 20).

#include <string>
#include <vector>

#include "domain/values/instant.hpp"
#include "domain/values/uuid.hpp"
#include "projections/query/reader.hpp"

namespace alforis::projections {

/// A link, and the organisation at its other end.
struct DossierLink {
  std::string document;
  std::string organisation;  ///< its name
};

/// An interaction that is about the person, or that they took part in.
struct DossierInteraction {
  std::string document;
  bool took_part = false;
};

/// What was done to the person's record or to a link of theirs.
struct DossierEntry {
  domain::EntityKind kind = domain::EntityKind::person;
  domain::Uuid id;
  HistoryEntry entry;
};

/// A text that people wrote freely: for a person to read, and to redact what is of others, before it is handed over.
struct FreeText {
  domain::EntityKind kind = domain::EntityKind::person;
  domain::Uuid id;
  std::string field;
  std::string text;
  bool named_only = false;  ///< it is about an organisation of theirs, and their last name occurs in it
};

/// Rows of a kind that a dossier shows at most.
inline constexpr std::size_t k_most_of_a_dossier = 10000;

struct Dossier {
  Record person;
  std::vector<DossierLink> links;
  std::vector<DossierInteraction> interactions;
  std::vector<std::string> tasks;
  std::vector<DossierEntry> history;  ///< oldest first
  std::vector<AuditEntry> accesses;   ///< who read the file or took it away, as far as it was noted; newest first
  std::vector<FreeText> free_texts;
  UserNames names;
  bool complete = true;  ///< false: there is more of something than a dossier shows
};

}  // namespace alforis::projections
