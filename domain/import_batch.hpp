#pragma once
// The body and the answer of POST /api/v1/imports/organisations: many folded records at once, one outcome for each.

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/import_merge.hpp"
#include "domain/organisation.hpp"
#include "domain/values/text.hpp"
#include "domain/values/uuid.hpp"

namespace alforis::domain {

/// One organisation of a file, folded from one or more of its lines.
struct ImportRecord {
  /// Most records of one batch.
  static constexpr std::size_t k_max_in_list = 500;

  Required<OrganisationData<Full>> record;
  std::vector<std::int64_t> lines;  ///< where it stands in the file, from 1; of many, the first 50

  friend bool operator==(const ImportRecord&, const ImportRecord&) = default;
};
BOOST_DESCRIBE_STRUCT(ImportRecord, (), (record, lines))

/// A part of an import. All batches of one run share `import_id`; each is sent with an Idempotency-Key of its own.
struct ImportBatch {
  Required<Uuid> import_id;
  Required<Line<255>> source;  ///< name of the file, for the history
  ImportPolicy on_existing = ImportPolicy::fill;
  bool dry_run = false;  ///< decide and answer, write nothing
  std::vector<ImportRecord> records;

  friend bool operator==(const ImportBatch&, const ImportBatch&) = default;
};
BOOST_DESCRIBE_STRUCT(ImportBatch, (), (import_id, source, on_existing, dry_run, records))

BOOST_DEFINE_ENUM_CLASS(ImportOutcomeKind, created, updated, unchanged, refused)

/// A Problem on the wire; the pointer is relative to the record.
struct RecordProblem {
  std::string code;
  std::string pointer;
  std::string detail;

  friend bool operator==(const RecordProblem&, const RecordProblem&) = default;
};
BOOST_DESCRIBE_STRUCT(RecordProblem, (), (code, pointer, detail))

/// What became of one record.
struct ImportOutcome {
  static constexpr std::size_t k_max_in_list = ImportRecord::k_max_in_list;

  ImportOutcomeKind outcome = ImportOutcomeKind::unchanged;
  std::optional<Uuid> id;               ///< of the organisation; none when refused, or not yet made in a dry run
  std::vector<RecordProblem> problems;  ///< why it was refused; for the other outcomes, warnings

  friend bool operator==(const ImportOutcome&, const ImportOutcome&) = default;
};
BOOST_DESCRIBE_STRUCT(ImportOutcome, (), (outcome, id, problems))

/// The answer: outcomes in the order of the records.
struct ImportBatchResult {
  std::int64_t position = 0;  ///< of the newest commit the batch made or was decided upon
  std::vector<ImportOutcome> outcomes;

  friend bool operator==(const ImportBatchResult&, const ImportBatchResult&) = default;
};
BOOST_DESCRIBE_STRUCT(ImportBatchResult, (), (position, outcomes))

}  // namespace alforis::domain
