#pragma once
// One row of a file as an organisation in the making: fields where the cells could be understood, notes for the rest.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "domain/organisation.hpp"
#include "domain/wire/enums.hpp"
#include "imports/cell_values.hpp"
#include "imports/csv.hpp"
#include "imports/organisation_columns.hpp"

namespace alforis::imports {

/// A cell that did not become what its column says. Its text is in the notes, unless the message says where else.
struct RowWarning {
  std::int64_t line = 0;
  std::string column;   ///< the label of the column
  std::string value;    ///< the cell, whole
  std::string code;     ///< stable snake_case
  std::string message;  ///< English

  friend bool operator==(const RowWarning&, const RowWarning&) = default;
};

/// What the command line says about the file.
struct OrganisationOptions {
  std::vector<std::pair<std::string, std::string>> defaults;  ///< `--set`: header or field name, and value
  std::optional<AmountUnit> aum_unit;
};

/// An organisation in the making. `data` holds neither notes nor the three fields that have no empty value: here these
/// can be empty.
struct OrganisationDraft {
  domain::OrganisationData<domain::Full> data;
  std::optional<domain::OrganisationType> type;
  std::optional<domain::PipelineStage> stage;
  std::optional<bool> active;
  std::vector<std::string> notes;  ///< lines, each once: see add_note
  std::vector<std::int64_t> lines;
  std::vector<RowWarning> warnings;

  /// Adds a line to the notes if it is not there; what is no single line is made one.
  void add_note(std::string_view line);
  void warn(std::string_view column, std::string_view value, std::string_view code, std::string_view message);
  /// Adds an element to tags or strategies if it is not there (by fold_name); the 51st goes to the notes.
  void add_to_list(std::vector<domain::Line<50>>& list, const domain::Line<50>& element, std::string_view label);

 private:
  std::unordered_set<std::string> known_notes_;
};

/// The text of a value as a cell would have it.
std::string cell_text(const domain::Money& value);
std::string cell_text(bool value);
template <class T>
std::string cell_text(const T& value) {
  if constexpr (std::is_enum_v<T>) {
    return std::string(domain::enum_text(value));
  } else {
    return std::string(value.text());
  }
}

template <class T>
bool same_value(const T& one, const T& other) {
  return one == other;
}
/// Two spellings of one number are the same phone.
bool same_value(const domain::Phone& one, const domain::Phone& other);

/// Takes over a value into a field: sets it when empty, keeps a differing one as a note with a warning.
template <class T>
void offer(OrganisationDraft& draft, std::optional<T>& field, const T& value, std::string_view label) {
  if (!field) {
    field = value;
  } else if (!same_value(*field, value)) {
    draft.add_note(std::string(label) + ": " + cell_text(value));
    draft.warn(label, cell_text(value), "differing_value",
               "the record has '" + cell_text(*field) + "' already; this one is in the notes");
  }
}

/// Reads rows of one file.
///
/// - Cells that say that there is nothing (`N/A`, `-`) are empty. What cannot be understood, and what only promises a
///   value (`A renseigner`), becomes a warning and a line of notes, `Site: Under%20construction`.
/// - An e-mail address in the column of web sites is kept in the notes like any other bad cell, and also becomes the
///   e-mail when the row has none; a SIREN with zeros in front in the column of SIRETs becomes the SIREN likewise.
/// - Phones are read with the row's country. Those of a row without one stay as typed, and so does what is no valid
///   number: the server reads them with the country that it knows. What begins with a plus sign and is no number goes
///   to the notes like any other bad cell.
/// - Text beyond a field's limit is cut, and the whole of it goes to the notes.
/// - Notes of the form `label: value | label: value` give up the parts whose label is an identifier, a way to get in
///   touch, the legal form or the AUM with its unit; the rest stays.
/// - The AMF's three columns of activity become one line of notes, and the activity itself a tag when it is short.
class OrganisationRowReader {
 public:
  /// Fails with `unknown_field`, `invalid_default` or `invalid_utf8` when a default names no field or is no value of
  /// it.
  static domain::Result<OrganisationRowReader> make(std::vector<RecognisedColumn> columns,
                                                    const OrganisationOptions& options);

  /// The row's draft; its name may be missing. Nothing when all cells are blank.
  std::optional<OrganisationDraft> read(const CsvRecord& row);

  /// The first line whose AUM states no unit while the options give none; 0 when there was none.
  std::int64_t unit_missing_line() const { return unit_missing_line_; }

 private:
  OrganisationRowReader(std::vector<RecognisedColumn> columns, std::optional<AmountUnit> aum_unit)
      : columns_(std::move(columns)), aum_unit_(aum_unit) {}

  std::vector<RecognisedColumn> columns_;
  std::optional<AmountUnit> aum_unit_;
  OrganisationDraft defaults_;
  std::int64_t unit_missing_line_ = 0;
};

}  // namespace alforis::imports
