#pragma once
// What an import does to an organisation that is there already: a pure function from what is stored and what the file
// says to the change that is left.

#include <boost/describe.hpp>
#include <string>
#include <vector>

#include "domain/organisation.hpp"

namespace alforis::domain {

/// What to do with a record that exists already: `fill` sets what is empty, `overwrite` lets the file win, `skip`
/// leaves it alone.
BOOST_DEFINE_ENUM_CLASS(ImportPolicy, fill, overwrite, skip)

/// The change that brings `incoming` into `existing`, reduced: only what differs from `existing` is touched, so merging
/// the same data again gives an untouched patch.
///
/// - Optional fields: `fill` sets those that `existing` has not; `overwrite` sets all that `incoming` has. Nothing is
///   ever cleared. `aum_date` belongs to `aum`: `fill` leaves it alone beside an amount that is not the incoming one.
///   A SIREN and a SIRET that do not belong together are never brought together: both stay as they are.
/// - Name: only `overwrite` changes it.
/// - Type, stage and active have no empty value, so what they start as (`autre`, `prospect`, true) counts as "the file
///   says nothing". `fill` gives a type to an `autre` and touches neither stage nor active; `overwrite` takes over what
///   is not the initial value. The patch may thus move the stage, which an OrganisationUpdated must not carry.
/// - Tags and strategies: both policies append the elements that are new by fold_name, up to the 50 of a list.
/// - Notes: both policies append the lines that `existing` has not, compared trimmed, as long as whole lines fit the
///   10 000 characters.
OrganisationData<Patch> merge_import(const OrganisationData<Full>& existing, const OrganisationData<Full>& incoming,
                                     ImportPolicy policy);

/// The lines of the incoming notes that merge_import leaves out because the notes are full; for a warning.
std::vector<std::string> notes_left_out(const OrganisationData<Full>& existing, const OrganisationData<Full>& incoming);

/// Whether two records of one folded name cannot be one organisation: both have a country, LEI, SIRET or regulator
/// number, and not the same. Importers and deciders that find a record by its name ask this before they take it.
bool contradict(const OrganisationData<Full>& one, const OrganisationData<Full>& other);

}  // namespace alforis::domain
