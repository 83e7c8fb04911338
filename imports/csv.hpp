#pragma once
// Comma-separated values by RFC 4180, as spreadsheets and registers really write them.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/result.hpp"

namespace alforis::imports {

/// How to read a file when it should not be guessed.
struct CsvOptions {
  std::optional<char> delimiter;  ///< found in the first record when empty
};

/// One record: its cells without their quotes, valid UTF-8.
struct CsvRecord {
  std::int64_t line = 0;  ///< physical line it begins on, from 1
  std::vector<std::string> cells;

  friend bool operator==(const CsvRecord&, const CsvRecord&) = default;
};

/// Something odd that reading got over.
struct CsvNotice {
  std::int64_t line = 0;  ///< where it was seen first
  std::string code;       ///< `windows_1252`, `stray_quote`, `nul_character`
  std::string message;    ///< English; with the count when it was seen more often

  friend bool operator==(const CsvNotice&, const CsvNotice&) = default;
};

struct CsvFile {
  char delimiter = ',';
  std::vector<CsvRecord> records;  ///< the header is one of them; blank lines are none
  std::vector<CsvNotice> notices;
};

/// Reads a whole file. O(n).
///
/// - A byte order mark and a first line `sep=;` (which Excel writes) are skipped.
/// - The delimiter is the one of `;` `,` tab `|` that the first record has most of outside quotes.
/// - Lines end in LF, CRLF or CR; quoted cells may run over several. A quote in a quoted cell that neither ends it nor
///   is doubled stands for itself (`stray_quote`).
/// - Cells that are no UTF-8 are read as Windows-1252, each for itself, because files are pasted together.
///
/// Fails with `unterminated_quote` (naming the line it opens on) or `utf16` (a file in UTF-16).
domain::Result<CsvFile> read_csv(std::string_view text, const CsvOptions& options = {});

/// The same bytes as Windows-1252 in UTF-8; its five unassigned bytes become U+FFFD.
std::string from_windows_1252(std::string_view bytes);

/// Appends a cell, quoted where RFC 4180 wants it. A cell that a spreadsheet would take for a formula (it begins with
/// = + - @ tab or CR) gets an apostrophe in front.
void append_csv_cell(std::string& out, std::string_view cell);

}  // namespace alforis::imports
