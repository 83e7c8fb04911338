#pragma once
// Whether the search index is what the Log says.

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "projections/search/projection.hpp"

namespace alforis::projections {

/// The first entity, or word, of which the two indexes say something different.
struct SearchDifference {
  std::string what;  ///< `facts`, `texts`, `postings` of an entity, or `word`
  std::string id;    ///< the entity's, or the word
};

struct SearchVerified {
  eventstore::Position position = 0;  ///< up to which both were compared
  std::uint64_t documents = 0;
  std::uint64_t differences = 0;
  std::optional<SearchDifference> first;  ///< nullopt: equal
};

/// Compares the index as it is now, also beside a server that keeps it, with one that is filled from the Log up to
/// exactly the same position beside it, which is removed again: one at a time, as every fill. nullopt when there is no
/// index. Throws as rebuild_search does.
std::optional<SearchVerified> verify_search(eventstore::Log& log, const SearchOptions& options,
                                            const std::function<void(const FillProgress&)>& say = {},
                                            const std::stop_token& stop = {});

}  // namespace alforis::projections
