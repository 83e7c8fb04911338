#pragma once
// Which column of a file is which field of an organisation, in French and English, with the names that registers use.

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/result.hpp"

namespace alforis::imports {

/// What a cell of a column is. The last four are no fields of their own: they become notes and tags.
BOOST_DEFINE_ENUM_CLASS(OrganisationColumn, name, type, category, email, phone, website, address, postal_code, city,
                        country, domicile, language, lei, siren, siret, regulator_number, legal_form, pipeline_stage,
                        potential_amount, signature_probability, signature_date, aum, aum_date, strategies, tags,
                        description, notes, active, activity_type, activity, sub_activity, other)

/// The column that a header, a `--set` or a label inside notes names, whatever its case, accents, spaces and
/// underscores; `other` when it is none we know.
OrganisationColumn find_column(std::string_view header);

/// How a field is called in a line of notes: `Site`, `Forme juridique`.
std::string_view column_label(OrganisationColumn column);

/// One column of a file.
struct RecognisedColumn {
  OrganisationColumn column = OrganisationColumn::other;
  std::string
      label;  ///< what its cells are called in the notes: ours for a field, the header for any other or a second one

  friend bool operator==(const RecognisedColumn&, const RecognisedColumn&) = default;
};

/// The columns of a header, in its order. Several may name one field: the first that says something counts. Fails with
/// `no_name_column`, which lists the headers found.
domain::Result<std::vector<RecognisedColumn>> recognise_columns(const std::vector<std::string>& header);

}  // namespace alforis::imports
