#pragma once
// What an import does to an organisation that is there already: a pure function from what is stored and what the file
// says to the change that is left.

#include <boost/describe.hpp>
#include <optional>

#include "domain/organisation.hpp"
#include "domain/result.hpp"

namespace alforis::domain {

/// What to do with a record that exists already: `fill` sets what is empty, `overwrite` lets the file win, `skip`
/// leaves it alone.
BOOST_DEFINE_ENUM_CLASS(ImportPolicy, fill, overwrite, skip)

/// What an import does to a record, and what it leaves out.
struct ImportMerge {
  OrganisationData<Patch> patch;
  Problems warnings;  ///< at most one for each field; pointers into the incoming record
};

/// The change that brings `incoming` into `existing`, reduced: only what differs from `existing` is touched, so merging
/// the same data again gives an untouched patch, and the same warnings.
///
/// - Optional fields: `fill` sets those that `existing` has not; `overwrite` sets all that `incoming` has. Nothing is
///   ever cleared. `aum_date` belongs to `aum`: `fill` leaves it alone beside an amount that is not the incoming one.
/// - Numbers that say which company it is (LEI, SIREN, SIRET, regulator number): one that is not taken over goes to the
///   notes, with a warning `differing_value` when the record has another, or `siren_mismatch` when a SIREN and a SIRET
///   would meet that do not belong together.
/// - Name: only `overwrite` changes it.
/// - Type, stage and active have no empty value, so what they start as (`autre`, `prospect`, true) counts as "the file
///   says nothing". `fill` gives a type to an `autre` and touches neither stage nor active; `overwrite` takes over what
///   is not the initial value. The patch may thus move the stage, which an OrganisationUpdated must not carry.
/// - Tags and strategies: both policies append the elements that are new by fold_name, up to the 50 of a list; the
///   others go to the notes with a warning `too_many`.
/// - Notes: both policies append the lines that `existing` has not, compared trimmed, as long as whole lines fit the
///   10 000 characters; a warning `notes_full` holds the others.
///
/// `skip` leaves the record alone and warns of nothing.
ImportMerge merge_import(const OrganisationData<Full>& existing, const OrganisationData<Full>& incoming,
                         ImportPolicy policy);

/// Reads the phone of a record to import as it is dialled in `country` (nullopt: France). One that could not be
/// understood stays as typed with a warning `phone_not_understood`; one that may not be kept as typed goes to the notes
/// with a warning `invalid_phone`. Returns the warnings.
Problems read_imported_phone(OrganisationData<Full>& incoming, const std::optional<CountryCode>& country);

/// Whether two records of one folded name cannot be one organisation: both have a country, LEI, SIRET or regulator
/// number, and not the same. Importers and deciders that find a record by its name ask this before they take it.
bool contradict(const OrganisationData<Full>& one, const OrganisationData<Full>& other);

}  // namespace alforis::domain
