#pragma once
// Sending the records of an import in batches, over a few connections at once.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domain/import_batch.hpp"
#include "imports/organisation_rows.hpp"
#include "programs/http_client.hpp"

namespace alforis::programs {

/// What all batches of a run have in common.
struct ImportRun {
  domain::Uuid id;
  domain::Line<255> source;
  domain::ImportPolicy on_existing = domain::ImportPolicy::fill;
  bool dry_run = false;
};

/// By record, in the order given; nothing for those that were not sent.
using ImportOutcomes = std::vector<std::optional<domain::ImportOutcome>>;

/// Sends all records. `progress` is called with the count of records answered, by one thread at a time. When a batch
/// fails as a whole the others stop; `trouble` then says why, and the outcomes known are there all the same.
struct SentImport {
  ImportOutcomes outcomes;
  std::string trouble;  ///< empty: all was sent
};
SentImport send_import(const ImportRun& run, const std::vector<imports::FoldedOrganisation>& records,
                       const std::shared_ptr<ServerSession>& session,
                       const std::function<void(std::size_t done)>& progress);

}  // namespace alforis::programs
