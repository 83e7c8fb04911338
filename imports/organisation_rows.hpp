#pragma once
// From the rows of a file to organisations: rows of one identity become one record.

#include <cstdint>
#include <string>
#include <vector>

#include "domain/organisation.hpp"
#include "domain/result.hpp"
#include "imports/csv.hpp"
#include "imports/organisation_draft.hpp"

namespace alforis::imports {

/// One organisation, ready to be sent, and where it comes from.
struct FoldedOrganisation {
  domain::OrganisationData<domain::Full> data;
  std::vector<std::int64_t> lines;   ///< in the order of the file
  std::vector<RowWarning> warnings;  ///< in the order of the lines
};

/// A row that gives no record.
struct RefusedRow {
  std::int64_t line = 0;
  std::string code;     ///< stable snake_case: `no_name`
  std::string message;  ///< English
};

struct OrganisationFile {
  std::vector<FoldedOrganisation> records;  ///< in the order of their first lines
  std::vector<RefusedRow> refused;
  std::vector<CsvNotice> notices;  ///< about the file as a whole
};

/// Reads the first record of `file` as the header and the others as organisations. Rows without any text are passed
/// over.
///
/// Rows are one organisation when they have the LEI, else the SIRET, else the regulator number of an earlier one; else
/// when its folded name is the same and neither country nor identifiers contradict (domain::contradict). The first
/// value of each field wins; values that differ become notes with a warning; notes and lists are united. Notes beyond
/// 10 000 characters are told in warnings.
///
/// Fails with `empty_file`, `no_name_column`, `aum_unit_missing` (which names --aum-unit), or a bad default's code.
domain::Result<OrganisationFile> fold_organisations(const CsvFile& file, const OrganisationOptions& options = {});

}  // namespace alforis::imports
