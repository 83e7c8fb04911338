#pragma once
// What an import tells at its end: the summary, as text or JSON, and the report with a line per input line.

#include <ostream>
#include <string>

#include "imports/organisation_rows.hpp"
#include "programs/import_command_sender.hpp"

namespace alforis::programs {

/// Counts of records, except `lines` and what `refused` has of rows without a name.
struct ImportCounts {
  std::size_t lines = 0;
  std::size_t records = 0;
  std::size_t created = 0;
  std::size_t updated = 0;
  std::size_t unchanged = 0;
  std::size_t warned = 0;  ///< also counted by their outcome
  std::size_t refused = 0;
  std::size_t not_sent = 0;
};

ImportCounts count_import(const imports::OrganisationFile& file, const ImportOutcomes& outcomes);

/// The last line of a run, and in front of it the refusals and the first warnings.
void print_summary(std::ostream& out, const imports::OrganisationFile& file, const ImportOutcomes& outcomes,
                   bool dry_run);

/// One JSON object on one line: the counts, `notices`, `warnings` and `refusals`. Warnings name the column and value of
/// a cell, or, when they are the server's, the pointer into the record.
void print_json_summary(std::ostream& out, const ImportRun& run, const imports::OrganisationFile& file,
                        const ImportOutcomes& outcomes);

/// CSV in UTF-8 with a byte order mark: line, name, outcome, id, warnings, message; a row for each input line that is
/// not blank, in their order.
void write_report(std::ostream& out, const imports::OrganisationFile& file, const ImportOutcomes& outcomes);

}  // namespace alforis::programs
